"""Serving: a social worker sees what a member asked for, accepts, declines, finishes.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from collections.abc import Callable
from datetime import datetime
from typing import ClassVar

from sqlmodel import Session

from handlers.answers import Key
from handlers.benefits import name_of
from handlers.deciding import LONGEST_REASON, reasons
from handlers.matter import Deciding, Matter
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, own_words
from handlers.reviewing import label_of
from handlers.say import Choice, Say, Text, Word, say
from handlers.services import facts, standing
from handlers.turn import Turn
from models import service
from models.columns import short
from models.identity import dialled, mask_name
from models.place import Atlas
from models.review import who_is
from models.service import PENDING, QUEUE, Served, ServiceRequest
from models.staff import Staff
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


def _which(turn: Turn, row: ServiceRequest, named: bool) -> dict[str, Text]:
    worker = turn.session.get_one(Worker, row.worker_id)
    name = mask_name(worker.unseal(turn.keys, "name") or "") if named else ""
    return {
        "benefit": name_of(turn, row.benefit_code),
        "number": row.number,
        "name": name,
    }


MATTER = Matter(
    ServiceRequest,
    others=Word("serving", "not_yours"),
    settled=Word("serving", "settled_already"),
    waits=lambda row: row.standing in PENDING,
    which=_which,
)


def look(turn: Turn, arg: str) -> list[Say]:
    """Show what a member asked for, and what may be done about it."""
    return MATTER.look(turn, arg, "service.read", _shown)


def _shown(turn: Turn, row: ServiceRequest) -> Say:
    return Say(
        Word("serving", f"look_{row.standing}", {"trusted": turn.trusted}),
        title=Word("serving", "title", _which(turn, row, named=False)),
        rows=_rows(turn, row),
        choices=_choices(row),
        back=WAITING_LIST.press,
        about=row.worker_id,
    )


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
    return [_do(turn, arg, service.accept, say("serving", "accepted"))]


def finish(turn: Turn, arg: str) -> list[Say]:
    """Note that a service was given; the member is asked how it was."""
    return [_do(turn, arg, service.finish, say("serving", "finished"))]


Deed = Callable[[Session, Atlas, Staff, ServiceRequest, datetime], None]


def _do(turn: Turn, arg: str, deed: Deed, done: Say) -> Say:
    def act(staff: Staff, row: ServiceRequest) -> Say:
        deed(turn.session, turn.atlas, staff, row, turn.now)
        again = Choice(Word("serving", "look_again"), f"v:service_asked:{arg}")
        more = (again,) if MATTER.waits(row) else ()
        return done.offering(*more, WAITING_LIST)

    return MATTER.decide(turn, arg, act)


class Decline(Deciding):
    """Decline a request for a service, with a reason."""

    name: ClassVar[str] = "decline_service"
    matter: ClassVar[Matter[ServiceRequest]] = MATTER

    reason: Key = ask(offer=DECLINE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Decline the request; the member is told why."""

        def act(staff: Staff, row: ServiceRequest) -> Say:
            by = (turn.session, turn.keys, turn.atlas, staff)
            service.decline(*by, row, self.reason, turn.now)
            return say("serving", "declined").offering(WAITING_LIST)

        return MATTER.decide(turn, self.subject, act)
