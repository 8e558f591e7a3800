"""Objecting to an award's result while it is on notice; an officer settles it."""

from typing import Any, ClassVar

from handlers.answers import Key, Words
from handlers.awards import (
    AWARDS,
    award_at,
    gone,
    name_of,
    nominee_line,
    unless_theirs,
)
from handlers.choices import Verdict
from handlers.flow import Flow
from handlers.offers import Offer, Option
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, own_words
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from models import audit
from models import objection as objections
from models.award import Award, Phase, TooLate
from models.columns import long, short
from models.message import Kind
from models.nominee import Nominee, NotThere
from models.objection import QUEUE, Heard, Objection, WaitsAlready
from models.result import winners
from models.staff import Staff, staff_of
from models.worker import Worker


def _winners(turn: Turn, answers: Any) -> list[Option]:
    """Offer the winners as things stand."""
    row = award_at(turn, answers.subject)
    rows = winners(turn.session, row) if row else []
    return [
        Option(short(one.id), nominee_line(turn, row, one.id)) for one in rows if row
    ]


class Object(Flow):
    """Say what is wrong with a winner."""

    name: ClassVar[str] = "object"
    has_subject: ClassVar[bool] = True

    winner: Key = ask(offer=Offer(_winners))
    text: Words = ask(private=True)
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who has no part in the award, and everybody out of its time."""
        row = award_at(turn, subject)
        if row is None:
            return [gone()]
        instead = unless_theirs(turn, row)
        instead = instead or _unless_contestable(turn, row)
        return [instead] if instead else None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say to which award."""
        row = award_at(turn, subject)
        if row is None:
            return super().title(turn, subject)
        return Word(cls.name, "title", {"award": turn.named(row)})

    def finish(self, turn: Turn) -> Say:
        """File the objection."""
        row = turn.session.get_one(Award, long(self.subject))
        one = turn.session.get_one(Nominee, long(self.winner))
        said = (turn.session, turn.keys, row, one, turn.worker, self.text, turn.now)
        try:
            objections.object_to(*said)
        except (TooLate, NotThere):
            return say("object", "not_now").offering(AWARDS)
        except WaitsAlready:
            return say("object", "waits_already").offering(AWARDS)
        return Say(Word("object", "done"), kind=Kind.RECEIPT).offering(AWARDS)


def _unless_contestable(turn: Turn, row: Award) -> Say | None:
    if row.phase is not Phase.NOTICE:
        return say("object", "not_now").offering(AWARDS)
    if not winners(turn.session, row):
        return say("object", "nobody_won").offering(AWARDS)
    return None


def _line(turn: Turn, row: Objection) -> Word:
    award = turn.session.get_one(Award, row.award_id)
    waits = {
        "number": row.number,
        "award": turn.named(award),
        "days": days_since(turn, row.at),
    }
    return Word("settle", "line", waits)


SOURCE = Source(QUEUE, "v:objection", _line)


def _mine(turn: Turn, arg: str) -> tuple[Staff, Award, Objection] | None:
    """Return the officer, the award and the objection they may settle."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(Objection, long(arg))
    if staff is None or row is None:
        return None
    award = turn.session.get_one(Award, row.award_id)
    may = objections.may_settle(turn.session, turn.atlas, staff, award, row)
    return (staff, award, row) if may else None


def look(turn: Turn, arg: str) -> list[Say]:
    """Show an objection to an officer; who objected is not named."""
    found = _mine(turn, arg)
    if found is None:
        return [_not_yours()]
    staff, award, row = found
    audit.record(turn.session, turn.now, staff.id, "objection.read", row.id)
    teller = turn.session.get_one(Worker, row.worker_id)
    said = row.read(turn.keys, teller, "text")
    settle = Choice(Word("settle", "name"), f"f:settle:{short(row.id)}")
    message = Say(
        Word("settle", "look", {"text": own_words(turn, said)}),
        title=Word("settle", "title", {"award": turn.named(award)}),
        rows=((Word("settle", "against"), _named(turn, row)),),
        choices=(settle,) if row.standing is Heard.WAITING else (),
        back=WAITING_LIST.press,
        about=row.worker_id,
    )
    return [message]


def _named(turn: Turn, row: Objection) -> Word:
    one = turn.session.get(Nominee, row.nominee_id) if row.nominee_id else None
    if one is None:
        return Word("settle", "nobody")
    named = {"number": one.number, "name": name_of(turn, one)}
    return Word("awards", "nominee_line", named)


class Settle(Flow):
    """Settle an objection; where it is right the nominee is struck off."""

    name: ClassVar[str] = "settle"
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    verdict: Verdict = ask()
    answer: Words = ask()
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not settle this objection, or comes too late."""
        found = _mine(turn, subject)
        if found is None:
            return [_not_yours()]
        return None if found[2].standing is Heard.WAITING else [_settled()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say to which award."""
        row = turn.session.get(Objection, long(subject))
        if row is None:
            return super().title(turn, subject)
        award = turn.session.get_one(Award, row.award_id)
        return Word(cls.name, "title", {"award": turn.named(award)})

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while settling as the data of who objected."""
        row = turn.session.get(Objection, long(subject))
        return row.worker_id if row else None

    def finish(self, turn: Turn) -> Say:
        """Settle it; who objected is told."""
        found = _mine(turn, self.subject)
        if found is None:
            return _not_yours()
        staff, award, row = found
        try:
            objections.settle(
                turn.session,
                turn.keys,
                turn.atlas,
                award,
                staff,
                row,
                self.verdict is Verdict.UPHELD,
                self.answer,
                turn.now,
            )
        except NotThere:
            return _settled()
        return say("settle", f"done_{self.verdict}").offering(WAITING_LIST)


def _not_yours() -> Say:
    return say("settle", "not_yours").offering(WAITING_LIST)


def _settled() -> Say:
    return say("settle", "settled_already").offering(WAITING_LIST)
