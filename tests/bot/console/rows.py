"""Rows for the walk over all pages: of each noun one that is mine and one of others.

A noun with a page about a row has a function here, by its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from sqlmodel import Session, SQLModel, col, delete, select

from bot.inbox import keep_poison
from handlers.turn import Incoming
from models.application import Application
from models.arrival import Poison
from models.attachment import new_attachment
from models.audience import Audience
from models.award import Award
from models.benefit import Benefit, BenefitKind, Use, person_of
from models.chat import Chat
from models.columns import long, new_id, short
from models.console_session import ConsoleSession
from models.document import Enclosed
from models.event import Event, EventKind, EventState, Plan, columns_of
from models.letter import Letter
from models.member_import import Consented, MemberImport, send
from models.merge_wish import propose
from models.message import Fate, Message
from models.notice import write
from models.notice_file import enclose
from models.partner import Giving, Partner
from models.place import read_atlas
from models.preference import Topic
from models.rules import Rules
from models.saved_reply import SavedReply
from models.slot import add_slot
from models.staff import Staff, appoint
from models.suggestion import Aspect, suggest
from models.voucher import issue
from models.worker import Worker, new_worker

from .helping import ask_for_help, take
from .house import House

UNION, ELSEWHERE = "4401", "4403"
"""Where the staff of the walk is, and where it has no business."""

CHECK = "health-check"
"""What is booked by the hour."""


@dataclass(frozen=True)
class Rows:
    """The keys of a row that is mine, and of one that is not."""

    own: str
    foreign: str


def applications(house: House, who: str) -> Rows:
    """Two people apply, each in another city; mine sends a picture."""
    house.world.fill("certificate", "张师傅", group="家政服务员")
    house.world.do("photo", who="张师傅", data=b"\xff\xd8picture", mime="image/jpeg")
    house.world.say("提交", "张师傅")
    shenzhen = {"city": "深圳", "district": "南山", "resident_id": "440306197506150005"}
    applied(house, "李师傅", **shenzhen)

    def look(session: Session) -> Rows:
        found = select(Application).order_by(col(Application.submitted_at))
        own, foreign = session.exec(found).all()
        return Rows(short(own.id), short(foreign.id))

    return house.world.write(look)


def members(house: House, who: str) -> Rows:
    """Those two are members, each of a city's pool."""
    rows = applications(house, who)
    for union, key in ((UNION, rows.own), (ELSEWHERE, rows.foreign)):
        house.appoint("officer", union, f"批准 {union}").do(
            f"/console/applications/{key}/pool"
        )

    def look(session: Session) -> Rows:
        found = (
            session.get_one(Application, long(key)).worker_id
            for key in (rows.own, rows.foreign)
        )
        return Rows(*map(short, found))

    return house.world.write(look)


def imports(house: House, who: str) -> Rows:
    """I sent a list, and so did a colleague of the same union."""
    house.world.appoint(UNION, "同事", "officer")

    def make(session: Session) -> Rows:
        made = [
            send(
                *(session, house.world.kit.keys, one, worker),
                *(UNION, Consented.PAPER, b"", house.world.now),
            )
            for one in session.exec(select(Staff).order_by(col(Staff.created_at)))
            if one.worker_id and (worker := session.get(Worker, one.worker_id))
        ]
        mine = [row for row in made if address(session, row) == who]
        others = [row for row in made if row not in mine]
        own = mine or others
        return Rows(short(own[0].id), short(others[0].id))

    def address(session: Session, row: MemberImport) -> str:
        chats = select(Chat.address).where(Chat.worker_id == row.worker_id)
        return session.exec(chats).one()

    return house.world.write(make)


def merges(house: House, who: str) -> Rows:
    """In each city two records wait to be one."""

    def a_member(session: Session, union: str) -> Worker:
        worker = new_worker(house.world.kit.keys, "zh-CN", house.world.now)
        worker.member_no, worker.union_code = short(worker.id), union
        worker.member_since = house.world.now
        chat = Chat(
            id=new_id(),
            channel="page",
            bot="",
            address=short(worker.id),
            worker_id=worker.id,
            created_at=house.world.now,
        )
        for row in (worker, chat):
            session.add(row)
            session.flush()
        return worker

    def make(session: Session) -> Rows:
        made = []
        for union in (UNION, ELSEWHERE):
            both = (a_member(session, union), a_member(session, union))
            by = appoint(session, "officer", union, house.world.now)
            atlas, now = read_atlas(session), house.world.now
            made.append(propose(session, atlas, by, *both, now))
        return Rows(*(short(one.id) for one in made))

    return house.world.write(make)


def staff(house: House, who: str) -> Rows:
    """Positions nobody holds yet, here and in another city."""

    def make(session: Session) -> Rows:
        made = (
            appoint(session, "officer", union, house.world.now)
            for union in (UNION, ELSEWHERE)
        )
        return Rows(*(short(one.id) for one in made))

    return house.world.write(make)


def account(house: House, who: str) -> Rows:
    """A colleague is signed in, too."""
    house.appoint("officer", ELSEWHERE, "同事")

    def look(session: Session) -> Rows:
        foreign = col(Staff.union_code) == ELSEWHERE
        found = select(ConsoleSession.id).join(
            Staff, col(Staff.id) == ConsoleSession.staff_id
        )
        own, other = (
            session.exec(found.where(which)).one() for which in (~foreign, foreign)
        )
        return Rows(short(own), short(other))

    return house.world.write(look)


def two(house: House, *rows: SQLModel) -> None:
    """Keep rows that are made the short way."""

    def work(session: Session) -> None:
        for row in rows:
            session.add(row)
            session.flush()

    house.world.write(work)


def events(house: House, who: str) -> Rows:
    """Each city has an event."""
    own, foreign = (an_event(house, union) for union in (UNION, ELSEWHERE))
    two(house, own, foreign)
    return Rows(short(own.id), short(foreign.id))


def an_event(house: House, union: str, **other: Any) -> Event:
    """Make an event that begins in an hour."""
    now = house.world.now
    plan: dict[str, Any] = {
        "kind": EventKind.TRAINING,
        "name": "培训班",
        "union_code": union,
        "place": "东园横路 5 号",
        "starts_at": now + timedelta(minutes=30),
        "ends_at": now + timedelta(hours=3),
        "opens_at": now - timedelta(days=1),
        "closes_at": now + timedelta(hours=1),
        "capacity": 2,
    }
    row, code = columns_of(Plan(**plan)), f"{new_id():X}"
    facts = {**row, "state": EventState.OPEN, **other}
    return Event(id=new_id(), code=code, door=code, changed_at=now, **facts)


def suggestions(house: House, who: str) -> Rows:
    """Each city was suggested something, with a picture."""

    def work(session: Session) -> Rows:
        keys, now = house.world.kit.keys, house.world.now
        worker = new_worker(keys, "zh-CN", now)
        session.add(worker)
        session.flush()
        photo = new_attachment(keys, worker, "image/jpeg", b"\xff\xd8", now)
        session.add(photo)
        told = (Aspect.WORK, "换拖把", photo.id, now)
        own, foreign = (
            suggest(session, keys, worker, union, *told) for union in (UNION, ELSEWHERE)
        )
        return Rows(short(own.id), short(foreign.id))

    return house.world.write(work)


def cases(house: House, who: str) -> Rows:
    """Each city was asked for help; mine has a picture, and I have taken it."""
    own = ask_for_help(house, "求助的人", UNION, pictured=True)
    foreign = ask_for_help(house, "别处的人", ELSEWHERE, pictured=True)
    take(house, own, who)
    return Rows(short(own.id), short(foreign.id))


def replies(house: House, who: str) -> Rows:
    """Each city has a saved reply."""
    own, foreign = (
        SavedReply(id=new_id(), union_code=union, number=1, text="您好")
        for union in (UNION, ELSEWHERE)
    )
    two(house, own, foreign)
    return Rows(short(own.id), short(foreign.id))


def benefits(house: House, who: str) -> Rows:
    """Each city has a benefit."""
    two(house, *(a_benefit(f"tea-{union}", union) for union in (UNION, ELSEWHERE)))
    return Rows(f"tea-{UNION}", f"tea-{ELSEWHERE}")


def a_benefit(code: str, union: str) -> Benefit:
    """Make a benefit of a union."""
    words: dict[str, Any] = {
        **dict.fromkeys(("name", "name_en", "about", "about_en"), "凉茶"),
        **dict.fromkeys(("bring", "bring_en"), ""),
    }
    kind = BenefitKind.VOUCHER
    return Benefit(code=code, kind=kind, union_code=union, **words)


def partners(house: House, who: str) -> Rows:
    """Each city has a partner."""
    two(house, *(a_partner(f"shop-{union}", union) for union in (UNION, ELSEWHERE)))
    return Rows(f"shop-{UNION}", f"shop-{ELSEWHERE}")


def a_partner(code: str, union: str) -> Partner:
    """Make a partner of a union."""
    named = ("name", "name_en", "address", "address_en")
    facts: dict[str, Any] = dict.fromkeys(named, "示例路1号")
    facts |= {"lat": 23.1, "lon": 113.3, "district": "440111"}
    return Partner(code=code, union_code=union, **facts)


def counter(house: House, who: str) -> Rows:
    """One member has a voucher for each of two shops."""

    def work(session: Session) -> Rows:
        keys, now = house.world.kit.keys, house.world.now
        worker = new_worker(keys, "zh-CN", now)
        worker.name = worker.seal(keys, "name", "张三")
        worker.member_no, worker.union_code = "00000000000001", "4451"
        worker.member_since = now - timedelta(days=9)
        session.add(worker)
        session.flush()
        atlas, given = read_atlas(session), session.get_one(Benefit, "medicine")
        keys_of = []
        for code in ("yuekang-xiangqiao", "yuekang-chaoan"):
            given.share = None
            who = person_of(session, atlas, Rules(), worker, now)
            at = session.get_one(Partner, code)
            session.exec(delete(Use))
            given_to = (worker, replace(who, used={}), given, at)
            row = issue(session, keys, *given_to, now, Rules().zone)
            keys_of.append(short(row.id))
        return Rows(*keys_of)

    return house.world.write(work)


def slots(house: House, who: str) -> Rows:
    """Each city has a time for health checks, at a partner of its own."""

    def make(session: Session) -> Rows:
        made = []
        for union in (UNION, ELSEWHERE):
            session.add(a_partner(f"clinic-{union}", union))
            session.flush()
            session.add(Giving(benefit_code=CHECK, partner_code=f"clinic-{union}"))
            at = house.world.now + timedelta(days=1)
            made.append(add_slot(session, CHECK, f"clinic-{union}", at, 2))
        return Rows(*(short(row.id) for row in made))

    return house.world.write(make)


def sites(house: House, who: str) -> Rows:
    """Each city has a site already."""
    return Rows("gz-by-dh", "sz-ns-st")


def awards(house: House, who: str) -> Rows:
    """Each city plans an award."""
    own, foreign = (an_award(house, union) for union in (UNION, ELSEWHERE))
    two(house, own, foreign)
    return Rows(short(own.id), short(foreign.id))


def an_award(house: House, union: str) -> Award:
    """Make the plan of an award."""
    names = ("nominating_at", "voting_at", "jury_at", "notice_at", "over_at")
    times = {
        name: house.world.now + timedelta(days=day) for day, name in enumerate(names)
    }
    shares = {"seats": 2, "choices": 2, "vote_share": 40, "jury_share": 60}
    facts: dict[str, Any] = {**times, **shares}
    return Award(
        id=new_id(), code=f"gold-{union}", name="金牌", union_code=union, **facts
    )


def posters(house: House, who: str) -> Rows:
    """Each city has posters already."""
    return Rows("baiyun-drivers", "baoan-factories")


def unions(house: House, who: str) -> Rows:
    """Below each city there is a district."""
    return Rows("440111", "440306")


def deliveries(house: House, who: str) -> Rows:
    """Each city has somebody who did not get a message."""
    rows = members(house, who)
    cans = house.world.cans
    cans.update({name: replace(can, push=True) for name, can in cans.items()})

    def lose(session: Session) -> Rows:
        keys_of = []
        for key in (rows.own, rows.foreign):
            mine = col(Message.about_id) == long(key)
            newest = select(Message).where(mine).order_by(col(Message.number).desc())
            row = session.exec(newest).first()
            assert row is not None
            row.fate, row.reason = Fate.FAILED, "refused"
            session.add(row)
            keys_of.append(f"{short(row.chat_id)}.{row.number}")
        return Rows(*keys_of)

    return house.world.write(lose)


def unhandled(house: House, who: str) -> Rows:
    """Of each city somebody said what nobody could handle."""
    rows, world = members(house, who), house.world

    def fail(session: Session) -> Rows:
        for number, key in enumerate((rows.own, rows.foreign)):
            of = col(Chat.worker_id) == long(key)
            chat = session.exec(select(Chat).where(of)).one()
            place = (chat.channel, chat.bot, chat.address, f"bad {number}")
            bad = Incoming(*place, kind="text", text="谁也处理不了")
            keep_poison(session, world.kit, world.cans, bad, world.now)
        order = {long(rows.own): 0, long(rows.foreign): 1}
        kept = session.exec(select(Poison)).all()
        found = sorted(kept, key=lambda row: order[row.worker_id])
        return Rows(*(short(row.id) for row in found))

    return house.world.write(fail)


def notices(house: House, who: str) -> Rows:
    """Each city has the draft of a notice."""
    own, foreign = (a_notice(house, union) for union in (UNION, ELSEWHERE))
    return Rows(short(own), short(foreign))


def a_notice(house: House, union: str) -> int:
    """Make the draft of a notice with a picture, and return its id."""
    whom = Audience(union_code=union)
    said = Letter(topic=Topic.NOTICES, audience=whom, title="停水", text="明天停水。")

    def make(session: Session) -> int:
        staff = appoint(session, "officer", union, house.world.now)
        atlas, now = house.world.kit.atlas, house.world.now
        row = write(session, atlas, staff, said, now)
        picture = Enclosed("image/jpeg", b"\xff\xd8picture")
        enclose(session, atlas, staff, row, picture, now)
        return row.id

    return house.world.write(make)


ROWS: dict[str, Callable[[House, str], Rows]] = {
    "applications": applications,
    "members": members,
    "imports": imports,
    "merges": merges,
    "staff": staff,
    "account": account,
    "events": events,
    "suggestions": suggestions,
    "cases": cases,
    "replies": replies,
    "benefits": benefits,
    "partners": partners,
    "counter": counter,
    "slots": slots,
    "sites": sites,
    "awards": awards,
    "notices": notices,
    "posters": posters,
    "unions": unions,
    "deliveries": deliveries,
    "unhandled": unhandled,
}


def applied(house: House, who: str, **answers: str) -> None:
    """Let somebody join, up to the receipt."""
    house.world.fill("sure", who, **answers)
    house.world.say("提交", who)
