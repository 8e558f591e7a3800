"""The reports of suggestions, and of an award's ballots."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session

from handlers.reports import Period
from handlers.reports.award import award
from handlers.reports.suggestions import suggestions
from models.award import Phase
from models.ballot import digest_of, seal_ballots
from models.place import Atlas
from models.suggestion import Adoption, Aspect, drop, settle, suggest
from tests.models.awarding import an_award, member, runs, votes
from tests.models.cast import KEYS, NOW, meet, reviewer

PERIOD = Period(NOW - timedelta(days=30), NOW + timedelta(days=1))


def test_it_adds_up_by_union_and_aspect(session: Session, atlas: Atlas) -> None:
    worker, _ = meet(session)
    staff = reviewer(session)
    told = (session, KEYS, worker, "440106")
    rows = [suggest(*told, Aspect.SAFETY, "好", None, NOW) for _ in range(4)]
    suggest(*told, Aspect.PAY, "好", None, NOW)
    suggest(*told, Aspect.PAY, "早", None, NOW - timedelta(days=60))
    drop(session, rows[0], NOW)
    settle(session, KEYS, staff, rows[1], Adoption.ADOPTED, "", 300, NOW)
    settle(session, KEYS, staff, rows[2], Adoption.DECLINED, "unclear", 7, NOW)
    table = suggestions(session, atlas, PERIOD, "zh-CN")
    assert [row[0] for row in table.rows] == ["天河区总工会"] * 2
    assert [row[2:] for row in table.rows] == [(1, 0, 0, 0), (3, 1, 1, 300)]
    assert len(table.columns) == 6


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_ballots_are_listed_once_they_are_counted(
    session: Session, atlas: Atlas, language: str
) -> None:
    row = an_award(session)
    votes(session, row, member(session, 2), runs(session, row, member(session, 1)))
    assert award(session, atlas, row.code, language) is None
    assert award(session, atlas, "nothing", language) is None
    seal_ballots(session, row)
    row.phase = Phase.JURY
    table = award(session, atlas, row.code, language)
    assert table is not None
    assert digest_of([(str(a), str(b)) for a, b in table.rows]) == row.digest
