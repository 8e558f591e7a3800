"""A worker: one person, however many chats they reach us from.

The row and its key exist from the first contact; approval makes the worker a member.
"""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Index, func, text
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, Utc, new_id
from models.sealing import Keyring, new_key, seal, unseal

TAGS = {"name": "name_tag", "mobile": "mobile_tag", "id_number": "id_tag"}
"""The columns by which a worker is found, and their tags."""


class Worker(SQLModel, table=True):
    """A person who chats with us; name, mobile and ID number are sealed."""

    __table_args__ = (
        Index(
            "one_member_per_id",
            "id_type",
            "id_tag",
            unique=True,
            sqlite_where=text("member_no IS NOT NULL"),
            postgresql_where=text("member_no IS NOT NULL"),
        ),
        Index(
            "worker_audience",
            "union_code",
            "group",
            "id",
            sqlite_where=text("member_no IS NOT NULL"),
            postgresql_where=text("member_no IS NOT NULL"),
        ),
        Index(
            "worker_pool",
            "union_code",
            "member_since",
            sqlite_where=text("in_pool = 1"),
            postgresql_where=text("in_pool"),
        ),
        Index(
            "worker_newest",
            "member_since",
            "id",
            sqlite_where=text("member_no IS NOT NULL"),
            postgresql_where=text("member_no IS NOT NULL"),
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    key: bytes
    language: str = "zh-CN"
    created_at: datetime = Field(sa_type=Utc)
    name: bytes | None = None
    name_tag: bytes | None = Field(default=None, index=True)
    mobile: bytes | None = None
    mobile_tag: bytes | None = Field(default=None, index=True)
    id_type: str | None = None
    id_number: bytes | None = None
    id_tag: bytes | None = None
    tag_key: int | None = None
    sex: str | None = None
    born: bytes | None = None
    group: str | None = None
    member_no: str | None = Field(default=None, unique=True)
    member_since: datetime | None = Field(default=None, sa_type=Utc)
    union_code: str | None = Field(default=None, foreign_key="union.code", index=True)
    in_pool: bool = False
    mark: bytes | None = None
    pin: bytes | None = None
    guarded_at: datetime | None = Field(default=None, sa_type=Utc)

    def open_key(self, keys: Keyring) -> bytes:
        """Return the key that seals this worker's data."""
        return keys.unwrap(self._key_place, self.key)

    def rewrap(self, keys: Keyring) -> None:
        """Wrap this worker's key with the current wrapping key; the key stays."""
        self.key = keys.wrap(self._key_place, self.open_key(keys))

    @property
    def _key_place(self) -> str:
        return f"worker.key|{self.id}"

    def tag(self, keys: Keyring) -> None:
        """Make the tags of what is sealed in this row, with the current index key."""
        for column, tag in TAGS.items():
            if (value := self.unseal(keys, column)) is not None:
                setattr(self, tag, keys.tag(column, value))
        self.tag_key = keys.current_index

    def seal(self, keys: Keyring, column: str, value: str) -> bytes:
        """Seal one of this row's own columns."""
        return seal(self.open_key(keys), f"worker.{column}|{self.id}", value.encode())

    def unseal(self, keys: Keyring, column: str) -> str | None:
        """Open one of this row's own columns; None where nothing is kept."""
        sealed = getattr(self, column)
        if sealed is None:
            return None
        return unseal(
            self.open_key(keys), f"worker.{column}|{self.id}", sealed
        ).decode()


def new_worker(keys: Keyring, language: str, now: datetime) -> Worker:
    """Make the row and the key of a person met for the first time."""
    worker_id = new_id()
    wrapped = keys.wrap(f"worker.key|{worker_id}", new_key())
    return Worker(id=worker_id, key=wrapped, language=language, created_at=now)


def age(born: date, today: date) -> int:
    """Count full years; who was born on 29 February is older from 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def member_with_id(
    session: Session, id_type: str, tags: Collection[bytes]
) -> Worker | None:
    """Return the current member who holds the ID with these tags, if any."""
    return session.exec(
        select(Worker).where(
            Worker.id_type == id_type,
            col(Worker.id_tag).in_(tags),
            col(Worker.member_no).is_not(None),
        )
    ).first()


def hold_id(session: Session, tags: Collection[bytes]) -> None:
    """Let nobody else enrol this ID until the transaction ends.

    Unique tags alone would not do while index keys rotate: two processes may make them
    with different keys.  These hold all tags, so any two that share a key take turns.
    SQLite lets in one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        for tag in sorted(tags):
            number = int.from_bytes(tag[:8], "big", signed=True)
            session.execute(select(func.pg_advisory_xact_lock(number)))
