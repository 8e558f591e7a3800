"""The result of an award: votes and the jury's points, mixed by the award's shares.

All counting is exact, and rounded once, half up, to hundredths:

* votes give 100 points to whoever has most, to the others their part of that;
* the jury gives the mean of its scores, 0 to whom nobody scored; where it scored nobody
  at all the votes alone count;
* points = votes' points x vote share + jury's points x jury share.

Of equal points more votes go first, then more of the jury's points, then the lot: the
smaller SHA-256 of the ballots' hash and the nominee's number, which anybody can draw
again and nobody could foresee.
"""

import hashlib
from fractions import Fraction

from sqlmodel import Session, col, select

from models import closing, jury
from models.award import Award, Phase, hold
from models.nominee import Candidacy, Nominee, drop_nominee, nominees_of

HUNDRED = Fraction(100)


def hundredths(value: Fraction) -> int:
    """Round to hundredths, half up."""
    return int(value * 100 + Fraction(1, 2))


def standings(session: Session, award_id: int) -> list[Nominee]:
    """Return who is in an award's result, the first first."""
    found = select(Nominee).where(
        Nominee.award_id == award_id, Nominee.standing == Candidacy.CONFIRMED
    )
    order = (col(Nominee.place), col(Nominee.number))
    return list(session.exec(found.order_by(*order)))


def winners(session: Session, award: Award) -> list[Nominee]:
    """Return who wins as things stand, the first first; once it is over, who won."""
    return [row for row in standings(session, award.id) if has_won(award, row)]


def has_won(award: Award, row: Nominee) -> bool:
    """Tell whether a nominee wins as things stand, or has won once it is over."""
    return row.won if award.phase is Phase.OVER else _has_seat(award, row)


def _has_seat(award: Award, row: Nominee) -> bool:
    """Tell whether there is a seat for this place; nobody wins with nothing."""
    return bool(row.points) and (row.place or 0) <= award.seats


def name_winners(session: Session, award: Award) -> list[Nominee]:
    """Write down who has won, whoever may leave later; return them."""
    rows = [row for row in standings(session, award.id) if _has_seat(award, row)]
    for row in rows:
        row.won = True
        session.add(row)
    session.flush()
    return rows


def take_out(session: Session, row: Nominee) -> None:
    """Delete a nominee; in a result on notice the others move up."""
    award = session.get_one(Award, row.award_id)
    hold(session, award)
    drop_nominee(session, row)
    if award.phase is Phase.NOTICE:
        rank(session, award)


def let_go(session: Session, worker_id: int) -> None:
    """Take a person out of all awards they run in."""
    for row in nominees_of(session, worker_id):
        take_out(session, row)


def rank(session: Session, award: Award) -> None:
    """Count, score and place all nominees who are still in it; the award is held."""
    rows = standings(session, award.id)
    votes = closing.count(session, award.id)
    scores = jury.sums(session, award.id)
    most = max((votes[row.number or 0] for row in rows), default=0) or 1
    share = Fraction(award.vote_share if scores else 100, 100)
    for row in rows:
        row.votes = votes[row.number or 0]
        given, jurors = scores.get(row.id, (0, 1))
        by_votes, by_jury = HUNDRED * row.votes / most, Fraction(given, jurors)
        row.jury_points = hundredths(by_jury)
        row.points = hundredths(by_votes * share + by_jury * (1 - share))
    rows.sort(key=lambda row: _order(award, row))
    for place, row in enumerate(rows, start=1):
        row.place = place
        session.add(row)
    session.flush()


def _order(award: Award, row: Nominee) -> tuple[int, int, int, str]:
    lot = hashlib.sha256(f"{award.digest}{row.number}".encode()).hexdigest()
    return (-row.points, -row.votes, -row.jury_points, lot)
