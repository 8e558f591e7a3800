"""Electing: votes are closed beside all else, and one that fails stops no other."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session

from bot import electing
from bot.database import read
from bot.kit import Kit
from models import closing
from models.award import Award, Phase
from models.closing import ballots_of, close_some, digest_of
from tests.models.awarding import an_award, member, runs, votes
from tests.models.cast import NOW


def elect(session: Session, first: int, voters: int = 1) -> int:
    """Let there be a vote that is over; return the award."""
    award = an_award(session)
    row = runs(session, award, member(session, first))
    for number in range(first + 1, first + 1 + voters):
        votes(session, award, member(session, number), row)
    award.phase = Phase.JURY
    return award.id


async def test_a_vote_that_is_over_is_closed(kit: Kit) -> None:
    made = await kit.writer.write(lambda s: elect(s, 1))
    await electing.sweep(kit, NOW)
    award = await read(kit.database, lambda s: s.get_one(Award, made))
    assert (award.is_counted, award.ballots) == (True, 1)
    again = await read(kit.database, lambda s: digest_of(ballots_of(s, made)))
    assert again == award.digest


async def test_a_vote_that_cannot_be_closed_holds_up_no_other(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sorted([await kit.writer.write(lambda s, n=n: elect(s, n)) for n in (1, 3)])  # type: ignore[misc]

    def fails(session: Session, award_id: int) -> bool:
        if award_id == made[0]:
            raise ValueError
        return close_some(session, award_id)

    with monkeypatch.context() as patch:
        patch.setattr(electing, "close_some", fails)
        await electing.sweep(kit, NOW)
    assert [await counted(kit, one) for one in made] == [False, True]
    await electing.sweep(kit, NOW)
    assert await counted(kit, made[0])


async def test_a_process_that_died_is_gone_on_for(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("BALLOTS", "VOTERS"):
        monkeypatch.setattr(closing, name, 1)
    made = await kit.writer.write(lambda s: elect(s, 1, voters=3))
    for slices in range(1, 7):
        done: list[int] = []

        def dies(
            session: Session, award_id: int, last: int = slices, seen: list[int] = done
        ) -> bool:
            seen.append(award_id)
            if len(seen) > last % 3:
                raise SystemError
            return close_some(session, award_id)

        with monkeypatch.context() as patch:
            patch.setattr(electing, "close_some", dies)
            await electing.sweep(kit, NOW)
    await electing.sweep(kit, NOW)
    assert await counted(kit, made)
    assert await read(kit.database, lambda s: closing.count(s, made)) == {1: 3}
    ballots = await read(kit.database, lambda s: list(ballots_of(s, made)))
    assert [choices for _, choices in ballots] == ["1"] * 3


async def counted(kit: Kit, award_id: int) -> Any:
    return await read(kit.database, lambda s: s.get_one(Award, award_id).is_counted)
