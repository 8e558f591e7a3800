"""The report of notices adds up to whom each was for."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from handlers.reports import Period
from handlers.reports.notices import notices
from models import outcome
from models.letter import Option
from models.message import Fate
from models.notice_answer import answer
from models.outcome import Outcome
from models.place import Atlas
from tests.models.cast import NOW, reviewer
from tests.models.noticing import begun, member, scheduled

PERIOD = Period(NOW - timedelta(days=1), NOW + timedelta(days=1))


def test_it_adds_up_notice_by_notice(session: Session, atlas: Atlas) -> None:
    people = [member(session).id for _ in range(4)]
    staff = reviewer(session)
    row = begun(session, atlas, staff, options=(Option("来"),))
    ends = ((Fate.SENT, ""), (Fate.SKIPPED, "stopped"), (Fate.SKIPPED, "no_chat"))
    outcomes = [
        Outcome(one, fate, NOW, why)
        for one, (fate, why) in zip(people, ends, strict=False)
    ]
    outcome.settle(session, row.id, outcomes)
    answer(session, row, people[0], 0, NOW)
    scheduled(session, atlas, staff)  # nobody has a copy of this one yet
    table = notices(session, atlas, PERIOD, "zh-CN")
    (found,) = table.rows
    assert found[0] == "停水通知"
    assert found[2:] == (4, 1, 0, 0, 2, 0, 1, 1, "no_chat 1 stopped 1")
    assert len(table.columns) == len(found)
    assert table.adds_up


def test_it_says_when_it_does_not_add_up(session: Session, atlas: Atlas) -> None:
    member(session)
    row = begun(session, atlas, reviewer(session))
    row.queued = 7
    session.add(row)
    session.flush()
    assert not notices(session, atlas, PERIOD, "en").adds_up
