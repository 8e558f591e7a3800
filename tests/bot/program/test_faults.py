"""What goes wrong on the way to Telegram, and what becomes of each message then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlmodel import Session, col, select, update

from bot.kit import clock
from models.conversation import Conversation
from models.message import Fate, Kind
from models.reminder import Reminder
from tests.databases import Copy
from tests.telegram_server import Person

from .running import AWAKE, Running, running, until

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(
    copies: Copy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Running]:
    folder = tmp_path_factory.mktemp("faults")
    settings = {"drafts__remind_hours": 1, "drafts__keep_days": 2, **AWAKE}
    async with running(copies, folder, **settings) as made:
        yield made
        assert made.telegram.refused == []


def said(life: Running, person: Person) -> list[str]:
    return list(life.telegram.telegram.texts(person.chat.id))


def fates(life: Running, person: Person) -> list[Fate]:
    return [row.fate for row in life.messages(person)]


@pytest.mark.parametrize("kind", ["reset_after_accept", "error_after"])
async def test_a_reply_that_may_have_arrived_goes_again(
    life: Running, kind: str
) -> None:
    worker = life.person()
    life.telegram.faults.add(kind, chat=worker.chat.id, times=1)
    await worker.say("你好")
    await worker.hear()
    assert "这里是职工之家" in (await worker.hear()).text
    (row,) = await life.settled(worker)
    assert (row.fate, row.attempt) == (Fate.SENT, 2)


async def test_a_reply_nobody_ever_confirms_is_listed_as_uncertain(
    life: Running,
) -> None:
    worker = life.person()
    fault = life.telegram.faults.add("reset_after_accept", chat=worker.chat.id)
    await worker.say("你好")
    (row,) = await life.settled(worker)
    life.telegram.faults.remove(fault)
    assert (row.fate, row.reason, row.attempt) == (Fate.UNCERTAIN, "no_answer", 4)
    assert len(said(life, worker)) == 4
    await worker.say("菜单")
    await worker.hear_until("您想办什么")


async def leave_a_form_alone(life: Running, worker: Person) -> None:
    """Let a form have been left alone for two hours."""
    await life.join_until(worker, "您的手机号")
    await life.settled(worker)

    def age(session: Session) -> None:
        then = clock() - timedelta(hours=2)
        old = update(Conversation).where(
            col(Conversation.chat_id) == life.chat(session, worker).id
        )
        session.exec(old.values(updated_at=then))

    life.write(age)


async def test_a_reminder_that_may_have_arrived_is_not_doubled_but_listed(
    life: Running,
) -> None:
    worker = life.person()
    await leave_a_form_alone(life, worker)
    life.telegram.faults.add("reset_after_accept", chat=worker.chat.id)
    await worker.hear_until("还没有填完")
    *_, last = await life.settled(worker)
    assert (last.kind, last.fate, last.reason) == (
        Kind.REMINDER,
        Fate.UNCERTAIN,
        "no_answer",
    )
    assert sum("还没有填完" in text for text in said(life, worker)) == 1


async def test_a_reminder_is_sent_once_and_its_row_points_to_the_message(
    life: Running,
) -> None:
    worker = life.person()
    await leave_a_form_alone(life, worker)
    await worker.hear_until("还没有填完")
    *_, last = await life.settled(worker)
    assert (last.fate, last.attempt) == (Fate.SENT, 1)

    def look(session: Session) -> Reminder:
        chat = life.chat(session, worker)
        return session.exec(select(Reminder).where(Reminder.chat_id == chat.id)).one()

    row = life.look(look)
    assert (row.fate, row.number) == (Fate.SENT, last.number)


async def test_a_wait_telegram_asks_for_holds_one_chat_and_no_other(
    life: Running,
) -> None:
    slow, quick = life.person(), life.person()
    life.telegram.faults.add("flood", chat=slow.chat.id, times=1, retry_after=2)
    await slow.say("你好")
    await until(lambda: bool(life.telegram.faulted))
    asked = life.telegram.clock()
    await quick.say("你好")
    await quick.hear()
    assert life.telegram.clock() - asked < 1.5
    await slow.hear()
    assert life.telegram.clock() - asked >= 1.5
    (row,) = await life.settled(slow)
    assert (row.fate, row.attempt) == (Fate.SENT, 1)
    assert life.telegram.gate.violations == []


async def test_a_blocked_chat_is_stopped_and_opens_with_the_next_word(
    life: Running,
) -> None:
    worker = life.person()
    await worker.say("你好")
    await worker.hear()
    life.telegram.faults.add("blocked", chat=worker.chat.id, times=1)
    await worker.say("入会")
    await until(lambda: fates(life, worker) == [Fate.SENT, Fate.FAILED])
    assert life.messages(worker)[1].reason == "stopped"
    stopped = life.look(lambda s: life.chat(s, worker).stopped_at)
    assert stopped is not None
    await worker.say("帮助")
    assert "回复数字或点选就行" in (await worker.hear()).text
    await life.settled(worker)
    assert life.look(lambda s: life.chat(s, worker).stopped_at) is None


async def test_who_blocks_us_is_reminded_of_nothing(life: Running) -> None:
    worker = life.person()
    await leave_a_form_alone(life, worker)
    before = len(said(life, worker))
    worker.block()

    def ended(session: Session) -> list[str]:
        return list(session.exec(select(Reminder.reason)))

    await until(lambda: "stopped" in life.look(ended))
    assert len(said(life, worker)) == before


async def test_markup_telegram_cannot_read_goes_again_as_plain_text(
    life: Running,
) -> None:
    # The fault of the server says another thing; see the test of the channel alone.
    worker = life.person()
    life.telegram.faults.add("bad_request", chat=worker.chat.id, times=1)
    await worker.say("你好")
    (row,) = await life.settled(worker)
    assert (row.fate, row.reason) == (Fate.FAILED, "bad_request")
    await worker.say("菜单")
    await worker.hear()


async def test_a_refused_connection_is_tried_again_and_nothing_is_doubled(
    life: Running,
) -> None:
    worker = life.person()
    life.telegram.faults.add("slow", method="sendMessage", delay=0.4, times=1)
    await worker.say("你好")
    await worker.hear()
    await life.settled(worker)
    await leave_a_form_alone(life, worker)
    await life.telegram.close_door()
    stuck = lambda: Fate.WAITING in fates(life, worker)  # noqa: E731
    await until(stuck)
    await life.telegram.start()
    await worker.hear_until("还没有填完")
    *_, last = await life.settled(worker)
    assert (last.kind, last.fate, last.attempt) == (Kind.REMINDER, Fate.SENT, 1)
    assert sum("还没有填完" in text for text in said(life, worker)) == 1


async def test_another_poller_makes_us_stand_by_and_come_back(life: Running) -> None:
    worker = life.person()
    fault = life.telegram.faults.add("conflict", method="getUpdates", times=1)
    await worker.say("你好")
    await worker.hear()
    await until(lambda: fault.times == 0)
    await worker.say("菜单")
    await worker.hear()
    assert "another program polls for this bot" in life.program.output


async def test_a_server_that_fails_is_asked_again(life: Running) -> None:
    worker = life.person()
    life.telegram.faults.add("error_before", method="getUpdates", times=2)
    await worker.say("你好")
    assert "这里是职工之家" in (await worker.hear()).text


async def test_updates_that_come_again_and_out_of_order_have_one_effect(
    life: Running,
) -> None:
    people = [life.person() for _ in range(8)]
    life.telegram.updates.delivery.redeliver = 0.7
    life.telegram.updates.delivery.reorder = "between"
    for person in people:
        await life.join(person)
    life.telegram.updates.delivery.redeliver = 0.0
    life.telegram.updates.delivery.reorder = "never"
    await life.telegram.drained()
    for person in people:
        assert len(life.applications(person)) == 1
        rows = await life.settled(person)
        texts = said(life, person)
        assert len(texts) == len(rows)
        assert sum("入会申请已收到" in text for text in texts) == 1


async def test_update_ids_that_begin_again_are_heard(life: Running) -> None:
    await life.telegram.drained()
    life.telegram.updates.restart(5_000)
    worker = life.person()
    for _ in range(3):
        await worker.say("你好")
        assert (await worker.hear()).text
    await life.telegram.drained()
