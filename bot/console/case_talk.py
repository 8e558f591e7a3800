"""The talk about a case: staff write here, the worker reads it in their own chat.

The worker's chat is held meanwhile, so the bot is silent in it; what they write comes
up in the open page by itself.  Only who has the case talks.
"""

from collections.abc import Iterable
from functools import partial

from bot.console import case_file
from bot.console.case_file import at, back, entries, title
from bot.console.desk import Desk, Label, Went, Wrong
from bot.console.sent_file import ACCEPTED, TOO_LONG
from bot.console.views import Do, Own, Piece, View
from bot.pages import rendered
from bot.step import say_elsewhere
from handlers.carrying import greet, to_worker
from handlers.hanging_up import AT_DESK, ENDED, STOPPED, over
from handlers.say import Say, Word
from handlers.turn import Turn
from models import live
from models.case import Case, end_talk
from models.case_file import CaseFile, bring, new_case_file
from models.chat import Chat
from models.columns import short
from models.document import Enclosed
from models.handling import has
from models.identity import mask_ids
from models.letter import LONGEST_WITH_FILE
from models.saved_reply import SavedReply, replies_for
from models.worker import Worker

LONGEST = 1000
"""How many characters may be sent at once."""

OVER = Label("The talk is over. You can begin it again.")


def own(desk: Desk, key: str) -> Case | None:
    """Return a case that who works here has now."""
    row = case_file.own(desk, key)
    return row if row is not None and has(desk.staff, row) else None


def show(desk: Desk, row: Case) -> View:
    """Show what was said, and a field for the next words while the talk goes on."""
    worker = desk.session.get_one(Worker, row.worker_id)
    replies = _replies(desk)
    values = {
        "back": back(row),
        "at": at(row),
        "story": mask_ids(row.load(desk.kit.keys)["story"]),
        "entries": entries(desk, row),
        "mark": mark_of(desk, row),
        "talking": is_on(desk, row),
        "replies": [(short(one.id), one.words(worker.language)) for one in replies],
        "longest": LONGEST,
        "accepted": ACCEPTED,
        "most": desk.kit.rules.upload_mb,
        "end": Do(Label("End the talk"), f"{at(row)}/end", at_once=True),
        "begin": Do(
            Label("Begin the talk"), f"{at(row)}/begin", at_once=True, kind="main"
        ),
        "written": desk.fields.get("words"),
    }
    return Own("case_talk", title(row), values)


def is_on(desk: Desk, row: Case) -> bool:
    """Tell whether the worker's chat is held for this case."""
    return desk.session.get_one(Chat, row.chat_id).case_id == row.id


def mark_of(desk: Desk, row: Case) -> str:
    """Return what changes when something is said, or the talk begins or ends."""
    return f"{row.last_entry}.{'on' if is_on(desk, row) else 'off'}"


def news(desk: Desk, row: Case) -> View:
    """Return what was said since a mark."""
    after = desk.query.get("after", "").partition(".")[0]
    number = int(after) if after.isdecimal() and len(after) < 10 else 0
    said = entries(desk, row, number)
    html = rendered("console/entries", desk.language, entries=said, word=desk.text)
    return Piece(mark_of(desk, row), html)


def begin(desk: Desk, row: Case) -> Went:
    """Hold the worker's chat and tell them that a person is there."""
    chat = _held(desk, row)
    if chat.stopped_at or chat.channel not in desk.cans:
        raise Wrong.altogether(Word("live", "unreachable"))
    if chat.case_id != row.id:
        try:
            live.begin(desk.session, desk.staff, row, (chat.id,), desk.now)
        except live.Busy:
            raise Wrong.altogether(Word("live", "busy")) from None
        say_elsewhere(desk.ledger, desk.cans, greet(desk.staff, row))
    return Went(f"{at(row)}/talk")


def say(desk: Desk, row: Case) -> Went:
    """Say words, a saved reply, a picture or a document to the worker."""
    words, enclosed = _words(desk), desk.fields.enclosed
    if not (words or enclosed):
        raise Wrong(words=Label("Please write something, or choose a file."))
    if len(words) > LONGEST:
        raise Wrong(words=Label("At most {longest} characters.", longest=LONGEST))
    if enclosed and len(words) > LONGEST_WITH_FILE:
        raise Wrong(words=TOO_LONG)
    chat = _held(desk, row)
    if chat.case_id != row.id:
        raise Wrong.altogether(OVER)
    file = _kept(desk, row, enclosed) if enclosed else None
    by = (desk.session, desk.kit.keys, desk.staff, row)
    heard = to_worker(*by, words, file, desk.now)
    if chat.stopped_at:
        hang_up(desk, row, end_talk(desk.session, row.id), STOPPED)
        said = Word("live", "over_staff_stopped", {"number": row.number})
        return Went(at(row), said)
    say_elsewhere(desk.ledger, desk.cans, heard)
    return Went(f"{at(row)}/talk")


def end(desk: Desk, row: Case) -> Went:
    """End the talk; the form that the worker was in the middle of is offered again."""
    _held(desk, row)
    hang_up(desk, row, end_talk(desk.session, row.id))
    return Went(at(row), Word("live", "left_staff", {"number": row.number}))


def hang_up(desk: Desk, row: Case, chats: Iterable[int], why: str = ENDED) -> None:
    """Tell those whose chats were in the talk that it is over."""
    saying = partial(_over, row=row, why=why)
    say_elsewhere(desk.ledger, desk.cans, [(chat_id, saying) for chat_id in chats])


def _over(turn: Turn, row: Case, why: str) -> list[Say]:
    ended_here = why == ENDED and turn.worker.id != row.worker_id
    return over(turn, row, AT_DESK if ended_here else why)


def _held(desk: Desk, row: Case) -> Chat:
    """Lock the worker's chat; where they write it is locked before the case, too."""
    desk.session.flush()
    return desk.session.get_one(Chat, row.chat_id, with_for_update=True)


def _replies(desk: Desk) -> list[SavedReply]:
    return replies_for(desk.session, desk.kit.atlas, desk.staff.union_code)


def _words(desk: Desk) -> str:
    """Return what was written, or the saved reply that was chosen."""
    key = desk.fields.get("reply")
    chosen = next((one for one in _replies(desk) if short(one.id) == key), None)
    return desk.fields.get("words") or (chosen.text if chosen else "")


def owner(desk: Desk, row: Case) -> int:
    """Return whose a document is that staff send: the worker's, who may export it."""
    return row.worker_id


def _kept(desk: Desk, row: Case, enclosed: Enclosed) -> CaseFile:
    """Keep a file with the case; a document was written down before."""
    if enclosed.name:
        kept = bring(desk.session, desk.kit.keys, row, desk.fields.kept)
        if kept is None:
            raise Wrong(file=Word("files", "fault_lost"))
        return kept
    made = (row, enclosed.mime, enclosed.data, desk.now)
    picture = new_case_file(desk.kit.keys, *made)
    desk.session.add(picture)
    desk.session.flush()
    return picture
