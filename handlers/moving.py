"""Transfers in the waiting list: a union lets a member go, another takes them in.

Permission is checked at the moment of each press.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import Session

from handlers.answers import Key
from handlers.deciding import LONGEST_REASON, reasons
from handlers.dossier import ByForm, ByPress, Dossier, Facts, Undoing, states_of
from handlers.flow import questions
from handlers.join import Join
from handlers.matter import CANNOT_UNDO, Deciding, Matter
from handlers.my_application import reason_text
from handlers.question import Submit, ask, label
from handlers.queued import WAITING_LIST, Source, days_since
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import transfer, transfer_deciding
from models.columns import long, short
from models.identity import dialled, mask_name
from models.place import Atlas
from models.sealing import Keyring
from models.staff import Staff, staff_of
from models.transfer import (
    QUEUE,
    TO_RECEIVE,
    WAITING,
    Moving,
    Transfer,
    TransferStep,
)
from models.workdays import add_workdays
from models.worker import Worker

REASONS = reasons("mismatch", "not_ours", "unsettled", "no_answer")


def _line(turn: Turn, row: Transfer) -> Word:
    waits = {
        "number": row.number,
        "days": days_since(turn, row.requested_at),
        "late": row.due < turn.today,
    }
    return Word("moving", f"line_{row.standing}", waits)


SOURCE = Source(QUEUE, "v:moving", _line)


MATTER = Matter(
    Transfer,
    others=Word("moving", "not_yours"),
    settled=Word("moving", "settled_already"),
    waits=lambda turn, row: row.standing in WAITING,
    which=lambda turn, row, named: {"number": row.number},
    hindered=CANNOT_UNDO,
)


def _shown(turn: Turn, row: Transfer) -> Say:
    """Show a transfer: who goes where, what changes, and by when it is decided."""
    return Say(
        Word("moving", "look", _clock(turn, row))
        if MATTER.waits(turn, row)
        else label(row.standing),
        title=Word("moving", "title", {"number": row.number}),
        rows=tuple(_facts(turn, row)),
    )


def _clock(turn: Turn, row: Transfer) -> dict[str, Any]:
    """Return by when who decides now has to, and to whom it goes then by itself."""
    goes_on = row.standing is Moving.REQUESTED
    next_ = turn.named(turn.atlas.unions[row.to_union]) if goes_on else ""
    return {"due": row.due, "next": next_}


def _facts(turn: Turn, row: Transfer) -> Iterator[tuple[Text, Text]]:
    worker = turn.session.get_one(Worker, row.worker_id)
    name, in_full = worker.unseal(turn.keys, "name") or "", _in_full(turn, row)
    yield Word("join", "label_full_name"), name if in_full else mask_name(name)
    if in_full:
        mobile = dialled(worker.unseal(turn.keys, "mobile") or "")
        yield Word("join", "label_mobile"), mobile
    yield Word("my_application", "member_no"), worker.member_no or ""
    yield Word("my_application", "standing"), label(row.standing)
    yield Word("transfer", "from"), turn.named(turn.atlas.unions[row.from_union])
    yield Word("transfer", "to"), turn.named(turn.atlas.unions[row.to_union])
    at = Word("common", "day", {"at": row.requested_at})
    yield Word("my_application", "submitted"), at
    facts = row.load(turn.keys, worker)
    group = _group_left(turn, row, worker, facts)
    if group is not None:
        yield Word("moving", "group_now"), turn.named(turn.atlas.groups[group])
    after = facts["after"]
    for question in questions(Join):
        if after.get(question.name) is not None:
            text = question.shown(turn, after, after[question.name])
            yield Word("join", f"label_{question.name}"), text


def _group_left(
    turn: Turn, row: Transfer, worker: Worker, facts: dict[str, Any]
) -> str | None:
    """Return the occupation before the transfer, as far as it is known of it."""
    if MATTER.waits(turn, row):
        return worker.group
    group: str | None = facts.get("before", {}).get("group")
    return group


def _in_full(turn: Turn, row: Transfer) -> bool:
    """Tell whether who looks may have to call; of who went they need no number."""
    return turn.trusted and row.standing in WAITING


def _release(turn: Turn, staff: Staff, row: Transfer) -> Say:
    """Let a member go."""
    due = add_workdays(turn.today, turn.rules.transfer_days)
    step = transfer_deciding.release(*_by(turn, staff), row, *_when(turn), due)
    return _decided(turn, row, step)


def _receive(turn: Turn, staff: Staff, row: Transfer) -> Say:
    """Take a member in."""
    step = transfer_deciding.receive(*_by(turn, staff), row, *_when(turn))
    return _decided(turn, row, step)


def _by(turn: Turn, staff: Staff) -> tuple[Session, Keyring, Atlas, Staff]:
    return turn.session, turn.keys, turn.atlas, staff


def _when(turn: Turn) -> tuple[datetime, int]:
    return turn.now, turn.rules.undo_seconds


def _decided(turn: Turn, row: Transfer, step: TransferStep) -> Say:
    """Say what was decided, and that it may be undone."""
    undo_ = Choice(Word("reviewing", "undo"), f"a:undo_move:{short(step.id)}")
    said = {
        "number": row.number,
        "standing": label(step.standing),
        "seconds": turn.rules.undo_seconds,
    }
    words = Word("moving", "decided", said)
    return Say(words, choices=(undo_,), about=row.worker_id)


def undo(turn: Turn, arg: str) -> list[Say]:
    """Take a decision back while the member has not been told."""
    staff = staff_of(turn.session, turn.worker.id)
    step = turn.session.get(TransferStep, long(arg))
    if staff is None or step is None:
        return [MATTER.not_yours()]
    row = turn.session.get_one(Transfer, step.transfer_id)

    def act() -> Say:
        _undo(turn, staff, row, step.id)
        again = Choice(Word("moving", "look_at_it"), f"v:moving:{short(row.id)}")
        return say("reviewing", "undone").offering(again, WAITING_LIST)

    return [MATTER.attempt(act)]


def _undo(turn: Turn, staff: Staff, row: Transfer, step_id: int) -> None:
    transfer_deciding.undo(*_by(turn, staff), step_id, row, turn.now)


def _last(turn: Turn, staff: Staff, row: Transfer) -> int | None:
    last = transfer.steps_of(turn.session, row.id)[-1]
    mine = transfer_deciding.may_undo(turn.session, turn.atlas, staff, last, row)
    return last.id if mine else None


class RefuseMove(Deciding):
    """Refuse a transfer, with a reason."""

    name: ClassVar[str] = "refuse_move"
    matter: ClassVar[Matter[Transfer]] = MATTER

    reason: Key = ask(offer=REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Transfer) -> Say:
        """Refuse it; the member is told why."""
        by, when = _by(turn, staff), _when(turn)
        step = transfer_deciding.refuse(*by, row, *when, self.reason)
        return _decided(turn, row, step)


def _called(turn: Turn, row: Transfer) -> tuple[Text, Text]:
    unions = turn.atlas.unions
    old, new = (turn.named(unions[code]) for code in (row.from_union, row.to_union))
    return row.number, f"{old} → {new}"


def _history(turn: Turn, row: Transfer) -> Facts:
    """Tell each step: when, what, by when the next was to come, and why not."""
    worker = turn.session.get_one(Worker, row.worker_id)
    for step in transfer.steps_of(turn.session, row.id):
        why = step.reason(turn.keys, worker)
        told = {
            "standing": label(step.standing),
            "due": step.due if step.standing in WAITING else None,
            "undone": step.undone,
            "why": reason_text(why) if why else "",
        }
        at = Word("my_data", "moment", {"at": step.at})
        yield at, Word("moving", "step", told)


DOSSIER = Dossier(
    name="transfers",
    noun="transfer",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=_called,
    ways=(
        ByPress(
            "release_move",
            lambda row: Word("moving", "release"),
            _release,
            lambda row: row.standing is Moving.REQUESTED,
        ),
        ByPress(
            "receive_move",
            lambda row: Word("moving", "receive"),
            _receive,
            lambda row: row.standing in TO_RECEIVE,
        ),
        ByForm(RefuseMove),
    ),
    states=states_of(Transfer.standing, *Moving),
    history=_history,
    unions=(Transfer.union_code, Transfer.from_union),
    due=Transfer.due,
    undoing=Undoing(_last, _undo),
    deeds={"refused": Word("refuse_move", "name")},
)
