"""How a crowd joins through the stock bot: the script the measurements use.

The same people as join through ours, with the same answers in the same order.
"""

from __future__ import annotations

from tests.telegram_server import Person, fill_in
from tests.torture.joining import driver

WORDS = {
    "consent": "您同意吗",
    "full_name": "请问您的姓名",
    "resident_id": "身份证号码",
    "mobile": "您的手机号",
    "group": "哪一行",
    "work_form": "就业形式",
    "platform": "哪个平台",
    "city": "哪个城市",
    "district": "哪个区",
    "street": "哪个街道",
    "migrant": "农民工",
    "belong": "在哪里入会",
    "wished_union": "哪个工会",
    "plate": "车牌号",
    "vehicle": "开什么车",
    "sure": "请核对",
}
"""What each of our questions is known by in the stock bot's words."""


async def join(person: Person) -> None:
    """Go from the first word to the receipt: 17 messages and presses."""
    # The summary repeats every answer, so its words are looked for first.
    answers = {WORDS[q.name]: q.answer for q in reversed(driver(person.chat.id))}
    await person.say("/join")
    await fill_in(person, answers, until="已收到")
