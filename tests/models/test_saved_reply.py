"""Saved replies: a union's own before those above it; only its staff change them."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from models.place import Atlas
from models.saved_reply import (
    LONGEST,
    BadReply,
    NotTheirReply,
    SavedReply,
    drop_reply,
    replies_for,
    save_reply,
)
from models.staff import Staff
from tests.models.cast import NOW, reviewer


def save(
    session: Session, atlas: Atlas, staff: Staff, number: int, text: str, at: str
) -> SavedReply:
    return save_reply(session, atlas, staff, at, number, text, "", NOW)


def test_a_unions_own_reply_goes_before_one_from_above(
    session: Session, atlas: Atlas
) -> None:
    staff = reviewer(session)
    save(session, atlas, staff, 2, "市里第二条", "4401")
    save(session, atlas, staff, 1, "市里第一条", "4401")
    save(session, atlas, staff, 1, "区里第一条", "440106")
    found = [row.text for row in replies_for(session, atlas, "440106")]
    assert found == ["区里第一条", "市里第二条"]
    assert [row.text for row in replies_for(session, atlas, "4401")] == [
        "市里第一条",
        "市里第二条",
    ]


def test_a_reply_is_written_anew_and_dropped(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    row = save(session, atlas, staff, 1, "旧", "4401")
    assert save(session, atlas, staff, 1, "新", "4401") is row
    assert row.words("zh-CN") == row.words("en") == "新"
    row.text_en = "New"
    assert row.words("en") == "New"
    drop_reply(session, atlas, staff, row, NOW)
    assert replies_for(session, atlas, "4401") == []


@pytest.mark.parametrize(
    ("number", "text"), [(0, "好"), (100, "好"), (1, " "), (1, "好" * (LONGEST + 1))]
)
def test_a_reply_needs_words_and_a_number(
    session: Session, atlas: Atlas, number: int, text: str
) -> None:
    with pytest.raises(BadReply):
        save(session, atlas, reviewer(session), number, text, "4401")


def test_who_serves_elsewhere_changes_nothing(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session, "440106")
    with pytest.raises(NotTheirReply):
        save(session, atlas, staff, 1, "好", "4401")
    row = save(session, atlas, reviewer(session), 1, "好", "4401")
    with pytest.raises(NotTheirReply):
        drop_reply(session, atlas, staff, row, NOW)
