"""Deliveries: sums that add up or say not; what was lost is tried again."""

from __future__ import annotations

from sqlalchemy import text
from sqlmodel import Session, select

from models.arrival import Poison
from models.audit import AuditEntry
from models.columns import long
from models.message import Fate, Message
from models.staff import ADMINISTRATOR, OFFICER

from .house import House
from .rows import ELSEWHERE, deliveries, unhandled

PATH = "/console/deliveries"
SECRET = "谁也处理不了"


def test_what_was_written_adds_up(house: House) -> None:
    deliveries(house, "")
    words = house.appoint(ADMINISTRATOR).read(PATH)
    assert "合计" in words
    assert "refused" in words
    assert "对不上 " in words.partition("合计")[0]  # the name of the column
    assert "数目对不上" not in words


def test_what_nobody_can_explain_is_red(sqlite_house: House) -> None:
    house = sqlite_house
    deliveries(house, "")
    house.world.write(lambda s: s.execute(text("UPDATE message SET reason = ''")))
    assert "数目对不上" in house.appoint(ADMINISTRATOR).read(f"{PATH}?span=day")


def test_without_messages_it_says_so(sqlite_house: House) -> None:
    house = sqlite_house
    browser = house.appoint(OFFICER)
    house.world.write(lambda s: s.execute(text("DELETE FROM message")))
    assert browser.read(f"{PATH}?span=never").count("这段时间没有消息") == 2


def test_administrators_see_sums_alone(sqlite_house: House) -> None:
    browser = sqlite_house.appoint(ADMINISTRATOR)
    assert "没送到的消息" not in browser.read(PATH)
    assert browser.get(f"{PATH}/lost").status_code == 403


def test_a_lost_message_is_listed_masked_and_sent_again(house: House) -> None:
    rows = deliveries(house, "")
    browser = house.appoint(OFFICER)
    assert f'href="{PATH}/lost?span=week"' in browser.get("/console/today").text
    assert "张*" in browser.read(f"{PATH}/lost?span=week")
    words = browser.read(f"{PATH}/lost?fate=failed")
    assert "张*" in words
    assert "张三" not in words
    assert "渠道没有接收" in words
    path = f"{PATH}/lost/{rows.own}"
    assert "对方没有收到" in browser.read(path)
    key = browser.key()
    for _ in range(2):  # a double click
        assert browser.send(path, key).headers["location"] == f"{PATH}/lost"
    chat, number = rows.own.split(".")

    def look(session: Session) -> Fate:
        return session.get_one(Message, (long(chat), int(number))).fate

    assert house.world.write(look) is Fate.WAITING
    sent = select(AuditEntry).where(AuditEntry.action == "message.sent_again")
    assert len(house.world.write(lambda s: s.exec(sent).all())) == 1
    assert "没有丢失的消息" in browser.read(f"{PATH}/lost")


def test_an_uncertain_one_may_be_doubled_and_it_says_so(sqlite_house: House) -> None:
    house = sqlite_house
    rows = deliveries(house, "")
    house.world.write(
        lambda s: s.execute(
            text("UPDATE message SET fate = 'uncertain' WHERE fate = 'failed'")
        )
    )
    browser = house.appoint(OFFICER)
    assert "可能已经送到了" in browser.read(f"{PATH}/lost/{rows.own}")


def test_who_went_on_is_not_answered_late(sqlite_house: House) -> None:
    house = sqlite_house
    rows = deliveries(house, "")
    browser = house.appoint(OFFICER)
    house.world.write(
        lambda s: s.execute(text("UPDATE chat SET last_number = last_number + 1"))
    )
    path = f"{PATH}/lost/{rows.own}"
    assert "迟到的回复" in browser.read(path)
    assert browser.send(path).status_code == 422
    house.console.cans.clear()
    assert browser.send(path).status_code == 422


def test_a_broken_key_is_of_nothing(sqlite_house: House) -> None:
    browser = sqlite_house.appoint(OFFICER)
    for key in ("x", "x.y", "1.²", "1.99999999999999999999", "1."):
        assert browser.get(f"{PATH}/lost/{key}").status_code == 404


def test_what_was_unhandled_is_read_with_a_reason_alone(house: House) -> None:
    rows = unhandled(house, "")
    browser = house.appoint(OFFICER)
    path = f"/console/unhandled/{rows.own}"
    shown = browser.read(path)
    assert "张*" in shown
    assert "文字" in shown
    assert SECRET not in shown + browser.read("/console/unhandled")
    assert browser.send(f"{path}/content").status_code == 422
    key = browser.key()
    assert SECRET in browser.send(f"{path}/content", key, why="asked").text
    again = browser.send(f"{path}/content", key, why="asked")
    assert SECRET not in again.text
    read = select(AuditEntry).where(AuditEntry.action == "poison.read")
    (entry,) = house.world.write(lambda s: s.exec(read).all())
    assert entry.detail == "asked"


def test_it_is_tried_again_or_let_go(sqlite_house: House) -> None:
    house = sqlite_house
    rows = unhandled(house, "")
    browser = house.appoint(OFFICER)
    path = f"/console/unhandled/{rows.own}"
    house.world.write(
        lambda s: s.execute(
            text("UPDATE poison SET settled = 'given_up', attempts = 5")
        )
    )
    assert "没处理成的消息" in browser.read("/console/today")
    assert "已放弃" in browser.read(path)
    assert "一分钟内" in browser.do(f"{path}/retry")
    house.world.write(
        lambda s: s.execute(text("UPDATE chat SET last_number = last_number + 1"))
    )
    assert "不再重试" in browser.read(path)
    assert browser.send(f"{path}/retry").status_code == 422
    assert "已经删掉了" in browser.do(f"{path}/let-go")
    assert "查看内容" not in browser.read(path)
    assert browser.send(f"{path}/let-go").status_code == 422
    assert browser.send(f"{path}/content", why="asked").status_code == 422
    assert "都处理好了" in browser.read("/console/unhandled")
    kept = house.world.write(lambda s: s.exec(select(Poison)).all())
    assert [row.update for row in kept if row.settled == "let_go"] == [b""]


def test_nobody_sees_what_is_of_another_city(sqlite_house: House) -> None:
    house = sqlite_house
    rows = deliveries(house, "")
    browser = house.appoint(OFFICER, ELSEWHERE)
    assert browser.get(f"{PATH}/lost/{rows.own}").status_code == 404
    assert browser.get(f"{PATH}/lost/{rows.foreign}").status_code == 200
