"""Unsaying: what was said in a conversation that ended without effect is overwritten.

Both sides go, for our questions repeat the answers.  The rows stay, each with a mark in
place of its words, so that the numbers of a chat have no gaps.
"""

from typing import Any

from sqlalchemy import bindparam, case, update
from sqlmodel import Session, col, select

from bot.kit import Kit
from bot.words import text_of
from handlers.say import Word
from handlers.turn import Turn
from models.arrival import Poison
from models.message import Body, Message, seal_body

_SAID_IN = select(Message.number).where(
    Message.chat_id == bindparam("chat_id"),
    col(Message.conversation_id).in_(bindparam("ended", expanding=True)),
)
_OVERWRITE = (
    update(Message)
    .where(
        col(Message.chat_id) == bindparam("at_chat"),
        col(Message.number) == bindparam("at_number"),
    )
    .values(
        body=bindparam("body"),
        about_id=bindparam("about_id"),
        conversation_id=bindparam("conversation_id"),
    )
)


def unsay(
    session: Session, kit: Kit, turn: Turn, waiting: list[dict[str, Any]]
) -> list[Any]:
    """Overwrite what was said in the conversations a turn ended without effect.

    `waiting` are rows of this transaction yet to be inserted.  Return what stands in
    place of the words and the numbers of the messages; nothing where none ended.
    """
    if not turn.ended:
        return []
    mark = text_of(Word("common", "erased"), kit.reader(turn.worker))
    found = {"chat_id": turn.chat.id, "ended": turn.ended}
    written = session.exec(_SAID_IN, params=found).all()
    held = [r for r in waiting if r["conversation_id"] in turn.ended]
    for row in held:
        row.update(_marked(kit, turn, row["number"], mark))
    if written:
        session.connection().execute(
            _OVERWRITE,
            [
                {"at_chat": turn.chat.id, "at_number": n, **_marked(kit, turn, n, mark)}
                for n in written
            ],
        )
    _forget_poison(session, turn)
    turn.chat.screen = None
    turn.ended.clear()
    numbers = sorted([*written, *(row["number"] for row in held)])
    return [mark, *numbers] if numbers else []


def _marked(kit: Kit, turn: Turn, number: int, mark: str) -> dict[str, Any]:
    """Return the columns of a message whose words are gone; it is about nobody else."""
    body: Body = {"text": mark, "gone": True}
    return {
        "body": seal_body(turn.worker.open_key(kit.keys), turn.chat.id, number, body),
        "about_id": turn.worker.id,
        "conversation_id": None,
    }


def _forget_poison(session: Session, turn: Turn) -> None:
    """Drop the words of updates nobody could handle: the person has gone on since."""
    open_ = col(Poison.settled) == ""
    session.connection().execute(
        update(Poison)
        .where(col(Poison.chat_id) == turn.chat.id)
        .values(update=b"", settled=case((open_, "overtaken"), else_=Poison.settled))
    )
