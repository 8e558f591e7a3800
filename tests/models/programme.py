"""A programme of events for these tests: plans, hosts, guests, and who came."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from models.columns import new_id
from models.event import Event, EventKind, EventState, Plan, columns_of
from models.event_news import EventNews, tell_some
from models.link_code import ALPHABET
from models.own_question import Asks, OwnQuestion
from models.reminder import Reminder
from models.rules import Rules
from models.signup import Signup, sign_up
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet

RULES = Rules()

PLAN = Plan(
    kind=EventKind.TRAINING,
    name="企业工会干部培训班",
    name_en="Class for union officers",
    about="学习新知识",
    about_en="Learn something new",
    union_code="4401",
    place="广州市越秀区东园横路 5 号",
    place_en="5 Dongyuan Heng Road, Yuexiu",
    lat=23.1167,
    lon=113.2799,
    starts_at=NOW + timedelta(days=5),
    ends_at=NOW + timedelta(days=5, hours=3),
    opens_at=NOW - timedelta(days=1),
    closes_at=NOW + timedelta(days=4),
    capacity=2,
)

QUESTIONS = (
    OwnQuestion(
        "meal", Asks.CHOICE, "午餐吃什么？", "Lunch?", ("荤", "素"), ("Meat", "None")
    ),
    OwnQuestion("years", Asks.NUMBER, "做了几年工会工作？", "How many years?"),
    OwnQuestion("bus", Asks.YES_NO, "坐大巴去吗？", "By bus?"),
    OwnQuestion(
        "wish", Asks.TEXT, "还有什么想说的？", "Anything else?", required=False
    ),
)


def open_event(session: Session, now: datetime = NOW, **changes: Any) -> Event:
    """Make an event that people can sign up for; times are relative to `now`."""
    state = changes.pop("state", EventState.OPEN)
    later = now - NOW
    plan = replace(
        PLAN,
        **{
            name: getattr(PLAN, name) + later
            for name in ("starts_at", "ends_at", "opens_at", "closes_at")
        },
    )
    row = columns_of(replace(plan, **changes))
    number = secrets.randbelow(len(ALPHABET) ** 8)
    event = Event(
        id=new_id(),
        code=f"{number % 10**8:08}",
        door=_code(number),
        state=state,
        changed_at=now,
        **row,
    )
    session.add(event)
    session.flush()
    return event


def _code(number: int) -> str:
    """Write a number as a code of eight letters; neighbours look unlike."""
    size = len(ALPHABET)
    number = number * 7**13 % size**8
    return "".join(ALPHABET[number // size**n % size] for n in range(8))


def member(session: Session, number: int = 1, **columns: Any) -> Worker:
    """Let somebody be a member."""
    worker, _ = meet(session, f"member {number} {new_id()}")
    worker.member_no, worker.member_since = f"440106{new_id() % 10**8:08}", NOW
    worker.union_code, worker.group = "440106", "courier"
    worker.name = worker.seal(KEYS, "name", "张小三")
    for name, value in columns.items():
        setattr(worker, name, value)
    session.add(worker)
    session.flush()
    return worker


def guest(
    session: Session, event: Event, number: int = 1, now: datetime = NOW
) -> Signup:
    """Let a new member sign up."""
    return sign_up(session, KEYS, event, member(session, number), {}, now)


def reminders(session: Session, kind: str) -> list[Reminder]:
    """Return the reminders of a kind, those that all are told of an event made."""
    while session.exec(select(EventNews)).first():
        tell_some(session)
    return list(session.exec(select(Reminder).where(Reminder.kind == kind)))
