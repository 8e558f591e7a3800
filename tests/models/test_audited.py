"""Which acts are seen from which unions: none on rows of others."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, select

from models import audit, coded
from models.audit import AuditEntry
from models.audited import POSITIONS, ROWS, asked_for, of_branch, of_rows
from models.columns import new_id
from models.signup import Signup, SignupState
from models.staff import OFFICER, Staff, appoint
from tests.models import awarding, benefits
from tests.models.cast import NOW, applicant, meet
from tests.models.programme import open_event

HERE = {"4401", "440106", "440111"}
ELSEWHERE = {"4403", "440306"}
RECORDED = re.compile(r'f?"([a-z_]+)\.[a-z_{}.]+"')


def noted(session: Session, action: str, about: int, by: int | None = None) -> int:
    """Write an act down; return its entry's id."""
    audit.record(session, NOW, by, action, about)
    session.flush()
    newest = session.exec(select(AuditEntry.id).order_by(AuditEntry.id.desc()))  # type: ignore[union-attr]
    found = newest.first()
    assert found is not None
    return found


def seen(session: Session, condition: Any, *more: Any) -> set[int | None]:
    return set(session.exec(select(AuditEntry.id).where(condition, *more)))


def sign_up(session: Session) -> int:
    row = Signup(
        id=new_id(),
        event_id=open_event(session).id,
        worker_id=meet(session)[0].id,
        state=SignupState.IN,
        at=NOW,
    )
    session.add(row)
    session.flush()
    return row.id


def nominated(session: Session) -> int:
    award = awarding.an_award(session)
    return awarding.runs(session, award, awarding.member(session, 9)).id


ABOUT: dict[str, Callable[[Session], int]] = {
    "application.read": lambda s: applicant(s, 7).id,
    "member.read": lambda s: awarding.member(s, 8).id,
    "event.changed": lambda s: open_event(s).id,
    "event.checked_in": sign_up,
    "award.changed": lambda s: awarding.an_award(s).id,
    "nominee.read": nominated,
    "voucher.redeemed": lambda s: benefits.take(s, benefits.member(s)).id,
}


@pytest.mark.parametrize("action", ABOUT)
def test_an_act_on_a_row_is_seen_from_its_union_alone(
    session: Session, action: str
) -> None:
    entry = noted(session, action, ABOUT[action](session))
    assert entry in seen(session, of_rows(HERE))
    assert entry in seen(session, of_branch(HERE))
    assert entry not in seen(session, of_rows(ELSEWHERE))
    assert entry not in seen(session, of_branch(ELSEWHERE))


def test_a_number_of_another_noun_opens_nothing(session: Session) -> None:
    entry = noted(session, "award.changed", open_event(session).id)
    assert entry not in seen(session, of_rows(HERE))


@pytest.mark.parametrize("detail", ["gz-by-dh", "gz-by-dh name hours"])
def test_an_act_on_a_coded_row_is_found_by_its_code(
    session: Session, detail: str
) -> None:
    about = coded.subject("site", "gz-by-dh")
    audit.record(session, NOW, None, "site.changed", about, detail)
    audit.record(session, NOW, None, "site.changed", about, "gz-by-dh-2")
    session.flush()
    asked = asked_for("site", subject=about)
    assert len(seen(session, of_rows(HERE), *asked)) == 1
    assert seen(session, of_rows(ELSEWHERE), *asked) == set()


def test_what_a_position_does_is_an_administrator_s_matter(session: Session) -> None:
    staff = appoint(session, OFFICER, "440106", NOW)
    entered = noted(session, "console.entered", staff.id, staff.id)
    unknown = noted(session, "moon.landed", 1, staff.id)
    by_itself = noted(session, "retention.swept", 0)
    assert not {entered, unknown, by_itself} & seen(session, of_rows(HERE))
    assert {entered, unknown} <= seen(session, of_branch(HERE))
    assert by_itself not in seen(session, of_branch(HERE))
    assert not {entered, unknown} & seen(session, of_branch(ELSEWHERE))


def test_it_finds_by_noun_actor_subject_and_time(session: Session) -> None:
    staff = appoint(session, OFFICER, "440106", NOW)
    event = open_event(session)
    mine = noted(session, "event.changed", event.id, staff.id)
    noted(session, "event.created", event.id)
    second = timedelta(seconds=1)

    def found(**asked: Any) -> set[int | None]:
        return seen(session, of_rows(HERE), *asked_for(**asked))

    assert found(actor=staff.id) == {mine}
    assert len(found(subject=event.id, noun="event")) == 2
    assert found(subject=event.id, noun="even") == set()
    assert mine in found(since=NOW, until=NOW + second)
    assert found(since=NOW + second) == set() == found(until=NOW)


def test_every_noun_that_is_written_down_is_known() -> None:
    root = Path(__file__).resolve().parents[2]
    sources = [
        p
        for floor in ("bot", "handlers", "models")
        for p in (root / floor).rglob("*.py")
    ]
    calls = [
        call
        for path in sources
        for call in re.findall(
            r"audit\.record\((.*?)\n?    *\)?\n", path.read_text(), re.S
        )
    ]
    nouns = {noun for call in calls for noun in RECORDED.findall(call)}
    assert len(nouns) > 20
    assert nouns <= {*ROWS, *POSITIONS, "retention"}


def test_positions_have_no_rows_of_people(session: Session) -> None:
    assert not set(POSITIONS) & set(ROWS)
    assert session.get(Staff, 0) is None
