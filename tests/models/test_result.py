"""The result: votes and jury mixed, rounded once, ties decided in the open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from models import nominee, objection, retention, suggestion
from models.application import CannotDecide
from models.award import Phase, TooLate
from models.jury import give, given_by, may_score, to_judge
from models.kept import kept_about
from models.nominee import Candidacy, NotThere, colleague, is_portrait
from models.objection import object_to, settle
from models.place import Atlas
from models.result import hundredths, rank, standings, winners
from models.suggestion import Aspect, suggest, with_photo
from tests.models.awarding import DAY, an_award, close_vote, juror, member, runs, votes
from tests.models.cast import KEYS, NOW, facts, waiting


@given(st.fractions(0, 100))
def test_rounding_is_half_up_to_hundredths(value: Fraction) -> None:
    assert abs(Fraction(hundredths(value), 100) - value) <= Fraction(1, 200)
    assert hundredths(Fraction(1, 200)) == 1


def test_votes_and_jury_are_mixed_by_their_shares(
    session: Session, atlas: Atlas
) -> None:
    award = an_award(session)
    rows = [runs(session, award, member(session, n)) for n in (1, 2, 3)]
    for n, picks in ((4, rows), (5, rows[:2]), (6, rows[:1])):
        votes(session, award, member(session, n), *picks)
    for points in ((60, 90), (70, 95)):
        staff = juror(session)
        for row, given_ in zip(rows, points, strict=False):
            give(session, atlas, award, staff, row, given_, NOW)
    close_vote(session, award)
    rank(session, award)
    by_votes = (Fraction(100), Fraction(200, 3), Fraction(100, 3))
    by_jury = (Fraction(65), Fraction(185, 2), Fraction(0))
    mixed = [(4 * v + 6 * j) / 10 for v, j in zip(by_votes, by_jury, strict=True)]
    assert [row.points for row in rows] == [hundredths(one) for one in mixed]
    assert [row.number for row in winners(session, award)] == [2, 1]


def test_without_a_jury_the_votes_alone_count(session: Session) -> None:
    award = an_award(session)
    rows = [runs(session, award, member(session, n)) for n in (1, 2)]
    votes(session, award, member(session, 3), rows[1])
    close_vote(session, award)
    rank(session, award)
    assert [(row.points, row.place) for row in rows] == [(0, 2), (10000, 1)]
    assert winners(session, award) == [rows[1]]


def test_a_tie_is_decided_by_lot_and_always_the_same_way(session: Session) -> None:
    places = set()
    for digest in map(str, range(12)):
        award = an_award(session, digest=digest, seats=1)
        for n in (1, 2):
            runs(session, award, member(session, int(digest) * 2 + n))
        for _ in range(2):
            rank(session, award)
            first = standings(session, award.id)[0].number
        places.add(first)
    assert places == {1, 2}


def test_nobody_is_ranked_where_nobody_runs(session: Session) -> None:
    award = an_award(session)
    rank(session, award)
    assert winners(session, award) == []


def test_the_jury_scores_in_its_time_from_0_to_100(
    session: Session, atlas: Atlas
) -> None:
    award = an_award(session)
    staff, runner = juror(session), member(session, 1)
    row = runs(session, award, runner)
    assert may_score(atlas, staff, award, row)
    assert not may_score(atlas, None, award, row)
    assert not may_score(atlas, juror(session, "officer"), award, row)
    assert not may_score(atlas, juror(session, union="4451"), award, row)
    give(session, atlas, award, staff, row, 1, NOW)
    give(session, atlas, award, staff, row, 100, NOW)
    assert given_by(session, award.id, staff.id) == {row.id: 100}
    assert kept_about(session, KEYS, runner, ())["score"] == []
    award.phase = Phase.NOTICE
    assert [s["points"] for s in kept_about(session, KEYS, runner, ())["score"]] == [
        100
    ]
    award.phase = Phase.VOTING
    assert to_judge(session, {"4401"}) == [award]
    with pytest.raises(NotThere):
        give(session, atlas, award, staff, row, 101, NOW)
    with pytest.raises(TooLate):
        give(session, atlas, award, staff, row, 1, award.notice_at)


def test_who_is_named_by_number_or_mobile_is_one_the_award_is_for(
    session: Session, atlas: Atlas
) -> None:
    award = an_award(session)
    inside, outside = member(session, 1), member(session, 2, union_code="4451")
    mobile = facts(1)["mobile"]
    for number in (inside.member_no or "", mobile):
        assert colleague(session, KEYS, atlas, award, number) is inside
    assert colleague(session, KEYS, atlas, award, outside.member_no or "") is None
    other = member(session, 3)
    other.mobile_tag = inside.mobile_tag
    session.flush()
    assert colleague(session, KEYS, atlas, award, mobile) is None


def test_a_nominee_who_said_no_is_not_asked_again(session: Session) -> None:
    award = an_award(session, phase=Phase.NOMINATING)
    worker = member(session, 1)
    early = (session, KEYS, award, worker, "好", NOW - 2 * DAY)
    row = nominee.nominate(*early)
    assert row is not None
    nominee.decline(session, award, row, NOW)
    assert row.read(KEYS, worker, "story") == ""
    assert nominee.nominate(*early) is None
    assert nominee.nominate(*early, oneself=True) is row
    with pytest.raises(TooLate):
        nominee.nominate(session, KEYS, award, worker, "好", NOW)
    row.standing = Candidacy.REFUSED
    with pytest.raises(NotThere):
        nominee.agree(session, award, row, True, NOW)


def test_a_portrait_is_public_while_the_nominee_runs(session: Session) -> None:
    award = an_award(session)
    row = runs(session, award, member(session, 1))
    assert not is_portrait(session, 7)
    row.photo_id = 7
    session.flush()
    assert is_portrait(session, 7)
    nominee.decline(session, award, row, NOW)
    assert not is_portrait(session, 7)


def test_what_waits_is_listed_for_the_unions_it_is_in(
    session: Session, atlas: Atlas
) -> None:
    award = an_award(session)
    runner, teller = member(session, 1), member(session, 2)
    row = runs(session, award, runner)
    row.standing = Candidacy.PROPOSED
    session.flush()
    assert waiting(session, nominee.QUEUE, {"4401"}) == [row]
    assert waiting(session, nominee.QUEUE, {"4451"}) == []
    row.standing, award.phase = Candidacy.CONFIRMED, Phase.NOTICE
    with pytest.raises(NotThere):
        other = runs(session, an_award(session), member(session, 3))
        object_to(session, KEYS, award, other, teller, "不对", NOW)
    made = object_to(session, KEYS, award, row, teller, "不对", NOW)
    assert waiting(session, objection.QUEUE, {"4401"}) == [made]
    staff = juror(session, "officer")
    settle(session, KEYS, atlas, award, staff, made, False, "属实", NOW)
    assert row.standing is Candidacy.CONFIRMED
    with pytest.raises(NotThere):
        settle(session, KEYS, atlas, award, staff, made, True, "属实", NOW)


def test_what_is_settled_is_dropped_in_time_and_pictures_with_it(
    session: Session,
) -> None:
    kinds = {kind.name: kind for kind in retention.KINDS}
    worker = member(session, 1)
    row = suggest(session, KEYS, worker, "440106", Aspect.PAY, "好", 9, NOW)
    assert with_photo(session, 9) is row
    later = NOW + timedelta(days=1)
    assert list(kinds["suggestions"].find(session, KEYS, later)) == []
    row.standing, row.settled_at = row.standing.__class__("declined"), NOW
    session.flush()
    assert [key for key, _ in kinds["suggestions"].find(session, KEYS, later)] == [
        (row.id,)
    ]
    used = retention._used(session, KEYS, worker.id)
    assert used is not None
    assert "9" in used


def test_who_answers_for_another_union_decides_nothing(
    session: Session, atlas: Atlas
) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    award.phase = Phase.NOTICE
    made = object_to(session, KEYS, award, row, voter, "不对", award.notice_at)
    award.phase, row.standing = Phase.NOMINATING, Candidacy.PROPOSED
    idea = suggest(session, KEYS, voter, "440106", Aspect.PAY, "好", None, NOW)
    declined = (suggestion.Adoption.DECLINED, "unclear", None, NOW)
    with pytest.raises(CannotDecide):
        far = juror(session, "officer", "4451")
        suggestion.settle(session, KEYS, atlas, far, idea, *declined)
    by = (atlas, award, juror(session, "officer", "4451"))
    deeds: tuple[Callable[[], object], ...] = (
        lambda: nominee.confirm(session, *by, row, NOW),
        lambda: nominee.refuse(session, KEYS, *by, row, "unclear", NOW),
        lambda: give(session, *by, row, 1, NOW),
        lambda: settle(session, KEYS, *by, made, True, "属实", NOW),
    )
    for deed in deeds:
        with pytest.raises(NotThere):
            deed()


def test_who_has_not_won_goes_in_time_and_who_has_stays(
    session: Session, atlas: Atlas
) -> None:
    kind = next(kind for kind in retention.KINDS if kind.name == "nominees")
    award = an_award(session)
    rows = [runs(session, award, member(session, n)) for n in (1, 2, 3)]
    give(session, atlas, award, juror(session), rows[1], 1, NOW)
    rows[0].won = True
    award.phase = Phase.NOTICE
    teller = member(session, 4)
    made = object_to(session, KEYS, award, rows[1], teller, "不对", NOW)
    later = award.over_at + timedelta(seconds=1)
    assert list(kind.find(session, KEYS, later)) == []
    award.phase = Phase.OVER
    session.flush()
    assert list(kind.find(session, KEYS, award.over_at)) == []
    past = [key for key, _ in kind.find(session, KEYS, later)]
    assert {*past} == {(row.id,) for row in rows[1:]}
    assert kind.drop(session, KEYS, later, [*past, (rows[0].id,)]) == 2
    session.refresh(made)
    assert made.nominee_id is None
    assert standings(session, award.id) == rows[:1]
