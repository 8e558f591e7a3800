"""Members, made the long way: joined, approved, and told so."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import col, select

from models.chat import Chat
from models.link import Link
from models.reminder import Reminder
from models.worker import Worker
from tests.world import World

ID = "440106199003070001"
UNKNOWN = "440306197506150005"
PIN = "135790"


def make_member(world: World, who: str = "工人", union: str = "4401") -> None:
    """Let somebody join and a social worker approve; time passes until they are told."""
    world.appoint(union)
    world.fill("sure", who)
    world.say("提交", who)
    world.say("待审", "社工")
    world.say("1", "社工")
    world.tap("通过，进周转库", "社工")
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
