"""Noticing: every copy leaves once, at the channel's pace, and is settled."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from bot.channels import (
    Busy,
    Outgoing,
    Refused,
    Stopped,
    TryLater,
    Uncertain,
    Unreachable,
)
from bot.database import in_transaction
from bot.kit import Kit, clock
from bot.pace import Pace
from models import notice, recipient
from models.chat import Chat
from models.columns import short
from models.document import Enclosed
from models.message import Fate, Kind, Message, unseal_body
from models.notice import NoticeState
from models.notice_file import enclose
from models.phoning import to_phone
from models.preference import Preference
from models.recipient import Recipient
from models.staff import Staff
from models.worker import Worker
from tests.bot.dispatch import World, run
from tests.models.noticing import chat, letter
from tests.programs import KEYRING


@pytest.fixture
def world(kit: Kit) -> Iterator[World]:
    yield World(kit)


PICTURE = Enclosed("image/jpeg", b"picture")


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
    monkeypatch.setattr("tests.bot.dispatch.clock", lambda: night)
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
