"""Ballots: one for each voter of an award, secret from all but who casts it.

A ballot's name is made of the voter's ID with a random key of the award's own, so that
nothing in it leads to a person, and who leaves and joins again finds the same ballot.
When the vote is over `models.closing` lays them down anew and destroys the key.
"""

import hashlib
import hmac
from datetime import datetime

from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from models.award import Award, Phase, hold, require_phase
from models.columns import BigId
from models.errors import Failure
from models.nominee import Candidacy, Nominee, numbers_of
from models.sealing import Keyring
from models.worker import Worker


class CannotVote(Failure):
    """This vote cannot be cast; `code` says why (permanent)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Ballot(SQLModel, table=True):
    """Whom somebody votes for: the nominees' numbers, ascending.

    On SQLite the rows lie in the order of their names, not of their coming.
    """

    __table_args__ = ({"sqlite_with_rowid": False},)

    award_id: int = Field(primary_key=True, foreign_key="award.id", sa_type=BigId)
    name_hash: bytes = Field(primary_key=True)
    choices: str

    @property
    def picks(self) -> list[int]:
        """The numbers of the nominees."""
        return [int(number) for number in self.choices.split()]


class Voter(SQLModel, table=True):
    """That somebody took part and is to hear of the result; not how they voted.

    The row goes once they are to be told.
    """

    award_id: int = Field(primary_key=True, foreign_key="award.id", sa_type=BigId)
    worker_id: int = Field(
        primary_key=True, foreign_key="worker.id", sa_type=BigId, index=True
    )


def _name(keys: Keyring, award: Award, id_type: str, number: str) -> bytes:
    who = hashlib.sha256(f"{id_type}\0{number}".encode()).digest()
    return hmac.new(award.open_key(keys), who, hashlib.sha256).digest()


def _ballot(
    session: Session, keys: Keyring, award: Award, worker: Worker
) -> tuple[bytes, Ballot | None]:
    number = worker.unseal(keys, "id_number") or ""
    name = _name(keys, award, worker.id_type or "", number)
    return name, session.get(Ballot, (award.id, name))


def picks_of(
    session: Session, keys: Keyring, award: Award, worker: Worker
) -> list[int]:
    """Return whom a voter votes for now; nobody knows it once ballots are counted."""
    if award.key is None:
        return []
    _, ballot = _ballot(session, keys, award, worker)
    return _still_there(session, award, ballot)


def _still_there(session: Session, award: Award, ballot: Ballot | None) -> list[int]:
    """Return whom a ballot names; a vote for who stepped down is free again."""
    if ballot is None:
        return []
    there = {number for _, number in numbers_of(session, award.id)}
    return [number for number in ballot.picks if number in there]


def vote(
    session: Session,
    keys: Keyring,
    award: Award,
    worker: Worker,
    nominee: Nominee,
    now: datetime,
) -> list[int]:
    """Add a nominee to a voter's ballot and return it; raises TooLate, CannotVote.

    The caller has made sure that the award is for the voter.
    """
    if nominee.worker_id == worker.id:
        raise CannotVote("own")
    _hold_open(session, award, now)
    session.refresh(nominee)
    if nominee.award_id != award.id or nominee.standing is not Candidacy.CONFIRMED:
        raise CannotVote("not_there")
    picks = _picks_held(session, keys, award, worker)
    if nominee.number not in picks and len(picks) >= award.choices:
        raise CannotVote("none_left")
    return _cast(session, keys, award, worker, {*picks, nominee.number or 0})


def take_back(
    session: Session,
    keys: Keyring,
    award: Award,
    worker: Worker,
    nominee: Nominee,
    now: datetime,
) -> list[int]:
    """Take a nominee off a voter's ballot and return it; raises TooLate."""
    _hold_open(session, award, now)
    picks = _picks_held(session, keys, award, worker)
    return _cast(session, keys, award, worker, {*picks} - {nominee.number or 0})


def _hold_open(session: Session, award: Award, now: datetime) -> None:
    """Share the lock of an award one may vote in; who comes too late takes none."""
    require_phase(award, now, Phase.VOTING)
    hold(session, award, shared=True)
    require_phase(award, now, Phase.VOTING)


def _picks_held(
    session: Session, keys: Keyring, award: Award, worker: Worker
) -> list[int]:
    """Lock a voter's ballot, of whichever chat, and read it as it is now."""
    _, ballot = _ballot(session, keys, award, worker)
    if ballot is not None:
        session.refresh(ballot, with_for_update=True)
    return _still_there(session, award, ballot)


def _cast(
    session: Session, keys: Keyring, award: Award, worker: Worker, picks: set[int]
) -> list[int]:
    """Keep a ballot; two first ones at once are one, for the second is run again.

    Whoever voted under another ID has a ballot already, and gets no second.
    """
    name, ballot = _ballot(session, keys, award, worker)
    voter = session.get(Voter, (award.id, worker.id))
    if ballot is None and voter is not None:
        raise CannotVote("other_id")
    choices = " ".join(str(number) for number in sorted(picks))
    if ballot is None:
        ballot = Ballot(award_id=award.id, name_hash=name, choices=choices)
    ballot.choices = choices
    session.add(ballot)
    if voter is None:
        session.add(Voter(award_id=award.id, worker_id=worker.id))
    session.flush()
    return sorted(picks)


def follow(
    session: Session, keys: Keyring, before: tuple[str, str], after: tuple[str, str]
) -> None:
    """Let ballots follow somebody whose ID was put right, so that they have but one.

    Each is the type and the number of an ID.  Where both have one, the right one stays.
    """
    if before == after:
        return
    open_ = select(Award).where(Award.phase == Phase.VOTING)
    for award in session.exec(open_.order_by(col(Award.id))):
        hold(session, award, shared=True)
        old, new = (_name(keys, award, *one) for one in (before, after))
        ballot = session.get(Ballot, (award.id, old), with_for_update=True)
        if ballot is None:
            continue
        if session.get(Ballot, (award.id, new)) is not None:
            session.delete(ballot)
            session.flush()
            continue
        same = (col(Ballot.award_id) == award.id, col(Ballot.name_hash) == old)
        session.execute(update(Ballot).where(*same).values(name_hash=new))
        session.expunge(ballot)
