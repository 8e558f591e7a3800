"""Staff: the people who serve a union, and the one-time codes that appoint them."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, update
from sqlmodel import Field, Session, SQLModel, and_, col, func, select

from models import audit, one_time
from models.columns import BigId, Utc, new_id
from models.errors import Failure
from models.one_time import OneTime
from models.place import Atlas, Union

PREFIX = "s-"
"""How the code of an invitation begins, apart from the codes on posters."""


SOCIAL_WORKER = "social_worker"
"""The role of who reviews."""

OFFICER = "officer"
"""The role of who is told when those who review leave an application waiting."""

SERVING = (SOCIAL_WORKER, OFFICER)
"""The roles of who sees, and decides, what members of the union ask for."""

PARTNER_CLERK = "partner_clerk"
"""The role of who redeems vouchers at a partner's counter, and sees nothing else."""

JURY = "jury"
"""The role of who scores the nominees of an award, and sees nothing else."""

ADMINISTRATOR = "administrator"
"""The role of who appoints staff and ends their access, and sees no worker's data."""

ROLES = (*SERVING, PARTNER_CLERK, JURY, ADMINISTRATOR)
"""What somebody may be appointed as."""

CONSOLE = (*SERVING, PARTNER_CLERK, ADMINISTRATOR)
"""The roles that work in the console; a jury stays in the chat."""


class NotTheirs(Failure):
    """This is of a union that the staff member does not serve (permanent)."""


class Staff(SQLModel, table=True):
    """A role in one union and those below it, held by a worker of ours once bound.

    A partner's clerk serves that partner alone; see `models.clerk`.
    """

    id: int = Field(primary_key=True, sa_type=BigId)
    role: str
    union_code: str = Field(foreign_key="union.code", index=True)
    worker_id: int | None = Field(
        default=None, foreign_key="worker.id", sa_type=BigId, unique=True
    )
    active: bool = True
    created_at: datetime = Field(sa_type=Utc)


class Invitation(OneTime, table=True):
    """A one-time code that makes a worker a staff member; only its hash is kept."""

    token_hash: bytes = Field(primary_key=True)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigId, index=True)


def appoint(session: Session, role: str, union_code: str, now: datetime) -> Staff:
    """Make a staff position that nobody holds yet."""
    staff = Staff(id=new_id(), role=role, union_code=union_code, created_at=now)
    session.add(staff)
    session.flush()
    return staff


def invite(session: Session, staff: Staff, now: datetime, hours: int = 72) -> str:
    """Make a one-time code for a position; an unused one it had before ends."""
    _end_links(session, staff, now)
    token = one_time.new_token(PREFIX)
    session.add(
        Invitation(
            token_hash=one_time.hash_of(token),
            staff_id=staff.id,
            expires_at=now + timedelta(hours=hours),
        )
    )
    return token


def _end_links(session: Session, staff: Staff, now: datetime) -> None:
    older = update(Invitation).where(
        col(Invitation.staff_id) == staff.id, col(Invitation.expires_at) > now
    )
    session.exec(older.values(expires_at=now))


def revoke(
    session: Session, staff: Staff, now: datetime, by: Staff | None = None
) -> None:
    """End a position: its holder may do nothing more, its link makes nobody staff."""
    staff.active = False
    session.add(staff)
    _end_links(session, staff, now)
    audit.record(session, now, by.id if by else None, "staff.revoked", staff.id)


def answers_for(atlas: Atlas, staff: Staff, union_code: str | None) -> bool:
    """Tell whether somebody is staff of a union or of one above it, in any role."""
    return staff.active and union_code in atlas.branch(staff.union_code)


def must_answer_for(atlas: Atlas, staff: Staff, union_code: str | None) -> None:
    """Raise NotTheirs unless somebody is staff of a union, or of one above it."""
    if not answers_for(atlas, staff, union_code):
        raise NotTheirs


def serves(atlas: Atlas, staff: Staff | None, union_code: str | None) -> bool:
    """Tell whether somebody looks after what the people of a union ask and do."""
    return (
        staff is not None
        and staff.role in SERVING
        and answers_for(atlas, staff, union_code)
    )


def must_serve(atlas: Atlas, staff: Staff, union_code: str | None) -> None:
    """Raise NotTheirs unless somebody serves a union, in a role that does."""
    if not serves(atlas, staff, union_code):
        raise NotTheirs


def may_appoint(atlas: Atlas, by: Staff, union_code: str) -> bool:
    """Tell whether somebody appoints the staff of a union: its own or one below."""
    return by.role == ADMINISTRATOR and answers_for(atlas, by, union_code)


def positions(session: Session, now: datetime) -> list[tuple[Staff, datetime | None]]:
    """Return every position that was not ended, and until when its link is open."""
    open_ = and_(
        col(Invitation.staff_id) == col(Staff.id),
        col(Invitation.used_at).is_(None),
        col(Invitation.expires_at) > now,
    )
    found = (
        select(Staff, func.max(Invitation.expires_at))
        .outerjoin(Invitation, open_)
        .where(Staff.active)
        .group_by(col(Staff.id))
        .order_by(Staff.union_code, col(Staff.created_at))
    )
    return [(staff, until) for staff, until in session.exec(found)]


def accept(session: Session, token: str, worker_id: int, now: datetime) -> Staff | None:
    """Bind a worker to the position of an unused, unexpired invitation; else None."""
    if not one_time.use(session, Invitation, token, now):
        return None
    invitation = session.get_one(Invitation, one_time.hash_of(token))
    leave = update(Staff).where(col(Staff.worker_id) == worker_id)
    session.exec(leave.values(worker_id=None))
    staff = session.get_one(Staff, invitation.staff_id)
    staff.worker_id = worker_id
    session.add(staff)
    session.flush()
    audit.record(session, now, staff.id, "staff.accepted", staff.id)
    return staff


_HELD = select(Staff).where(Staff.worker_id == bindparam("worker_id"), Staff.active)


def position_of(session: Session, worker_id: int) -> Staff | None:
    """Return the active position a worker holds, whatever its role."""
    return session.exec(_HELD, params={"worker_id": worker_id}).first()


def staff_of(session: Session, worker_id: int) -> Staff | None:
    """Return the active position of a worker who looks after people."""
    held = position_of(session, worker_id)
    return held if held is not None and held.role in SERVING else None


def staff_above(
    session: Session, union_code: str | None, beside: int, role: str | None = None
) -> list[Staff]:
    """Return who serves a union, or else the nearest above it that anybody serves.

    The worker `beside` is not asked: nobody looks after an application of their own.
    """
    while union_code is not None:
        here = select(Staff).where(
            Staff.union_code == union_code,
            Staff.active,
            col(Staff.role).in_(SERVING),
            col(Staff.worker_id).is_not(None),
            Staff.worker_id != beside,
        )
        if role is not None:
            here = here.where(Staff.role == role)
        found = session.exec(here.order_by(col(Staff.id))).all()
        if found:
            return list(found)
        union_code = session.get_one(Union, union_code).parent
    return []
