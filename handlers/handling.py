"""Handling cases in a chat: a staff member looks, takes, passes on, lets go, closes.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from collections.abc import Callable, Iterator
from typing import Any

from handlers.cases import Rows, brief, dispute_rows, safe_day_words, said_by, words_of
from handlers.files import enclosed
from handlers.hanging_up import tell_over
from handlers.matter import Matter
from handlers.question import label
from handlers.queued import WAITING_LIST, Source, days_since
from handlers.reviewing import label_of
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import audit, handling
from models.application import CannotDecide
from models.case import OPEN, Case, Course, chats_in
from models.case_docket import QUEUE, URGENT_QUEUE
from models.case_entry import CaseEntry, Side, last_entries
from models.case_file import CaseFile
from models.columns import short
from models.handling import NotTheirs, has
from models.identity import dialled, mask_ids, mask_mobile, mask_name
from models.review import may_review, who_is
from models.staff import OFFICER, Staff
from models.worker import Worker

MOST_SHOWN = 8
"""How many of its last entries a case shows to who handles it."""


def look_at(row: Case) -> str:
    """Return the press that shows a case to staff."""
    return f"v:case:{short(row.id)}"


def _line(turn: Turn, row: Case) -> Word:
    waits = {
        "number": row.number,
        "kind": label(row.kind),
        "days": days_since(turn, row.opened_at),
        "taken": row.course is Course.TAKEN,
        "urgent": row.urgent,
    }
    return Word("handling", "line", waits)


SOURCE = Source(QUEUE, "v:case", _line)
URGENT_SOURCE = Source(URGENT_QUEUE, "v:case", _line)


MATTER = Matter(
    Case,
    others=Word("handling", "not_yours"),
    settled=Word("handling", "too_late"),
    waits=lambda turn, row: row.course in OPEN,
    which=lambda turn, row, named: {"kind": label(row.kind), "number": row.number},
)


def look(turn: Turn, arg: str) -> list[Say]:
    """Show a case: who, what, since when, what was said; and what may be done."""
    found = MATTER.mine(turn, arg)
    if found is None:
        return [MATTER.not_yours()]
    staff, row = found
    audit.record(turn.session, turn.now, staff.id, "case.read", row.id)
    stands = "yours" if has(staff, row) else row.course
    message = Say(
        Word("handling", f"look_{stands}", {"due": row.due}),
        before=safe_day_words(row, turn.today),
        title=Word(
            "handling", "title", {"kind": label(row.kind), "number": row.number}
        ),
        rows=tuple(_rows(turn, row)),
        choices=tuple(choices(staff, row)),
        back=WAITING_LIST.press,
        about=row.worker_id,
        **_file(turn, row),
    )
    return [message]


def _rows(turn: Turn, row: Case) -> Rows:
    """Yield what was told; masked, and without the story, where it may not travel."""
    worker, facts = turn.session.get_one(Worker, row.worker_id), row.load(turn.keys)
    name = who_is(turn.session, turn.keys, worker)["name"]
    mobile = facts["mobile"]
    yield from _filled(label_of("full_name"), name if turn.trusted else mask_name(name))
    whole = dialled(mobile) if turn.trusted else mask_mobile(mobile)
    yield from _filled(label_of("mobile"), whole if mobile else "")
    yield from dispute_rows(row)
    if row.relation is not None:
        yield Word("case", "label_people"), str(row.people)
    if not turn.trusted:
        yield Word("case", "label_story"), Word("handling", "not_here")
        return
    yield from _filled(Word("case", "label_employer"), facts["employer"])
    yield Word("case", "label_story"), brief(mask_ids(facts["story"]))
    for entry in last_entries(turn.session, row.id, MOST_SHOWN):
        yield _said_by(entry), words_of(turn, row, entry, masked=True)


def _said_by(entry: CaseEntry) -> Word:
    """Return who wrote an entry, to who is not its worker."""
    if entry.side is Side.WORKER:
        return Word("handling", "said_by_worker", {"at": entry.at})
    return said_by(entry)


def _filled(name: Text, value: str) -> Rows:
    if value:
        yield name, value


def _file(turn: Turn, row: Case) -> dict[str, Any]:
    """Return how the last file of a case is shown, where it may be."""
    entries = last_entries(turn.session, row.id, MOST_SHOWN) if turn.trusted else ()
    sent = [entry.picture_id for entry in entries if entry.picture_id is not None]
    if not sent:
        return {}
    kept = turn.session.get(CaseFile, sent[-1])
    return enclosed(kept, row.open_key(turn.keys)) if kept else {"image": sent[-1]}


def choices(staff: Staff, row: Case) -> Iterator[Choice]:
    """Yield what a staff member may do about a case now."""
    key = short(row.id)
    if row.course is Course.WAITING:
        yield Choice(Word("handling", "take"), f"a:take_case:{key}")
    if has(staff, row):
        yield Choice(Word("live", "name"), f"a:talk:{key}")
        yield Choice(Word("case_close", "name"), f"f:case_close:{key}")
    if row.course not in OPEN:
        return
    yield Choice(Word("case_note", "name"), f"f:case_note:{key}")
    if row.stage is not None:
        yield Choice(Word("case_stage", "name"), f"f:case_stage:{key}")
    commands = has(staff, row) or staff.role == OFFICER
    if row.course is Course.TAKEN and commands:
        yield Choice(Word("case_pass", "name"), f"f:case_pass:{key}")
        yield Choice(Word("handling", "let_go"), f"a:let_go_case:{key}")


def take(turn: Turn, arg: str) -> list[Say]:
    """Take a case; of two who press at once one has it."""

    def do(staff: Staff, row: Case) -> None:
        handling.take(turn.session, turn.atlas, staff, row, turn.now)

    return done(turn, arg, do, say("handling", "taken"))


def let_go(turn: Turn, arg: str) -> list[Say]:
    """Let a case wait for whoever takes it next."""

    def do(staff: Staff, row: Case) -> None:
        handling.let_go(turn.session, turn.atlas, staff, row, turn.now)

    return done(turn, arg, do, say("handling", "gone"))


def done(
    turn: Turn, arg: str, do: Callable[[Staff, Case], None], message: Say
) -> list[Say]:
    """Do something about a case and say so, or why it cannot be done."""
    found = MATTER.mine(turn, arg)
    if found is None:
        return [MATTER.not_yours()]
    staff, row = found
    talking = chats_in(turn.session, row.id)
    try:
        do(staff, row)
    except (CannotDecide, NotTheirs):
        return [too_late(row)]
    if not chats_in(turn.session, row.id):
        tell_over(turn, row, talking)
    if may_review(turn.atlas, staff, row) and row.course in OPEN:
        return [message.offering(*choices(staff, row), WAITING_LIST)]
    return [message.offering(WAITING_LIST)]


def too_late(row: Case) -> Say:
    """Say that a case is no longer where this could be done."""
    again = Choice(Word("handling", "look_again"), look_at(row))
    return Say(MATTER.settled).offering(again, WAITING_LIST)
