"""The demo's events: a festival, three cohorts, a competition, a full health day.

Times are relative to the day the demo is first seeded.  The places are made up.
"""

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models.columns import new_id
from models.event import Event, EventKind, Plan, create, publish
from models.own_question import Asks, OwnQuestion
from models.place import read_atlas
from models.rules import Rules
from models.sealing import Keyring
from models.signup import sign_up
from models.staff import Staff
from models.worker import Worker, new_worker

RULES = Rules()

GUESTS = ("周一心", "吴二妹", "郑三强", "冯四海", "陈五福")
"""Members who were quicker than whoever looks at the demo."""

MEAL = OwnQuestion(
    "meal",
    Asks.CHOICE,
    "午餐有荤素两种，您要哪一种？",
    "Lunch is with or without meat. Which one?",
    ("荤", "素"),
    ("With meat", "Without"),
)
PEOPLE = OwnQuestion(
    "people", Asks.NUMBER, "您带几位家人来？", "How many relatives will you bring?"
)
WISH = OwnQuestion(
    "wish",
    Asks.TEXT,
    "最想学什么？",
    "What would you like to learn most?",
    required=False,
)
FASTING = OwnQuestion(
    "fasting",
    Asks.YES_NO,
    "体检要空腹，您能空腹来吗？",
    "You must not eat before the check. Can you come like that?",
)

COHORT = {
    "kind": EventKind.TRAINING,
    "union_code": "4418",
    "place": "清远市清城区示例路 8 号职工学校",
    "place_en": "Workers' School, 8 Shili Road, Qingcheng, Qingyuan",
    "lat": 23.6985,
    "lon": 113.0560,
    "questions": (MEAL, WISH),
    "hours": 8 + 24,
}
"""What the three classes have in common."""

PROGRAMME: tuple[dict[str, Any], ...] = (
    {
        "kind": EventKind.FESTIVAL,
        "name": "家政节",
        "name_en": "Domestic Workers' Festival",
        "union_code": "4451",
        "place": "潮州市湘桥区示例广场",
        "place_en": "Shili Square, Xiangqiao, Chaozhou",
        "lat": 23.6645,
        "lon": 116.6410,
        "about": "技能展示、义诊、游戏和演出，带家人一起来。",
        "about_en": "Skills, free medical advice, games and a show; bring your family.",
        "questions": (PEOPLE,),
        "capacity": 300,
        "day": 6,
        "hours": 6,
    },
    {
        **COHORT,
        "name": "地方新进工会干部培训班",
        "name_en": "Class for new local union officers",
        "about": "面向新进的地方工会干部，由工会推荐。两天课，包午餐，结业发证明。",
        "about_en": "For new local union officers, put forward by their union. "
        "Two days of classes with lunch, and a certificate.",
        "capacity": 60,
        "day": 9,
    },
    {
        **COHORT,
        "name": "社会化工会工作者培训班",
        "name_en": "Class for social workers of unions",
        "about": "面向社会化工会工作者，由工会推荐。两天课，包午餐，结业发证明。",
        "about_en": "For social workers of unions, put forward by their union. "
        "Two days of classes with lunch, and a certificate.",
        "capacity": 40,
        "day": 16,
    },
    {
        **COHORT,
        "name": "企业工会干部培训班",
        "name_en": "Class for officers of enterprise unions",
        "about": "面向企业工会干部，由工会推荐。两天课，包午餐，结业发证明。",
        "about_en": "For officers of enterprise unions, put forward by their union. "
        "Two days of classes with lunch, and a certificate.",
        "capacity": 80,
        "day": 23,
        "opens": 7,
    },
    {
        "kind": EventKind.COMPETITION,
        "name": "货车司机安全行车竞赛",
        "name_en": "Safe driving competition for truck drivers",
        "union_code": "440111",
        "place": "广州市白云区示例物流园",
        "place_en": "Shili Logistics Park, Baiyun, Guangzhou",
        "lat": 23.2210,
        "lon": 113.2660,
        "about": "比安全，不比快。货车司机、网约车司机都能参加。",
        "about_en": "Safety counts, not speed; for truck and ride-hailing drivers.",
        "groups": ("truck_driver", "ride_hailing_driver"),
        "capacity": 100,
        "day": 12,
        "hours": 4,
    },
    {
        "kind": EventKind.HEALTH_DAY,
        "name": "健康体检日",
        "name_en": "Health day",
        "union_code": "4401",
        "place": "广州市越秀区示例路 1 号示例体检中心",
        "place_en": "Sample Health Centre, 1 Shili Road, Yuexiu, Guangzhou",
        "lat": 23.1291,
        "lon": 113.2644,
        "about": "免费体检，请带身份证。",
        "about_en": "A free check; please bring your ID card.",
        "questions": (FASTING,),
        "capacity": 3,
        "day": 4,
        "hours": 3,
    },
)
"""What is planned: in how many days, for how many hours, from when to sign up."""


def seed(session: Session, keys: Keyring, staff: Staff, now: datetime) -> None:
    """Publish the programme once; the last event is full, and some wait."""
    if session.exec(select(Event.id)).first() is not None:
        return
    atlas = read_atlas(session)
    for entry in PROGRAMME:
        # Each is hosted by its own union; this seed stands in for its staff.
        host = Staff(
            id=staff.id, role=staff.role, union_code=entry["union_code"], created_at=now
        )
        event = create(session, atlas, host, _plan(now, **entry), now)
        publish(session, atlas, host, event, now)
    for name in GUESTS:
        answers = {"fasting": "yes"}
        sign_up(session, keys, event, _guest(session, keys, name, now), answers, now)


def _plan(now: datetime, day: int, hours: int, opens: int = -3, **fields: Any) -> Plan:
    """Return a plan for nine in the morning, so many days from now."""
    zone = ZoneInfo(RULES.zone)
    date = now.astimezone(zone).date() + timedelta(days=day)
    start = datetime.combine(date, time(9), zone)
    return Plan(
        starts_at=start,
        ends_at=start + timedelta(hours=hours),
        opens_at=now + timedelta(days=opens),
        closes_at=start - timedelta(hours=15),
        **fields,
    )


def _guest(session: Session, keys: Keyring, name: str, now: datetime) -> Worker:
    """Make a member who has no chat."""
    worker = new_worker(keys, RULES.language, now)
    worker.name = worker.seal(keys, "name", name)
    worker.member_no = f"440104{new_id() % 10**8:08}"
    worker.member_since, worker.union_code = now, "440104"
    worker.group = "domestic_worker"
    session.add(worker)
    session.flush()
    return worker
