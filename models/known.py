"""Known: who of us a number means, asked the same way whoever it is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, literal, or_, select, union_all
from sqlmodel import Session, col

from models.application import OPEN, Application
from models.pin import Holder
from models.sealing import Keyring
from models.worker import Worker

ID_TYPES = ("resident", "passport", "permit")
"""All there are; naming them lets the index of members' IDs be used."""


@dataclass(frozen=True)
class Known:
    """Somebody with this ID: a member, else who applied first and still waits."""

    worker_id: int
    key: bytes
    pin: bytes | None
    union_code: str | None

    @property
    def holder(self) -> Holder | None:
        """Whose PIN is to be checked, if one is set."""
        return (self.worker_id, self.key, self.pin) if self.pin else None


def _columns(union_code: Any, since: Any, rank: int) -> Select[Any]:
    own = (col(Worker.id), col(Worker.key), col(Worker.pin))
    return select(*own, union_code, since, literal(rank))


_MEMBER = _columns(col(Worker.union_code), col(Worker.member_since), 0).where(
    col(Worker.id_type).in_(ID_TYPES),
    col(Worker.id_tag).in_(bindparam("tags", expanding=True)),
    col(Worker.member_no).is_not(None),
)
_APPLICANT = (
    _columns(col(Application.union_code), col(Application.submitted_at), 1)
    .join(Application, col(Application.worker_id) == col(Worker.id))
    .where(
        col(Application.id_tag).in_(bindparam("tags", expanding=True)),
        col(Application.standing).in_(OPEN),
    )
)
_KNOWN = union_all(_MEMBER, _APPLICANT)


def known_by(session: Session, keys: Keyring, number: str) -> Known | None:
    """Return who an ID number means: the member, else the first to apply."""
    rows = session.execute(_KNOWN, {"tags": keys.tags("id_number", number)}).all()
    first = min(rows, key=lambda row: (row[5], row[4]), default=None)
    return Known(*first[:4]) if first else None


def members_with(session: Session, keys: Keyring, number: str) -> list[Worker]:
    """Return the members with this member number or mobile; a mobile may be shared."""
    same = or_(
        col(Worker.member_no) == number,
        col(Worker.mobile_tag).in_(keys.tags("mobile", number)),
    )
    found = select(Worker).where(same, col(Worker.member_no).is_not(None))
    return list(session.scalars(found))
