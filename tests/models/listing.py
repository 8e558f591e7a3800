"""Lists of members for tests: rows as a file has them, and who they tell of."""

from __future__ import annotations

from datetime import date

from models.import_rows import Frame
from models.place import Atlas
from tests.models.cast import resident_id

TODAY = date(2026, 11, 20)
HEADS = ("姓名*", "证件号码*", "手机号*", "职业群体*")
WHOLE = (
    *("姓名", "证件类型", "证件号码", "出生日期", "性别", "手机号"),
    *("职业群体", "就业形式", "工会", "入会日期", "会员证号"),
)


def line(number: int = 1, **other: str) -> list[str]:
    """Give a row of the four columns that are needed."""
    row = {
        "name": "张三",
        "id_number": resident_id(number),
        "mobile": f"138{number:08}",
        "group": "快递小哥",
    }
    return [*(row | other).values()]


def frame(atlas: Atlas, union: str = "4401") -> Frame:
    """Give what rows are read with in Guangzhou."""
    return Frame(atlas, frozenset(atlas.branch(union)), union, TODAY, 16)
