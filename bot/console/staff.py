"""Staff: positions in a union and below it; an administrator fills and ends them."""

from collections.abc import Iterable

from sqlmodel import col, select

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.drawing import ROLES
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, whole
from bot.console.views import (
    Badge,
    Detail,
    Do,
    Fill,
    Input,
    Line,
    List,
    Option,
    Sheet,
    View,
    choose,
)
from models import audit
from models.clerk import Clerk, appoint_clerk
from models.columns import long, short
from models.partner import Partner
from models.staff import (
    ADMINISTRATOR,
    JURY,
    OFFICER,
    PARTNER_CLERK,
    SOCIAL_WORKER,
    Invitation,
    Staff,
    appoint,
    invite,
    may_appoint,
    revoke,
)

PATH = "/console/staff"
BACK = Do(Label("Staff"), PATH)
ORDER = (Staff.created_at, Staff.id)
NAMES: dict[str, Text] = {**ROLES, JURY: Label("Jury")}
OF_UNIONS = (SOCIAL_WORKER, OFFICER, JURY, ADMINISTRATOR)
HELD, OPEN, OVER = (
    Badge(Label("Works"), "good"),
    Badge(Label("Link not opened yet"), "wait"),
    Badge(Label("Link is over"), "bad"),
)


def list_(desk: Desk, row: str) -> View:
    """List the positions that were not ended, the newest first."""
    role = desk.query.get("role", "") if desk.query.get("role") in NAMES else ""
    chosen = select(Staff).where(
        Staff.active,
        col(Staff.union_code).in_(desk.unions),
        *((Staff.role == role,) if role else ()),
    )
    after = desk.query.get("after", "")
    rows, more = page_of(desk.session, chosen, ORDER, after, True)
    return List(
        Label("Staff"),
        (Label("Position"), Label("Role"), Label("Union"), Label("Since")),
        tuple(_line(desk, row) for row in rows),
        Label("Nobody is appointed here yet."),
        (choose("role", Label("Role"), role, {"": Label("All"), **NAMES}),),
        after=more,
        actions=(
            Do(Label("Appoint"), f"{PATH}/appoint", kind="main"),
            Do(Label("Appoint a clerk"), f"{PATH}/clerk"),
        ),
    )


def _line(desk: Desk, row: Staff) -> Line:
    cells = (
        short(row.id),
        NAMES[row.role],
        _at(desk, row),
        desk.moment(row.created_at),
    )
    return Line(f"{PATH}/{short(row.id)}", cells, _state(desk, row))


def _at(desk: Desk, row: Staff) -> str:
    clerk = desk.session.get(Clerk, row.id) if row.role == PARTNER_CLERK else None
    partner = desk.session.get(Partner, clerk.partner_code) if clerk else None
    return desk.named(partner) if partner else desk.union(row.union_code)


def _state(desk: Desk, row: Staff) -> Badge:
    if row.worker_id is not None:
        return HELD
    open_ = select(Invitation.staff_id).where(
        Invitation.staff_id == row.id,
        col(Invitation.used_at).is_(None),
        Invitation.expires_at > desk.now,
    )
    return OPEN if desk.session.exec(open_).first() else OVER


def own(desk: Desk, key: str) -> Staff | None:
    """Return a position one may end: in one's own union or below, and not one's own."""
    row = desk.session.get(Staff, long(key))
    if row is None or not row.active or row.id == desk.staff.id:
        return None
    mine = may_appoint(desk.kit.atlas, desk.staff, row.union_code)
    return row if mine else None


def show(desk: Desk, row: Staff) -> View:
    """Show a position."""
    at = f"{PATH}/{short(row.id)}"
    return Detail(
        NAMES[row.role],
        (Sheet(Label("Position"), _facts(desk, row)),),
        _state(desk, row),
        actions=(
            *(
                (Do(Label("Make a new link"), f"{at}/invite", at_once=True),)
                if row.worker_id is None
                else ()
            ),
            Do(Label("End this position"), f"{at}/revoke", kind="danger"),
        ),
        back=BACK,
    )


def _facts(desk: Desk, row: Staff) -> tuple[tuple[Text, Text], ...]:
    return (
        (Label("Position"), short(row.id)),
        (Label("Role"), NAMES[row.role]),
        (Label("Union"), _at(desk, row)),
        (Label("Since"), desk.moment(row.created_at)),
    )


def ask_appoint(desk: Desk, row: str) -> View:
    """Ask for which union, and as what."""
    roles = tuple(Option(role, NAMES[role]) for role in OF_UNIONS)
    unions = {code: desk.union(code) for code in sorted(desk.unions)}
    return Fill(
        Label("Appoint"),
        Label("Make the link"),
        (
            Input("role", Label("Role"), "radios", options=roles),
            choose("union", Label("Union"), desk.staff.union_code, unions),
        ),
        why=Label(
            "You get a link for the person you appoint. Opening it in their own chat "
            "gives them the position."
        ),
        back=BACK,
    )


def appoint_(desk: Desk, row: str) -> Went:
    """Make a position and the link that gives it to somebody."""
    role, union = desk.fields.get("role"), desk.fields.get("union")
    if role not in OF_UNIONS:
        raise Wrong(role=Label("Please choose a role."))
    if not may_appoint(desk.kit.atlas, desk.staff, union):
        raise Wrong(union=Label("Please choose a union."))
    return _appointed(desk, appoint(desk.session, role, union, desk.now))


def ask_clerk(desk: Desk, row: str) -> View:
    """Ask for which partner's counter."""
    named = {one.code: desk.named(one) for one in _partners(desk)}
    return Fill(
        Label("Appoint a clerk"),
        Label("Make the link"),
        (
            choose(
                "partner", Label("Partner"), "", {"": Label("Please choose"), **named}
            ),
        ),
        back=BACK,
    )


def appoint_at_partner(desk: Desk, row: str) -> Went:
    """Make a position at a partner's counter and its link."""
    found = {one.code: one for one in _partners(desk)}.get(desk.fields.get("partner"))
    if found is None:
        raise Wrong(partner=Label("Please choose a partner."))
    return _appointed(desk, appoint_clerk(desk.session, found, desk.now))


def _partners(desk: Desk) -> Iterable[Partner]:
    chosen = select(Partner).where(
        Partner.active, col(Partner.union_code).in_(desk.unions)
    )
    return desk.session.exec(chosen.order_by(col(Partner.code))).all()


def _appointed(desk: Desk, staff: Staff) -> Went:
    by = desk.staff.id
    audit.record(desk.session, desk.now, by, "staff.appointed", staff.id, staff.role)
    return _invited(desk, staff)


def _invited(desk: Desk, staff: Staff) -> Went:
    """Show the link of a position, once: only its hash is kept."""
    link = f"{desk.kit.config.address}/?start={invite(desk.session, staff, desk.now)}"
    notice = Label(
        "Send this link to the person, and to nobody else. It works once, within three "
        "days, and is not shown again."
    )
    view = Detail(
        Label("The link is ready"),
        (
            Sheet(Label("Link"), text=link),
            Sheet(Label("Position"), _facts(desk, staff)),
        ),
        notice=(notice,),
        back=BACK,
    )
    at = f"{PATH}/{short(staff.id)}"
    said = Label("The link was shown once. You can make a new one here.")
    return Went(at, said, view)


def invite_(desk: Desk, row: Staff) -> Went:
    """Make a new link for a position nobody holds; the one before ends."""
    if row.worker_id is not None:
        raise Wrong.altogether(Label("Somebody holds this position already."))
    audit.record(desk.session, desk.now, desk.staff.id, "staff.invited", row.id)
    return _invited(desk, row)


def ask_revoke(desk: Desk, row: Staff) -> View:
    """Ask whether a position is to end."""
    return Fill(
        Label("End this position?"),
        Label("End it"),
        rows=_facts(desk, row),
        why=Label("Its holder is signed out at once and can do nothing more."),
        danger=True,
        back=Do(NAMES[row.role], f"{PATH}/{short(row.id)}"),
    )


def revoke_(desk: Desk, row: Staff) -> Went:
    """End a position."""
    revoke(desk.session, row, desk.now, desk.staff)
    return Went(PATH, Label("The position has ended."))


MINE = Rule((ADMINISTRATOR,), own)
ANYBODY = Rule((ADMINISTRATOR,), whole)

STAFF = Noun(
    "staff",
    Label("Staff"),
    (
        Page("", ANYBODY, list_),
        Form("appoint", ANYBODY, ask_appoint, appoint_),
        Form("clerk", ANYBODY, ask_clerk, appoint_at_partner),
        Page("{key}", MINE, show),
        Form("{key}/invite", MINE, show, invite_),
        Form("{key}/revoke", MINE, ask_revoke, revoke_),
    ),
)
