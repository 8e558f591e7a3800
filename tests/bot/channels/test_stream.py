"""The page's stream: what a browser hears that knows more than there is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from bot.channels.page.history import mark_of
from bot.channels.page.stream import Stream
from bot.config import Config
from bot.database import Database, Writer, in_transaction
from bot.kit import Kit
from bot.news import News
from models.chat import Chat
from models.rules import Rules
from tests.bot.mail import chat_of
from tests.programs import KEYRING


@pytest.fixture
def kit(database: Database) -> Iterator[Kit]:
    writer = Writer(database)
    yield Kit(Config(), database, writer, KEYRING, Rules())
    writer.close()


@pytest.fixture
def chat(kit: Kit) -> Chat:
    """Begin a chat of the page in which three messages were said, all gone by now."""

    def work(session: Session) -> Chat:
        chat, _ = chat_of(session, kit, "browser")
        chat.channel, chat.bot, chat.last_number = "page", "", 3
        session.add(chat)
        return chat

    return in_transaction(kit.database, work)


async def heard(kit: Kit, after: int) -> list[bytes]:
    """Return what a browser hears that has shown all up to a number."""
    stream = Stream(kit, News(), asyncio.Event(), "browser")
    async with asyncio.timeout(20):
        return [piece async for piece in stream.events(after)]


async def test_a_browser_that_knows_more_than_an_older_backup_starts_over(
    kit: Kit, chat: Chat
) -> None:
    hello, told = await heard(kit, chat.last_number + 1)
    assert hello == b": hello\n\n"
    assert told == b"event: chat\ndata: null\n\n"


def test_a_browser_that_knows_no_more_than_there_is_goes_on(chat: Chat) -> None:
    assert mark_of(chat, chat.last_number) == mark_of(chat) is not None
    assert mark_of(chat, chat.last_number + 1) is None
    assert mark_of(None) is None
