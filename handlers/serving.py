"""Serving: a social worker sees what a member asked for, accepts, declines, finishes.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from typing import ClassVar

from handlers.answers import Key
from handlers.benefits import name_of
from handlers.deciding import LONGEST_REASON, reasons
from handlers.dossier import (
    ByForm,
    ByPress,
    Dossier,
    Facts,
    reason_of,
    settled,
    states_of,
)
from handlers.matter import Deciding, Matter
from handlers.question import Submit, ask
from handlers.queued import Source, days_since, own_words
from handlers.reviewing import label_of
from handlers.say import Choice, Say, Text, Word, say
from handlers.services import facts
from handlers.stars import stars
from handlers.turn import Turn
from models import service
from models.columns import short
from models.identity import dialled, mask_name
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
    waits=lambda turn, row: row.standing in PENDING,
    which=_which,
)


def _shown(turn: Turn, row: ServiceRequest) -> Say:
    """Show what a member asked for."""
    return Say(
        Word("serving", f"look_{row.standing}", {"trusted": turn.trusted}),
        title=Word("serving", "title", _which(turn, row, named=False)),
        rows=_rows(turn, row),
    )


def _rows(turn: Turn, row: ServiceRequest) -> tuple[tuple[Text, Text], ...]:
    """Return who asked for what; in full only where somebody may have to call."""
    worker = turn.session.get_one(Worker, row.worker_id)
    known = who_is(turn.session, turn.keys, worker)
    in_full = turn.trusted and MATTER.waits(turn, row)
    shown = known["name"] if in_full else mask_name(known["name"])
    who: list[tuple[Text, Text]] = [(label_of("full_name"), shown)]
    if in_full:
        who.append((label_of("mobile"), dialled(known["mobile"])))
    if words := row.read(turn.keys, worker, "words"):
        who.append((Word("service", "label_words"), own_words(turn, words)))
    return (*who, *facts(turn, row))


def _accept(turn: Turn, staff: Staff, row: ServiceRequest) -> Say:
    """See to a request; the member is told."""
    service.accept(turn.session, turn.atlas, staff, row, turn.now)
    again = Choice(Word("serving", "look_again"), f"v:service_asked:{short(row.id)}")
    return say("serving", "accepted").offering(again)


def _finish(turn: Turn, staff: Staff, row: ServiceRequest) -> Say:
    """Note that a service was given; the member is asked how it was."""
    service.finish(turn.session, turn.atlas, staff, row, turn.now)
    return say("serving", "finished")


class Decline(Deciding):
    """Decline a request for a service, with a reason."""

    name: ClassVar[str] = "decline_service"
    matter: ClassVar[Matter[ServiceRequest]] = MATTER

    reason: Key = ask(offer=DECLINE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: ServiceRequest) -> Say:
        """Decline the request; the member is told why."""
        by = (turn.session, turn.keys, turn.atlas, staff)
        service.decline(*by, row, self.reason, turn.now)
        return say("serving", "declined")


def _called(turn: Turn, row: ServiceRequest) -> tuple[Text, Text]:
    return row.number, name_of(turn, row.benefit_code)


def _history(turn: Turn, row: ServiceRequest) -> Facts:
    if row.accepted_at is not None:
        at = Word("my_data", "moment", {"at": row.accepted_at})
        yield Word("dossier", "accepted"), at
    yield from settled(row.settled_at)
    yield from reason_of(turn, row)
    if row.rating is not None:
        yield Word("dossier", "rating"), stars(row.rating)


DOSSIER = Dossier(
    name="requests",
    noun="service",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=_called,
    ways=(
        ByPress(
            "accept_service",
            lambda row: Word("serving", "accept"),
            _accept,
            lambda row: row.standing is Served.REQUESTED,
        ),
        ByPress(
            "finish_service",
            lambda row: Word("serving", "finish"),
            _finish,
            lambda row: row.standing is Served.ACCEPTED,
        ),
        ByForm(Decline),
    ),
    states=states_of(ServiceRequest.standing, *Served),
    history=_history,
    deeds={
        "accepted": Word("serving", "accept"),
        "done": Word("serving", "finish"),
        "declined": Word("decline_service", "name"),
    },
)
