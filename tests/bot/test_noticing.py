"""Noticing: every copy leaves once, at the channel's pace, and is settled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.sql.dml import UpdateBase
from sqlmodel import Session, col, select, update

from bot.addressing import GROUP
from bot.channels import (
    Busy,
    Can,
    Channel,
    Outgoing,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.database import in_transaction
from bot.kit import Kit, clock
from bot.noticing import Noticing
from bot.pace import Pace
from bot.rendering import AT_WORK, Renderings
from bot.step import Written
from models import notice, notice_total, outcome, recipient
from models.chat import Chat
from models.columns import short
from models.document import Enclosed
from models.message import Fate, Kind, Message, unseal_body
from models.notice import Notice, NoticeState
from models.notice_file import enclose
from models.phoning import to_phone
from models.place import read_atlas
from models.preference import Preference
from models.recipient import Recipient
from models.staff import Staff
from models.worker import Worker
from tests.bot.mail import Post, until
from tests.models.cast import reviewer
from tests.models.noticing import chat, fates, letter, member, scheduled
from tests.programs import KEYRING

PICTURE = Enclosed("image/jpeg", b"picture")
PAPER = Can(push=False, history=True, trusted=True)


class World:
    """A kit, two channels, and the notice that is sent."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.kit.atlas = in_transaction(kit.database, read_atlas)
        self.post = Post(can=Can(True, False, True, retracts=True))
        self.page = Post(name="paper", can=PAPER)
        self.written: list[Written] = []
        self.paces: dict[str, Pace] = {}
        self.noticing = self.process()
        self.staff_id = in_transaction(kit.database, lambda s: reviewer(s).id)
        self.notice_id = 0

    def process(self) -> Noticing:
        channels: dict[str, Channel] = {"post": self.post, "paper": self.page}
        return Noticing(self.kit, channels, self.paces, self.written.append)

    def member(self, address: str = "", channel: str = "post", **facts: Any) -> int:
        now = clock()
        return in_transaction(
            self.kit.database,
            lambda s: member(s, address, channel, KEYRING, now, **facts).id,
        )

    def people(self, many: int) -> None:
        for number in range(many):
            self.member(f"p{number}")

    def schedule(self, **facts: Any) -> None:
        facts = {"urgent": "停水", **facts}

        def write(session: Session) -> int:
            staff = session.get_one(Staff, self.staff_id)
            return scheduled(session, self.kit.atlas, staff, clock(), **facts).id

        self.notice_id = in_transaction(self.kit.database, write)

    def do(self, deed: Callable[..., object], *arguments: Any) -> Any:
        def act(session: Session) -> Any:
            row = session.get_one(Notice, self.notice_id)
            staff = session.get_one(Staff, self.staff_id)
            return deed(session, self.kit.atlas, staff, row, clock(), *arguments)

        return in_transaction(self.kit.database, act)

    def fates(self) -> dict[str, int]:
        with Session(self.kit.database.reading) as session:
            return fates(session, session.get_one(Notice, self.notice_id))

    @property
    def row(self) -> Notice:
        with Session(self.kit.database.reading) as session:
            return session.get_one(Notice, self.notice_id)

    def copy(self, worker_id: int) -> Recipient:
        with Session(self.kit.database.reading) as session:
            return session.get_one(Recipient, (self.notice_id, worker_id))

    async def work(self, noticing: Noticing | None = None) -> None:
        """Go round until there is nothing to do for now."""
        one = noticing or self.noticing
        while True:
            done = one.settling.is_done
            busy = await one.round()
            if done and one.settling.is_done and not busy:
                return
            await asyncio.sleep(0)

    @property
    def told(self) -> list[str]:
        return sorted(address for address, _ in self.post.sent)


@pytest.fixture
def world(kit: Kit) -> Iterator[World]:
    yield World(kit)


Deed = Callable[[], Awaitable[None]]


def run(deed: Deed) -> None:
    asyncio.run(deed())  # type: ignore[arg-type]


def test_everybody_is_told_once_and_the_sums_add_up(world: World) -> None:
    world.people(230)
    world.schedule()
    run(world.work)
    assert world.told == sorted(f"p{number}" for number in range(230))
    assert world.fates() == {"sent": 230}
    assert (world.row.state, world.row.queued) == (NoticeState.DONE, 230)
    run(world.work)
    assert len(world.told) == 230
    counted = world.kit.metrics.messages.labels("post", Kind.BROADCAST, Fate.SENT)
    assert counted._value.get() == 230


def test_what_a_channel_says_decides_what_becomes_of_a_copy(world: World) -> None:
    world.people(3)
    gone, odd = world.member("gone"), world.member("odd")
    doubtful = world.member("doubtful")
    world.post.fails["doubtful"] = [Uncertain()]
    world.post.fails["gone"] = [Stopped()]
    world.post.fails["odd"] = [Refused("bad_request")]
    world.post.fails["p1"] = [RuntimeError("a bug")]
    world.schedule()
    run(world.work)
    assert world.fates() == {"sent": 2, "uncertain": 1, "failed": 2, "skipped": 1}
    ends = [(c.fate, c.reason) for c in map(world.copy, (gone, odd, doubtful))]
    assert ends == [
        (Fate.SKIPPED, "stopped"),
        (Fate.FAILED, "bad_request"),
        (Fate.UNCERTAIN, "no_answer"),
    ]
    with Session(world.kit.database.reading) as session:
        phoned = select(Recipient.worker_id).where(*to_phone(world.notice_id))
        assert session.exec(phoned).all() == [gone]


def test_only_what_failed_is_sent_again(world: World) -> None:
    world.people(2)
    world.post.fails["p0"] = [Refused("bad_request")]
    world.post.fails["p1"] = [Uncertain()]
    world.schedule()
    run(world.work)
    assert world.do(notice.retry) == 1
    run(world.work)
    assert world.told == ["p0"]
    assert world.fates() == {"sent": 1, "uncertain": 1}


def test_who_blocked_one_channel_is_told_on_another(world: World) -> None:
    both = world.member("old")
    with_paper(world, both, "leaf")
    world.post.fails["old"] = [Stopped()]
    world.schedule()
    run(world.work)
    assert world.copy(both).fate is Fate.KEPT
    with Session(world.kit.database.reading) as session:
        stopped = session.exec(select(Chat).where(Chat.address == "old")).one()
        assert stopped.stopped_at is not None


def with_paper(world: World, worker_id: int, address: str) -> None:
    def add(session: Session) -> None:
        worker = session.get_one(Worker, worker_id)
        chat(session, worker, address, "paper", clock() - timedelta(days=1))

    in_transaction(world.kit.database, add)


def test_a_page_keeps_its_copy_until_it_is_shown(world: World) -> None:
    reader = world.member("leaf", "paper")
    world.schedule(text="{name}，您好！", options=())
    run(world.work)
    copy = world.copy(reader)
    assert (copy.fate, copy.number, copy.external_id) == (Fate.KEPT, 1, None)
    assert {copy.chat_id} in [written.news for written in world.written]
    with Session(world.kit.database.reading) as session:
        row = session.exec(select(Message)).one()
        key = session.get_one(Worker, reader).open_key(KEYRING)
        body = unseal_body(key, row.chat_id, row.number, row.body)
    assert (row.fate, body["text"]) == (Fate.KEPT, "张三，您好！")
    assert [number for number, _, _ in body["choices"]] == [None]
    chat_id = copy.chat_id or 0
    in_transaction(world.kit.database, lambda s: recipient.follow(s, chat_id, 1))
    assert world.copy(reader).fate is Fate.SENT


def test_who_has_no_chat_or_turned_the_topic_off_is_told_why(world: World) -> None:
    alone, deaf, opted_out = world.member(), world.member("deaf"), world.member("off")

    def settle(session: Session) -> None:
        session.add(Preference(worker_id=opted_out, notices=False))
        silent = session.exec(select(Chat).where(Chat.address == "deaf")).one()
        silent.stopped_at = clock()

    in_transaction(world.kit.database, settle)
    world.schedule()
    run(world.work)
    reasons = [world.copy(one).reason for one in (alone, deaf, opted_out)]
    assert reasons == ["no_chat", "stopped", "opted_out"]
    assert world.told == []


def test_a_copy_waits_for_quiet_hours_to_end(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = clock().replace(hour=18, minute=0)  # 02:00 in Shanghai
    early = world.member("early")

    def rise(session: Session) -> None:
        times = [night.time().replace(hour=h) for h in (0, 1)]
        session.add(
            Preference(worker_id=early, quiet_start=times[0], quiet_end=times[1])
        )

    in_transaction(world.kit.database, rise)
    late = world.member("late")
    world.schedule(urgent="")
    monkeypatch.setattr("bot.noticing.clock", lambda: night + timedelta(days=1))
    run(world.work)
    assert world.told == ["early"]
    assert world.fates() == {"sent": 1, "waiting": 1}
    assert world.copy(late).at.hour == 0  # 08:00 in Shanghai
    monkeypatch.setattr("bot.noticing.clock", lambda: world.copy(late).at)
    run(world.work)
    assert world.told == ["early", "late"]


def test_who_wakes_only_after_the_notice_expired_is_left_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = clock().replace(hour=18, minute=0) + timedelta(days=1)
    late = world.member("late")
    monkeypatch.setattr("tests.bot.test_noticing.clock", lambda: night)
    world.schedule(urgent="", hours=2)
    monkeypatch.setattr("bot.noticing.clock", lambda: night)
    run(world.work)
    assert world.copy(late).reason == "too_late"
    assert world.row.state is NoticeState.DONE


def test_what_is_left_at_its_end_is_too_late(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(3)
    world.post.fails["p1"] = [TryLater(3600 * 80)]
    world.schedule()
    run(world.work)
    assert world.fates() == {"sent": 2, "waiting": 1}
    after = clock() + timedelta(hours=73)
    monkeypatch.setattr("bot.noticing.clock", lambda: after)
    run(world.work)
    assert world.fates() == {"sent": 2, "skipped": 1}
    assert world.row.state is NoticeState.DONE


def test_a_channel_that_wants_a_pause_gets_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.paces["post"] = Pace(per_second=1000, chat_per_second=1000)
    world.people(2)
    world.post.fails["p0"] = [TryLater(30)]
    world.post.fails["p1"] = [Unreachable()]
    world.schedule()
    run(world.work)
    assert world.told == []
    assert world.fates() == {"waiting": 2}
    assert world.paces["post"].room(0.0) == 0


def test_a_copy_that_waits_for_another_holds_up_no_other(world: World) -> None:
    world.paces["post"] = Pace(per_second=1000, chat_per_second=1000)
    world.people(2)
    world.post.fails["p0"] = [Busy(30)]
    world.schedule()
    run(world.work)
    assert world.told == ["p1"]
    assert world.fates() == {"sent": 1, "waiting": 1}
    assert world.paces["post"].room(time.monotonic()) > 0


def test_nothing_is_sent_inside_a_pause(world: World) -> None:
    world.paces["post"] = Pace(per_second=1000, chat_per_second=1000)
    world.people(3)
    world.schedule()
    world.paces["post"].hold(30, time.monotonic())
    run(world.work)
    assert world.post.begun == []
    assert world.fates() == {"waiting": 3}


async def begin_to_send(world: World) -> None:
    """Let a first group leave."""
    while not world.row.is_queued:
        await world.noticing.round()
    await world.noticing._send_group(world.notice_id)
    await until(lambda: len(world.post.begun) == GROUP)


async def killed_in_the_middle(world: World) -> set[str]:
    """Let a first group begin and nothing of it end; return whom it was for."""
    world.post.open.clear()
    await begin_to_send(world)
    for task in world.noticing._tasks:
        task.cancel()
    return {address for address, _ in world.post.begun}


def test_a_pause_takes_effect_within_a_group(world: World) -> None:
    world.people(250)
    world.schedule()

    async def go() -> None:
        await begin_to_send(world)
        world.do(notice.pause)
        await world.work()
        assert len(world.post.begun) == GROUP

    run(go)
    assert world.row.state is NoticeState.PAUSED
    world.do(notice.resume)
    run(world.work)
    assert len(world.told) == len(set(world.told)) == 250


def test_what_is_stopped_is_told_to_nobody_else(world: World) -> None:
    world.people(250)
    world.schedule()

    async def go() -> None:
        await begin_to_send(world)
        world.do(notice.stop)
        await world.work()

    run(go)
    sums = world.fates()
    assert len(world.told) == GROUP
    assert sums == {"sent": GROUP, "skipped": 250 - GROUP}
    assert (world.row.state, world.row.settled) == (NoticeState.STOPPED, True)


def test_a_recalled_notice_is_taken_back_where_it_can_be(world: World) -> None:
    world.people(60)
    leaf = world.member("leaf", "paper")
    world.schedule()
    run(world.work)
    world.post.fails["p7"] = [Refused("bad_request")]
    world.post.fails["p8"] = [TryLater(0)]
    world.do(notice.recall)
    run(world.work)
    assert len(world.post.retracted) == 59
    assert any(written.cut for written in world.written)
    with Session(world.kit.database.reading) as session:
        found = notice_total.sums_of(session, world.notice_id)
        row = session.exec(select(Message)).one()
        key = session.get_one(Worker, leaf).open_key(KEYRING)
        body = unseal_body(key, row.chat_id, row.number, row.body)
        edition = session.get_one(Chat, row.chat_id).edition
    assert found == {
        (Fate.SENT, "recalled"): 59,
        (Fate.SENT, "not_recalled"): 1,
        (Fate.KEPT, "recalled"): 1,
    }
    assert (body, edition) == ({"text": "（这条通知已撤回）", "gone": True}, 1)


def test_a_restart_loses_none_and_doubles_none(world: World) -> None:
    world.people(230)
    world.schedule()
    leading = asyncio.Event()

    async def go() -> None:
        leading.set()
        first = world.process()
        first.start(leading)
        await until(lambda: len(world.post.begun) >= 60)
        await first.stop()
        assert world.fates().get("uncertain") is None
        second = world.process()
        second.start(leading)
        await until(lambda: world.row.state is NoticeState.DONE)
        await second.stop()

    run(go)
    assert len(world.told) == len(set(world.told)) == 230
    assert world.fates() == {"sent": 230}


def test_a_kill_doubles_none_and_lists_what_it_had_claimed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(230)
    world.schedule()

    async def go() -> None:
        killed = await killed_in_the_middle(world)
        world.post.open.set()
        later = clock() + timedelta(minutes=2)
        monkeypatch.setattr("bot.noticing.clock", lambda: later)
        await world.work(world.process())
        assert killed.isdisjoint(world.told)
        assert world.fates() == {"sent": 230 - len(killed), "uncertain": len(killed)}

    run(go)


def test_what_a_kill_had_claimed_is_taken_back_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(230)
    world.schedule()

    async def go() -> None:
        killed = len(await killed_in_the_middle(world))
        world.do(notice.recall)
        world.post.open.set()
        await world.work(world.process())
        assert world.fates()["waiting"] == killed
        later = clock() + timedelta(minutes=2)
        monkeypatch.setattr("bot.noticing.clock", lambda: later)
        await world.work(world.process())
        assert world.fates()["uncertain"] == killed
        assert world.row.settled

    run(go)


def test_what_was_taken_back_is_not_asked_back_again(world: World) -> None:
    world.people(3)
    world.schedule()
    run(world.work)
    world.do(notice.recall)
    run(world.work)
    world.post.retracted.clear()
    in_transaction(world.kit.database, lambda s: s.exec(_unsettle(world.notice_id)))
    run(world.work)
    assert world.row.settled
    assert world.post.retracted == []


def test_a_recall_while_it_ends_is_not_lost(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people(GROUP)
    world.schedule()

    async def go() -> None:
        await begin_to_send(world)
        await until(lambda: world.fates() == {"sent": GROUP})
        seen = world.row
        world.do(notice.recall)
        await world.noticing._advance(seen, clock())
        assert not world.row.settled
        await world.work()

    run(go)
    assert len(world.post.retracted) == GROUP


def _unsettle(notice_id: int) -> UpdateBase:
    return update(Notice).where(col(Notice.id) == notice_id).values(settled=False)


def test_who_was_erased_in_the_meantime_still_counts(world: World) -> None:
    world.people(2)
    gone = world.member("gone")
    world.schedule()
    run_until_queued(world)
    in_transaction(world.kit.database, lambda s: forget_rows(s, gone))
    run(world.work)
    assert world.fates() == {"sent": 2, "skipped": 1}


def run_until_queued(world: World) -> None:
    async def go() -> None:
        while not world.row.is_queued:
            await world.noticing.round()

    run(go)


def forget_rows(session: Session, worker_id: int) -> None:
    """Take a worker away as one who was queued while the erasure went on."""
    for row in session.exec(select(Chat).where(Chat.worker_id == worker_id)):
        session.delete(row)
    session.flush()
    session.delete(session.get_one(Worker, worker_id))


def test_a_failure_is_logged_and_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.people(1)
    world.schedule()
    monkeypatch.setattr("bot.noticing.IDLE_SECONDS", 0.01)
    monkeypatch.setattr("bot.addressing.settle", broken_once(outcome.settle))
    leading = asyncio.Event()
    leading.set()

    async def go() -> None:
        world.noticing.start(leading)
        await until(lambda: world.row.state is NoticeState.DONE)
        await world.noticing.stop()

    run(go)
    assert world.fates() == {"sent": 1}
    assert world.told == ["p0"]
    assert "could not be sent" in caplog.text


def test_what_cannot_be_marked_is_marked_later(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    world.people(GROUP)
    world.schedule()
    monkeypatch.setattr("bot.settling.AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("bot.settling.settle", broken_once(outcome.settle))

    async def go() -> None:
        await begin_to_send(world)
        await until(lambda: world.fates() == {"sent": GROUP})

    run(go)
    assert "cannot be marked yet" in caplog.text


def broken_once(settle: Callable[..., None]) -> Callable[..., None]:
    """Give what fails the first time it has something to write."""
    broken = [RuntimeError("once")]

    def either(*arguments: Any) -> None:
        if arguments[2] and broken:
            raise broken.pop()
        settle(*arguments)

    return either


def test_a_picture_goes_with_every_copy(world: World) -> None:
    world.people(2)
    leaf = world.member("leaf", "paper")

    def write(session: Session) -> int:
        staff = session.get_one(Staff, world.staff_id)
        atlas, now = world.kit.atlas, clock()
        row = notice.write(session, atlas, staff, letter(urgent="停水"), now)
        enclose(session, atlas, staff, row, PICTURE, now)
        notice.try_out(session, atlas, staff, row, now)
        notice.hand_in(session, atlas, world.kit.rules, staff, row, now, now)
        return row.id

    world.notice_id = in_transaction(world.kit.database, write)
    sent: list[Outgoing] = []
    send = world.post.send

    async def noted(message: Outgoing) -> str:
        sent.append(message)
        return await send(message)

    world.post.send = noted  # type: ignore[method-assign]
    run(world.work)
    assert world.fates() == {"sent": 2, "kept": 1}
    key = short(world.row.content.picture)
    assert [message.body["image"] for message in sent] == [key, key]
    with Session(world.kit.database.reading) as session:
        found = session.exec(select(Message)).one()
        opened = session.get_one(Worker, leaf).open_key(KEYRING)
        body = unseal_body(opened, found.chat_id, found.number, found.body)
    assert body["image"] == key


def test_what_many_are_told_alike_is_put_into_words_once(world: World) -> None:
    world.people(1)
    world.schedule()
    renderings, row = Renderings(world.kit), world.row
    kept = renderings.of(row)
    assert renderings.of(world.row) is kept
    row.changed_at += timedelta(seconds=1)
    assert renderings.of(row) is not kept
    for _ in range(AT_WORK):
        row.changed_at += timedelta(seconds=1)
        renderings.of(row)
    assert renderings.of(world.row) is not kept


def test_what_names_somebody_is_remembered_for_no_longer_than_a_group(
    world: World,
) -> None:
    world.people(1)
    world.schedule(text="{name}，您好！", options=())
    renderings = Renderings(world.kit)
    assert renderings.of(world.row) is not renderings.of(world.row)
