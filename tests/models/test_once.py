"""Once: of copies of a form beside each other, one is carried out."""

from __future__ import annotations

from sqlmodel import Session

from bot.database import Database, in_transaction
from models.once import begin
from tests.models.cast import NOW, Meet, race


def test_the_second_comer_goes_where_the_first_one_went(session: Session) -> None:
    row, is_new = begin(session, "form", NOW)
    assert is_new
    row.went, row.said = "/there", "done"
    session.flush()
    session.expunge_all()  # the second comes in a session of its own
    again, is_new = begin(session, "form", NOW)
    assert not is_new
    assert (again.went, again.said) == ("/there", "done")
    assert begin(session, "another form", NOW)[1]


def test_of_copies_in_a_race_one_is_carried_out(database: Database) -> None:
    def send(session: Session, meet: Meet) -> tuple[str, bool]:
        meet()
        row, is_new = begin(session, "form", NOW)
        if is_new:
            row.went = "/there"
            session.add(row)
        return row.went, is_new

    done = race(database, send, send, send, send)
    assert [went for went, _ in done] == ["/there"] * 4
    assert sum(is_new for _, is_new in done) == 1
    in_transaction(database, lambda s: begin(s, "form", NOW))
