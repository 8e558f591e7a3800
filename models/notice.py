"""Notices: what staff write to many people, and how far each has come.

    draft → tested → (waiting for a second person) → scheduled → sending → done
    sending ⇄ paused        scheduled, sending or paused → stopped
    sending, paused, stopped or done → recalled

A change makes a draft of it again.  Each step is one conditional update, so of two who
press at once only one is heard.  `models.recipient` has who gets it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select, update

from models import audience, audit, letter, notice_total, recipient, reminder
from models.columns import BigId, Utc, new_id, one_of
from models.errors import Failure
from models.letter import Letter, read_letter, write_letter
from models.message import Fate
from models.place import Atlas
from models.preference import Topic
from models.rules import Rules
from models.staff import SERVING, NotTheirs, Staff, answers_for

TEST = "notice_test"
"""The kind of reminder that shows a notice to who tests it, by the notice's id."""

SLICE = 4000
"""How many recipients are queued at once, so that a reply need not wait for it."""


PATIENCE = timedelta(minutes=10)
"""How long after its time a notice may take to begin, or to end."""


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

AT_WORK = (S.SCHEDULED, S.SENDING, S.STOPPED, S.RECALLED)
"""Where there may be something to do by itself."""


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
    if not _move(session, row.id, there, state=state, changed_at=now, **values):
        raise CannotChange
    session.refresh(row)
    audit.record(session, now, staff.id, f"notice.{state}", row.id)


def _move(
    session: Session, notice_id: int, there: tuple[NoticeState, ...], **values: Any
) -> bool:
    session.flush()
    one = update(Notice).where(
        col(Notice.id) == notice_id, col(Notice.state).in_(there)
    )
    done = session.exec(
        one.values(**values), execution_options={"synchronize_session": False}
    )
    return done.rowcount == 1


# What happens by itself.


def at_work(session: Session, now: datetime) -> list[Notice]:
    """Return the notices with something to do, those that begin first before others."""
    found = select(Notice).where(
        col(Notice.state).in_(AT_WORK),
        col(Notice.send_at) <= now,
        col(Notice.settled).is_(False),
    )
    return list(session.exec(found.order_by(col(Notice.send_at), col(Notice.id))))


def begin(session: Session, notice_id: int, many: int) -> bool:
    """Begin to send a notice whose time has come, to about so many people."""
    slices = many // SLICE + 1
    begun = {"state": S.SENDING, "slices": slices, "sliced": 0}
    return _move(session, notice_id, (S.SCHEDULED,), **begun)


def queue_slice(session: Session, atlas: Atlas, row: Notice, now: datetime) -> bool:
    """Make the next part of the recipients; False where there is none to make.

    A part is made in one transaction with the count of parts: none is made twice.
    """
    if row.is_queued:
        return False
    number = row.sliced
    claim = update(Notice).where(
        col(Notice.id) == row.id,
        col(Notice.sliced) == number,
        col(Notice.state) == S.SENDING,
    )
    done = session.exec(claim.values(sliced=number + 1))
    if done.rowcount != 1:
        return False
    part = audience.part(atlas, row.content.audience, number, row.slices, now)
    made = recipient.queue(session, row.id, part, now)
    grown = update(Notice).where(col(Notice.id) == row.id)
    session.exec(grown.values(queued=col(Notice.queued) + made))
    session.refresh(row)
    return True


def end(session: Session, row: Notice, now: datetime) -> bool:
    """Mark what has nothing left to do; a notice that was being sent is done.

    One that staff stopped or recalled since it was read has something to do again.
    """
    if recipient.waits(session, row.id):
        return False
    if row.state is S.SENDING:
        return _move(session, row.id, (S.SENDING,), state=S.DONE, changed_at=now)
    return _move(session, row.id, (row.state,), settled=True)


def over_reason(row: Notice, now: datetime) -> str:
    """Return why what waits is skipped, if it is; empty while it may be sent."""
    if row.state is S.STOPPED:
        return "called_off"
    if row.state is S.RECALLED:
        return "recalled"
    late = row.expires_at is not None and now >= row.expires_at
    return "too_late" if late else ""


# What staff see.


def notices_in(
    session: Session, unions: set[str], before: datetime | None = None, limit: int = 50
) -> list[Notice]:
    """Return some of the notices of these unions, the newest first."""
    found = select(Notice).where(col(Notice.union_code).in_(unions))
    if before is not None:
        found = found.where(col(Notice.created_at) < before)
    return list(
        session.exec(found.order_by(col(Notice.created_at).desc()).limit(limit))
    )


def awaiting_second(session: Session, unions: set[str]) -> list[Notice]:
    """Return the notices of these unions that wait for a second person."""
    found = select(Notice).where(
        col(Notice.state) == S.WAITING, col(Notice.union_code).in_(unions)
    )
    return list(session.exec(found.order_by(col(Notice.changed_at))))


def under_way(session: Session, unions: set[str]) -> list[Notice]:
    """Return the notices of these unions that are to be sent or are paused."""
    found = select(Notice).where(
        col(Notice.state).in_((S.SCHEDULED, S.SENDING, S.PAUSED)),
        col(Notice.union_code).in_(unions),
    )
    return list(session.exec(found.order_by(col(Notice.send_at))))


def is_stuck(row: Notice, now: datetime) -> bool:
    """Tell whether a notice should have got further by itself."""
    if row.state is S.SCHEDULED:
        return row.send_at is not None and now >= row.send_at + PATIENCE
    ends = row.expires_at
    return row.state is S.SENDING and ends is not None and now >= ends + PATIENCE


def progress(session: Session, row: Notice) -> dict[Fate, int]:
    """Count a notice's copies by what became of them; they add up to `queued`."""
    counts = dict.fromkeys(recipient.FATES, 0)
    for (fate, _), many in notice_total.sums_of(session, row.id).items():
        counts[fate] += many
    return counts
