"""Erasing: a worker has everything about them deleted, and the chat begins anew.

It is confirmed by typing a word, so that no slip of the finger can do it; what was
begun and left is not offered again, so that nobody is talked into it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator

from handlers.flow import Flow
from handlers.menu import JOIN
from handlers.offers import plain
from handlers.phones import too_new
from handlers.question import Ask, Question, Refused, make_question
from handlers.say import Say, Word
from handlers.turn import Turn
from models.application import OPEN
from models.chat import chats_of
from models.erasure import erase
from models.message import Kind, lies_elsewhere
from models.staff import position_of

WORDS = ("删除", "delete")
"""Either one confirms, whatever the language; templates/…/erase.txt asks for one."""


def _is_word(typed: str) -> str:
    if plain(typed) not in WORDS:
        raise Refused("erase_word")
    return typed


SURE = make_question(
    "sure",
    Annotated[str, AfterValidator(_is_word)],
    Ask(),
    label=Word("erase", "label_sure"),
)


class Erase(Flow):
    """Delete all that is kept about the worker, after saying what that means."""

    name: ClassVar[str] = "erase"
    resumable: ClassVar[bool] = False

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Put it off in a chat that only a PIN let in lately."""
        return too_new(turn)

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Say what goes, what ends and what must stay, and ask for the word."""
        latest = turn.latest
        asks = Word(
            "erase",
            "ask_sure",
            {
                "chats": len(chats_of(turn.session, turn.worker.id)),
                "member": turn.worker.member_no is not None,
                "applied": latest is not None and latest.standing in OPEN,
                "staff": position_of(turn.session, turn.worker.id) is not None,
                "elsewhere": lies_elsewhere(turn.session, turn.worker.id),
                "days": turn.rules.backup_days,
            },
        )
        yield replace(SURE, asks=asks)

    def finish(self, turn: Turn) -> Say:
        """Erase the worker; the receipt is the first a stranger hears."""
        elsewhere = lies_elsewhere(turn.session, turn.worker.id)
        stranger = erase(
            turn.session, turn.keys, turn.worker, turn.chat, turn.now, turn.today
        )
        turn.belong_to(stranger.worker, stranger.chat)
        turn.cut |= stranger.cut
        gone = turn.now + timedelta(days=turn.rules.backup_days)
        return Say(
            Word("erase", "done", {"elsewhere": elsewhere}),
            title=Word("erase", "done_title"),
            rows=(
                (Word("erase", "at"), Word("common", "day", {"at": turn.now})),
                (Word("erase", "backups"), Word("common", "day", {"at": gone})),
            ),
            choices=(JOIN,),
            kind=Kind.RECEIPT,
        )
