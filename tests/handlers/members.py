"""Members, made the short way: approved and told so, with chats that have begun."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select

from models.application import Decision, Standing
from models.chat import Chat
from models.link import Link
from models.reminder import Reminder
from models.review import decide
from models.staff import Staff
from models.worker import Worker
from tests.models.cast import KEYS, apply, resident_id
from tests.world import World

ID = resident_id()
UNKNOWN = "440306197506150005"
PIN = "135790"
TO_POOL = Decision(Standing.POOL, {})


def make_member(
    world: World,
    who: str = "工人",
    union: str = "4401",
    number: int | str = 1,
    placed: str | None = None,
) -> None:
    """Let somebody be approved into the pool or a union, and be told.

    Two members of one world have two numbers.
    """
    into = Decision(Standing.PLACED, {}, placed) if placed else TO_POOL
    world.appoint(union)
    world.do("hello", who=who)

    def approve(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        worker = session.get_one(Worker, chat.worker_id)
        row = apply(session, worker, chat, int(number), submitted_at=world.now)
        staff = session.exec(select(Staff)).first()
        assert staff is not None
        decide(session, KEYS, staff, row, into, world.now, 30)

    world.write(approve)
    world.wait(timedelta(minutes=1))


def set_pin(world: World, who: str = "工人", pin: str = PIN) -> None:
    """Let a member choose a PIN, by the link where it must not be typed."""
    world.say("设置密码", who)
    answer(world, who, pin)


def answer(world: World, who: str, text: str) -> str:
    """Answer the open question, by the link where there is one; return what is said."""
    if "link" in world.screens[who][-1]:
        heard = world.fill_form(text, who)
    else:
        heard = world.say(text, who)
    return "\n".join(body["text"] for body in heard)


def try_pin(world: World, who: str, pin: str, number: str = ID) -> str:
    """Let somebody try to come back by ID number and PIN, from the start."""
    world.do("press", "f:come_back:", who)
    if world.asked(who) != "way":
        return answer(world, who, pin)
    world.say("2", who)
    answer(world, who, number)
    return answer(world, who, pin)


def chat_of(world: World, who: str) -> Chat:
    """Return somebody's chat."""
    return world.write(lambda s: s.exec(select(Chat).where(Chat.address == who)).one())


def worker_of(world: World, who: str) -> Worker:
    """Return the person of somebody's chat."""
    return world.write(
        lambda s: s.exec(select(Worker).join(Chat).where(Chat.address == who)).one()
    )


def links(world: World) -> list[Link]:
    """Return the links of chats, oldest first."""
    return world.write(lambda s: list(s.exec(select(Link).order_by(col(Link.at)))))


def ended(world: World, kind: str) -> list[tuple[str, str]]:
    """Return what became of the notices of a kind."""
    found = select(Reminder).where(Reminder.kind == kind)
    rows = world.write(lambda s: list(s.exec(found.order_by(col(Reminder.due)))))
    return [(row.fate.value, row.reason) for row in rows]
