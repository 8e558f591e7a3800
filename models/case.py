"""Cases (诉求): what somebody turns to the union with, and where that stands.

    waiting → taken → closed → rated        waiting or taken → withdrawn
    taken → waiting, when who had it lets go

What is told is sealed under a key of the case's own, which goes with it.  It is opened
in `models.case_filing`, its worker's part is `models.case_following`, and that of who
serves the union `models.handling`.
"""

import json
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text, update
from sqlmodel import Field, Session, SQLModel, col, select

from models.case_kind import CaseKind
from models.chat import Chat
from models.columns import BigId, Utc, one_of
from models.dispute import Dispute, Matter, Relation, Stage
from models.sealing import Keyring, seal, unseal

WAITING_SQL = text("course = 'waiting'")
"""What waits, in the words of its index."""

_TALKED_SQL = text("said_at IS NOT NULL")


class Course(StrEnum):
    """Where a case stands."""

    WAITING = "waiting"
    TAKEN = "taken"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


OPEN = (Course.WAITING, Course.TAKEN)


class Outcome(StrEnum):
    """What came of a case."""

    ANSWERED = "answered"
    SETTLED = "settled"
    MEDIATED = "mediated"
    AIDED = "aided"
    REFERRED = "referred"
    UNREACHED = "unreached"


class Case(SQLModel, table=True):
    """One case; `staff_id` has it while it is taken.

    `said_at` is when something was last said in the talk between the two that goes on
    in their chats; None where there is none.  `chased` counts who was reminded that it
    waits, `warned` that officers were warned of the like.
    """

    __table_args__ = (
        Index("case_queue", "course", "union_code", "opened_at"),
        Index("case_of", "worker_id", "opened_at"),
        Index("case_employer", "employer_tag", "opened_at"),
        Index(
            "case_waiting",
            "due",
            sqlite_where=WAITING_SQL,
            postgresql_where=WAITING_SQL,
        ),
        Index(
            "case_talked",
            "said_at",
            sqlite_where=_TALKED_SQL,
            postgresql_where=_TALKED_SQL,
        ),
    )

    id: int = Field(primary_key=True, sa_type=BigId)
    number: str = Field(unique=True)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId)
    chat_id: int = Field(foreign_key="chat.id", sa_type=BigId, index=True)
    union_code: str = Field(foreign_key="union.code")
    kind: CaseKind = Field(sa_type=one_of(CaseKind))
    course: Course = Field(default=Course.WAITING, sa_type=one_of(Course))
    urgent: bool = False
    key: bytes
    facts: bytes
    answer: bytes | None = None
    people: int = 1
    employer_tag: bytes | None = None
    tag_key: int | None = None
    matter: Matter | None = Field(default=None, sa_type=one_of(Matter))
    relation: Relation | None = Field(default=None, sa_type=one_of(Relation))
    since: date | None = None
    stage: Stage | None = Field(default=None, sa_type=one_of(Stage))
    stage_on: date | None = None
    safe_day: date | None = None
    opened_at: datetime = Field(sa_type=Utc)
    due: date
    chased: int = 0
    warned: bool = False
    staff_id: int | None = Field(
        default=None, foreign_key="staff.id", sa_type=BigId, index=True
    )
    taken_at: datetime | None = Field(default=None, sa_type=Utc)
    said_at: datetime | None = Field(default=None, sa_type=Utc)
    closed_at: datetime | None = Field(default=None, sa_type=Utc)
    outcome: Outcome | None = Field(default=None, sa_type=one_of(Outcome))
    rating: int | None = None
    last_entry: int = 0

    def open_key(self, keys: Keyring) -> bytes:
        """Return the key that seals what was told in this case."""
        return keys.unwrap(self._key_place, self.key)

    def rewrap(self, keys: Keyring) -> None:
        """Wrap the case's key with the current wrapping key; the key stays."""
        self.key = keys.wrap(self._key_place, self.open_key(keys))

    def load(self, keys: Keyring) -> dict[str, str]:
        """Open what was told: the story, the employer, where to call back."""
        sealed = unseal(self.open_key(keys), f"case.facts|{self.id}", self.facts)
        facts: dict[str, str] = json.loads(sealed)
        return facts

    def keep(self, keys: Keyring, facts: dict[str, str]) -> None:
        """Seal what was told into the row."""
        data = json.dumps(facts, ensure_ascii=False).encode()
        self.facts = seal(self.open_key(keys), f"case.facts|{self.id}", data)

    def tag(self, keys: Keyring) -> None:
        """Make the tag of the employer with the current index key."""
        employer = self.load(keys).get("employer", "")
        self.employer_tag = keys.tag("employer", employer) if employer else None
        self.tag_key = keys.current_index if employer else None

    def read_answer(self, keys: Keyring) -> str:
        """Open what was answered in the end; empty where nothing was."""
        if not self.answer:
            return ""
        place = f"case.answer|{self.id}"
        return unseal(self.open_key(keys), place, self.answer).decode()

    def seal_answer(self, keys: Keyring, words: str) -> bytes:
        """Seal what is answered in the end."""
        return seal(self.open_key(keys), f"case.answer|{self.id}", words.encode())

    @property
    def dispute(self) -> Dispute | None:
        """What the clocks of a dispute depend on; None where there is none."""
        if self.relation is None or self.stage is None or self.stage_on is None:
            return None
        return Dispute(self.relation, self.stage, self.stage_on, self.since)

    @property
    def pressing(self) -> date:
        """The day by which it presses: what is urgent comes before every last day."""
        return date.min if self.urgent else self.safe_day or date.max

    @property
    def _key_place(self) -> str:
        return f"case.key|{self.id}"


def move(session: Session, row: Case, when: Any, values: dict[str, Any]) -> bool:
    """Change a case where the condition holds at that moment; tell whether it did."""
    session.flush()
    one = update(Case).where(col(Case.id) == row.id, when)
    done: Any = session.execute(
        one.values(**values), execution_options={"synchronize_session": False}
    )
    session.refresh(row)
    return bool(done.rowcount == 1)


def hold(session: Session, row: Case) -> None:
    """Lock a case and read it as it is now."""
    session.flush()
    session.refresh(row, with_for_update={"key_share": True})


def chats_in(session: Session, case_id: int) -> list[int]:
    """Return the chats that are in the talk about a case, by id."""
    session.flush()
    found = select(Chat.id).where(Chat.case_id == case_id)
    return list(session.exec(found.order_by(col(Chat.id))))


def end_talk(session: Session, case_id: int) -> list[int]:
    """End the talk about a case, if there is one; return the chats that were in it."""
    chats = chats_in(session, case_id)
    session.execute(update(Chat).where(col(Chat.id).in_(chats)).values(case_id=None))
    over = update(Case).where(col(Case.id) == case_id, col(Case.said_at).is_not(None))
    session.execute(over.values(said_at=None))
    return chats
