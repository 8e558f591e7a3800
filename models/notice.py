"""Notices: what staff write to many people, and how far each has come.

    draft → tested → (waiting for a second person) → scheduled → sending → done
    sending ⇄ paused        scheduled, sending or paused → stopped
    sending, paused, stopped or done → recalled

A change makes a draft of it again.  Each step is one conditional update, so of two who
press at once only one is heard.  `models.recipient` has who gets it.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, update

from models import audience, audit, letter, recipient, reminder
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.letter import Letter, read_letter, write_letter
from models.place import Atlas
from models.preference import Topic
from models.rules import Rules
from models.staff import SERVING, NotTheirs, Staff, answers_for

TEST = "notice_test"
"""The kind of reminder that shows a notice to who tests it, by the notice's id."""


class NoticeState(StrEnum):
    """How far a notice has come."""

    DRAFT = "draft"
    TESTED = "tested"
    WAITING = "waiting"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    PAUSED = "paused"
    DONE = "done"
    STOPPED = "stopped"
    RECALLED = "recalled"


S = NoticeState
WRITTEN = (S.DRAFT, S.TESTED, S.WAITING)
"""Where a notice may still be changed."""

BEGUN = (S.SENDING, S.PAUSED, S.DONE, S.STOPPED)
"""Where somebody may have got it, and it was not taken back."""


class Unsound(Failure):
    """The letter of a notice does not hold together; says which part (permanent)."""


class CannotChange(Failure):
    """The notice is no longer where this could be done with it (permanent)."""


class NeedsAnother(Failure):
    """Who wrote a notice cannot be the second person who agrees to it (permanent)."""


class NobodyThere(Failure):
    """There is nobody whom this notice is for (temporary)."""


class Notice(SQLModel, table=True):
    """One notice; its letter is kept as JSON and sent to everybody from here.

    `counted` is how many people it was for when it was handed in.  Its recipients are
    queued in `slices` equal parts, of which `sliced` are done; `queued` says how many
    they are.  `settled` once nothing is left to do by itself.
    """

    id: int = Field(primary_key=True, sa_type=BigId)
    union_code: str = Field(foreign_key="union.code", index=True)
    topic: Topic = Field(sa_type=one_of(Topic))
    letter: str
    state: NoticeState = Field(default=S.DRAFT, sa_type=one_of(NoticeState), index=True)
    author_id: int = Field(foreign_key="staff.id", sa_type=BigId)
    tester_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    second_id: int | None = Field(default=None, foreign_key="staff.id", sa_type=BigId)
    created_at: datetime = Field(sa_type=Utc)
    changed_at: datetime = Field(sa_type=Utc)
    send_at: datetime | None = Field(default=None, sa_type=Utc)
    expires_at: datetime | None = Field(default=None, sa_type=Utc)
    counted: int = 0
    slices: int = 0
    sliced: int = 0
    queued: int = 0
    settled: bool = False

    @property
    def content(self) -> Letter:
        """What it says, and to whom."""
        return read_letter(self.letter)

    @property
    def is_queued(self) -> bool:
        """Whether everybody it is for has a copy."""
        return 0 < self.slices == self.sliced


def may_run(atlas: Atlas, staff: Staff | None, union_code: str) -> bool:
    """Tell whether a staff member answers for the notices of a union."""
    return (
        staff is not None
        and staff.role in SERVING
        and answers_for(atlas, staff, union_code)
    )


def _check(atlas: Atlas, staff: Staff, content: Letter) -> None:
    if not may_run(atlas, staff, content.audience.union_code):
        raise NotTheirs
    fault = letter.fault_of(content) or audience.fault_of(atlas, content.audience)
    if fault is not None:
        raise Unsound(fault)


def write(
    session: Session, atlas: Atlas, staff: Staff, content: Letter, now: datetime
) -> Notice:
    """Make a draft; raises NotTheirs or Unsound."""
    _check(atlas, staff, content)
    row = Notice(
        id=new_id(),
        **_of(content),
        author_id=staff.id,
        created_at=now,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    audit.record(session, now, staff.id, "notice.written", row.id)
    return row


def _of(content: Letter) -> dict[str, Any]:
    return {
        "union_code": content.audience.union_code,
        "topic": content.topic,
        "letter": write_letter(content),
    }


def change(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Notice,
    content: Letter,
    now: datetime,
) -> None:
    """Write a notice anew, which makes it a draft of this staff member's."""
    _check(atlas, staff, content)
    fresh = {**_of(content), "author_id": staff.id, "second_id": None}
    _step(session, atlas, staff, row, WRITTEN, S.DRAFT, now, **fresh)


def try_out(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """Have a notice shown to the staff member alone, in their own chat."""
    there = (S.DRAFT, S.TESTED)
    _step(session, atlas, staff, row, there, S.TESTED, now, tester_id=staff.id)
    reminder.schedule(session, TEST, str(row.id), now)


def hand_in(
    session: Session,
    atlas: Atlas,
    rules: Rules,
    staff: Staff,
    row: Notice,
    send_at: datetime,
    now: datetime,
) -> None:
    """Have a tested notice sent at a time; for many, a second person must agree.

    An urgent one is written down with its reason.
    """
    content = row.content
    counted = audience.count(session, atlas, content.audience, now)
    if not counted:
        raise NobodyThere
    state = S.WAITING if counted > rules.second_above else S.SCHEDULED
    times = {"send_at": send_at, "expires_at": max(send_at, now) + content.lasts}
    _step(session, atlas, staff, row, (S.TESTED,), state, now, counted=counted, **times)
    if content.urgent:
        audit.record(session, now, staff.id, "notice.urgent", row.id, content.urgent)


def agree(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """Let a notice to many go, as the second person; raises NeedsAnother."""
    author = session.get_one(Staff, row.author_id)
    if staff.id == author.id or staff.worker_id == author.worker_id:
        raise NeedsAnother
    ends = max(row.send_at or now, now) + row.content.lasts
    given = {"second_id": staff.id, "expires_at": ends}
    _step(session, atlas, staff, row, (S.WAITING,), S.SCHEDULED, now, **given)


def send_back(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """Make a draft again of what waits for a second person or for its time."""
    there = (S.TESTED, S.WAITING, S.SCHEDULED)
    _step(session, atlas, staff, row, there, S.DRAFT, now, second_id=None)


def pause(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """Send no more for now; what is on its way arrives."""
    _step(session, atlas, staff, row, (S.SENDING,), S.PAUSED, now)


def resume(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """Go on where it was paused."""
    _step(session, atlas, staff, row, (S.PAUSED,), S.SENDING, now)


def stop(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """End a notice; who did not get it, will not."""
    there = (S.SCHEDULED, S.SENDING, S.PAUSED)
    _step(session, atlas, staff, row, there, S.STOPPED, now, settled=False)


def recall(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> None:
    """End a notice and take it back wherever the channel can."""
    _step(session, atlas, staff, row, BEGUN, S.RECALLED, now, settled=False)


def retry(
    session: Session, atlas: Atlas, staff: Staff, row: Notice, now: datetime
) -> int:
    """Send again what failed, and nothing else; return how many."""
    ends = now + row.content.lasts
    _step(session, atlas, staff, row, (S.DONE,), S.SENDING, now, expires_at=ends)
    return recipient.retry(session, row.id, now)


def _step(
    session: Session,
    atlas: Atlas,
    staff: Staff,
    row: Notice,
    there: tuple[NoticeState, ...],
    state: NoticeState,
    now: datetime,
    **values: Any,
) -> None:
    """Take a notice a step on; raises NotTheirs or CannotChange."""
    if not may_run(atlas, staff, row.union_code):
        raise NotTheirs
    if not move(session, row.id, there, state=state, changed_at=now, **values):
        raise CannotChange
    session.refresh(row)
    audit.record(session, now, staff.id, f"notice.{state}", row.id)


def move(
    session: Session, notice_id: int, there: tuple[NoticeState, ...], **values: Any
) -> bool:
    """Move a notice from one of these states; False where it is in none of them."""
    session.flush()
    one = update(Notice).where(
        col(Notice.id) == notice_id, col(Notice.state).in_(there)
    )
    done = session.exec(
        one.values(**values), execution_options={"synchronize_session": False}
    )
    return done.rowcount == 1
