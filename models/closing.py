"""Closing a vote: its ballots are counted, and are nobody's any more.

Each is laid down anew under a random name, so that no older backup's key leads to it;
what voters were shown goes from their chats; then the key is destroyed and the hash of
all ballots published.  It goes in slices, a short transaction each, and what is left is
told from the rows alone: whoever was killed goes on where they were.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, Session, SQLModel, col, select

from models import audit
from models.award import Award, Phase, hold
from models.ballot import Ballot, Voter
from models.chat import Chat
from models.columns import BigId
from models.message import Message
from models.nominee import Nominee

BALLOTS = 200
"""How many ballots one transaction lays down."""

VOTERS = 25
"""Of how many voters one transaction clears the chats."""

NAME = 32
"""How many bytes a ballot's name has."""


class CountedBallot(SQLModel, table=True):
    """Whom somebody voted for; nobody can tell who.

    On SQLite the rows lie in the order of their names, not of their coming.
    """

    __tablename__ = "counted_ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    award_id: int = Field(primary_key=True, foreign_key="award.id", sa_type=BigId)
    name_hash: bytes = Field(primary_key=True)
    choices: str


class VoteCount(SQLModel, table=True):
    """How many of the counted ballots name a nominee, by number."""

    __tablename__ = "vote_count"

    award_id: int = Field(primary_key=True, foreign_key="award.id", sa_type=BigId)
    number: int = Field(primary_key=True)
    votes: int


def _adding(make: Any) -> Any:
    """Add votes to a tally, or begin one."""
    new = make(VoteCount)
    total = {"votes": col(VoteCount.votes) + new.excluded.votes}
    return new.on_conflict_do_update(index_elements=["award_id", "number"], set_=total)


_ADD = {"sqlite": _adding(sqlite.insert), "postgresql": _adding(postgresql.insert)}


def to_close(session: Session) -> list[int]:
    """Return the awards whose vote is over, or called off, and not yet closed."""
    found = select(Award.id).where(
        col(Award.phase).in_((Phase.JURY, Phase.CANCELLED)), col(Award.key).is_not(None)
    )
    return list(session.exec(found.order_by(col(Award.id))))


def close_some(session: Session, award_id: int) -> bool:
    """Do a slice of what is left to do; False where nothing is, but to seal it."""
    return _lay_down(session, award_id) or _clear_chats(session, award_id)


def seal_vote(session: Session, award_id: int, digest: str, now: datetime) -> None:
    """Destroy the key and publish the hash: it is closed."""
    award = session.get_one(Award, award_id)
    hold(session, award)
    award.destroy_key()
    award.digest = digest
    session.add(award)
    audit.record(session, now, None, "award.counted", award_id)
    session.flush()


def close_all(session: Session, now: datetime) -> None:
    """Close all votes that are over, in one transaction: for where nobody waits."""
    for award_id in to_close(session):
        while close_some(session, award_id):
            session.expire_all()
        seal_vote(session, award_id, digest_of(ballots_of(session, award_id)), now)


def _lay_down(session: Session, award_id: int) -> bool:
    """Count some ballots and give them new names; False where none is left."""
    mine = col(Ballot.award_id) == award_id
    if session.exec(select(Ballot.name_hash).where(mine).limit(1)).first() is None:
        return False  # without a lock: chats are locked before the award
    award = session.get_one(Award, award_id)
    hold(session, award)
    some = select(Ballot.name_hash).where(mine).order_by(col(Ballot.name_hash))
    first = delete(Ballot).where(mine, col(Ballot.name_hash).in_(some.limit(BALLOTS)))
    taken = first.returning(col(Ballot.choices)).execution_options(
        synchronize_session=False
    )
    choices = session.execute(taken).scalars().all()
    cast = [one for one in choices if one]  # who took every vote back has cast none
    _keep(session, award_id, cast)
    award.ballots += len(cast)
    session.add(award)
    session.flush()
    return True


def _keep(session: Session, award_id: int, cast: list[str]) -> None:
    """Keep some ballots in the order of names drawn for them, and add them up."""
    if not cast:
        return
    named = sorted((os.urandom(NAME), choices) for choices in cast)
    rows = [{"award_id": award_id, "name_hash": n, "choices": c} for n, c in named]
    session.execute(insert(CountedBallot), rows)
    votes = Counter(int(number) for one in cast for number in one.split())
    tallies = [
        {"award_id": award_id, "number": n, "votes": v} for n, v in votes.items()
    ]
    session.execute(_ADD[session.get_bind().dialect.name], tallies)


def _clear_chats(session: Session, award_id: int) -> bool:
    """Clear the chats of some voters; False where all are cleared."""
    award = session.get_one(Award, award_id)
    after = award.cleared
    voters = select(Voter.worker_id).where(
        Voter.award_id == award_id, Voter.worker_id > after
    )
    some = session.exec(voters.order_by(col(Voter.worker_id)).limit(VOTERS)).all()
    if not some:
        return False
    theirs = select(Chat.id).where(col(Chat.worker_id).in_(some))
    # Locked in the order in which those who talk lock theirs, and before the award.
    chats = session.exec(theirs.order_by(col(Chat.id)).with_for_update()).all()
    cut = {*session.execute(_shown(award_id, chats)).scalars()}
    touched = update(Chat).where(col(Chat.id).in_(cut))
    session.execute(touched.values(edition=Chat.edition + 1, screen=None))
    award.cleared = some[-1]
    session.add(award)
    session.flush()
    return True


def _shown(award_id: int, chats: Iterable[int]) -> Any:
    """Delete from chats what showed whom their owners looked at and voted for."""
    nominees = select(Nominee.worker_id).where(Nominee.award_id == award_id)
    owner = select(Chat.worker_id).where(Chat.id == Message.chat_id).scalar_subquery()
    # A sum has no index: what the whole city was shown is not looked through.
    shown = delete(Message).where(
        col(Message.chat_id).in_(chats),
        (col(Message.about_id) + 0).in_(nominees),
        col(Message.about_id) != owner,  # in a nominee's own chat all is about them
    )
    return shown.returning(col(Message.chat_id)).execution_options(
        synchronize_session=False
    )


def ballots_of(session: Session, award_id: int) -> Iterable[tuple[str, str]]:
    """Yield the counted ballots of an award, sorted: each one's name and choices."""
    found = (
        select(CountedBallot.name_hash, CountedBallot.choices)
        .where(CountedBallot.award_id == award_id)
        .order_by(col(CountedBallot.name_hash))
        .execution_options(yield_per=1000)
    )
    return ((bytes(name).hex(), choices) for name, choices in session.exec(found))


def digest_of(ballots: Iterable[tuple[str, str]]) -> str:
    """Hash sorted ballots, a line each: the name, a comma, the choices."""
    digest = hashlib.sha256()
    for name, choices in ballots:
        digest.update(f"{name},{choices}\n".encode())
    return digest.hexdigest()


def count(session: Session, award_id: int) -> Counter[int]:
    """Return the votes counted, by the nominees' numbers."""
    found = select(VoteCount.number, VoteCount.votes).where(
        VoteCount.award_id == award_id
    )
    return Counter(dict(session.exec(found).all()))
