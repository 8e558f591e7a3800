"""The erased: listed outside the database whatever is killed when, and never back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image
from sqlmodel import Session, col, select

import bot.erased
from bot.channels import Outgoing
from bot.claims import Settled, settle, stop_chat, write_attempt
from bot.config import Config
from bot.database import Database, Writer, in_transaction
from bot.drawings import DRAWINGS, drawn
from bot.drawings import forget as forget_drawings
from bot.erased import ErasedList, append, empty_log, forget_listed, read_list
from bot.inbox import Inbox, keep_poison
from bot.kit import Kit, clock
from bot.outbox import Outbox
from bot.reminding import fail, tell
from bot.sections import Product, Web
from bot.step import Written
from models.arrival import Poison
from models.chat import Chat
from models.columns import short
from models.erasure import Erasure, erase, forget, strike, unlisted
from models.message import Body, Fate, Message
from models.rules import Rules
from models.worker import Worker
from tests.programs import KEYRING

from .mail import Post, chat_of, rows, until, waiting
from .test_step import CANS, said, take


@pytest.fixture
def kit(database: Database, tmp_path: Path) -> Iterator[Kit]:
    config = Config.model_construct(product=Product(data=str(tmp_path)), web=Web())
    writer = Writer(database)
    yield Kit(config, database, writer, KEYRING, Rules())
    writer.close()


def person(kit: Kit, address: str = "a") -> int:
    return in_transaction(kit.database, lambda s: chat_of(s, kit, address)[1].id)


def erased(kit: Kit, address: str = "a") -> int:
    """Erase somebody; give the random id they had."""

    def work(session: Session) -> int:
        chat, worker = chat_of(session, kit, address)
        now, worker_id = clock(), worker.id
        erase(session, kit.keys, worker, chat, now, now.date())
        return worker_id

    return in_transaction(kit.database, work)


def pending(kit: Kit) -> list[int]:
    return in_transaction(kit.database, unlisted)


def listed(kit: Kit) -> ErasedList:
    return ErasedList(kit, asyncio.Event())


async def test_an_id_moves_from_the_row_into_the_list(kit: Kit) -> None:
    gone = erased(kit)
    assert pending(kit) == [gone]
    await listed(kit).sweep()
    assert read_list(kit.config.erased_list) == [gone]
    assert pending(kit) == []
    with Session(kit.database.reading) as session:
        assert session.exec(select(Erasure)).one().worker_id is None


async def test_the_list_has_one_short_id_a_line_for_nobody_else_to_read(
    kit: Kit,
) -> None:
    ids = [erased(kit, "a"), erased(kit, "b")]
    await listed(kit).sweep()
    path = kit.config.erased_list
    assert sorted(path.read_text().splitlines()) == sorted(map(short, ids))
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("killed_in", ["append", "strike"])
async def test_a_kill_loses_neither_the_row_nor_the_line(
    kit: Kit, killed_in: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = erased(kit)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bot.erased, killed_in, killed)
        with pytest.raises(KeyboardInterrupt):
            await listed(kit).sweep()
    assert pending(kit) == [gone]
    await listed(kit).sweep()
    assert set(read_list(kit.config.erased_list)) == {gone}
    assert pending(kit) == []


def test_a_line_cut_short_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "erased.txt"
    path.write_text("abc\nde")
    append(path, [36, 37])
    assert path.read_text() == "abc\nde\n10\n11\n"


def test_a_list_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_list(tmp_path / "none") == []


def test_who_is_listed_and_in_the_database_again_is_forgotten(
    kit: Kit, caplog: pytest.LogCaptureFixture
) -> None:
    back, stays = person(kit, "back"), person(kit, "stays")
    append(kit.config.erased_list, [back, 5])
    assert forget_listed(kit) == 1
    with Session(kit.database.reading) as session:
        assert session.exec(select(Worker.id)).all() == [stays]
    assert "1 erased people" in caplog.text
    assert forget_listed(kit) == 0


async def test_the_list_is_written_as_soon_as_it_is_woken(kit: Kit) -> None:
    woken = asyncio.Event()
    running = asyncio.create_task(ErasedList(kit, woken).run())
    await asyncio.sleep(0)
    gone = erased(kit)
    woken.set()
    await until(lambda: read_list(kit.config.erased_list) == [gone])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_list_that_cannot_be_written_is_tried_again(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real, tries = append, [OSError("disk full")]

    def once_full(path: Path, ids: list[int]) -> None:
        if tries:
            raise tries.pop()
        real(path, ids)

    monkeypatch.setattr(bot.erased, "append", once_full)
    monkeypatch.setattr(bot.erased, "SWEEP_SECONDS", 0.01)
    gone = erased(kit)
    running = asyncio.create_task(listed(kit).run())
    await until(lambda: read_list(kit.config.erased_list) == [gone])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert "cannot be listed yet" in caplog.text


def log_of(database: Database) -> Path:
    return Path(f"{database.writing.url.database}-wal")


async def test_sqlite_s_log_is_empty_afterwards(
    sqlite: Database, tmp_path: Path
) -> None:
    config = Config.model_construct(product=Product(data=str(tmp_path)), web=Web())
    kit = Kit(config, sqlite, Writer(sqlite), KEYRING, Rules())
    erased(kit)
    assert log_of(sqlite).stat().st_size > 0
    await listed(kit).sweep()
    assert log_of(sqlite).stat().st_size == 0
    kit.writer.close()


def test_a_reader_of_an_older_state_holds_the_log(sqlite: Database) -> None:
    with Session(sqlite.reading) as reader:
        reader.exec(select(Worker)).all()
        with Session(sqlite.writing) as session:
            session.add(Erasure(id=1, day=clock().date()))
            session.commit()
        assert not empty_log(sqlite)
    assert empty_log(sqlite)


def test_what_somebody_says_right_after_is_a_stranger_s(kit: Kit) -> None:
    before = person(kit)
    take(kit, said("删除我的资料"))
    written = take(kit, said("删除"), said("你好"))
    with Session(kit.database.reading) as session:
        chat = session.exec(select(Chat)).one()
        assert {m.about_id for m in session.exec(select(Message))} == {chat.worker_id}
        assert chat.worker_id != before
    assert written.cut == {chat.id}
    assert len(rows(kit)) == 2


async def test_somebody_s_other_chat_in_the_same_batch_begins_anew(kit: Kit) -> None:
    take(kit, said("你好"), said("你好", "other"))

    def join_chats(session: Session) -> None:
        (_, worker), (other, _) = (chat_of(session, kit, a) for a in ("a", "other"))
        other.worker_id = worker.id
        session.add(other)

    in_transaction(kit.database, join_chats)
    take(kit, said("删除我的资料"))
    inbox = Inbox(kit, CANS, Outbox(kit, {"post": Post()}, {}, 8))
    running = asyncio.create_task(inbox.run())
    await inbox.take([said("删除"), said("你好", "other")])
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await inbox.outbox.stop(1)
    with Session(kit.database.reading) as session:
        first, other = session.exec(select(Chat).order_by(col(Chat.address))).all()
        assert first.worker_id != other.worker_id
        assert other.last_number == 1
    assert inbox.cut.is_set()


async def test_what_waits_for_somebody_erased_is_not_sent(kit: Kit) -> None:
    post = Post()
    outbox = Outbox(kit, {"post": post}, {}, 8)
    post.open.clear()
    outbox.put(Written([waiting(kit), waiting(kit)], set()))
    await until(lambda: post.begun == [("a", 1)])
    chat_id = in_transaction(kit.database, lambda s: chat_of(s, kit, "a")[0].id)
    await asyncio.to_thread(erased, kit)
    outbox.put(Written([], set(), {chat_id}))
    receipt = waiting(kit)
    outbox.put(Written([receipt], set()))
    post.open.set()
    await until(lambda: ("a", receipt.number) in post.sent)
    assert post.begun == [("a", 1), ("a", receipt.number)]
    await outbox.stop(1)


async def test_no_drawing_of_somebody_erased_is_kept(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[Body] = []

    def count(body: Body) -> Image.Image:
        painted.append(body)
        return Image.new("RGB", (8, 8))

    monkeypatch.setitem(DRAWINGS, "counted", count)
    outbox = Outbox(kit, {}, {}, 8)
    for written in (Written([], {7}), Written([], {7}, {7})):
        await drawn({"drawing": ["counted", ""]})
        outbox.put(written)
    assert len(painted) == 1
    await drawn({"drawing": ["counted", ""]})
    assert len(painted) == 2
    forget_drawings()


def test_a_message_erased_with_its_person_is_no_longer_ours(kit: Kit) -> None:
    message = waiting(kit)
    erased(kit)
    work: Callable[[Session], bool] = lambda s: write_attempt(s, kit, message, clock())  # noqa: E731
    assert not in_transaction(kit.database, work)


def test_what_becomes_of_an_erased_message_is_written_nowhere(kit: Kit) -> None:
    message: Outgoing = waiting(kit)
    in_transaction(kit.database, lambda s: forget(s, chat_of(s, kit, "a")[1].id))
    gone = Settled(message.chat_id, message.number, Fate.SENT)
    in_transaction(kit.database, lambda s: settle(s, [gone]))
    stopped = in_transaction(
        kit.database, lambda s: stop_chat(s, message.chat_id, message.number, clock())
    )
    assert stopped == {message.number}
    assert rows(kit) == []


async def test_poison_erased_while_it_is_retried_is_let_be(
    kit: Kit, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    incoming = said("你好")
    in_transaction(kit.database, lambda s: keep_poison(s, kit, CANS, incoming, clock()))
    with Session(kit.database.reading) as session:
        number = session.exec(select(Poison.id)).one()
    erased(kit)
    monkeypatch.setattr(bot.inbox, "_open_poison", lambda session: [number])
    caplog.set_level(logging.ERROR)
    await Inbox(kit, CANS, Outbox(kit, {}, {}, 0)).retry_poison()
    assert caplog.text == ""


def test_a_reminder_erased_while_it_is_said_is_let_be(kit: Kit) -> None:
    said_ = in_transaction(kit.database, lambda s: tell(s, kit, CANS, 5, clock()))
    assert said_ == Written([], set())
    in_transaction(kit.database, lambda s: fail(s, 5, clock()))


def test_struck_ids_are_gone_and_the_count_stays(kit: Kit) -> None:
    gone = erased(kit)
    in_transaction(kit.database, lambda s: strike(s, [gone]))
    with Session(kit.database.reading) as session:
        assert [e.worker_id for e in session.exec(select(Erasure))] == [None]
