"""Rules: the product's own name is in the reader's language."""

from __future__ import annotations

from models.rules import Rules


def test_the_product_has_a_name_in_each_language() -> None:
    rules = Rules(name="职工之家", name_en="Workers' Home")
    assert rules.product("en") == "Workers' Home"
    assert rules.product("zh-CN") == "职工之家"


def test_a_map_is_told_where_and_what() -> None:
    rules = Rules(map_link="https://map.example/?at={lat},{lon}&name={name}")
    told = rules.map_of(23.1, 113.28, "东园 1 号")
    assert told == (
        "https://map.example/?at=23.1,113.28&name=%E4%B8%9C%E5%9B%AD%201%20%E5%8F%B7"
    )
