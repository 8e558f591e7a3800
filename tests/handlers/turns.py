"""A turn dealt by hand, for what needs no conversation."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlmodel import Session

from bot.words import vocabulary
from handlers.turn import Turn
from models.chat import Chat
from models.columns import new_id
from models.place import read_atlas
from models.sealing import Keyring
from models.worker import new_worker
from tests.world import MONDAY

KEYS = Keyring({1: b"w" * 32}, 1, {1: b"i" * 32})


def turn_in(session: Session, **other: Any) -> Turn:
    """Deal a turn to somebody met for the first time."""
    worker = new_worker(KEYS, "zh-CN", MONDAY)
    session.add(worker)
    session.flush()
    chat = Chat(
        id=new_id(),
        channel="page",
        bot="",
        address=str(worker.id),
        worker_id=worker.id,
        created_at=MONDAY,
    )
    session.add(chat)
    session.flush()
    turn = Turn(
        session=session,
        now=MONDAY,
        worker=worker,
        chat=chat,
        keys=KEYS,
        atlas=read_atlas(session),
        vocabulary=vocabulary(),
    )
    return replace(turn, **other)
