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
from handlers.dossier import ByForm, Dossier, Facts, settled, states_of
from handlers.flow import Flow
from handlers.matter import Deciding, Matter
from handlers.offers import Offer, Option
from handlers.question import Submit, ask
from handlers.queued import Source, days_since, own_words
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models import objection as objections
from models.award import Award, Phase, TooLate
from models.columns import long, short
from models.message import Kind
from models.nominee import Nominee, NotThere
from models.objection import QUEUE, Heard, Objection, WaitsAlready
from models.result import winners
from models.staff import Staff
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


def _award_of(turn: Turn, row: Objection) -> Award:
    return turn.session.get_one(Award, row.award_id)


def _may_settle(turn: Turn, staff: Staff, row: Objection) -> bool:
    award = _award_of(turn, row)
    return objections.may_settle(turn.session, turn.atlas, staff, award, row)


def _waits(turn: Turn, row: Objection) -> bool:
    on_notice = _award_of(turn, row).phase is Phase.NOTICE
    return on_notice and row.standing is Heard.WAITING


MATTER = Matter(
    Objection,
    others=Word("settle", "not_yours"),
    settled=Word("settle", "settled_already"),
    waits=_waits,
    may=_may_settle,
    which=lambda turn, row, named: {"award": turn.named(_award_of(turn, row))},
    too_late=(NotThere,),
)


def _shown(turn: Turn, row: Objection) -> Say:
    """Show an objection; who objected is not named."""
    teller = turn.session.get_one(Worker, row.worker_id)
    said = own_words(turn, row.read(turn.keys, teller, "text"))
    then = Word("settle", "check") if MATTER.waits(turn, row) else MATTER.settled
    return Say(
        Word("settle", "look", {"text": said, "then": then}),
        title=Word("settle", "title", {"award": turn.named(_award_of(turn, row))}),
        rows=((Word("settle", "against"), _named(turn, row)),),
    )


def _named(turn: Turn, row: Objection) -> Word:
    one = turn.session.get(Nominee, row.nominee_id) if row.nominee_id else None
    if one is None:
        return Word("settle", "nobody")
    named = {"number": one.number, "name": name_of(turn, one)}
    return Word("awards", "nominee_line", named)


class Settle(Deciding):
    """Settle an objection; where it is right the nominee is struck off."""

    name: ClassVar[str] = "settle"
    matter: ClassVar[Matter[Objection]] = MATTER

    verdict: Verdict = ask()
    answer: Words = ask()
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Objection) -> Say:
        """Settle it; who objected is told."""
        by = (turn.session, turn.keys, turn.atlas, _award_of(turn, row), staff)
        upheld = self.verdict is Verdict.UPHELD
        objections.settle(*by, row, upheld, self.answer, turn.now)
        return say("settle", f"done_{self.verdict}")


def _history(turn: Turn, row: Objection) -> Facts:
    yield from settled(row.settled_at)
    answer = row.read(turn.keys, turn.session.get_one(Worker, row.worker_id), "why")
    if answer:
        yield Word("settle", "label_answer"), answer


DOSSIER = Dossier(
    name="objections",
    noun="objection",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=lambda turn, row: (row.number, turn.named(_award_of(turn, row))),
    union=lambda turn, row: _award_of(turn, row).union_code,
    ways=(ByForm(Settle),),
    states=states_of(Objection.standing, Heard.UPHELD, Heard.DISMISSED),
    history=_history,
)
