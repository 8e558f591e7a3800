"""Who comes to an event: a list for its staff, of masked names; each look is noted."""

from sqlmodel import col, select

from bot.console.desk import Desk, Label, Text
from bot.console.listing import page_of
from bot.console.views import Badge, Do, Line, List, View, choose
from models import audit
from models.columns import short
from models.event import Event
from models.identity import mask_name
from models.signup import Signup, SignupState
from models.worker import Worker

STATES = {
    SignupState.IN: Badge(Label("Has a seat"), "good"),
    SignupState.WAITING: Badge(Label("Waits"), "wait"),
    SignupState.OFFERED: Badge(Label("Was offered a seat"), "wait"),
    SignupState.ATTENDED: Badge(Label("Checked in"), "good"),
    SignupState.CANCELLED: Badge(Label("Cancelled")),
}
NAMES: dict[str, Text] = {state: badge.label for state, badge in STATES.items()}
LAST = 4
"""How many digits of a member number are shown."""


def note(desk: Desk, row: Event) -> None:
    """Write down that somebody looks at who comes."""
    audit.record(desk.session, desk.now, desk.staff.id, "event.people_read", row.id)


def show(desk: Desk, row: Event) -> View:
    """List who signed up."""
    state = desk.query.get("state", "")
    state = state if state in NAMES else ""
    found = select(Signup).where(
        Signup.event_id == row.id, *((col(Signup.state) == state,) if state else ())
    )
    rows, more = page_of(
        desk.session, found, (Signup.at, Signup.id), desk.query.get("after", "")
    )
    return List(
        Label("Who comes"),
        (
            Label("Name"),
            Label("Member number"),
            Label("Occupation"),
            Label("Signed up at"),
            Label("Checked in at"),
        ),
        tuple(_line(desk, one) for one in rows),
        Label("Nobody yet."),
        (choose("state", Label("State"), state, {"": Label("All"), **NAMES}),),
        after=more,
        actions=(Do(desk.named(row), f"/console/events/{short(row.id)}"),),
    )


def _line(desk: Desk, row: Signup) -> Line:
    worker = desk.session.get_one(Worker, row.worker_id)
    group = desk.kit.atlas.groups.get(worker.group or "")
    cells = (
        mask_name(worker.unseal(desk.kit.keys, "name") or ""),
        (worker.member_no or "")[-LAST:],
        desk.named(group) if group else "",
        desk.moment(row.at),
        desk.moment(row.checked_in_at),
    )
    return Line("", cells, STATES[row.state])
