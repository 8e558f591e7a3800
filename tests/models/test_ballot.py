"""Ballots: one a person, changeable, nobody's once they are counted."""

from __future__ import annotations

import hashlib
import itertools
import random
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import replace
from multiprocessing import get_context

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, SQLModel, select

from bot.database import Database, in_transaction, open_database
from models import ballot, closing
from models.award import Award, Phase, TooLate
from models.ballot import Ballot, CannotVote, Voter, picks_of, take_back
from models.chat import Chat
from models.closing import CountedBallot
from models.consent import agree, end, holds
from models.correction import correct
from models.erasure import forget
from models.kept import kept_about
from models.merging import merge
from models.message import Fate, Kind, Message
from models.nominee import Nominee, decline
from models.review import release
from models.rotation import behind, move_awards, standing
from models.withdrawal import withdraw_consent
from models.worker import Worker
from tests.databases import url_of
from tests.models.awarding import an_award, close_vote, member, runs, votes, votes_cast
from tests.models.cast import KEYS, NOW, facts
from tests.models.test_correction import member as corrected

PROCESSES = 8
NEW = replace(KEYS, wrapping={2: b"v" * 32} | KEYS.wrapping, current=2)


def test_a_voter_changes_their_mind(session: Session) -> None:
    award = an_award(session)
    one, two = (runs(session, award, member(session, n)) for n in (1, 2))
    voter = member(session, 3)
    votes(session, award, voter, one, two, two)
    assert picks_of(session, KEYS, award, voter) == [1, 2]
    assert take_back(session, KEYS, award, voter, one, NOW) == [2]
    assert take_back(session, KEYS, award, voter, one, NOW) == [2]
    votes(session, award, voter, one)
    assert votes_cast(session, award) == {1: 1, 2: 1}
    assert len(session.exec(select(Ballot)).all()) == 1


def refusal(session: Session, award: Award, voter: Worker, row: Nominee) -> str:
    with pytest.raises(CannotVote) as refused:
        votes(session, award, voter, row)
    return refused.value.code


def test_nobody_votes_for_themselves_for_who_left_or_beyond_their_votes(
    session: Session,
) -> None:
    award = an_award(session, choices=1)
    people = [member(session, n) for n in (1, 2, 3)]
    rows = [runs(session, award, one) for one in people]
    assert refusal(session, award, people[0], rows[0]) == "own"
    votes(session, award, people[0], rows[1])
    assert refusal(session, award, people[0], rows[2]) == "none_left"
    decline(session, award, rows[1], NOW)
    assert picks_of(session, KEYS, award, people[0]) == []
    assert refusal(session, award, people[0], rows[1]) == "not_there"
    votes(session, award, people[0], rows[2])
    assert votes_cast(session, award) == {3: 1}


def test_nobody_votes_out_of_time(session: Session) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    with pytest.raises(TooLate):
        ballot.vote(session, KEYS, award, voter, row, award.jury_at)
    award.phase = Phase.NOMINATING
    with pytest.raises(TooLate):
        take_back(session, KEYS, award, voter, row, NOW)


def rejoined(session: Session, worker: Worker, number: int) -> Worker:
    """Let somebody leave, and join again as a person we have never met."""
    release(worker)
    session.add(worker)
    session.flush()
    return member(session, number)


def test_who_leaves_and_joins_again_finds_the_same_ballot(session: Session) -> None:
    award = an_award(session, choices=1)
    one, two = (runs(session, award, member(session, n)) for n in (1, 2))
    voter = member(session, 3)
    votes(session, award, voter, one)
    again = rejoined(session, voter, 3)
    assert again.id != voter.id
    assert picks_of(session, KEYS, award, again) == [1]
    assert refusal(session, award, again, two) == "none_left"
    forget(session, voter.id)
    assert votes_cast(session, award) == {1: 1}


def test_whose_id_is_put_right_keeps_their_ballot(session: Session) -> None:
    award = an_award(session, choices=1)
    row, other = (runs(session, award, member(session, n)) for n in (1, 2))
    voter, _ = corrected(session, 3)
    votes(session, award, voter, row)
    correct(session, KEYS, voter, {"resident_id": facts(9)["resident_id"]})
    assert picks_of(session, KEYS, award, voter) == [1]
    assert refusal(session, award, voter, other) == "none_left"
    correct(session, KEYS, voter, {"mobile": "+8613900000001"})
    assert len(session.exec(select(Ballot)).all()) == 1


def test_of_two_ballots_of_one_person_the_right_one_stays(session: Session) -> None:
    award = an_award(session)
    row = runs(session, award, member(session, 1))
    voters = [member(session, n) for n in (2, 3)]
    for voter in voters:
        votes(session, award, voter, row)
    ids = [("resident", facts(n)["resident_id"]) for n in (2, 3)]
    ballot.follow(session, KEYS, ids[0], ids[1])
    assert len(session.exec(select(Ballot)).all()) == 1
    assert picks_of(session, KEYS, award, voters[1]) == [1]


def test_who_has_not_voted_takes_no_ballot_along(session: Session) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    votes(session, award, voter, row)
    ids = [("resident", facts(n)["resident_id"]) for n in (3, 4)]
    ballot.follow(session, KEYS, ids[0], ids[1])
    assert picks_of(session, KEYS, award, voter) == [1]
    assert len(session.exec(select(Ballot)).all()) == 1


def test_another_id_gives_no_second_ballot(session: Session) -> None:
    award = an_award(session)
    row, other = (runs(session, award, member(session, n)) for n in (1, 2))
    voter = member(session, 3)
    votes(session, award, voter, row)
    voter.id_type = "passport"
    assert refusal(session, award, voter, other) == "other_id"


def test_who_comes_too_late_waits_for_no_lock(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    monkeypatch.delattr(ballot, "hold")
    with pytest.raises(TooLate):
        ballot.vote(session, KEYS, award, voter, row, award.jury_at)


def test_counted_ballots_lead_to_nobody(session: Session) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    votes(session, award, voter, row)
    idle = member(session, 3)
    votes(session, award, idle, row)
    take_back(session, KEYS, award, idle, row, NOW)
    key = award.open_key(KEYS)
    names = {*session.exec(select(Ballot.name_hash))}
    close_vote(session, award)
    session.expire_all()
    assert (award.key, award.key_number, award.ballots) == (None, None, 1)
    assert session.exec(select(Ballot)).all() == []
    assert not names & {*session.exec(select(CountedBallot.name_hash))}
    assert picks_of(session, KEYS, award, voter) == []
    held = repr(session.exec(select(Award)).all()) + repr(dict(KEYS.opened))
    assert key.hex() not in held
    assert repr(key) not in held
    for name in ("ballot", "counted_ballot", "vote_count"):
        columns = SQLModel.metadata.tables[name].columns
        keys = {k.column.table.name for c in columns for k in c.foreign_keys}
        assert keys == {"award"}
        assert name not in kept_about(session, KEYS, voter, ())


def test_anybody_can_hash_the_ballots_again(session: Session) -> None:
    award = an_award(session)
    row = runs(session, award, member(session, 1))
    for number in (2, 3, 4):
        votes(session, award, member(session, number), row)
    close_vote(session, award)
    mine = CountedBallot.award_id == award.id
    found = session.exec(select(CountedBallot).where(mine)).all()
    lines = sorted(f"{one.name_hash.hex()},{one.choices}\n" for one in found)
    assert hashlib.sha256("".join(lines).encode()).hexdigest() == award.digest


def shown(session: Session, chat: Chat, about: Worker) -> None:
    row = Message(
        chat_id=chat.id,
        number=chat.next_number(),
        about_id=about.id,
        side="bot",
        kind=Kind.REPLY,
        fate=Fate.KEPT,
        body=b"",
        at=NOW,
    )
    session.add(row)
    session.flush()


def chat_of(session: Session, worker: Worker) -> Chat:
    return session.exec(select(Chat).where(Chat.worker_id == worker.id)).one()


def test_what_voters_read_of_nominees_goes_from_their_chats(session: Session) -> None:
    award = an_award(session)
    runner, voter, reader = (member(session, n) for n in (1, 2, 3))
    row = runs(session, award, runner)
    votes(session, award, voter, row)
    chats = [chat_of(session, one) for one in (runner, voter, reader)]
    for chat in chats:
        shown(session, chat, runner)
    shown(session, chats[1], voter)
    close_vote(session, award)
    session.expire_all()
    left = session.exec(select(Message.chat_id, Message.about_id)).all()
    theirs = {(chat.id, runner.id) for chat in (chats[0], chats[2])}
    assert {*left} == {*theirs, (chats[1].id, voter.id)}
    assert [chat.edition for chat in chats] == [0, 1, 0]


def test_who_reads_of_nominees_is_no_staff_in_their_export(session: Session) -> None:
    award = an_award(session)
    runner, voter = member(session, 1), member(session, 2)
    runs(session, award, runner)
    shown(session, chat_of(session, voter), runner)
    assert kept_about(session, KEYS, voter, ())["poison"] == []


def test_the_key_moves_with_the_others(session: Session) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    votes(session, award, voter, row)
    waiting = behind(session, NEW)
    assert standing(session)["wrapping"][1] > 1
    assert move_awards(session, NEW, 0) is not None
    assert move_awards(session, NEW, 0) is None
    assert behind(session, NEW) == waiting - 1
    assert picks_of(session, NEW, award, voter) == [1]


def test_a_stray_s_nomination_is_the_member_s_unless_they_have_one(
    session: Session,
) -> None:
    first, second = an_award(session), an_award(session)
    kept = member(session, 1)
    stray = member(session, 2)
    runs(session, first, kept)
    runs(session, first, stray)
    moved = runs(session, second, stray)
    release(stray)
    merge(session, KEYS, stray, kept, NOW)
    rows = session.exec(select(Nominee).where(Nominee.worker_id == kept.id)).all()
    assert {row.award_id for row in rows} == {first.id, second.id}
    session.refresh(moved)
    assert moved.read(KEYS, kept, "story") == "好人"


def test_withdrawing_one_s_consent_ends_a_nomination(session: Session) -> None:
    award = an_award(session)
    runner, voter = member(session, 1), member(session, 2)
    row = runs(session, award, runner)
    votes(session, award, voter, row)
    withdraw_consent(session, KEYS, runner, True, NOW)
    assert session.exec(select(Nominee)).all() == []
    assert picks_of(session, KEYS, award, voter) == []


@given(st.lists(st.sets(st.integers(1, 9), max_size=4), max_size=8))
def test_equal_ballots_have_one_hash_in_any_order(picks: list[set[int]]) -> None:
    lines = [(f"{n:02x}", " ".join(map(str, sorted(p)))) for n, p in enumerate(picks)]
    shuffled = random.Random(1).sample(lines, len(lines))
    assert closing.digest_of(sorted(shuffled)) == closing.digest_of(sorted(lines))


def campaign(url: str, award_id: int, mine: list[int], all_: list[int]) -> list[int]:
    """Vote as eight at once do: for oneself and, against the others, for everybody."""
    database = open_database(url)
    chance = random.Random(sum(mine))

    def change(worker_id: int, number: int, add: bool) -> None:
        def work(session: Session) -> None:
            award = session.get_one(Award, award_id)
            voter = session.get_one(Worker, worker_id)
            row = session.exec(
                select(Nominee).where(
                    Nominee.award_id == award_id, Nominee.number == number
                )
            ).one()
            act = ballot.vote if add else take_back
            act(session, KEYS, award, voter, row, NOW)

        with suppress(CannotVote):
            in_transaction(database, work)

    for _ in range(15):
        change(chance.choice(all_), chance.randint(1, 5), chance.random() < 0.7)
    final = []
    for worker_id in mine:
        picks = chance.sample(range(1, 6), 3)
        for number in (*picks, *picks):
            change(worker_id, number, add=True)
        change(worker_id, picks[0], add=False)
        final += picks[1:]
    database.close()
    return final


def test_of_eight_at_once_no_vote_is_lost_and_none_is_too_many(
    database: Database,
) -> None:
    with Session(database.writing) as session:
        award = an_award(session)
        for number in range(1, 6):
            runs(session, award, member(session, number))
        people = [member(session, n).id for n in range(6, 6 + PROCESSES + 2)]
        award_id = award.id
        session.commit()
    contested, own = people[:2], [[p] for p in people[2:]]
    given_ = (itertools.repeat(url_of(database)), itertools.repeat(award_id))
    context = get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, mp_context=context) as pool:
        done = list(pool.map(campaign, *given_, own, itertools.repeat(contested)))
    with Session(database.writing) as session:
        award = session.get_one(Award, award_id)
        ballots = session.exec(select(Ballot)).all()
        assert len(ballots) <= len(people)
        assert all(len({*b.picks}) == len(b.picks) <= award.choices for b in ballots)
        disputed = [
            pick
            for worker_id in contested
            for pick in picks_of(
                session, KEYS, award, session.get_one(Worker, worker_id)
            )
        ]
        before = votes_cast(session, award)
        assert sorted(before.elements()) == sorted([*itertools.chain(*done), *disputed])
        assert len(session.exec(select(Voter)).all()) == len(ballots)
        close_vote(session, award)
        assert closing.count(session, award_id) == before


def test_an_award_nobody_voted_in_is_counted_all_the_same(session: Session) -> None:
    award = an_award(session)
    close_vote(session, award)
    assert (award.ballots, award.digest) == (0, hashlib.sha256(b"").hexdigest())


def test_saying_no_ends_that_agreement_and_no_other(session: Session) -> None:
    worker = member(session, 1)
    for scope in ("join", "award"):
        agree(session, worker.id, scope, "1", "text", "page", NOW)
    session.flush()
    end(session, worker.id, "award", NOW)
    assert [row.scope for row in holds(session, worker.id)] == ["join"]


def test_who_took_every_vote_back_has_cast_none(session: Session) -> None:
    award = an_award(session)
    row, voter = runs(session, award, member(session, 1)), member(session, 2)
    votes(session, award, voter, row)
    take_back(session, KEYS, award, voter, row, NOW)
    close_vote(session, award)
    assert (award.ballots, closing.count(session, award.id)) == (0, {})
    assert session.exec(select(CountedBallot)).all() == []
