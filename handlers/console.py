"""The way to the console: a one-time link from the staff member's own chat.

Whoever comes in is told of in that chat, and can be put out from there.
"""

from handlers.phones import too_new
from handlers.receipts import receipt
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from models.console_link import make_console_link
from models.console_session import sign_out
from models.staff import CONSOLE, Staff, position_of

OPEN_CONSOLE = Choice(Word("console", "name"), "a:console:")
SIGN_OUT = Choice(Word("console", "sign_out"), "a:console_out:")


def _works_there(turn: Turn) -> Staff | None:
    held = position_of(turn.session, turn.worker.id)
    return held if held is not None and held.role in CONSOLE else None


def open_console(turn: Turn, arg: str) -> list[Say]:
    """Give a staff member a link that lets one browser in, once and for minutes."""
    if _works_there(turn) is None:
        return [say("reviewing", "not_staff")]
    instead = too_new(turn)
    if instead is not None:
        return instead
    minutes = turn.rules.console_minutes
    ids = turn.worker.id, turn.chat.id
    token = make_console_link(turn.session, *ids, turn.now, minutes)
    words = Word("console", "link", {"minutes": minutes})
    page = (Word("console", "open"), f"/console/enter/{token}")
    return [Say(words, link=page)]


def came_in(turn: Turn, browser: str) -> Say:
    """Say in the chat that somebody signed in, and how to put them out."""
    what = Word("console", "came_in", {"browser": browser})
    text, undo = Word("console", "was_it_you"), Word("console", "put_out")
    return receipt(turn, what, undo, text=text).offering(SIGN_OUT)


def put_out(turn: Turn, arg: str) -> list[Say]:
    """End every session of this staff member."""
    held = _works_there(turn)
    if held is None:
        return [say("reviewing", "not_staff")]
    count = sign_out(turn.session, held, turn.now)
    return [say("console", "signed_out", count=count).offering(OPEN_CONSOLE)]
