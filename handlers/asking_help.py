"""Asking for help: a short form opens a case; what comes to mind later is added."""

from collections.abc import Iterator
from functools import cache
from typing import Any, ClassVar

from handlers.answers import File, Key, Mobile, PastDay, People, Story
from handlers.cases import MY_CASES, mine, not_yours, safe_day_words
from handlers.choices import YesNo
from handlers.flow import Flow
from handlers.offers import OWN_WORDS, plain
from handlers.places import CITIES, DISTRICTS, EMPLOYERS, nearest, no_city
from handlers.question import Ask, Question, Submit, ask, label, make_question
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models import case_following
from models.application import CannotDecide
from models.case import OPEN, Case
from models.case_docket import open_cases
from models.case_filing import MOST_OPEN, Told, open_case
from models.case_kind import DISPUTES, CaseKind
from models.columns import long
from models.dispute import REPRESENTED, Matter, Relation
from models.message import Kind
from models.place import Enterprise
from models.review import who_is


def _dispute(a: Any) -> bool:
    return a.kind in DISPUTES


def _bound(a: Any) -> bool:
    """Tell whether the law on labour disputes, and its year, may apply."""
    return _dispute(a) and a.relation is not Relation.NONE


def _wages(a: Any) -> bool:
    return _bound(a) and a.matter is Matter.WAGES


class AskForHelp(Flow):
    """Turn to the union; the subject may be the kind of case."""

    name: ClassVar[str] = "case"
    has_subject: ClassVar[bool] = True

    kind: CaseKind = ask()
    matter: Matter = ask(when=_dispute)
    relation: Relation = ask(when=_dispute)
    still: YesNo = ask(when=_wages)
    ended_on: PastDay | None = ask(
        optional=True, when=lambda a: _wages(a) and a.still is YesNo.NO
    )
    knew_on: PastDay | None = ask(
        optional=True, when=lambda a: _bound(a) and not _wages(a)
    )
    people: People = ask(when=_dispute)
    employer: Key | None = ask(
        offer=EMPLOYERS, own_words=60, optional=True, when=_dispute
    )
    story: Story = ask(private=True)
    photo: File | None = ask(optional=True, wish="file")
    mobile: Mobile | None = ask(optional=True, wish="phone")
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who has as many cases open as they may have."""
        if open_cases(turn.session, turn.worker.id) >= MOST_OPEN:
            return [say("cases", "enough", most=MOST_OPEN).offering(MY_CASES)]
        return None

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Know the kind that a word names, and where to call who is known."""
        kind = {"kind": subject} if subject in [*CaseKind] else {}
        mobile = who_is(turn.session, turn.keys, turn.worker)["mobile"]
        return kind | ({"mobile": mobile} if mobile else {})

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Ask who belongs to no union yet where the one is that answers for them."""
        if union_of(turn) is None:
            yield from _places()

    def finish(self, turn: Turn) -> Say:
        """Open the case, and say first what must not be missed."""
        told, now = self._told(turn), turn.now
        by = (turn.session, turn.keys, turn.worker, turn.chat.id)
        row = open_case(*by, told, turn.rules, now, turn.today)
        return _receipt(turn, row)

    def _told(self, turn: Turn) -> Told:
        place = turn.atlas.federation(self.extras.get("district"))
        return Told(
            kind=self.kind,
            union_code=union_of(turn) or (place.code if place else first_union(turn)),
            story=self.story,
            mobile=self.mobile or "",
            employer=_employer(turn, self.employer),
            people=self.people or 1,
            matter=self.matter,
            relation=self.relation,
            since=self.ended_on or self.knew_on,
            picture_id=long(self.photo) if self.photo else None,
            urgent=turn.vocabulary.is_urgent(plain(self.story)),
        )


@cache
def _places() -> tuple[Question, ...]:
    where = {
        "city": Ask(offer=CITIES, locate=nearest, wish="location", unknown=no_city)
    }
    where["district"] = Ask(offer=DISTRICTS)
    return tuple(
        make_question(
            name, Key, how, Word("case", f"where_{name}"), Word("join", f"label_{name}")
        )
        for name, how in where.items()
    )


def union_of(turn: Turn) -> str | None:
    """Return the union that answers for somebody: theirs, or the one applied to."""
    latest = turn.latest
    return turn.worker.union_code or (latest.union_code if latest else None)


def first_union(turn: Turn) -> str:
    """Return the union that hears who is bound to no place: the first at the top."""
    unions = turn.atlas.unions.values()
    return min(union.code for union in unions if union.parent is None)


def _employer(turn: Turn, key: str | None) -> str:
    """Return the name of the employer somebody chose or wrote."""
    if key is None or key.startswith(OWN_WORDS):
        return (key or "").removeprefix(OWN_WORDS)
    row = turn.session.get(Enterprise, long(key.partition(".")[0]))
    return row.name if row else ""


def _receipt(turn: Turn, row: Case) -> Say:
    """Return the number, when somebody will come, and what is good to know."""
    union = turn.named(turn.atlas.unions[row.union_code])
    good = {
        "many": row.people >= REPRESENTED,
        "represented": REPRESENTED,
        "loose": row.relation is Relation.NONE,
        "dispute": row.safe_day is not None,
    }
    first = Word("urgent", "numbers") if row.urgent else None
    return Say(
        Word("case", "done", {"union": union, "due": row.due} | good),
        before=first or safe_day_words(row, turn.today),
        title=Word("cases", "title", {"kind": label(row.kind)}),
        rows=((Word("cases", "label_number"), row.number),),
        choices=(MY_CASES,),
        kind=Kind.RECEIPT,
    )


class AddToCase(Flow):
    """Add something to an open case."""

    name: ClassVar[str] = "case_add"
    has_subject: ClassVar[bool] = True

    words: Story = ask(private=True)
    photo: File | None = ask(optional=True, wish="file")
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who means another's case, or one that is over."""
        row = mine(turn, subject)
        if row is None:
            return [not_yours()]
        return None if row.course in OPEN else [_over()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say which case."""
        row = mine(turn, subject)
        return Word(cls.name, "title", {"number": row.number if row else ""})

    def finish(self, turn: Turn) -> Say:
        """Write it down; who has the case is told."""
        row = turn.session.get_one(Case, long(self.subject))
        by, sent = (turn.session, turn.keys, row), long(self.photo or "")
        try:
            case_following.add(*by, self.words, sent, turn.now)
        except CannotDecide:
            return _over()
        done = Say(Word("case_add", "done", {"number": row.number}), kind=Kind.RECEIPT)
        return done.offering(MY_CASES)


def _over() -> Say:
    return say("cases", "over").offering(MY_CASES)
