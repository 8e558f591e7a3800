"""The demo: two social workers' positions, and people who wait for them.

The people are made up: the sequence number of their IDs is 000, and their mobiles
begin with 140, which no person's number does.
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models import transfer
from models.application import (
    Application,
    Decision,
    Standing,
    new_number,
    record,
)
from models.chat import Chat
from models.columns import new_id, short
from models.consent import agree
from models.demos import awards, cases, events, notices
from models.identity import id_check
from models.place import Enterprise
from models.review import decide
from models.rules import Rules
from models.sealing import Keyring
from models.site import Site
from models.site_fault import What, faults_of, report
from models.staff import SOCIAL_WORKER, Staff, appoint, invite
from models.transfer import Wish
from models.workdays import add_workdays
from models.worker import Worker, new_worker

CHANNEL = "demo"
"""A channel nothing can be sent on, so nobody is told of what happens to these."""

POSITIONS = ("4401", "4451-home")
"""The unions that have a social worker; the first one's invitation is given out."""

SITE = "gz-by-dh"
"""The site about which somebody of these complains."""

OVERDUE = timedelta(days=5)
RULES = Rules()

FACTS: dict[str, Any] = {
    "consent": "agree",
    "full_name": None,
    "id_type": "resident",
    "resident_id": None,
    "other_id": None,
    "born": None,
    "sex": None,
    "mobile": None,
    "group": None,
    "work_form": "employer",
    "platform": None,
    "employer": None,
    "city": "4401",
    "district": None,
    "street": None,
    "migrant": "yes",
    "belong": "work",
    "home_district": None,
    "wished_union": "pool",
    "plate": None,
    "vehicle": None,
    "skills": None,
    "certificate": None,
}
"""The answers of the form to join, and what most of these people said."""

PEOPLE: tuple[tuple[int | None, dict[str, Any]], ...] = (
    (
        0,
        {
            "full_name": "张三",
            "resident_id": "44090219850612",
            "mobile": "+8614000000001",
            "group": "truck_driver",
            "work_form": "self_employed",
            "district": "440111",
            "street": "440111012",
            "wished_union": "440111-logistics",
            "plate": "粤A00001",
            "vehicle": "heavy",
        },
    ),
    (
        2,
        {
            "full_name": "李四",
            "resident_id": "44182319780203",
            "mobile": "+8614000000002",
            "group": "domestic_worker",
            "work_form": "casual",
            "district": "440106",
            "street": "440106006",
            "wished_union": "440106-home",
            "skills": ["cleaning", "cooking"],
        },
    ),
    (
        None,
        {
            "full_name": "王五",
            "resident_id": "43102219960918",
            "mobile": "+8614000000003",
            "group": "delivery_rider",
            "work_form": "platform",
            "platform": "美团",
            "district": "440105",
            "street": "440105001",
            "belong": "home",
            "home_district": "440113",
        },
    ),
    (
        2,
        {
            "full_name": "赵六",
            "resident_id": "44010619700307",
            "mobile": "+8614000000003",
            "group": "mall_assistant",
            "employer": "广州示例商场有限公司",
            "district": "440106",
            "street": "440106008",
            "migrant": "no",
            "belong": None,
            "wished_union": "440106-demo-mall",
        },
    ),
    (
        0,
        {
            "full_name": "孙七",
            "resident_id": "44510219881120",
            "mobile": "+8614000000005",
            "group": "domestic_worker",
            "work_form": "self_employed",
            "city": "4451",
            "district": "445102",
            "migrant": "no",
            "wished_union": "4451-home",
            "skills": ["infant", "maternity"],
        },
    ),
)
"""How many days each has waited (None: too long), and what they answered."""

MOVER: dict[str, Any] = {
    "full_name": "钱八",
    "resident_id": "44028119830305",
    "mobile": "+8614000000006",
    "group": "truck_driver",
    "work_form": "casual",
    "district": "440111",
}
"""A member for forty days, who drives in another city now."""

NEW_PLACE = {"city": "4403", "district": "440306", "street": None}


MORE = (awards.seed, events.seed, cases.seed, notices.seed)
"""What other nouns bring, each in a file of its own in models/demos."""


def seed(session: Session, keys: Keyring, now: datetime) -> str:
    """Make the demo's people once; return a new invitation to the first position."""
    for number, (days, answers) in enumerate(PEOPLE, start=1):
        if not _is_here(session, str(number)):
            _apply(session, keys, str(number), answers, _days_ago(now, days))
    _report_fault(session, keys, now)
    positions = [_position(session, union_code, now) for union_code in POSITIONS]
    if not _is_here(session, "mover"):
        _move(session, keys, positions[0], now)
    for seed_more in MORE:
        seed_more(session, keys, positions[0], now)
    return invite(session, positions[0], now)


def _is_here(session: Session, address: str) -> bool:
    same = select(Chat.id).where(Chat.channel == CHANNEL, Chat.address == address)
    return session.exec(same).first() is not None


def _move(session: Session, keys: Keyring, staff: Staff, now: datetime) -> None:
    """Let a member wish to be moved, since two days, to where they work now."""
    joined, at = now - timedelta(days=40), now - timedelta(days=2)
    row = _apply(session, keys, "mover", MOVER, joined)
    decide(session, keys, staff, row, Decision(Standing.POOL, {}), joined, 0)
    worker = session.get_one(Worker, row.worker_id)
    wish = Wish(NEW_PLACE["district"] or "", False, NEW_PLACE)
    due = add_workdays(_day(at), RULES.transfer_days)
    transfer.request(session, keys, worker, wish, at, due)


def _report_fault(session: Session, keys: Keyring, now: datetime) -> None:
    """Let the first of these people find a shower cold in a driver's home, once."""
    site = session.get(Site, SITE)
    first = select(Worker).join(Chat).where(Chat.channel == CHANNEL)
    worker = session.exec(first.where(Chat.address == "1")).first()
    if site and worker and not faults_of(session, worker.id):
        words = "二楼的淋浴没有热水。"
        at = now - timedelta(days=1)
        report(session, keys, worker, site, What.BROKEN, words, None, at)


def _position(session: Session, union_code: str, now: datetime) -> Staff:
    same = select(Staff).where(
        Staff.role == SOCIAL_WORKER, Staff.union_code == union_code
    )
    found = session.exec(same).first()
    return found or appoint(session, SOCIAL_WORKER, union_code, now)


def _days_ago(now: datetime, days: int | None) -> datetime:
    """Return when somebody applied who has waited so long, or was forgotten."""
    if days is not None:
        return now - timedelta(days=days)
    at = now
    while _due(at) > _day(now) - OVERDUE:
        at -= timedelta(days=1)
    return at


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(RULES.zone)).date()


def _due(at: datetime) -> date:
    return add_workdays(_day(at), RULES.review_days)


def _apply(
    session: Session, keys: Keyring, address: str, answers: dict[str, Any], at: datetime
) -> Application:
    """Let a person meet the bot, agree, and send the form."""
    worker = new_worker(keys, RULES.language, at)
    chat = _chat(worker, address, at)
    facts = _facts(session, answers)
    for row in (worker, chat):  # the chat refers to the worker
        session.add(row)
        session.flush()
    agree(session, worker.id, "join", CHANNEL, CHANNEL, CHANNEL, at)
    application = _application(session, chat, facts, at)
    application.tag(keys, facts)
    application.keep(keys, worker, facts)
    record(session, keys, application, Standing.SUBMITTED, at)
    return application


def _chat(worker: Worker, address: str, at: datetime) -> Chat:
    return Chat(
        id=new_id(),
        channel=CHANNEL,
        bot=CHANNEL,
        address=address,
        worker_id=worker.id,
        created_at=at,
    )


def _facts(session: Session, answers: dict[str, Any]) -> dict[str, Any]:
    """Complete what somebody answered: the ID's end, the employer's key."""
    body = answers["resident_id"] + "000"
    chosen = {
        question: _key_of(session, answers[question])
        for question in ("employer", "platform")
        if question in answers
    }
    return FACTS | answers | chosen | {"resident_id": body + id_check(body)}


def _key_of(session: Session, name: str) -> str:
    """Return what the form keeps of an enterprise chosen: its id and its union."""
    row = session.exec(select(Enterprise).where(Enterprise.name == name)).one()
    return f"{short(row.id)}.{row.union_code or ''}"


def _application(
    session: Session, chat: Chat, facts: dict[str, Any], at: datetime
) -> Application:
    district = facts["home_district"] or facts["district"]
    wished = facts["wished_union"] if facts["wished_union"] != "pool" else None
    return Application(
        id=new_id(),
        number=new_number(),
        worker_id=chat.worker_id,
        chat_id=chat.id,
        standing=Standing.SUBMITTED,
        union_code=wished or district,  # a district's union has its code
        wished_union=wished,
        facts=b"",
        id_type=facts["id_type"],
        id_tag=b"",
        mobile_tag=b"",
        tag_key=0,
        group=facts["group"],
        work_form=facts["work_form"],
        district=district,
        submitted_at=at,
        due=_due(at),
    )
