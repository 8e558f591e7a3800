"""What happens beside the talk in stories of cases: saved replies, who is dismissed."""

from __future__ import annotations

from sqlmodel import Session, select

from models.chat import Chat
from models.erasure import forget
from models.place import read_atlas
from models.saved_reply import save_reply
from models.staff import Staff, appoint, position_of, revoke
from tests.world import World


def save_reply_of(world: World, union: str, number: str, *words: str) -> None:
    """Let a union have a saved reply."""

    def work(session: Session) -> None:
        staff = appoint(session, "officer", union, world.now)
        atlas, text = read_atlas(session), " ".join(words)
        save_reply(session, atlas, staff, union, int(number), text, "", world.now)

    world.write(work)


def dismiss(world: World, who: str) -> None:
    """End the position of somebody."""

    def work(session: Session) -> None:
        revoke(session, position_in(session, who), world.now)

    world.write(work)


def position_in(session: Session, who: str) -> Staff:
    """Return the position of whoever writes from somewhere."""
    chat = session.exec(select(Chat).where(Chat.address == who)).one()
    staff = position_of(session, chat.worker_id)
    assert staff is not None
    return staff


def erase_all(world: World, who: str) -> None:
    """Let somebody be erased from another chat of theirs."""

    def work(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        forget(session, chat.worker_id)

    world.write(work)
    del world.screens[who]
