"""The demo's notices: one that everybody got yesterday, and one still a draft."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from models import notice, notice_course, outcome, recipient
from models.audience import Audience
from models.chat import newest_chat
from models.letter import Letter, Option
from models.message import Fate
from models.notice import Notice, NoticeState
from models.notice_answer import answer
from models.outcome import Outcome
from models.place import Atlas, read_atlas
from models.preference import Topic
from models.sealing import Keyring
from models.staff import Staff

EVERYBODY = 1000
"""More than the demo has people: a queue in one part."""

SENT = Letter(
    topic=Topic.EVENTS,
    audience=Audience(union_code="4401"),
    title="家政节等您来",
    title_en="Come to the festival",
    text="{name}，您好！家政节有技能展示、义诊和演出，带家人一起来。您来吗？",
    text_en="Hello {name}! There will be skills, free medical advice and a show; "
    "bring your family. Will you come?",
    options=(
        Option("来", "I will come"),
        Option("来不了", "I cannot come"),
        Option("看看活动", "See the events", "v:events:0"),
    ),
)
DRAFT = Letter(
    topic=Topic.NOTICES,
    audience=Audience(union_code="440111", groups=("truck_driver",)),
    title="司机之家周日停水",
    title_en="No water on Sunday",
    text="周日上午 9 点到 12 点，白云区的司机之家停水检修，请提前接水。",
    text_en="On Sunday from 9 to 12 there is no water at the driver's home in Baiyun.",
)


def seed(session: Session, keys: Keyring, staff: Staff, now: datetime) -> None:
    """Write both once."""
    if session.exec(select(Notice.id)).first() is not None:
        return
    atlas = read_atlas(session)
    _send(session, atlas, staff, now - timedelta(days=1))
    notice.write(session, atlas, _of(staff, DRAFT), DRAFT, now)


def _of(staff: Staff, letter: Letter) -> Staff:
    """Return who writes it: this seed stands in for the staff of its union."""
    union_code, made = letter.audience.union_code, staff.created_at
    return Staff(id=staff.id, role=staff.role, union_code=union_code, created_at=made)


def _send(session: Session, atlas: Atlas, staff: Staff, at: datetime) -> None:
    """Let everybody with a chat have got it, and the first of them have answered."""
    row = notice.write(session, atlas, _of(staff, SENT), SENT, at)
    row.state, row.send_at, row.expires_at = NoticeState.SCHEDULED, at, at + SENT.lasts
    notice_course.begin(session, row.id, EVERYBODY)
    session.refresh(row)
    notice_course.queue_slice(session, atlas, row, at)
    people = recipient.next_due(session, row.id, at, EVERYBODY)
    outcomes = [_outcome(session, worker_id, at) for worker_id in people]
    outcome.settle(session, row.id, outcomes)
    told = [one.worker_id for one in outcomes if one.fate is Fate.SENT]
    answer(session, row, told[0], 0, at)
    notice_course.end(session, row, at)


def _outcome(session: Session, worker_id: int, at: datetime) -> Outcome:
    chat_id = newest_chat(session, worker_id)
    if chat_id is None:
        return Outcome(worker_id, Fate.SKIPPED, at, "no_chat")
    return Outcome(worker_id, Fate.SENT, at, chat_id=chat_id)
