"""Who the tests of the whole program are about: a driver who joins, and who reviews."""

from __future__ import annotations

from bot.database import Database, in_transaction
from bot.kit import clock
from models.staff import appoint, invite

RESIDENT_ID = "440106199003070001"
ANSWERS = {
    "请核对": "提交",  # first, for what is to be checked holds the words of the others
    "您同意吗": "同意，开始填写",
    "请问您的姓名": "张三",
    "身份证号（18 位）": RESIDENT_ID,
    "您的手机号": "13812345678",
    "哪一类工作": "货车司机",
    "怎么工作的": "打零工",
    "哪个城市": "广州市",
    "哪个区县": "白云区",
    "街道或镇": "跳过",
    "您是进城务工": "不是",
    "哪里入会": "工作的地方",
    "加入哪个工会": "请工会安排",
    "车牌号": "跳过",
    "开什么车": "跳过",
}
"""What a driver answers, by a part of each question."""

RECEIVED = "入会申请已收到"


def invitation(database: Database, role: str = "social_worker") -> str:
    """Appoint staff of the city; give the code that binds their chat."""
    return in_transaction(
        database,
        lambda s: invite(s, appoint(s, role, "4401", clock()), clock()),
    )
