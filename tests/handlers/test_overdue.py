"""Overdue: whoever is to look at an application that waits too long is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, col, insert, select

from handlers.overdue import OVERDUE
from models.application import Application, Standing
from models.chat import Chat
from models.columns import new_id
from models.message import Body
from models.reminder import Reminder
from models.staff import Staff
from tests.world import World

DAY = timedelta(days=1)
LATE = 4 * DAY
"""Applied on a Monday, answered by Thursday: on Friday it is late."""

pytestmark = pytest.mark.usefixtures("numbered")


def submit(world: World, who: str = "工人") -> None:
    world.fill("sure", who=who)
    world.say("提交", who=who)


def fates(world: World) -> list[tuple[str, str, str]]:
    rows = select(Reminder).where(col(Reminder.kind).in_(["overdue", "escalated"]))
    return world.write(
        lambda s: sorted((r.kind, r.fate.value, r.reason) for r in s.exec(rows))
    )


def change(world: World, table: type[Application] | type[Staff], **to: object) -> None:
    def work(session: Session) -> None:
        for row in session.exec(select(table)):
            for name, value in to.items():
                setattr(row, name, value)
            session.add(row)

    world.write(work)


def texts(heard: dict[str, list[Body]]) -> dict[str, list[str]]:
    return {who: [body["text"] for body in bodies] for who, bodies in heard.items()}


def test_its_reviewers_are_told_the_day_after(world: World) -> None:
    world.appoint("440111")
    world.appoint("440111", "同事")
    world.appoint("4401", "市里")
    submit(world)
    assert world.wait(3 * DAY) == {}
    heard = world.wait(DAY)
    said = "申请 00000001 已经等了 4 天，超过了答复期限。麻烦您抽空看一看。"
    assert texts(heard) == {"社工": [said], "同事": [said]}
    assert world.wait(DAY) == {}
    assert fates(world) == [("overdue", "sent", "")] * 2


def test_nothing_in_it_says_who_applied(world: World) -> None:
    world.appoint("440111")
    submit(world)
    (body,) = world.wait(LATE)["社工"]
    assert set(body) == {"text", "choices"}
    assert "张" not in str(body)


def test_where_a_union_has_nobody_the_next_above_is_told(world: World) -> None:
    world.appoint("4401", "市里")
    submit(world)
    assert [*world.wait(LATE)] == ["市里"]


def test_two_working_days_later_the_officer_above_is_told(world: World) -> None:
    world.appoint("440111")
    world.appoint("4401", "同级")
    world.appoint("4401", "主管", "officer")
    submit(world)
    assert [*world.wait(LATE)] == ["社工"]
    assert world.wait(3 * DAY) == {}  # until Monday
    assert texts(world.wait(DAY)) == {
        "主管": [
            "申请 00000001 已经等了 8 天，还没有答复。麻烦您过问一下，也可以直接办理。"
        ]
    }
    assert world.wait(9 * DAY) == {}


def test_at_the_top_its_own_officer_is_told(world: World) -> None:
    world.appoint("4401")
    world.appoint("4401", "主管", "officer")
    submit(world)
    change(world, Application, union_code="4401")
    assert [*world.wait(LATE)] == ["社工", "主管"]
    assert [*world.wait(4 * DAY)] == ["主管"]


def test_nobody_to_tell_is_a_reminder_skipped(world: World) -> None:
    submit(world)
    assert world.wait(LATE) == world.wait(4 * DAY) == {}
    assert fates(world) == [
        ("escalated", "skipped", "no_chat"),
        ("overdue", "skipped", "no_chat"),
    ]


def test_nobody_is_told_of_an_application_of_their_own(world: World) -> None:
    submit(world)
    world.appoint("440111", "工人")
    assert world.wait(LATE) == {}


@pytest.mark.parametrize("standing", [Standing.WITHDRAWN, Standing.POOL])
def test_what_is_decided_in_the_quiet_hours_is_not_told(
    world: World, standing: Standing
) -> None:
    world.appoint("440111")
    submit(world)
    world.wait(3 * DAY + timedelta(hours=15))  # one in the night
    change(world, Application, standing=standing)
    assert world.wait(timedelta(hours=9)) == {}
    assert fates(world) == [("overdue", "skipped", "decided")]


def test_what_went_back_and_came_in_again_is_late_anew(world: World) -> None:
    world.appoint("440111")
    submit(world)
    world.wait(3 * DAY + timedelta(hours=15))
    due = world.now.date() + 3 * DAY
    change(world, Application, due=due, chased=0)
    assert world.wait(timedelta(hours=9)) == {}
    assert fates(world) == [("overdue", "skipped", "decided")]
    assert [*world.wait(4 * DAY)] == ["社工"]


def test_who_has_lost_the_position_is_not_told(world: World) -> None:
    world.appoint("440111")
    submit(world)
    world.wait(3 * DAY + timedelta(hours=15))
    change(world, Staff, active=False)
    assert world.wait(timedelta(hours=9)) == {}
    assert fates(world) == [("overdue", "skipped", "not_theirs")]


def test_of_several_chats_the_newest_that_was_not_stopped_is_told(
    world: World,
) -> None:
    world.appoint("440111")
    submit(world)

    def more(session: Session) -> None:
        staff = session.exec(select(Staff)).one()
        for address, stopped in (("旧", None), ("新", None), ("停", world.now)):
            chat = Chat(
                id=new_id(),
                channel=world.adapter.name,
                bot="",
                address=address,
                worker_id=staff.worker_id or 0,
                created_at=world.now + DAY * (address != "旧"),
                stopped_at=stopped,
            )
            session.add(chat)

    world.write(more)
    world.screens |= {"旧": [], "新": [], "停": []}
    assert [*world.wait(LATE)] == ["新"]


def test_every_application_of_a_pile_is_recalled(world: World) -> None:
    world.appoint("440111")
    submit(world)

    def copy(session: Session) -> None:
        row = session.exec(select(Application)).one()
        for n in range(45):
            facts = row.model_dump() | {"id": new_id(), "number": f"9{n}"}
            facts["worker_id"] = row.worker_id
            facts["standing"] = Standing.IN_REVIEW
            session.execute(insert(Application), facts)

    world.write(
        lambda s: s.connection().exec_driver_sql("DROP INDEX one_open_application")
    )
    world.write(copy)
    world.now += LATE
    for _ in range(3):
        world.write(lambda s: OVERDUE.find(s, world.rules, world.now))
    assert len(fates(world)) == 46
