"""Serving: a social worker sees what a member asked for, accepts, declines, finishes.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from collections.abc import Callable
from typing import ClassVar

from handlers.answers import Key
from handlers.benefits import name_of
from handlers.deciding import LONGEST_REASON, reasons
from handlers.flow import Flow
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, own_words
from handlers.reviewing import label_of
from handlers.say import Choice, Say, Text, Word, say
from handlers.services import facts, standing
from handlers.turn import Turn
from models import audit, service
from models.application import CannotDecide
from models.columns import long, short
from models.identity import dialled, mask_name
from models.review import may_review, who_is
from models.service import PENDING, QUEUE, Served, ServiceRequest
from models.staff import Staff, staff_of
from models.worker import Worker

DECLINE_REASONS = reasons("no_answer", "no_place", "elsewhere_helped")


def _line(turn: Turn, row: ServiceRequest) -> Word:
    waits = {
        "number": row.number,
        "benefit": name_of(turn, row.benefit_code),
        "days": days_since(turn, row.asked_at),
        "accepted": row.standing is Served.ACCEPTED,
    }
    return Word("serving", "line", waits)


SOURCE = Source(QUEUE, "v:service_asked", _line)


def mine(turn: Turn, arg: str) -> tuple[Staff, ServiceRequest] | None:
    """Return the staff member and the request if one may see to the other."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(ServiceRequest, long(arg))
    if staff is None or row is None or not may_review(turn.atlas, staff, row):
        return None
    return staff, row


def look(turn: Turn, arg: str) -> list[Say]:
    """Show what a member asked for, and what may be done about it."""
    found = mine(turn, arg)
    if found is None:
        return [_not_yours()]
    staff, row = found
    audit.record(turn.session, turn.now, staff.id, "service.read", row.id)
    message = Say(
        Word("serving", f"look_{row.standing}", {"trusted": turn.trusted}),
        title=Word("serving", "title", _named(turn, row, named=False)),
        rows=_rows(turn, row),
        choices=_choices(row),
        back=WAITING_LIST.press,
        about=row.worker_id,
    )
    return [message]


def _rows(turn: Turn, row: ServiceRequest) -> tuple[tuple[Text, Text], ...]:
    """Return who asked for what; masked where the channel is not trusted."""
    worker = turn.session.get_one(Worker, row.worker_id)
    known = who_is(turn.session, turn.keys, worker)
    shown = known["name"] if turn.trusted else mask_name(known["name"])
    who: list[tuple[Text, Text]] = [(label_of("full_name"), shown)]
    if turn.trusted:
        who.append((label_of("mobile"), dialled(known["mobile"])))
    if words := row.read(turn.keys, worker, "words"):
        who.append((Word("service", "label_words"), own_words(turn, words)))
    state = (Word("services", "label_standing"), standing(row))
    return (*who, *facts(turn, row), state)


def _named(turn: Turn, row: ServiceRequest, named: bool) -> dict[str, Text]:
    worker = turn.session.get_one(Worker, row.worker_id)
    name = mask_name(worker.unseal(turn.keys, "name") or "") if named else ""
    return {
        "benefit": name_of(turn, row.benefit_code),
        "number": row.number,
        "name": name,
    }


def _choices(row: ServiceRequest) -> tuple[Choice, ...]:
    key = short(row.id)
    decline = Choice(Word("decline_service", "name"), f"f:decline_service:{key}")
    if row.standing is Served.REQUESTED:
        return Choice(Word("serving", "accept"), f"a:accept_service:{key}"), decline
    if row.standing is Served.ACCEPTED:
        return Choice(Word("serving", "finish"), f"a:finish_service:{key}"), decline
    return ()


def accept(turn: Turn, arg: str) -> list[Say]:
    """See to a request; the member is told."""

    def do(staff: Staff, row: ServiceRequest) -> None:
        service.accept(turn.session, turn.atlas, staff, row, turn.now)

    return [_done(turn, arg, do, say("serving", "accepted"))]


def finish(turn: Turn, arg: str) -> list[Say]:
    """Note that a service was given; the member is asked how it was."""

    def do(staff: Staff, row: ServiceRequest) -> None:
        service.finish(turn.session, turn.atlas, staff, row, turn.now)

    return [_done(turn, arg, do, say("serving", "finished"))]


def _done(
    turn: Turn, arg: str, do: Callable[[Staff, ServiceRequest], None], done: Say
) -> Say:
    """Do something about a request and say so, or why it cannot be done."""
    found = mine(turn, arg)
    if found is None:
        return _not_yours()
    try:
        do(*found)
    except CannotDecide:
        return _settled_already()
    again = Choice(Word("serving", "look_again"), f"v:service_asked:{arg}")
    pending = found[1].standing in PENDING
    return done.offering(*((again,) if pending else ()), WAITING_LIST)


class Decline(Flow):
    """Decline a request for a service, with a reason."""

    name: ClassVar[str] = "decline_service"
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    reason: Key = ask(offer=DECLINE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not see to this request, or comes too late."""
        found = mine(turn, subject)
        if found is None:
            return [_not_yours()]
        return None if found[1].standing in PENDING else [_settled_already()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say whose, so that nobody declines one and means another."""
        row = turn.session.get(ServiceRequest, long(subject))
        if row is None:
            return super().title(turn, subject)
        return Word(cls.name, "title", _named(turn, row, named))

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while declining as the member's data."""
        row = turn.session.get(ServiceRequest, long(subject))
        return row.worker_id if row else None

    def finish(self, turn: Turn) -> Say:
        """Decline the request; the member is told why."""

        def do(staff: Staff, row: ServiceRequest) -> None:
            reason, now = self.reason, turn.now
            by = (turn.keys, turn.atlas, staff)
            service.decline(turn.session, *by, row, reason, now)

        return _done(turn, self.subject, do, say("serving", "declined"))


def _not_yours() -> Say:
    return say("serving", "not_yours").offering(WAITING_LIST)


def _settled_already() -> Say:
    return say("serving", "settled_already").offering(WAITING_LIST)
