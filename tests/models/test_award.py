"""Awards: the plan holds together, each phase begins when it should, and once."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlmodel import Session, select

from models import closing, election
from models.award import (
    Award,
    BadAward,
    Phase,
    TooLate,
    award_named,
    awards_among,
    change,
    create,
    publish,
    require_phase,
)
from models.ballot import Ballot, Voter
from models.closing import CountedBallot, close_all
from models.columns import new_id
from models.election import RESULT
from models.erasure import forget
from models.objection import object_to, settle
from models.place import Atlas
from models.reminder import Reminder
from models.result import standings, winners
from models.sealing import CannotOpen, Keyring
from models.staff import ADMINISTRATOR, NotTheirs
from models.withdrawal import withdraw_consent
from tests.models.awarding import DAY, an_award, juror, member, runs, votes
from tests.models.cast import KEYS, NOW, reviewer


def planned(**other: Any) -> Award:
    given: dict[str, Any] = {
        "id": new_id(),
        "code": "gold",
        "name": "金牌家政工",
        "union_code": "4401",
        "groups": "domestic_worker",
        "seats": 10,
        "choices": 5,
        "vote_share": 40,
        "jury_share": 60,
        "nominating_at": NOW,
        "voting_at": NOW + DAY,
        "jury_at": NOW + 2 * DAY,
        "notice_at": NOW + 3 * DAY,
        "over_at": NOW + 4 * DAY,
    }
    return Award(**given | other)


def test_an_award_is_planned_and_then_published(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    award = create(session, atlas, staff, planned(), NOW)
    assert awards_among(session, {"4401"}) == []
    publish(session, KEYS, atlas, staff, award, NOW)
    assert str(award.phase) == "planned"
    with pytest.raises(TooLate):
        require_phase(award, NOW, Phase.NOMINATING)
    election.advance(session, NOW - DAY)
    assert str(award.phase) == "planned"
    election.advance(session, NOW)
    assert award.phase is Phase.NOMINATING
    assert awards_among(session, {"4401"}) == [award]
    assert award_named(session, "gold") is award
    with pytest.raises(TooLate):
        publish(session, KEYS, atlas, staff, award, NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"vote_share": 50},
        {"vote_share": 110, "jury_share": -10},
        {"seats": 0},
        {"choices": 0},
        {"groups": "astronaut"},
        {"name": ""},
        {"voting_at": NOW + 5 * DAY},
        {"jury_at": NOW + DAY},
    ],
)
def test_a_plan_that_does_not_hold_together_is_refused(
    session: Session, atlas: Atlas, wrong: dict[str, Any]
) -> None:
    with pytest.raises(BadAward):
        create(session, atlas, reviewer(session), planned(**wrong), NOW)


def test_a_draft_is_changed_and_nothing_later(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    award = create(session, atlas, staff, planned(), NOW)
    change(session, atlas, staff, award, {"seats": 3}, NOW)
    assert award.seats == 3
    with pytest.raises(BadAward, match="shares"):
        change(session, atlas, staff, award, {"vote_share": 1}, NOW)
    award.vote_share = 40
    with pytest.raises(NotTheirs):
        change(session, atlas, reviewer(session, "4451"), award, {"seats": 1}, NOW)
    publish(session, KEYS, atlas, staff, award, NOW)
    with pytest.raises(TooLate):
        change(session, atlas, staff, award, {"seats": 4}, NOW)


def test_no_two_awards_have_one_code(session: Session, atlas: Atlas) -> None:
    staff = reviewer(session)
    create(session, atlas, staff, planned(), NOW)
    with pytest.raises(BadAward, match="taken"):
        create(session, atlas, staff, planned(), NOW)
    with pytest.raises(BadAward, match="code"):
        create(session, atlas, staff, planned(code="no code"), NOW)


def test_nobody_plans_an_award_for_another_union(
    session: Session, atlas: Atlas
) -> None:
    with pytest.raises(NotTheirs):
        create(session, atlas, reviewer(session, "4451"), planned(), NOW)
    award = create(session, atlas, reviewer(session), planned(), NOW)
    for act in (publish, lambda s, k, *rest: election.cancel(s, *rest)):
        with pytest.raises(NotTheirs):
            act(session, KEYS, atlas, reviewer(session, "4451"), award, NOW)


def test_who_only_scores_or_appoints_plans_no_award(
    session: Session, atlas: Atlas
) -> None:
    award = create(session, atlas, reviewer(session), planned(), NOW)
    for other in (juror(session), juror(session, ADMINISTRATOR)):
        with pytest.raises(NotTheirs):
            create(session, atlas, other, planned(code="other"), NOW)
        with pytest.raises(NotTheirs):
            election.cancel(session, atlas, other, award, NOW)


def test_the_award_is_for_its_groups_and_the_unions_below(
    session: Session, atlas: Atlas
) -> None:
    award = planned()
    inside = member(session, 1, group="domestic_worker")
    assert award.is_for(atlas, inside)
    assert not award.is_for(atlas, member(session, 2))
    assert not award.is_for(atlas, member(session, 3, union_code="4451"))
    assert not award.is_for(atlas, member(session, 4, member_no=None))


def test_every_phase_begins_at_its_instant(session: Session) -> None:
    award = an_award(session, phase=Phase.NOMINATING, voting_at=NOW)
    one, two = member(session, 1), member(session, 2)
    row = runs(session, award, one)
    seen = []
    for at in (NOW - DAY, NOW, NOW, NOW + 10 * DAY, NOW + 20 * DAY, NOW + 30 * DAY):
        election.advance(session, at)
        close_all(session, at)
        seen.append(award.phase.value)
        if award.phase is Phase.VOTING:
            votes(session, award, two, row)
    assert seen == ["nominating", "voting", "voting", "jury", "notice", "over"]
    assert [one.place for one in winners(session, award)] == [1]
    assert (row.votes, row.points) == (1, 10000)


def carry_on(session: Session, days: int = 40) -> None:
    """Let all begin that is due by then."""
    for _ in range(4):
        election.advance(session, NOW + days * DAY)
        close_all(session, NOW + days * DAY)
        election.tell_result(session, NOW + days * DAY)


def test_all_who_took_part_are_told_once_and_the_winners_that_they_won(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(election, "AT_ONCE", 1)
    award = an_award(session)
    won, lost, *voters = (member(session, n) for n in range(1, 5))
    rows = [runs(session, award, one) for one in (won, lost)]
    for one in (*voters, lost):
        votes(session, award, one, rows[0])
    votes(session, award, won, rows[1])
    award.seats = 1
    carry_on(session)
    told = session.exec(select(Reminder.kind, Reminder.subject))
    assert {*told} >= {
        (election.WON, str(rows[0].id)),
        *((election.RESULT, f"{w.id}.{award.id}") for w in (lost, *voters)),
    }
    kinds = Counter(session.exec(select(Reminder.kind)))
    assert (kinds[election.WON], kinds[election.RESULT]) == (1, 3)
    assert session.exec(select(Voter)).all() == []


def test_who_won_has_won_whoever_leaves(session: Session) -> None:
    award = an_award(session, seats=1)
    rows = [runs(session, award, member(session, n)) for n in (1, 2)]
    voters = [member(session, n) for n in (3, 4)]
    votes(session, award, voters[0], *rows)
    votes(session, award, voters[1], rows[0])
    carry_on(session)
    assert winners(session, award) == [rows[0]]
    forget(session, rows[0].worker_id)
    assert [one.place for one in standings(session, award.id)] == [2]
    assert winners(session, award) == []


def test_who_leaves_a_result_on_notice_is_followed_by_the_next(
    session: Session,
) -> None:
    award = an_award(session, seats=1)
    people = [member(session, n) for n in (1, 2, 3)]
    rows = [runs(session, award, one) for one in people]
    votes(session, award, member(session, 4), *rows[:2])
    votes(session, award, member(session, 5), rows[0])
    carry_on(session, 25)
    assert str(award.phase) == "notice"
    withdraw_consent(session, KEYS, people[0], True, NOW + 25 * DAY)
    left = standings(session, award.id)
    assert [(one.id, one.place, one.points) for one in left] == [
        (rows[1].id, 1, 10000),
        (rows[2].id, 2, 0),
    ]
    forget(session, people[1].id)
    assert [one.place for one in standings(session, award.id)] == [1]


def test_no_result_is_given_before_the_vote_is_closed(session: Session) -> None:
    award = an_award(session)
    votes(session, award, member(session, 1), runs(session, award, member(session, 2)))
    for _ in range(2):
        election.advance(session, NOW + 25 * DAY)
    assert (award.phase, award.is_counted) == (Phase.JURY, False)
    carry_on(session, 25)
    assert str(award.phase) == "notice"


def test_a_vote_is_closed_in_slices_that_are_gone_on_with(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "BALLOTS", 2)
    monkeypatch.setattr(closing, "VOTERS", 2)
    award = an_award(session)
    rows = [runs(session, award, member(session, n)) for n in (1, 2)]
    for n in range(3, 8):
        votes(session, award, member(session, n), rows[n % 2])
    award.phase = Phase.JURY
    session.flush()
    assert closing.to_close(session) == [award.id]
    steps = 0
    while closing.close_some(session, award.id):
        steps += 1
        left = len(session.exec(select(Ballot)).all())
        counted = len(session.exec(select(CountedBallot)).all())
        assert left + counted == 5
        assert closing.count(session, award.id).total() == counted
    assert steps == 3 + 3
    assert (award.ballots, award.is_counted) == (5, False)
    closing.close_all(session, NOW)
    assert award.is_counted
    assert closing.count(session, award.id) == {1: 2, 2: 3}
    assert closing.to_close(session) == []


def test_a_result_waits_for_every_objection(session: Session, atlas: Atlas) -> None:
    award = an_award(session)
    people = [member(session, n) for n in range(1, 5)]
    rows = [runs(session, award, one) for one in people[:3]]
    votes(session, award, people[3], *rows)
    votes(session, award, people[0], rows[1], rows[2])
    carry_on(session, 25)
    first, *_ = winners(session, award)
    made = object_to(session, KEYS, award, first, people[3], "不是本人", NOW + 25 * DAY)
    assert made.read(KEYS, people[3], "text") == "不是本人"
    assert made.read(KEYS, people[3], "why") == ""
    election.advance(session, NOW + 31 * DAY)
    assert str(award.phase) == "notice"
    staff = juror(session, "officer")
    settle(session, KEYS, atlas, award, staff, made, True, "属实", NOW + 32 * DAY)
    assert first not in standings(session, award.id)
    assert [row.place for row in winners(session, award)] == [1, 2]
    election.advance(session, NOW + 32 * DAY)
    assert award.phase is Phase.OVER


def test_what_another_process_began_is_not_begun_again(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    award = an_award(session)

    def quicker(session: Session, award: Award) -> None:
        award.phase = Phase.JURY

    monkeypatch.setattr(election, "hold", quicker)
    election.advance(session, NOW + 11 * DAY)
    assert award.digest == ""


@pytest.mark.parametrize("phase", [Phase.NOMINATING, Phase.VOTING, Phase.NOTICE])
def test_a_cancelled_award_leaves_no_way_to_a_voter(
    session: Session, atlas: Atlas, phase: Phase
) -> None:
    award = an_award(session)
    votes(session, award, member(session, 1), runs(session, award, member(session, 2)))
    before = session.exec(select(Ballot.name_hash)).one()
    award.phase = phase
    election.cancel(session, atlas, reviewer(session), award, NOW)
    carry_on(session)
    assert (award.phase, award.key) == (Phase.CANCELLED, None)
    assert session.exec(select(Ballot)).all() == []
    assert session.exec(select(CountedBallot.name_hash)).one() != before
    assert session.exec(select(Voter)).all() == []
    assert RESULT not in {*session.exec(select(Reminder.kind))}
    with pytest.raises(TooLate):
        election.cancel(session, atlas, reviewer(session), award, NOW)


def test_the_key_is_wrapped_and_opens_with_no_other(session: Session) -> None:
    award = an_award(session)
    key = award.open_key(KEYS)
    assert key.hex() not in str(award.key)
    assert not any(place.startswith("award") for place, _ in KEYS.opened)
    other = Keyring({1: b"x" * 32}, 1, {1: b"i" * 32})
    with pytest.raises(CannotOpen):
        award.open_key(other)
