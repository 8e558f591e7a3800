"""The demo's cases: some wait, one presses, similar ones warn, one is closed and rated.

The people are the demo's applicants, who have chats nothing can be sent on; the
employer is one of its made-up places.  The union has a few saved replies.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models import handling
from models.case import Case, Outcome
from models.case_filing import Told, open_case
from models.case_following import rate
from models.case_kind import CaseKind
from models.chat import Chat
from models.dispute import Matter, Relation
from models.place import Atlas, read_atlas
from models.rules import Rules
from models.saved_reply import replies_for, save_reply
from models.sealing import Keyring
from models.staff import Staff
from models.worker import Worker

CHANNEL = "demo"
UNION = "4401"
MALL = "广州示例商场有限公司"
RULES = Rules()

REPLIES = (
    (
        "您好，您的事我们收到了，马上联系单位。",
        "Hello, we have your request and are contacting the employer now.",
    ),
    (
        "请把合同、工资条、聊天记录拍照发过来，都是证据。",
        "Please send photos of the contract, pay slips and messages: they are proof.",
    ),
    (
        "仲裁申请书怎么写，我们可以帮您，不收费。",
        "We can help you write the claim for arbitration, free of charge.",
    ),
)
"""What staff of the city's union say often, in Chinese and in English."""

STORIES = (
    ("1", "车撞坏了在修，这个月没有收入，房租交不上。", CaseKind.HELP),
    ("3", "跑单受伤，平台说不算工伤，我该找谁？", CaseKind.QUESTION),
)
"""Who tells what, and what kind of case that is."""

OWED = ("1", "2", "4")
"""Whom the mall owes wages."""


def seed(session: Session, keys: Keyring, staff: Staff, now: datetime) -> None:
    """Make the cases and the saved replies once."""
    atlas = read_atlas(session)
    if replies_for(session, atlas, UNION):
        return
    for number, (text, text_en) in enumerate(REPLIES, start=1):
        save_reply(session, atlas, staff, UNION, number, text, text_en, now)
    for hours, (address, story, kind) in enumerate(STORIES, start=2):
        at = now - timedelta(hours=hours)
        _open(session, keys, address, at, Told(kind, UNION, story))
    for days, address in enumerate(OWED, start=1):
        _owe(session, keys, address, now - timedelta(days=days))
    story = "几个工友要去门口堵门讨说法，请快来人。"
    told = Told(CaseKind.RIGHTS, UNION, story, urgent=True)
    _open(session, keys, "4", now - timedelta(minutes=5), told)
    _close(session, keys, atlas, staff, now)


def _owe(session: Session, keys: Keyring, address: str, at: datetime) -> None:
    """Let somebody tell of wages the mall has owed for most of a year."""
    told = Told(
        kind=CaseKind.RIGHTS,
        union_code=UNION,
        story="去年年底离职，最后两个月工资一直没有发。",
        employer=MALL,
        people=12,
        matter=Matter.WAGES,
        relation=Relation.EMPLOYED,
        since=(at - timedelta(days=340)).date(),
    )
    _open(session, keys, address, at, told)


def _close(
    session: Session, keys: Keyring, atlas: Atlas, staff: Staff, now: datetime
) -> None:
    """Let a case have been seen to, and rated."""
    at = now - timedelta(days=9)
    told = Told(CaseKind.LEGAL_AID, UNION, "想请人帮忙看看劳动合同。")
    row = _open(session, keys, "5", at, told)
    handling.take(session, atlas, staff, row, at + timedelta(hours=3))
    answer = "律师已经和您一起看过合同，第八条请单位改了再签。"
    by = (session, keys, atlas, staff, row, Outcome.AIDED)
    handling.close(*by, answer, 1, at + timedelta(days=2))
    rate(session, row, 5)


def _open(
    session: Session, keys: Keyring, address: str, at: datetime, told: Told
) -> Case:
    """Open a case of one of the demo's people."""
    where = select(Chat).where(Chat.channel == CHANNEL, Chat.address == address)
    chat = session.exec(where).one()
    worker = session.get_one(Worker, chat.worker_id)
    today = at.astimezone(ZoneInfo(RULES.zone)).date()
    return open_case(session, keys, worker, chat.id, told, RULES, at, today)
