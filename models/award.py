"""Awards: members nominate and vote, a jury scores, objections are heard.

    draft → planned → nominating → voting → jury → notice → over
    any but over → cancelled

Each phase begins at its instant, which `models.election` brings about by the clock.
"""

import base64
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit
from models.coded import CODE
from models.columns import BigId, Utc, add_once, one_of
from models.errors import Failure
from models.place import Atlas
from models.sealing import Keyring, new_key
from models.staff import Staff, must_serve
from models.worker import Worker


class Phase(StrEnum):
    """Where an award stands."""

    DRAFT = "draft"
    PLANNED = "planned"
    NOMINATING = "nominating"
    VOTING = "voting"
    JURY = "jury"
    NOTICE = "notice"
    OVER = "over"
    CANCELLED = "cancelled"


RUNNING = (
    *(Phase.PLANNED, Phase.NOMINATING),
    *(Phase.VOTING, Phase.JURY, Phase.NOTICE),
)
SHOWN = (*RUNNING, Phase.OVER)


class BadAward(Failure):
    """The parts of the award do not fit together; says which (permanent)."""


class TooLate(Failure):
    """The award is no longer, or not yet, where this may be done (permanent)."""


class Award(SQLModel, table=True):
    """One award; `key` makes the ballots' names, and is destroyed with the count.

    `last_number` is the number of the nominee confirmed last; none comes twice.
    `cleared` is the last voter whose chats hold no more of the vote.
    """

    __table_args__ = (Index("award_of_union", "union_code", "phase"),)

    id: int = Field(primary_key=True, sa_type=BigId)
    code: str = Field(unique=True)
    name: str
    name_en: str = ""
    union_code: str = Field(foreign_key="union.code")
    groups: str = ""
    seats: int
    choices: int
    vote_share: int
    jury_share: int
    nominating_at: datetime = Field(sa_type=Utc)
    voting_at: datetime = Field(sa_type=Utc)
    jury_at: datetime = Field(sa_type=Utc)
    notice_at: datetime = Field(sa_type=Utc)
    over_at: datetime = Field(sa_type=Utc)
    phase: Phase = Field(default=Phase.DRAFT, sa_type=one_of(Phase), index=True)
    key: str | None = None
    key_number: int | None = None
    last_number: int = 0
    ballots: int = 0
    digest: str = ""
    cleared: int = Field(default=0, sa_type=BigId)

    def make_key(self, keys: Keyring) -> None:
        """Draw the key that makes this award's ballots anonymous."""
        self._wrap(keys, new_key())

    def open_key(self, keys: Keyring) -> bytes:
        """Return that key; no process remembers it."""
        wrapped = base64.b64decode(self.key or "")
        return keys.unwrap(self._place, wrapped, remember=False)

    def rewrap(self, keys: Keyring) -> None:
        """Wrap the key with the current wrapping key; the key stays."""
        self._wrap(keys, self.open_key(keys))

    def destroy_key(self) -> None:
        """Let nobody tell any more who cast a ballot."""
        self.key = self.key_number = None

    def _wrap(self, keys: Keyring, key: bytes) -> None:
        self.key = base64.b64encode(keys.wrap(self._place, key)).decode()
        self.key_number = keys.current

    @property
    def _place(self) -> str:
        return f"award.key|{self.id}"

    @property
    def is_counted(self) -> bool:
        """Whether the vote is closed and its ballots are published."""
        closed = self.phase in (Phase.JURY, Phase.NOTICE, Phase.OVER)
        return closed and self.key is None

    @property
    def starts(self) -> dict[Phase, datetime]:
        """When each phase begins, in order."""
        return {
            Phase.NOMINATING: self.nominating_at,
            Phase.VOTING: self.voting_at,
            Phase.JURY: self.jury_at,
            Phase.NOTICE: self.notice_at,
            Phase.OVER: self.over_at,
        }

    def is_for(self, atlas: Atlas, worker: Worker) -> bool:
        """Tell whether a member belongs to the unions and groups of this award."""
        return (
            worker.member_no is not None
            and self.union_code in atlas.line(worker.union_code)
            and (not self.groups or worker.group in self.groups.split())
        )


def create(
    session: Session, atlas: Atlas, staff: Staff, award: Award, now: datetime
) -> Award:
    """Keep the plan of an award; raises BadAward, or NotTheirs."""
    must_serve(atlas, staff, award.union_code)
    _require_sound(atlas, award)
    if not add_once(session, award):
        raise BadAward("taken")
    audit.record(session, now, staff.id, "award.created", award.id)
    session.flush()
    return award


def change(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    award: Award,
    facts: dict[str, Any],
    now: datetime,
) -> None:
    """Change the plan of a draft; raises BadAward, TooLate, or NotTheirs."""
    must_serve(atlas, staff, award.union_code)
    hold(session, award)
    if award.phase is not Phase.DRAFT:
        raise TooLate
    for name, value in facts.items():
        setattr(award, name, value)
    must_serve(atlas, staff, award.union_code)
    _require_sound(atlas, award)
    session.add(award)
    audit.record(session, now, staff.id, "award.changed", award.id)
    session.flush()


def _require_sound(atlas: Atlas, award: Award) -> None:
    part = fault_of(atlas, award)
    if part is not None:
        raise BadAward(part)


def fault_of(atlas: Atlas, award: Award) -> str | None:
    """Return which part of an award's plan will not do, if one will not."""
    times = [*award.starts.values()]
    shares = (award.vote_share, award.jury_share)
    checks = {
        "code": CODE.fullmatch(award.code) is not None,
        "name": bool(award.name),
        "times": times == sorted(times) and award.voting_at < award.jury_at,
        "shares": sum(shares) == 100 and min(shares) >= 0,
        "seats": award.seats >= 1,
        "choices": award.choices >= 1,
        "groups": {*award.groups.split()} <= {*atlas.groups},
    }
    return next((part for part, sound in checks.items() if not sound), None)


def publish(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    award: Award,
    now: datetime,
) -> None:
    """Let a draft be known and begin in its time; raises TooLate, or NotTheirs."""
    must_serve(atlas, staff, award.union_code)
    hold(session, award)
    if award.phase is not Phase.DRAFT:
        raise TooLate
    award.phase = Phase.PLANNED
    award.make_key(keys)
    session.add(award)
    audit.record(session, now, staff.id, "award.published", award.id)
    session.flush()


def hold(session: Session, award: Award, shared: bool = False) -> None:
    """Lock an award and read it as it is now; who only votes shares the lock."""
    session.flush()
    session.refresh(award, with_for_update={"read": shared, "key_share": not shared})


def require_phase(award: Award, now: datetime, *phases: Phase) -> None:
    """Raise TooLate unless the award is in one of these phases, by the clock too."""
    ends = dict(zip(RUNNING, award.starts.values(), strict=True))
    last = max((ends[phase] for phase in phases), default=now)
    if award.phase not in phases or now >= last:
        raise TooLate


def award_named(session: Session, code: str) -> Award | None:
    """Return the award with this code."""
    return session.exec(select(Award).where(Award.code == code)).first()


def awards_among(session: Session, unions: set[str]) -> list[Award]:
    """Return the awards of these unions that are no drafts, the newest first."""
    found = select(Award).where(
        col(Award.union_code).in_(unions), col(Award.phase).in_(SHOWN)
    )
    return list(session.exec(found.order_by(col(Award.voting_at).desc(), Award.code)))
