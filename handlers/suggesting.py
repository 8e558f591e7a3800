"""Suggesting (合理化建议): telling the union how something could be better."""

from typing import ClassVar

from handlers.answers import Photo, Words, worth
from handlers.awards import AWARDS, SUGGEST, SUGGESTIONS
from handlers.flow import Flow
from handlers.my_application import JOIN, reason_text
from handlers.offers import next_page, page_number, page_of
from handlers.question import Submit, ask, label
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import suggestion as suggestions
from models.application import CannotDecide
from models.columns import long, short
from models.message import Kind
from models.suggestion import Adoption, Aspect, Suggestion, ids_of
from models.worker import Worker

DROPPED = Word("suggest", "dropped")
"""What stands in place of words that were taken back."""


class Suggest(Flow):
    """Make a suggestion to one's union."""

    name: ClassVar[str] = "suggest"

    aspect: Aspect = ask()
    text: Words = ask(private=True)
    photo: Photo | None = ask(optional=True, wish="photo")
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who belongs to no union, and has asked none to take them."""
        if _union(turn) is None:
            return [say("suggest", "no_union").offering(JOIN)]
        return None

    def finish(self, turn: Turn) -> Say:
        """Hand the suggestion to the union."""
        code = _union(turn) or ""
        photo = long(self.photo) if self.photo else None
        told = (turn.session, turn.keys, turn.worker, code, self.aspect, self.text)
        suggestions.suggest(*told, photo, turn.now)
        union = turn.named(turn.atlas.unions[code])
        said = {"union": union, "aspect": label(self.aspect)}
        done = Say(Word("suggest", "done", said), kind=Kind.RECEIPT)
        return done.offering(SUGGESTIONS)


def _union(turn: Turn) -> str | None:
    """Return the union that hears somebody: their own, or the one they applied to."""
    latest = turn.latest
    return turn.worker.union_code or (latest.union_code if latest else None)


def mine(turn: Turn, arg: str) -> list[Say]:
    """List one's suggestions and what came of each, newest first."""
    ids = ids_of(turn.session, turn.worker.id)
    if not ids:
        return [say("suggest", "nothing").offering(SUGGEST, AWARDS)]
    number = page_number(arg)
    places = [(len(ids) - n, row_id) for n, row_id in enumerate(ids)]
    shown, more = page_of(places, number)
    choices = [_line(turn, n, row_id) for n, row_id in shown]
    if more:
        choices.append(next_page("v:suggestions:", len(places), number))
    return [Say(Word("suggest", "list"), choices=tuple(choices), back=AWARDS.press)]


def _line(turn: Turn, n: int, row_id: int) -> Choice:
    row = turn.session.get_one(Suggestion, row_id)
    facts = {"n": n, "aspect": label(row.aspect), "standing": label(row.standing)}
    return Choice(Word("suggest", "line", facts), f"v:suggestion:{short(row.id)}")


def _own(turn: Turn, arg: str) -> Suggestion | None:
    row = turn.session.get(Suggestion, long(arg))
    return row if row and row.worker_id == turn.worker.id else None


def suggestion(turn: Turn, arg: str) -> list[Say]:
    """Show one of one's suggestions, and what came of it."""
    row = _own(turn, arg)
    if row is None:
        return [say("suggest", "gone").offering(SUGGESTIONS)]
    drop = Choice(Word("suggest", "drop"), f"a:drop_suggestion:{short(row.id)}")
    words = row.read(turn.keys, turn.worker, "text")
    message = Say(
        Word("suggest", "look", {"text": words}) if words else DROPPED,
        title=label(row.aspect),
        rows=(
            (Word("my_application", "standing"), label(row.standing)),
            *answer_rows(turn, row),
        ),
        choices=(drop,) if row.standing is Adoption.WAITING else (),
        back=SUGGESTIONS.press,
        image=row.photo_id,
    )
    return [message]


def answer_rows(turn: Turn, row: Suggestion) -> tuple[tuple[Text, Text], ...]:
    """Return what the union answered to who suggested it."""
    value = ((Word("adopt", "label_yuan"), worth(row.yuan)),) if row.yuan else ()
    teller = turn.session.get_one(Worker, row.worker_id)
    why = row.read(turn.keys, teller, "why")
    said = ((Word("suggest", "answer"), reason_text(why)),) if why else ()
    return (*value, *said)


def drop(turn: Turn, arg: str) -> list[Say]:
    """Take a suggestion back that nobody has answered."""
    row = _own(turn, arg)
    if row is None:
        return [say("suggest", "gone").offering(SUGGESTIONS)]
    try:
        suggestions.drop(turn.session, row, turn.now)
    except CannotDecide:
        return [say("suggest", "answered").offering(SUGGESTIONS)]
    return [
        Say(Word("suggest", "taken_back"), kind=Kind.RECEIPT, choices=(SUGGESTIONS,))
    ]
