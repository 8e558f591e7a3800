"""How a crowd joins through the stock bot: the script the measurements use."""

from __future__ import annotations

from tests.telegram_server import Person, fill_in

ANSWERS = {
    "请问您的姓名": "王师傅",
    "身份证号码": "440106199003070001",
    "您的手机号": "13800000000",
    "哪一行": "货车司机",
    "单位或平台": "顺路货运",
    "车牌号": "粤A00000",
    "车型": "跳过",
}


async def join(person: Person) -> None:
    """Go from the first word to the receipt: 17 messages and presses."""
    await person.say("/join")
    await fill_in(person, ANSWERS, until="已收到")
