"""Cases (诉求): what somebody turns to the union with, and where that stands.

    waiting → taken → closed → rated        waiting or taken → withdrawn
    taken → waiting, when who had it lets go

What is told is sealed under a key of the case's own, which goes with it.  What who
serves a union does about it is in `models.handling`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text, update
from sqlalchemy import case as one_of_these
from sqlmodel import Field, Session, SQLModel, and_, col, func, or_, select

from models import reminder
from models.application import CannotDecide, new_number
from models.attachment import Attachment
from models.case_entry import CaseEntry, Side
from models.case_kind import DISPUTES, KINDS, CaseKind
from models.chat import Chat
from models.columns import BigId, Utc, new_id, one_of
from models.dispute import NOTICES, Dispute, Matter, Relation, Stage, safe_day
from models.errors import Failure
from models.identity import normalise_text
from models.queue import Queue
from models.rules import Rules
from models.sealing import Keyring, new_key, seal, unseal
from models.staff import OFFICER, Staff, staff_above
from models.workdays import add_workdays
from models.worker import Worker, hold_id

FILED = "case_filed"
"""The kind of reminder that tells of a new case, as "case.staff"."""

URGENT = "case_urgent"
"""The same of an urgent one, which waits for no morning."""

TOLD = "case_told"
"""The kind of reminder that tells a worker of a step, as "case.step"."""

STIRRED = "case_stirred"
"""The kind of reminder that tells who has a case what its worker did, as "case.n"."""

SAFE_DAY = "case_safe_day"
"""The kind of reminder that a worker's last safe day comes nearer."""

SAFE_DAY_STAFF = "case_safe_day_staff"
"""The same for who has the case."""

WARNED = "case_warned"
"""The kind of reminder that warns of similar cases, as "case.officer"."""

MOST_OPEN = 5
"""How many cases of one person may be open at a time."""

MOST_PEOPLE = 100_000

_WAITING_SQL = text("course = 'waiting'")
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


class TooMany(Failure):
    """This person has as many open cases as they may have (permanent)."""


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
            sqlite_where=_WAITING_SQL,
            postgresql_where=_WAITING_SQL,
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


PRESSING = one_of_these(
    (col(Case.urgent), date.min), else_=func.coalesce(Case.safe_day, date.max)
).label("pressing")
"""The same for a database to sort by."""


def _queue(urgent: bool) -> Queue:
    return Queue(
        Case,
        since=Case.opened_at,
        union=Case.union_code,
        waits=(col(Case.course).in_(OPEN), col(Case.urgent) == urgent),
        people=(Case.worker_id,),
        holder=Case.staff_id,
        urgent=urgent,
    )


QUEUE, URGENT_QUEUE = _queue(urgent=False), _queue(urgent=True)
"""What a union has to see to; what somebody has taken, they alone."""


@dataclass(frozen=True)
class Told:
    """What somebody tells when they open a case."""

    kind: CaseKind
    union_code: str
    story: str
    mobile: str = ""
    employer: str = ""
    people: int = 1
    matter: Matter | None = None
    relation: Relation | None = None
    since: date | None = None
    picture_id: int | None = None
    urgent: bool = False


def open_case(
    session: Session,
    keys: Keyring,
    worker: Worker,
    chat_id: int,
    told: Told,
    rules: Rules,
    now: datetime,
    today: date,
) -> Case:
    """Open a case, have the union told, and recall its last safe day in time.

    Raises TooMany where as many are open; never for what is urgent.
    """
    if not told.urgent and open_cases(session, worker.id) >= MOST_OPEN:
        raise TooMany
    row = _made(keys, worker, chat_id, told, rules, now, today)
    session.add(row)
    session.flush()
    if told.picture_id is not None:
        add_entry(session, keys, row, Side.WORKER, "", now, picture_id=told.picture_id)
    announce(session, row, now)
    recall_safe_day(session, row, now, today)
    _warn(session, keys, row, rules, now)
    return row


def _made(
    keys: Keyring,
    worker: Worker,
    chat_id: int,
    told: Told,
    rules: Rules,
    now: datetime,
    today: date,
) -> Case:
    """Make the row of a case."""
    number = new_id()
    row = Case(
        id=number,
        number=new_number(),
        worker_id=worker.id,
        chat_id=chat_id,
        union_code=told.union_code,
        kind=told.kind,
        urgent=told.urgent,
        key=keys.wrap(f"case.key|{number}", new_key()),
        facts=b"",
        people=told.people,
        matter=told.matter,
        relation=told.relation,
        since=told.since,
        opened_at=now,
        due=add_workdays(today, KINDS[told.kind].days(rules.case_days)),
    )
    if told.kind in DISPUTES and told.relation is not None:
        row.stage, row.stage_on = Stage.NEGOTIATION, today
        row.safe_day = safe_day(row.dispute) if row.dispute else None
    facts = {"story": told.story, "mobile": told.mobile}
    row.keep(keys, facts | {"employer": normalise_text(told.employer)})
    row.tag(keys)
    return row


def recall_safe_day(session: Session, row: Case, now: datetime, today: date) -> None:
    """Have the last safe day recalled; what was to be recalled before no more is."""
    for kind in (SAFE_DAY, SAFE_DAY_STAFF):
        reminder.skip(session, kind, str(row.id), "moved", now)
        left = row.safe_day - today if row.safe_day else timedelta()
        for days in NOTICES:
            if left > (before := timedelta(days=days)):
                reminder.schedule(session, kind, str(row.id), now + left - before)


def _warn(
    session: Session, keys: Keyring, row: Case, rules: Rules, now: datetime
) -> None:
    """Warn the officers once so many similar cases name one employer.

    Two that come at the same instant take turns, or neither would see the other.
    """
    if row.employer_tag is None:
        return
    hold_id(session, [row.employer_tag])
    found = similar(session, keys, row, rules, now)
    if len(found) >= rules.similar_cases and not any(one.warned for one in found):
        row.warned = True
        session.add(row)
        _tell_staff(session, WARNED, row, officers(session, row), now)


def announce(session: Session, row: Case, now: datetime) -> None:
    """Have a case that waits told to who serves its union; what is urgent, to officers
    too."""
    people = staff_above(session, row.union_code, row.worker_id)
    if row.urgent:
        people += officers(session, row)
    _tell_staff(session, URGENT if row.urgent else FILED, row, people, now)


def officers(session: Session, row: Case) -> list[Staff]:
    """Return the officers of the case's union, or of the nearest above that has any."""
    return staff_above(session, row.union_code, row.worker_id, OFFICER)


def _tell_staff(
    session: Session, kind: str, row: Case, people: Iterable[Staff], now: datetime
) -> None:
    subjects = dict.fromkeys(f"{row.id}.{staff.id}" for staff in people)
    reminder.schedule_all(session, kind, now, subjects)


def similar(
    session: Session, keys: Keyring, row: Case, rules: Rules, now: datetime
) -> list[Case]:
    """Return the cases of late of the same kind and matter about the same employer."""
    employer = row.load(keys)["employer"]
    found = select(Case).where(
        col(Case.employer_tag).in_(keys.tags("employer", employer)),
        Case.opened_at > now - timedelta(days=rules.similar_days),
        Case.kind == row.kind,
        Case.course != Course.WITHDRAWN,
        col(Case.matter).is_(None) if row.matter is None else Case.matter == row.matter,
    )
    return list(session.exec(found.order_by(col(Case.opened_at))))


def add_entry(
    session: Session,
    keys: Keyring,
    row: Case,
    side: Side,
    words: str,
    now: datetime,
    staff_id: int | None = None,
    picture_id: int | None = None,
) -> CaseEntry:
    """Write down what one side said or sent, or a note; numbered within the case."""
    session.flush()
    one = update(Case).where(col(Case.id) == row.id)
    numbered = one.values(last_entry=Case.last_entry + 1).returning(
        col(Case.last_entry)
    )
    n: int = session.execute(
        numbered, execution_options={"synchronize_session": False}
    ).scalar_one()
    session.refresh(row, ["last_entry"])
    entry = CaseEntry(
        case_id=row.id,
        n=n,
        side=side,
        staff_id=staff_id,
        at=now,
        body=b"",
        picture_id=picture_id,
    )
    entry.keep(row.open_key(keys), words)
    session.add(entry)
    session.flush()
    return entry


def add(
    session: Session,
    keys: Keyring,
    row: Case,
    words: str,
    picture: Attachment | None,
    now: datetime,
) -> CaseEntry:
    """Let a worker add to their open case; who has it is told.

    Raises CannotDecide where it is over.
    """
    hold(session, row)
    if row.course not in OPEN:
        raise CannotDecide
    picture_id = picture.id if picture else None
    entry = add_entry(
        session, keys, row, Side.WORKER, words, now, picture_id=picture_id
    )
    reminder.schedule(session, STIRRED, f"{row.id}.{entry.n}", now)
    return entry


def withdraw(session: Session, row: Case, now: datetime) -> None:
    """Take a case back at the worker's wish; raises CannotDecide where it is over."""
    values = {"course": Course.WITHDRAWN, "closed_at": now}
    if not move(session, row, col(Case.course).in_(OPEN), values):
        raise CannotDecide
    end_talk(session, row.id)
    reminder.schedule(session, STIRRED, f"{row.id}.0", now)
    end_reminders(session, row, now)


def rate(session: Session, row: Case, rating: int) -> bool:
    """Keep how a worker was served, the last word counts; False if not closed yet."""
    if row.course is not Course.CLOSED or not 1 <= rating <= 5:
        return False
    row.rating = rating
    session.add(row)
    return True


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


def end_reminders(session: Session, row: Case, now: datetime) -> None:
    """Recall no more the last safe day of a case that is over."""
    for kind in (SAFE_DAY, SAFE_DAY_STAFF):
        reminder.skip(session, kind, str(row.id), "over", now)


def open_cases(session: Session, worker_id: int) -> int:
    """Count the cases a person has open."""
    found = select(func.count()).where(
        Case.worker_id == worker_id, col(Case.course).in_(OPEN)
    )
    return session.exec(found).one()


def urgent_case(session: Session, worker_id: int) -> Case | None:
    """Return the open urgent case of a person, to which what follows is added."""
    found = select(Case).where(
        Case.worker_id == worker_id, col(Case.course).in_(OPEN), col(Case.urgent)
    )
    return session.exec(found.order_by(col(Case.opened_at))).first()


def cases_of(session: Session, worker_id: int, start: int, limit: int) -> list[Case]:
    """Return some of a person's cases, the newest first."""
    found = select(Case).where(Case.worker_id == worker_id)
    order = (col(Case.opened_at).desc(), col(Case.id))
    return list(session.exec(found.order_by(*order).offset(start).limit(limit)))


def late(session: Session, today: date, long_ago: date) -> list[Case]:
    """Return some of what waits past its day and nobody was reminded of, oldest first.

    A second reminder is for what was due before `long_ago` and had the first.
    """
    found = select(Case).where(
        _WAITING_SQL,
        or_(
            and_(col(Case.chased) == 0, Case.due < today),
            and_(col(Case.chased) == 1, Case.due < long_ago),
        ),
    )
    return list(session.exec(found.order_by(col(Case.due)).limit(20)))


def with_photo(session: Session, picture_id: int) -> Case | None:
    """Return the case a picture belongs to."""
    found = select(Case).join(CaseEntry, col(CaseEntry.case_id) == col(Case.id))
    return session.exec(found.where(CaseEntry.picture_id == picture_id)).first()
