"""After an erasure no open page shows what is gone: not here, nor in another tab."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import delete
from sqlmodel import Session, col, select

from bot.database import Database, in_transaction
from models.chat import Chat
from models.message import Message
from tests.people import RECEIVED

from .conftest import NewPhone
from .phone import Phone
from .reviewing import CARD, look_at

pytestmark = pytest.mark.browser

RECEIPT = "资料已全部删除"
REFUSED = "zhigong.waiting.000000000000001"


def erase(worker: Phone) -> None:
    worker.type("删除我的资料")
    worker.wait_for("删除以后谁也恢复不了")
    worker.type("删除")
    worker.wait_for(RECEIPT)


def expect_only(worker: Phone, text: str) -> None:
    """Wait until one message is all there is."""
    expect(worker.log.locator(".turn")).to_have_count(1)
    assert text in worker.last().title + worker.last().text


def test_every_tab_starts_with_the_receipt(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.join()
    other = Phone(worker.page.context.new_page(), worker.url).visit()
    other.wait_for(RECEIVED)
    erase(worker)
    for tab in (worker, other):
        expect_only(tab, RECEIPT)
    worker.page.reload()
    expect_only(worker, RECEIPT)
    worker.tap("我要入会")
    worker.wait_for("您同意吗")
    assert other.complaints == []


def test_what_was_refused_before_is_not_kept_in_the_browser(phone: NewPhone) -> None:
    worker = phone().visit()
    worker.wait_for("您可以：")
    worker.page.evaluate(
        """key => localStorage.setItem(key, JSON.stringify({id: "refused-1", key,
        kind: "text", text: "金丝雀", refused: "no", after: 1, at: "2026-11-23"}))""",
        REFUSED,
    )
    worker.page.reload()
    worker.wait_for("金丝雀")
    erase(worker)
    expect_only(worker, RECEIPT)
    assert worker.page.evaluate("key => localStorage.getItem(key)", REFUSED) is None


def test_a_reviewer_s_open_page_drops_the_application(
    phone: NewPhone, reviewer: Phone
) -> None:
    worker = phone().visit()
    worker.join()
    look_at(reviewer, worker.number())
    erase(worker)
    expect(reviewer.log.locator(".turn").filter(has_text=CARD)).to_have_count(0)
    reviewer.wait_for("您现在是")


def test_the_person_s_other_phone_is_a_stranger_s(
    phone: NewPhone, database: Database
) -> None:
    worker, other = phone().visit(), phone().visit()
    other.wait_for("您可以：")
    other.type("只有我知道的话")
    other.wait_for("没看懂")
    worker.wait_for("您可以：")
    in_transaction(database, belong_together)
    erase(worker)
    expect(other.log.locator(".turn").filter(has_text="只有我知道")).to_have_count(0)
    other.wait_for("您可以：")


def test_a_page_that_knows_more_than_an_older_backup_starts_over(
    phone: NewPhone, database: Database
) -> None:
    worker = phone().visit()
    worker.wait_for("您可以：")
    worker.type("后来说的话")
    worker.wait_for("没看懂")
    in_transaction(database, bring_back)
    worker.page.context.set_offline(True)
    worker.page.context.set_offline(False)
    expect(worker.log.locator(".turn")).to_have_count(1)
    worker.type("入会")
    worker.wait_for("您同意吗")


def bring_back(session: Session) -> None:
    """Make the newest chat what it was after its first message."""
    newest = select(Chat).order_by(col(Chat.created_at).desc()).limit(1)
    chat = session.exec(newest).one()
    later = col(Message.number) > 1
    session.exec(delete(Message).where(col(Message.chat_id) == chat.id, later))
    chat.last_number, chat.screen = 1, None
    session.add(chat)


def belong_together(session: Session) -> None:
    """Make the two newest chats one person's."""
    newest = select(Chat).order_by(col(Chat.created_at).desc()).limit(2)
    one, two = session.exec(newest).all()
    one.worker_id = two.worker_id
    session.add(one)
