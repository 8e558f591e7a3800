"""Audited: which acts concern the rows of some unions, and so may be seen from there.

The first part of an action names what its subject is a row of.  An act whose noun is
not here, or whose row is gone, is found by the position of who did it alone.
"""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlmodel import col

from models.application import Application
from models.audit import AuditEntry
from models.award import Award
from models.benefit import Benefit
from models.case import Case
from models.claim import Claim
from models.correction import Correction
from models.event import Event
from models.member_import import MemberImport
from models.merge_wish import MergeWish
from models.nominee import Nominee
from models.notice import Notice
from models.objection import Objection
from models.partner import Partner
from models.place import Source, Union
from models.saved_reply import SavedReply
from models.service import ServiceRequest
from models.signup import Signup
from models.site import Site
from models.site_fault import SiteFault
from models.slot import Slot
from models.staff import Staff
from models.suggestion import Suggestion
from models.transfer import Transfer
from models.voucher import Voucher
from models.worker import Worker

CHECKED_IN = "event.checked_in"
"""The one act on an event that is about somebody's place there."""

OWN: dict[str, Any] = {
    "application": Application,
    "award": Award,
    "case": Case,
    "chat": Worker,
    "claim": Claim,
    "correction": Correction,
    "data": Worker,
    "event": Event,
    "import": MemberImport,
    "member": Worker,
    "merge": MergeWish,
    "message": Worker,
    "notice": Notice,
    "poison": Worker,
    "saved_reply": SavedReply,
    "service": ServiceRequest,
    "site_fault": SiteFault,
    "suggestion": Suggestion,
    "transfer": Transfer,
}
"""Tables whose rows have an id and a union."""

CODED: dict[str, tuple[Any, Any]] = {
    "benefit": (Benefit.code, Benefit.union_code),
    "partner": (Partner.code, Partner.union_code),
    "site": (Site.code, Site.union_code),
    "source": (Source.code, Source.union_code),
    "union": (Union.code, Union.code),
}
"""Tables whose rows have a code, with which their acts' details begin; its union."""

THROUGH: dict[str, tuple[Any, Any, Any]] = {
    "nominee": (Nominee.id, Nominee.award_id == Award.id, Award.union_code),
    "objection": (Objection.id, Objection.award_id == Award.id, Award.union_code),
    "slot": (Slot.id, Slot.partner_code == Partner.code, Partner.union_code),
    "voucher": (Voucher.id, Voucher.partner_code == Partner.code, Partner.union_code),
}
"""Tables whose rows are of a union by another row."""

POSITIONS = ("console", "person", "staff")
"""What is done by, or to, a position; an administrator's matter."""

ROWS = (*OWN, *CODED, *THROUGH)

NEVER = datetime(9999, 1, 1, tzinfo=UTC)

_ABOUT = col(AuditEntry.subject_id)
_ACTION = col(AuditEntry.action)
_DETAIL = col(AuditEntry.detail)


def of_rows(unions: Collection[str]) -> ColumnElement[bool]:
    """Hold for the acts on rows of these unions."""
    return case(_about_rows(unions), value=noun_of(_ACTION), else_=false())


def of_branch(unions: Collection[str]) -> ColumnElement[bool]:
    """Hold for these, and for all that is done by, or to, positions of these unions."""
    theirs = col(Staff.union_code).in_(unions)
    position = _some(Staff.id, Staff.id == _ABOUT, theirs)
    about = _about_rows(unions) | dict.fromkeys(POSITIONS, position)
    return or_(
        case(about, value=noun_of(_ACTION), else_=false()),
        _some(Staff.id, Staff.id == col(AuditEntry.actor_id), theirs),
    )


def _about_rows(unions: Collection[str]) -> dict[str, ColumnElement[bool]]:
    """Return for each noun what makes its row one of these unions."""
    found = {noun: _own(table, unions) for noun, table in OWN.items()}
    found |= {noun: _coded(*at, unions) for noun, at in CODED.items()}
    found |= {noun: _through(*at, unions) for noun, at in THROUGH.items()}
    came = and_(_ACTION == CHECKED_IN, _some(Signup.id, _at_event(unions)))
    return found | {"event": or_(found["event"], came)}


def _at_event(unions: Collection[str]) -> ColumnElement[bool]:
    return and_(
        Signup.id == _ABOUT,  # type: ignore[arg-type]
        Signup.event_id == Event.id,  # type: ignore[arg-type]
        col(Event.union_code).in_(unions),
    )


class noun_of(FunctionElement[str]):
    """What stands before the dot of an action: read once, however many nouns are."""

    inherit_cache = True


@compiles(noun_of)
def _by_its_parts(element: noun_of, compiler: Any, **how: Any) -> str:
    return f"split_part({compiler.process(element.clauses, **how)}, '.', 1)"


@compiles(noun_of, "sqlite")
def _by_its_place(element: noun_of, compiler: Any, **how: Any) -> str:
    action = compiler.process(element.clauses, **how)
    return f"substr({action}, 1, instr({action}, '.') - 1)"


def asked_for(
    noun: str = "",
    actor: int = 0,
    subject: int = 0,
    since: datetime | None = None,
    until: datetime | None = None,
) -> list[ColumnElement[bool]]:
    """Return what an act must be like; what is left out does not matter."""
    at, actor_id = col(AuditEntry.at), col(AuditEntry.actor_id)
    asked = (
        (_named(noun), noun),
        (actor_id == actor, actor),
        (_ABOUT.in_((subject,)), subject),
        (at >= (since or NEVER), since),
        (at < (until or NEVER), until),
    )
    return [condition for condition, given in asked if given]


def _named(noun: str) -> ColumnElement[bool]:
    return col(AuditEntry.action).startswith(f"{noun}.", autoescape=True)


def _some(column: Any, *conditions: Any) -> ColumnElement[bool]:
    there = select(column).where(*conditions).correlate(AuditEntry.__table__)  # type: ignore[attr-defined]
    return exists(there)


def _own(table: Any, unions: Collection[str]) -> ColumnElement[bool]:
    return _some(table.id, table.id == _ABOUT, col(table.union_code).in_(unions))


def _coded(code: Any, union: Any, unions: Collection[str]) -> ColumnElement[bool]:
    """Compare codes: the numbers made of them are not kept in their tables."""
    named = or_(code == _DETAIL, _DETAIL.startswith(col(code).concat(" ")))
    return _some(code, col(union).in_(unions), named)


def _through(
    row: Any, by: Any, union: Any, unions: Collection[str]
) -> ColumnElement[bool]:
    return _some(row, row == _ABOUT, by, col(union).in_(unions))
