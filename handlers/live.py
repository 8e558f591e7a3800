"""Live talks: while a person holds a chat the bot is silent, and each hears the other.

Only 菜单 and 结束 lead out of it.  What a worker writes goes to who has the case, what
that one writes goes to the worker; all of it is kept in the case.  Who serves a union
says `#` for the saved replies and `#3` for the third.
"""

import re
from dataclasses import dataclass
from functools import partial

from handlers import menu
from handlers.answers import looks_like_id
from handlers.carrying import greet, to_staff, to_worker
from handlers.files import wrong
from handlers.handling import MATTER
from handlers.hanging_up import ENDED, STOPPED, over, tell_over, way_back
from handlers.offers import page_number, plain
from handlers.queued import WAITING_LIST
from handlers.say import Say, Word, say
from handlers.talk import with_resume
from handlers.turn import Incoming, Turn
from models import live
from models.case import Case, chats_in, end_talk
from models.case_file import CaseFile, bring, new_case_file
from models.chat import Chat
from models.columns import short
from models.handling import has
from models.identity import halved, mask_ids
from models.letter import LONGEST_WITH_FILE
from models.saved_reply import replies_for
from models.staff import Staff
from models.worker import Worker

END = "a:end_talk:"
ESCAPES = (END, menu.MENU.press)
"""What leads out of a talk, for either side."""

_REPLY = re.compile(r"#\s*(\d{0,2})")


@dataclass(frozen=True)
class Line:
    """A talk as one side has it; who serves on a page has no chat at the other end."""

    case: Case
    staff: Staff
    is_worker: bool
    other: Chat | None

    @property
    def is_deaf(self) -> bool:
        """Whether the chat at the other end hears nothing any more."""
        return self.other is not None and self.other.stopped_at is not None


def talk(turn: Turn, arg: str) -> list[Say]:
    """Begin to talk with the worker of a case, in the chat it was opened in."""
    found = MATTER.mine(turn, arg)
    if found is None:
        return [MATTER.not_yours()]
    staff, row = found
    if not has(staff, row):
        return [say("live", "not_taken").offering(way_back(turn, row))]
    chat = turn.session.get_one(Chat, row.chat_id)
    if chat.stopped_at is not None:
        return [say("live", "unreachable").offering(way_back(turn, row))]
    try:
        live.begin(turn.session, staff, row, (chat.id, turn.chat.id), turn.now)
    except live.Busy:
        return [say("live", "busy").offering(way_back(turn, row))]
    turn.elsewhere += greet(staff, row)
    return [say("live", "begun_staff", number=row.number)]


def end_talk_(turn: Turn, arg: str) -> list[Say]:
    """Answer who wants to end a talk where there is none."""
    return [menu.home(turn, Word("live", "none"))]


def held(turn: Turn, incoming: Incoming) -> list[Say]:
    """Carry what somebody did to the other side of the talk their chat is in."""
    line = _line(turn)
    if line is None:
        return _dropped(turn)
    if not line.is_worker:
        turn.about = line.case.worker_id
    if incoming.kind == "stop":
        _hang_up(turn, line, STOPPED)
        return []
    if incoming.kind in ("hello", "return"):
        return []
    if _meant(turn, incoming) in ESCAPES:
        return _leave(turn, line, _meant(turn, incoming) == END)
    if not line.is_worker and _meant(turn, incoming) == WAITING_LIST.press:
        return [say("live", "still_on", number=line.case.number)]
    asked = _REPLY.fullmatch(halved(incoming.text).strip())
    if asked and incoming.kind == "text" and not line.is_worker:
        return _reply(turn, line, asked[1])
    return _carry(turn, line, incoming)


def _line(turn: Turn) -> Line | None:
    """Return the talk this chat is in; None where it goes on no more."""
    row = turn.session.get(Case, turn.chat.case_id)
    staff = turn.session.get(Staff, row.staff_id or 0) if row else None
    if row is None or staff is None or not live.is_on(row, staff):
        return None
    chats = [*map(partial(turn.session.get_one, Chat), chats_in(turn.session, row.id))]
    if any(chat.worker_id not in (row.worker_id, staff.worker_id) for chat in chats):
        return None  # somebody else was given the position
    other = next((chat for chat in chats if chat.id != turn.chat.id), None)
    return Line(row, staff, turn.worker.id == row.worker_id, other)


def _dropped(turn: Turn) -> list[Say]:
    """End what is left of a talk whose case, or whose other side, is gone."""
    row = turn.session.get(Case, turn.chat.case_id)
    if row is not None:
        tell_over(turn, row, end_talk(turn.session, row.id), STOPPED)
    turn.chat.case_id = None
    turn.session.flush()
    if row is None:
        return [with_resume(turn, say("live", "erased").offering(WAITING_LIST))]
    return over(turn, row, STOPPED)


def _meant(turn: Turn, incoming: Incoming) -> str | None:
    """Return the press that a word or a button means."""
    if incoming.kind == "text":
        return turn.vocabulary.commands.get(plain(incoming.text))
    return incoming.text if incoming.kind == "press" else None


def _leave(turn: Turn, line: Line, stays: bool) -> list[Say]:
    """End the talk at the wish of who is in it."""
    _hang_up(turn, line, ENDED)
    if not stays:
        return menu.menu(turn, "")
    to = "worker" if line.is_worker else "staff"
    message = say("live", f"left_{to}", number=line.case.number)
    return [with_resume(turn, message.offering(way_back(turn, line.case)))]


def _hang_up(turn: Turn, line: Line, why: str) -> None:
    tell_over(turn, line.case, end_talk(turn.session, line.case.id), why)


def _reply(turn: Turn, line: Line, number: str) -> list[Say]:
    """List the saved replies, or send the one of a number."""
    replies = replies_for(turn.session, turn.atlas, line.staff.union_code)
    if not number:
        lines = tuple((f"#{row.number}", row.words(turn.language)) for row in replies)
        return [Say(Word("live", "replies" if lines else "no_replies"), rows=lines)]
    row = next((r for r in replies if r.number == page_number(number)), None)
    if row is None:
        return [say("live", "no_such_reply", number=number)]
    worker = turn.session.get_one(Worker, line.case.worker_id)
    words = row.words(worker.language)
    deaf = _send(turn, line, (words, None))
    return deaf or [say("live", "reply_sent", words=words)]


def _carry(turn: Turn, line: Line, incoming: Incoming) -> list[Say]:
    """Carry words, a file or a place over; say so where it cannot be."""
    typed = incoming.text if incoming.kind == "text" else incoming.caption
    if looks_like_id(typed):
        turn.said = mask_ids(typed)
        if not turn.trusted:
            return [say("common", "private_typed")]
    if incoming.kind == "photo" and incoming.data:
        return _send_file(turn, line, incoming, _kept(turn, line, incoming))
    if incoming.kind == "document":
        return _document(turn, line, incoming)
    words = _words(turn, line, incoming)
    if not words:
        return [say("live", "not_carried")]
    return _send(turn, line, (words, None))


def _words(turn: Turn, line: Line, incoming: Incoming) -> str:
    """Return what somebody did as words; empty for what nobody could read."""
    if incoming.kind == "location":
        at = {"lat": incoming.lat, "lon": incoming.lon, "name": line.case.number}
        return turn.rules.map_link.format(**at)
    return incoming.text.strip() if incoming.kind in ("text", "contact") else ""


def _kept(turn: Turn, line: Line, incoming: Incoming) -> CaseFile:
    """Keep a picture with the case."""
    made = (line.case, incoming.mime, incoming.data, turn.now)
    picture = new_case_file(turn.keys, *made)
    turn.session.add(picture)
    turn.picture = short(picture.id)
    return picture


def _document(turn: Turn, line: Line, incoming: Incoming) -> list[Say]:
    """Make a document part of the case; say what is wrong with one that is none."""
    if incoming.text:
        return [Say(wrong(turn, incoming.text))]
    kept = bring(turn.session, turn.keys, line.case, incoming.file)
    if kept is None:
        return [say("live", "not_carried")]
    turn.document = kept.document(line.case.open_key(turn.keys))
    return _send_file(turn, line, incoming, kept)


def _send_file(turn: Turn, line: Line, incoming: Incoming, file: CaseFile) -> list[Say]:
    """Carry a file over with its words; behind it where they are too many."""
    words = incoming.caption.strip()
    if len(words) <= LONGEST_WITH_FILE:
        return _send(turn, line, (words, file))
    return _send(turn, line, ("", file), (words, None))


def _send(turn: Turn, line: Line, *parts: tuple[str, CaseFile | None]) -> list[Say]:
    """Carry parts over; the case has them though the other end may hear nothing."""
    carry = to_staff if line.is_worker else to_worker
    to = (turn.session, turn.keys, line.staff, line.case)
    heard = [one for part in parts for one in carry(*to, *part, turn.now)]
    if line.is_deaf:
        _hang_up(turn, line, STOPPED)
        return over(turn, line.case, STOPPED)
    turn.elsewhere += heard
    return []
