"""Ballots: one for each voter of an award, secret from all but who casts it.

A ballot's name is made of the voter's ID with a random key of the award's own, so that
nothing in it leads to a person, and who leaves and joins again finds the same ballot.
When the ballots are counted the key is destroyed, and each is laid down anew under a
random name: no older backup's key leads to them either.
"""

import hashlib
import hmac
import os
from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import Index, delete, insert, text, update
from sqlmodel import Field, Session, SQLModel, col, func, select

from models.award import Award, Phase, hold, require_phase
from models.chat import Chat
from models.columns import BigId
from models.errors import Failure
from models.message import Message
from models.nominee import Candidacy, Nominee, numbers_of
from models.sealing import Keyring
from models.worker import Worker

NAME = 32
"""How many bytes a ballot's name has."""


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
    """That somebody took part and is to hear of the result; not how they voted."""

    __table_args__ = (
        Index(
            "voter_untold",
            "award_id",
            sqlite_where=text("NOT told"),
            postgresql_where=text("NOT told"),
        ),
    )

    award_id: int = Field(primary_key=True, foreign_key="award.id", sa_type=BigId)
    worker_id: int = Field(
        primary_key=True, foreign_key="worker.id", sa_type=BigId, index=True
    )
    told: bool = False


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
    hold(session, award, shared=True)
    require_phase(award, now, Phase.VOTING)
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
    hold(session, award, shared=True)
    require_phase(award, now, Phase.VOTING)
    picks = _picks_held(session, keys, award, worker)
    return _cast(session, keys, award, worker, {*picks} - {nominee.number or 0})


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
    """Keep a ballot; two first ones at once are one, for the second is run again."""
    name, ballot = _ballot(session, keys, award, worker)
    choices = " ".join(str(number) for number in sorted(picks))
    if ballot is None:
        ballot = Ballot(award_id=award.id, name_hash=name, choices=choices)
    ballot.choices = choices
    session.add(ballot)
    if session.get(Voter, (award.id, worker.id)) is None:
        session.add(Voter(award_id=award.id, worker_id=worker.id))
    session.flush()
    return sorted(picks)


def follow(
    session: Session, keys: Keyring, before: tuple[str, str], after: tuple[str, str]
) -> None:
    """Let ballots follow somebody whose ID was put right, so that they have but one.

    Each is the type and the number of an ID.
    """
    if before == after:
        return
    open_ = select(Award).where(Award.phase == Phase.VOTING)
    for award in session.exec(open_.order_by(col(Award.id))):
        hold(session, award, shared=True)
        old, new = (_name(keys, award, *one) for one in (before, after))
        ballot = session.get(Ballot, (award.id, old), with_for_update=True)
        if ballot is not None and session.get(Ballot, (award.id, new)) is None:
            same = (col(Ballot.award_id) == award.id, col(Ballot.name_hash) == old)
            session.execute(update(Ballot).where(*same).values(name_hash=new))
            session.expunge(ballot)


def seal_ballots(session: Session, award: Award) -> None:
    """Close the ballots: destroy the key, lay them down anew, publish their hash.

    What voters were shown while they voted goes from their chats.  The caller holds
    the award, so nobody is voting.
    """
    mine = col(Ballot.award_id) == award.id
    choices = session.execute(select(Ballot.choices).where(mine)).scalars().all()
    rows: list[dict[str, Any]] = [
        {"award_id": award.id, "name_hash": os.urandom(NAME), "choices": c}
        for c in choices
        if c  # who took every vote back has cast none
    ]
    session.execute(delete(Ballot).where(mine))
    rows.sort(key=lambda row: bytes(row["name_hash"]))
    if rows:
        session.execute(insert(Ballot), rows)
    award.destroy_key()
    award.ballots, award.digest = len(rows), digest_of(ballots_of(session, award.id))
    _clear_chats(session, award.id)
    session.add(award)
    session.flush()


def _clear_chats(session: Session, award_id: int) -> None:
    """Delete from voters' chats what showed whom they looked at and voted for."""
    voters = select(Voter.worker_id).where(Voter.award_id == award_id)
    theirs = select(Chat.id).where(col(Chat.worker_id).in_(voters))
    nominees = select(Nominee.worker_id).where(Nominee.award_id == award_id)
    shown = (
        col(Message.about_id).in_(nominees),
        col(Message.chat_id).in_(theirs),
        # In a nominee's own chat all is about them.
        ~_own_chat(),
    )
    chats = {*session.execute(select(Message.chat_id).where(*shown)).scalars()}
    session.execute(delete(Message).where(*shown))
    touched = update(Chat).where(col(Chat.id).in_(chats))
    session.execute(touched.values(edition=Chat.edition + 1, screen=None))


def _own_chat() -> Any:
    own = select(Chat.id).where(Chat.worker_id == Message.about_id)
    return col(Message.chat_id).in_(own)


def ballots_of(session: Session, award_id: int) -> list[tuple[str, str]]:
    """Return the ballots of an award, sorted: the name of each and its choices."""
    found = select(Ballot.name_hash, Ballot.choices).where(Ballot.award_id == award_id)
    return sorted((bytes(name).hex(), choices) for name, choices in session.exec(found))


def digest_of(ballots: list[tuple[str, str]]) -> str:
    """Hash sorted ballots, a line each: the name, a comma, the choices."""
    lines = "".join(f"{name},{choices}\n" for name, choices in ballots)
    return hashlib.sha256(lines.encode()).hexdigest()


def count(session: Session, award_id: int) -> Counter[int]:
    """Count the votes, by the nominees' numbers."""
    same = select(Ballot.choices, func.count()).where(Ballot.award_id == award_id)
    votes: Counter[int] = Counter()
    for choices, ballots in session.exec(same.group_by(Ballot.choices)):
        for number in choices.split():
            votes[int(number)] += ballots
    return votes
