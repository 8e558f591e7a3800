"""What a reviewer does on the phone: open an application, send one back."""

from __future__ import annotations

from tests.browser.chat_page import Bubble
from tests.browser.phone import Phone

CARD = "号码格式正确"


def look_at(reviewer: Phone, number: str) -> Bubble:
    """Go from the menu through the waiting list to an application; give its card."""
    reviewer.tap("待办")
    while not any(number in label for label in _waiting(reviewer).choices):
        reviewer.tap("看更多")
    reviewer.tap(_waiting(reviewer).choice(number))
    card = reviewer.wait_for_last(CARD)
    assert card.title == f"申请 {number}"
    return card


def _waiting(reviewer: Phone) -> Bubble:
    return reviewer.wait_for_last("等您处理")


def send_back(reviewer: Phone, number: str, field: str, reason: str) -> None:
    """Return an application for one field, with a ready-made reason."""
    look_at(reviewer, number)
    for question, answer in (
        (CARD, "退回修改"),
        ("哪几项要改", field),
        ("选好了", "选好了（1 项）"),
        ("为什么要改", reason),
        ("确定退回吗", "退回"),
    ):
        reviewer.wait_for_last(question)
        reviewer.tap(answer)
    reviewer.wait_for_last("可以撤销")
