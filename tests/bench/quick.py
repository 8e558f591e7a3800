"""Two answers sent at once: does each reach its own question?

People do not wait: they send their name and, in the same second, their ID number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, select

from models.chat import Chat
from models.conversation import Conversation
from models.worker import Worker
from tests.databases import opened
from tests.programs import KEYRING, Program, ours_at_work, rival_at_work
from tests.telegram_server import Person, Silence, TelegramServer, crowd
from tests.torture.joining import FIRST_CHAT, driver, id_of, name_of

PATIENCE = 60.0
RIVAL_PATIENCE = 5.0
QUESTIONS = ("consent", "full_name", "resident_id", "mobile")
RIVAL_WORDS = dict(zip(QUESTIONS, ("同意", "姓名", "身份证", "手机号"), strict=True))


@dataclass
class Pairs:
    """How many pairs were sent, and what became of them."""

    sent: int = 0
    wrong: int = 0
    silent: int = 0


async def ours(people: int, times: int, database: str = "") -> Pairs:
    """Send pairs to the product; each answer is also looked up in its database."""
    words = {q.name: q.words for q in driver(0) if q.name in QUESTIONS}
    async with ours_at_work(database) as (server, made):
        made.start()
        pairs = await _send(server, people, times, words, PATIENCE)
        made.stop()
        pairs.wrong = max(pairs.wrong, _misplaced(made, people * times))
    return pairs


async def theirs(people: int, times: int, concurrent: int) -> Pairs:
    """Send pairs to the stock bot, which handles so many updates at once."""
    async with rival_at_work("--concurrent", str(concurrent)) as (server, process):
        process.start()
        return await _send(server, people, times, RIVAL_WORDS, RIVAL_PATIENCE)


async def _send(
    server: TelegramServer,
    people: int,
    times: int,
    words: Mapping[str, str],
    patience: float,
) -> Pairs:
    pairs = Pairs()

    async def script(person: Person) -> None:
        await _one_pair(person, words, pairs)

    await server.called("getUpdates")
    await crowd(
        server,
        script,
        people=people,
        conversations=people * times,
        first_chat=FIRST_CHAT,
        timeout=patience,
    )
    return pairs


async def _one_pair(person: Person, words: Mapping[str, str], pairs: Pairs) -> None:
    """Give the name and the ID number in one breath; hear what is asked after each."""
    number = person.chat.id - FIRST_CHAT
    await person.say("/join")
    await person.press(await person.hear_until(words["consent"]), "同意")
    await person.hear_until(words["full_name"])
    await person.say(name_of(number))
    await person.say(id_of(number))
    pairs.sent += 1
    try:
        heard = [(await person.hear()).text for _ in range(2)]
    except Silence:
        pairs.silent += 1
        return
    asked = (words["resident_id"], words["mobile"])
    pairs.wrong += any(
        part not in text for part, text in zip(asked, heard, strict=True)
    )


def _misplaced(made: Program, pairs: int) -> int:
    """Count the people whose name or number is not kept under its own question."""
    right = 0
    with opened(made.database) as database, Session(database.reading) as session:
        rows = session.exec(
            select(Chat, Conversation, Worker)
            .where(Conversation.chat_id == Chat.id)
            .where(Chat.worker_id == Worker.id)
        )
        for chat, conversation, worker in rows:
            number = int(chat.address) - FIRST_CHAT
            answers = conversation.load(KEYRING, worker).answers
            given = {"full_name": name_of(number), "resident_id": id_of(number)}
            right += answers.items() >= given.items()
    return pairs - right
