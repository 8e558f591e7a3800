"""A closed-loop crowd: so many people at once, each as fast as they are answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .people import Heard, Person, Silence
from .server import TelegramServer

Script = Callable[[Person], Awaitable[object]]
_MOST_QUESTIONS = 100


@dataclass
class Figures:
    """What a crowd has lived through; an answer is (heard at, seconds waited)."""

    answers: list[tuple[float, float]] = field(default_factory=list)
    finished: int = 0
    hurt: int = 0
    started_over: int = 0
    given_up: int = 0

    def note(self, asked: float, heard: float) -> None:
        """Take in one answer."""
        self.answers.append((heard, heard - asked))

    @property
    def rate(self) -> float:
        """Give the answers a second, warm-up and tail left out."""
        times = sorted(heard for heard, _ in self.answers)
        low, high = len(times) // 10, len(times) * 9 // 10
        if high - low < 2 or times[high - 1] == times[low]:
            return 0.0
        return (high - 1 - low) / (times[high - 1] - times[low])

    def wait(self, percent: float) -> float:
        """Give the wait in milliseconds that so many percent stayed within."""
        waits = sorted(waited for _, waited in self.answers)
        if not waits:
            return 0.0
        return waits[min(len(waits) - 1, int(len(waits) * percent / 100))] * 1000


async def crowd(
    server: TelegramServer,
    script: Script,
    *,
    people: int = 100,
    conversations: int = 400,
    first_chat: int = 1_000_001,
    starts: int = 3,
    **habits: Any,
) -> Figures:
    """Let people go through a script, a new person for each conversation.

    `habits` are those of a Person (patience, tries, think, timeout). Who meets
    silence starts over, up to `starts` times in all.
    """
    figures = Figures()
    chats = iter(range(first_chat, first_chat + conversations))

    async def go() -> None:
        for chat_id in chats:
            person = server.person(chat_id, on_answer=figures.note, **habits)
            await _converse(person, script, figures, starts)

    await asyncio.gather(*(go() for _ in range(min(people, conversations))))
    return figures


async def fill_in(person: Person, answers: Mapping[str, str], until: str) -> Heard:
    """Answer each question by the first key its words contain, until these words.

    An answer like a button presses it; a question without a key gets its first
    button. A question heard twice running is a repeat and gets no second answer.
    """
    asked = ""
    for _ in range(_MOST_QUESTIONS):
        message = await person.hear()
        if until in message.text:
            return message
        if message.text == asked:
            person.heard_again += 1
            continue
        asked = message.text
        await _reply(person, message, answers)
    raise Silence(f"{_MOST_QUESTIONS} questions and no end in chat {person.chat.id}")


async def _converse(
    person: Person, script: Script, figures: Figures, starts: int
) -> None:
    for start in range(starts):
        try:
            await script(person)
        except Silence:
            continue
        figures.finished += 1
        figures.hurt += person.tries_again > 0
        figures.started_over += start > 0
        return
    figures.hurt += 1
    figures.given_up += 1


async def _reply(person: Person, message: Heard, answers: Mapping[str, str]) -> None:
    keys = (key for key in answers if key in message.text)
    answer = answers.get(next(keys, ""))
    if answer is None and message.buttons:
        await person.press(message, next(iter(message.buttons)))
    elif answer in message.buttons:
        await person.press(message, answer)
    elif answer is not None:
        await person.say(answer)
