"""Times to book: opened at a partner's, closed, called off; and who has booked."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from bot.console.desk import Desk, Label, Text
from bot.console.fields import Field, Options, Unread, day, number, one_of
from bot.console.records import Act, Facts, Filter, Record
from bot.console.views import Badge, Line, Sheet
from handlers.question import label
from models import audit, booking
from models.benefit import Benefit, BenefitKind
from models.columns import short
from models.identity import mask_name
from models.partner import Giving, Partner
from models.service import ServiceRequest
from models.slot import Slot, SlotState
from models.staff import SERVING
from models.worker import Worker

STATES = {
    SlotState.OPEN: Badge(Label("Can be booked"), "good"),
    SlotState.CLOSED: Badge(Label("Bookings stopped")),
    SlotState.OFF: Badge(Label("Called off"), "bad"),
}
CLOCK = Label("An hour of the day, such as 08:30.")
BEGUN = Badge(Label("Over"))


def _mine(desk: Desk) -> Sequence[Any]:
    """Find the times at the partners of one's own unions."""
    theirs = select(Partner.code).where(col(Partner.union_code).in_(desk.unions))
    return (col(Slot.partner_code).in_(theirs),)


def _services(desk: Desk) -> Options:
    """Offer the services that are booked."""
    found = select(Benefit).where(
        col(Benefit.books), Benefit.kind == BenefitKind.SERVICE, col(Benefit.active)
    )
    rows = desk.session.exec(found.order_by(Benefit.code))
    return {row.code: desk.named(row) for row in rows}


def _places(desk: Desk) -> Options:
    """Offer the partners of one's own unions that give one of these."""
    found = (
        select(Partner)
        .join(Giving, col(Giving.partner_code) == Partner.code)
        .where(
            col(Giving.benefit_code).in_(list(_services(desk))),
            col(Partner.union_code).in_(desk.unions),
            col(Partner.active),
        )
    )
    rows = desk.session.exec(found.order_by(col(Partner.code)).distinct())
    return {row.code: desk.named(row) for row in rows}


def _clock(desk: Desk, text: str) -> time:
    try:
        return time.fromisoformat(text).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        raise Unread(CLOCK) from None


def _hour(name: str, label: Label, usual: str) -> Field:
    return Field(name, label, "time", usual=usual, read=_clock, get=_nothing)


def _nothing(desk: Desk, row: Slot) -> None:
    """Return nothing: a slot does not know with which others it was opened."""


FIELDS = (
    one_of("benefit_code", Label("Service"), _services),
    one_of("partner_code", Label("Where"), _places),
    day("on", Label("Day"), get=lambda desk, row: desk.moment(row.starts_at)),
    _hour("since", Label("First one begins at"), "08:30"),
    _hour("until", Label("Last one begins at"), "08:30"),
    number(
        "every",
        Label("Minutes from one to the next"),
        usual="30",
        get=_nothing,
        hint=Label("Not needed for a single time."),
    ),
    number("capacity", Label("Places each"), usual="4"),
)
FAULTS: dict[str, tuple[str, Text]] = {
    "benefit": ("benefit_code", Label("This service is not booked any more.")),
    "partner": ("partner_code", Label("This partner does not give this service.")),
    "starts": (
        "until",
        Label(
            "These times do not fit, or there are more than {most}.",
            most=booking.MOST_AT_ONCE,
        ),
    ),
    "past": ("on", Label("It must be still to come, within a year.")),
    "capacity": ("capacity", Label("1 to {most}.", most=booking.MOST_PLACES)),
    "taken": ("since", Label("One of these times is open there already.")),
}


def starts_of(
    on: date, since: time, until: time, every: int, zone: str
) -> list[datetime]:
    """Return when slots begin: from an hour to another, so many minutes apart."""
    first, last = (datetime.combine(on, at, ZoneInfo(zone)) for at in (since, until))
    step = timedelta(minutes=max(1, min(every, 24 * 60)))
    count = (last - first) // step + 1
    return [first + n * step for n in range(min(count, booking.MOST_AT_ONCE + 1))]


def _make(desk: Desk, facts: Facts) -> Slot:
    zone = desk.kit.rules.zone
    told = (facts["on"], facts["since"], facts["until"], facts["every"])
    starts = starts_of(*told, zone)
    made = booking.open_slots(
        desk.session,
        desk.kit.atlas,
        desk.staff,
        facts["benefit_code"],
        facts["partner_code"],
        starts,
        facts["capacity"],
        desk.now,
    )
    return made[0]


def _close(desk: Desk, row: Slot, facts: Facts) -> Text:
    booking.close(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    return Label("Bookings stopped. Those who have booked may still come.")


def _reopen(desk: Desk, row: Slot, facts: Facts) -> Text:
    booking.reopen(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    return Label("It can be booked again.")


def _call_off(desk: Desk, row: Slot, facts: Facts) -> Text:
    by = (desk.session, desk.kit.atlas, desk.staff)
    told = booking.call_off(*by, row, desk.kit.rules, desk.now)
    return Label("Called off. {count} are told and can choose again.", count=told)


def _badge(desk: Desk, row: Slot) -> Badge:
    past = row.starts_at <= desk.now and row.state is not SlotState.OFF
    return BEGUN if past else STATES[row.state]


def _when(desk: Desk, value: str) -> Any:
    if value == "off":
        return Slot.state == SlotState.OFF
    coming = col(Slot.starts_at) > desk.now
    return (coming if value == "coming" else ~coming) & (Slot.state != SlotState.OFF)


def _named(desk: Desk, row: Slot) -> str:
    return desk.named(desk.session.get_one(Benefit, row.benefit_code))


def _place(desk: Desk, row: Slot) -> str:
    place = desk.session.get(Partner, row.partner_code or "")
    return desk.named(place) if place else ""


def _sheets(desk: Desk, row: Slot) -> Iterable[Sheet]:
    lines = tuple(_line(desk, one) for one in booking.booked(desk.session, row))
    nobody = "" if lines else Label("nobody yet")
    share = (row.taken, row.capacity)
    so_many = ((Label("Booked"), f"{row.taken}/{row.capacity}"),)
    title = Label("Who has booked")
    yield Sheet(title, so_many, lines=lines, text=nobody, share=share)


def _line(desk: Desk, one: ServiceRequest) -> Line:
    """Tell who booked: of others' members only the number and their union."""
    union, state = desk.union(one.union_code), label(one.standing)
    if one.union_code not in desk.unions:
        return Line("", (one.number, union, state))
    worker = desk.session.get_one(Worker, one.worker_id)
    name = mask_name(worker.unseal(desk.kit.keys, "name") or "")
    path = f"/console/requests/{short(one.id)}"
    mine = one.worker_id == desk.worker.id
    return Line("" if mine else path, (one.number, name, union, state))


def _note(desk: Desk, row: Slot) -> None:
    audit.record(desk.session, desk.now, desk.staff.id, "slot.read", row.id)


def _is_to_come(desk: Desk, row: Slot, *states: SlotState) -> bool:
    return row.starts_at > desk.now and row.state in states


SLOTS: Record[Slot] = Record(
    name="slots",
    label=Label("Times to book"),
    new=Label("Add times to book"),
    table=Slot,
    key="id",
    order=(Slot.starts_at, Slot.id),
    roles=SERVING,
    keepers=SERVING,
    mine=_mine,
    columns=(Label("When"), Label("Service"), Label("Where"), Label("Booked")),
    cells=lambda desk, row: (
        desk.moment(row.starts_at),
        _named(desk, row),
        _place(desk, row),
        f"{row.taken}/{row.capacity}",
    ),
    badge=_badge,
    empty=Label("No times here."),
    fields=FIELDS,
    title=lambda desk, row: f"{_named(desk, row)} {desk.moment(row.starts_at)}",
    make=_make,
    acts=(
        Act(
            "close",
            Label("Stop bookings"),
            Label("Stop bookings of this time?"),
            Label("Nobody else can book it; those who have booked may still come."),
            lambda desk, row: _is_to_come(desk, row, SlotState.OPEN),
            _close,
        ),
        Act(
            "reopen",
            Label("Open again"),
            Label("Let people book this time again?"),
            "",
            lambda desk, row: _is_to_come(desk, row, SlotState.CLOSED),
            _reopen,
            "main",
        ),
        Act(
            "cancel",
            Label("Call it off"),
            Label("Call this time off?"),
            Label(
                "Everybody who has booked it is told and can choose another. "
                "This cannot be undone."
            ),
            lambda desk, row: _is_to_come(desk, row, SlotState.OPEN, SlotState.CLOSED),
            _call_off,
            "danger",
        ),
    ),
    filters=(
        Filter(
            "show",
            Label("State"),
            lambda desk: {
                "coming": Label("Coming"),
                "past": Label("Over"),
                "off": Label("Called off"),
            },
            _when,
            "coming",
        ),
        Filter(
            "benefit_code",
            Label("Service"),
            _services,
            lambda desk, value: Slot.benefit_code == value,
        ),
    ),
    faults=FAULTS,
    hint=Label("Members choose among the times that have a place left."),
    sheets=_sheets,
    note=_note,
    deeds={"closed": Label("closed"), "read": Label("read")},
)
