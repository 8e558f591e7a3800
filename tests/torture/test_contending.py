"""Eight processes want the same few vouchers, on both databases."""

from __future__ import annotations

import pytest

from bot.database import Database
from tests.databases import SEEDED, Copy
from tests.torture.contending import Want, contend


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_none_is_given_twice_none_is_lost_and_none_is_kept_back(
    kind: str, request: pytest.FixtureRequest
) -> None:
    copies: Copy = request.getfixturevalue(f"{kind}_copies")
    with copies(SEEDED) as database:
        books = contend(address_of(database), Want(people=20, quota=16, deeds=240))
    assert books.faults == []
    assert books.counts["given in the end"] == 16
    assert books.counts["cancelled"] > 0
    assert books.counts["redeemed"] > 0


def address_of(database: Database) -> str:
    return database.writing.url.render_as_string(hide_password=False)
