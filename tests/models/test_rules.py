"""Rules: the product's own name is in the reader's language."""

from __future__ import annotations

from models.rules import Rules


def test_the_product_has_a_name_in_each_language() -> None:
    rules = Rules(name="职工之家", name_en="Workers' Home")
    assert rules.product("en") == "Workers' Home"
    assert rules.product("zh-CN") == "职工之家"
