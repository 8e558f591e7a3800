"""Connection codes: shown in a chat of mine, typed on my other phone, once."""

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import Field, Session, SQLModel, col

from models.columns import BigId, Utc
from models.identity import halved
from models.sealing import Keyring

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters none of which looks like another."""

LENGTH = 8
MINUTES = 10


class LinkCode(SQLModel, table=True):
    """The newest code of a worker; only its keyed hash is kept."""

    __tablename__ = "link_code"

    worker_id: int = Field(primary_key=True, foreign_key="worker.id", sa_type=BigId)
    code_tag: bytes = Field(unique=True)
    expires_at: datetime = Field(sa_type=Utc)
    used_at: datetime | None = Field(default=None, sa_type=Utc)


def new_code(session: Session, keys: Keyring, worker_id: int, now: datetime) -> str:
    """Make the code of a worker; one made before ends."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    row = session.get(LinkCode, worker_id, with_for_update=True)
    row = row or LinkCode(worker_id=worker_id, code_tag=b"", expires_at=now)
    row.code_tag, row.used_at = keys.tag("link_code", code), None
    row.expires_at = now + timedelta(minutes=MINUTES)
    session.add(row)
    return code


def read_code(text: str) -> str | None:
    """Return a code as somebody typed it, in any case and spacing; None for no code."""
    code = re.sub(r"[\s-]", "", halved(text[: 4 * LENGTH])).upper()
    return code if re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", code) else None


def use_code(session: Session, keys: Keyring, code: str, now: datetime) -> int | None:
    """Use a code up and return whose it was; None for one that is over or nobody's."""
    claim = (
        update(LinkCode)
        .where(
            col(LinkCode.code_tag).in_(keys.tags("link_code", code)),
            col(LinkCode.used_at).is_(None),
            col(LinkCode.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(LinkCode.worker_id))
    )
    return session.execute(claim).scalar()


def end_code(session: Session, worker_id: int) -> None:
    """Make a worker's code good for nothing."""
    session.execute(delete(LinkCode).where(col(LinkCode.worker_id) == worker_id))
