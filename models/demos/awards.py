"""The demo's awards: gold-medal domestic workers being voted for, drivers nominated.

The nominees are made up and have chats nothing can be sent on, as the applicants have.
"""

from datetime import datetime, timedelta

from sqlmodel import Session

from models import nominee
from models.award import Award, Phase, award_named
from models.chat import Chat
from models.columns import new_id
from models.nominee import Candidacy, Nominee
from models.review import new_member_no
from models.rules import Rules
from models.sealing import Keyring
from models.staff import Staff
from models.suggestion import Aspect, suggest
from models.worker import Worker, new_worker

CHANNEL = "demo"
DAY = timedelta(days=1)

GOLD = "gold-2026"
DRIVERS = "drivers-2026"

RUNNERS = (
    ("周阿姨", "照顾独居老人八年，陪老人看病两百多次，老人叫她“闺女”。"),
    ("吴师傅", "带出四十多名徒弟，教她们收纳和做饭，个个找到了活。"),
    ("郑阿姨", "做月嫂十五年，护理过三百多个新生儿，没有一次投诉。"),
    ("冯师傅", "客户家老人摔倒，她连夜送医、守到天亮，救回一条命。"),
    ("陈阿姨", "捡到客户遗失的两万元现金，当天送还。"),
    ("褚师傅", "自学护理和粤语，照顾瘫痪老人五年，没有长过褥疮。"),
    ("卫阿姨", "疫情期间给小区隔离的家庭送菜做饭两个月。"),
    ("蒋师傅", "琢磨出不伤手的除油法，工友们都在用。"),
    ("沈阿姨", "资助同乡两个孩子读书，自己租住在城中村。"),
    ("韩师傅", "从保洁员做到技能竞赛第一名，还在免费给姐妹们上课。"),
    ("杨阿姨", "照顾自闭症孩子六年，孩子会叫“阿姨”了。"),
    ("朱师傅", "十年没有迟到过一次，雇主搬家三次都带上她。"),
)
"""Who runs, and the story; the last one waits for a social worker."""


def seed(session: Session, keys: Keyring, staff: Staff, now: datetime) -> None:
    """Make the awards once, with their nominees, and a suggestion that waits."""
    if award_named(session, GOLD) is not None:
        return
    gold = _award(keys, GOLD, now - 10 * DAY, groups="domestic_worker")
    gold.name, gold.name_en = "广州市金牌家政工", "Gold-medal domestic workers"
    drivers = _award(keys, DRIVERS, now - DAY, groups="truck_driver")
    drivers.name, drivers.name_en = "最美货车司机", "Truck drivers of the year"
    for row in (gold, drivers):
        session.add(row)
        session.flush()
    people = [_member(session, keys, name, now) for name, _ in RUNNERS]
    gold.phase = Phase.VOTING
    stories = (story for _, story in RUNNERS)
    rows = [
        _run(session, keys, gold, worker, story, now)
        for worker, story in zip(people, stories, strict=True)
    ]
    for one in rows[:-1]:
        nominee.confirm(session, gold, staff, one, now)
    _suggest(session, keys, people[0], now)


def _award(keys: Keyring, code: str, opened: datetime, groups: str) -> Award:
    """Plan an award of the city: nine days to nominate, fourteen to vote."""
    award = Award(
        id=new_id(),
        code=code,
        name=code,
        union_code="4401",
        groups=groups,
        seats=10,
        choices=5,
        vote_share=40,
        jury_share=60,
        nominating_at=opened,
        voting_at=opened + 9 * DAY,
        jury_at=opened + 23 * DAY,
        notice_at=opened + 26 * DAY,
        over_at=opened + 31 * DAY,
        phase=Phase.NOMINATING,
    )
    award.make_key(keys)
    return award


def _member(session: Session, keys: Keyring, name: str, now: datetime) -> Worker:
    """Let somebody be a member who never joined by chat."""
    worker = new_worker(keys, Rules().language, now)
    worker.name = worker.seal(keys, "name", name)
    worker.group, worker.union_code = "domestic_worker", "440106-home"
    worker.member_no = new_member_no(session, "440106")
    worker.member_since = now - 200 * DAY
    chat = Chat(
        id=new_id(),
        channel=CHANNEL,
        bot=CHANNEL,
        address=f"member {worker.id}",
        worker_id=worker.id,
        created_at=now,
    )
    for row in (worker, chat):  # the chat refers to the worker
        session.add(row)
        session.flush()
    return worker


def _run(
    session: Session,
    keys: Keyring,
    award: Award,
    worker: Worker,
    story: str,
    now: datetime,
) -> Nominee:
    row = Nominee(
        id=new_id(),
        award_id=award.id,
        worker_id=worker.id,
        standing=Candidacy.PROPOSED,
        story=b"",
        in_full=True,
        at=now - 2 * DAY,
        agreed_at=now - DAY,
    )
    row.keep(keys, worker, "story", story)
    session.add(row)
    session.flush()
    return row


def _suggest(session: Session, keys: Keyring, worker: Worker, now: datetime) -> None:
    text, union = "把高楼擦窗的安全绳统一检查一遍，旧的换掉。", "440106-home"
    at = now - 3 * DAY
    suggest(session, keys, worker, union, Aspect.SAFETY, text, None, at)
