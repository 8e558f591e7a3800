"""The checker finds nothing where nothing is wrong, and each kind of damage done."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from sqlmodel import Session, col, delete, select

from bot.channels import Can, Outgoing
from bot.channels.telegram.draw import draw
from bot.channels.telegram.read import photo_of, read
from bot.claims import Settled, settle
from bot.database import Database
from bot.step import take_batch
from models.application import Application, Step
from models.arrival import Arrival, Poison
from models.attachment import new_attachment
from models.consent import Consent, agree
from models.message import Fate, Message
from models.worker import Worker
from tests.adapters import Adapter
from tests.databases import SEEDED, Copy
from tests.programs import KEYRING, TOKEN
from tests.telegram_server import TelegramServer
from tests.telegram_server.methods import METHODS
from tests.telegram_server.rules import check_call
from tests.telegram_server.telegram import Call
from tests.torture.checking import Verdict, check
from tests.torture.joining import FIRST_CHAT, Lived, answers_of, join, photo
from tests.world import World

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TELEGRAM = Adapter("telegram", Can(push=True, history=False, trusted=True))


@dataclass
class Crowd:
    """Four people who joined without a socket in between."""

    database: Database
    server: TelegramServer
    lives: list[Lived]


@dataclass
class Joined:
    """What is left of a crowd, in a session that is never committed."""

    session: Session
    server: TelegramServer
    lives: list[Lived]

    @property
    def worker(self) -> Worker:
        found = self.session.exec(select(Worker)).first()
        assert found is not None
        return found

    def verdict(self) -> Verdict:
        self.session.flush()
        return check(self.session, self.server, self.lives, FIRST_CHAT)


async def everybody_joins(world: World, server: TelegramServer) -> list[Lived]:
    lives = [Lived(number) for number in range(4)]
    people = [server.person(FIRST_CHAT + life.number) for life in lives]
    pump = asyncio.create_task(carry(world, server))
    for person, life in zip(people, lives, strict=True):
        await join(person, answers_of(life.number), life)
    pump.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await pump
    server.updates.get(offset=100_000_001 + server.updates.pushed)
    return lives


async def carry(world: World, server: TelegramServer) -> None:
    """Hand updates to the step and its messages to the server, as the program does."""
    offset = 0
    while True:
        for update in server.updates.get(offset):
            incoming = read(update, TOKEN.partition(":")[0])
            assert incoming is not None
            if photo_of(update):
                incoming = replace(incoming, data=photo(), mime="image/jpeg")
            batch = [incoming]
            written = world.write(
                lambda s: take_batch(s, world.kit, world.cans, batch, NOW)  # noqa: B023
            )
            for message in written.outgoing:
                tell(world, server, message)
            offset = update["update_id"] + 1
        await asyncio.sleep(0)


def tell(world: World, server: TelegramServer, message: Outgoing) -> None:
    params = check_call("sendMessage", draw(message.body, message.address), {})
    METHODS["sendMessage"](server.telegram, Call(0, "sendMessage", params, {}, 0.0))
    sent = Settled(message.chat_id, message.number, Fate.SENT)
    world.write(lambda session: settle(session, [sent]))


def everybody_joined(database: Database) -> Crowd:
    server = TelegramServer(token=TOKEN)
    world = World(database, TELEGRAM)

    async def run() -> list[Lived]:
        return await asyncio.wait_for(everybody_joins(world, server), 30)

    return Crowd(database, server, asyncio.run(run()))


@pytest.fixture(scope="module")
def crowd(sqlite_copies: Copy) -> Iterator[Crowd]:
    with sqlite_copies(SEEDED) as database:
        yield everybody_joined(database)


@pytest.fixture
def joined(crowd: Crowd) -> Iterator[Joined]:
    """Give what is left of the crowd, to be damaged; the damage is taken back."""
    effects, lives = list(crowd.server.telegram.effects), deepcopy(crowd.lives)
    with Session(crowd.database.writing) as session:
        yield Joined(session, crowd.server, lives)
        session.rollback()
    crowd.server.telegram.effects[:] = effects


def test_nothing_is_found_where_nothing_is_wrong(database: Database) -> None:
    found = everybody_joined(database)
    with Session(database.writing) as session:
        verdict = Joined(session, found.server, found.lives).verdict()
    assert verdict.faults == []
    assert verdict.joins == 4
    assert verdict.attempted == 17 + 17 + 14 + 16


def forget_an_update(joined: Joined) -> None:
    key = joined.session.exec(select(Arrival.key)).first()
    joined.session.execute(delete(Arrival).where(col(Arrival.key) == key))


def forget_an_application(joined: Joined) -> None:
    row = joined.session.exec(select(Application)).first()
    assert row is not None
    joined.session.execute(delete(Step).where(col(Step.application_id) == row.id))
    joined.session.delete(row)


def change_an_answer(joined: Joined) -> None:
    row = joined.session.exec(select(Application)).first()
    assert row is not None
    worker = joined.session.get_one(Worker, row.worker_id)
    row.keep(KEYRING, worker, row.load(KEYRING, worker) | {"full_name": "别人"})


def forget_a_message(joined: Joined) -> None:
    row = joined.session.exec(select(Message)).first()
    joined.session.delete(row)


def leave_a_message_waiting(joined: Joined) -> None:
    row = joined.session.exec(select(Message)).first()
    assert row is not None
    row.fate = Fate.WAITING
    joined.session.add(row)


def leave_a_person_waiting(joined: Joined) -> None:
    joined.lives[2].finished = False


def show_too_little(joined: Joined) -> None:
    joined.server.telegram.effects.pop()


def agree_twice(joined: Joined) -> None:
    agree(joined.session, joined.worker.id, "join", "1", "text", "telegram", NOW)


def keep_a_photo_twice(joined: Joined) -> None:
    row = new_attachment(KEYRING, joined.worker, "image/jpeg", photo(), NOW)
    joined.session.add(row)


def forget_a_consent(joined: Joined) -> None:
    joined.session.delete(joined.session.exec(select(Consent)).first())


def set_an_update_aside(joined: Joined) -> None:
    chat = joined.session.exec(select(Message.chat_id)).first()
    assert chat is not None
    row = Poison(
        id=1,
        chat_id=chat,
        worker_id=joined.worker.id,
        update=b"",
        error="",
        after_number=0,
        at=NOW,
    )
    joined.session.add(row)


def show_out_of_order(joined: Joined) -> None:
    effects = joined.server.telegram.effects
    effects[3], effects[4] = effects[4], effects[3]


DAMAGES: dict[Callable[[Joined], None], str] = {
    forget_an_update: "lost",
    forget_an_application: "lost",
    forget_a_consent: "lost",
    change_an_answer: "lost",
    forget_a_message: "lost",
    leave_a_message_waiting: "lost",
    show_too_little: "lost",
    agree_twice: "duplicate effects",
    keep_a_photo_twice: "duplicate effects",
    show_out_of_order: "out of order",
    leave_a_person_waiting: "silence",
    set_an_update_aside: "poison",
}


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_each_damage_is_found(joined: Joined, damage: Callable[[Joined], None]) -> None:
    damage(joined)
    verdict = joined.verdict()
    assert verdict.counts[DAMAGES[damage]] > 0
    assert verdict.faults


def test_a_message_shown_twice_is_counted_and_no_fault(joined: Joined) -> None:
    effects = joined.server.telegram.effects
    effects.insert(4, effects[3])
    verdict = joined.verdict()
    assert verdict.counts["duplicate replies"] == 1
    assert verdict.faults == []
