"""News: who watches a chat is woken, nobody else, and nothing is left behind."""

from __future__ import annotations

import asyncio

from bot.news import News, wait


async def test_everybody_who_watches_a_chat_is_woken() -> None:
    news = News()
    events = [news.watch(1), news.watch(1), news.watch(2)]
    news.tell({1, 3})
    assert await wait(events[0], 0.01)
    assert await wait(events[1], 0.01)
    assert not await wait(events[2], 0.01)


async def test_news_that_came_before_the_wait_is_not_missed_and_comes_once() -> None:
    news = News()
    event = news.watch(1)
    news.tell({1})
    news.tell({1})
    assert await wait(event, 0.01)
    assert not await wait(event, 0.01)


async def test_news_wakes_who_already_waits() -> None:
    news = News()
    event = news.watch(1)
    waiting = asyncio.create_task(wait(event, 5))
    await asyncio.sleep(0)
    news.tell({1})
    assert await waiting


def test_who_leaves_is_forgotten() -> None:
    news = News()
    first, second = news.watch(1), news.watch(1)
    news.forget(1, first)
    news.tell({1})
    assert second.is_set()
    assert not first.is_set()
    news.forget(1, second)
    assert not news._waiting
