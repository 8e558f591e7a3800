"""Deciding on applications: whose they are, what is asked before, and how it ends.

One is decided on its own page, many from the list; both ask and do the same.
"""

from collections.abc import Iterable

from bot.console.application_list import PATH
from bot.console.desk import Desk, Label, Text, Wrong
from bot.console.views import Do, Input, Option
from handlers.deciding import LONGEST_REASON, REJECT_REASONS, RETURN_REASONS
from handlers.offers import OWN_WORDS, Offer
from handlers.reviewing import label_of
from handlers.say import Word
from models import review
from models.application import Application, Decision
from models.columns import long, short

BACK = Do(Label("Applications"), PATH)
DECIDED = Label("This application is decided already, or was withdrawn.")
DOUBLE = Label("A member has this ID number already. Please settle it with both first.")
AGAIN = Label("The worker is asked these answers again, and nothing else.")
READS = Label("The worker reads this reason.")


def own(desk: Desk, key: str) -> Application | None:
    """Return an application one may review."""
    row = desk.session.get(Application, long(key))
    found = row is not None and review.may_review(desk.kit.atlas, desk.staff, row)
    return row if found else None


def back(row: Application) -> Do:
    """Return the way back to an application."""
    number = Word("reviewing", "application", {"number": row.number})
    return Do(number, f"{PATH}/{short(row.id)}")


def decide(desk: Desk, row: Application, decision: Decision) -> None:
    """Carry out a decision; until the worker is told it can be undone."""
    seconds = desk.kit.rules.undo_seconds
    decided = (desk.session, desk.kit.keys, desk.staff, row, decision)
    review.decide(*decided, desk.now, seconds)


def ask_returned(desk: Desk, names: Iterable[str]) -> tuple[Input, ...]:
    """Ask which of these answers are wrong, and why each."""
    fine = Option("", Label("Fine"))
    options = (fine, *_reasons(desk, RETURN_REASONS), _in_own_words())
    fields = (
        Input(f"why_{name}", label_of(name), "select", options=options, required=False)
        for name in names
    )
    return (*fields, _own_words())


def returned_for(desk: Desk, names: Iterable[str]) -> dict[str, str]:
    """Return for which answers, and why, something is returned."""
    fields, words = desk.fields, desk.fields.get("words")[:LONGEST_REASON]
    offered = {option.key for option in _reasons(desk, RETURN_REASONS)}
    given = {name: fields.get(f"why_{name}") for name in names}
    reasons = {
        name: OWN_WORDS + words if why == OWN_WORDS else why
        for name, why in given.items()
        if why in (*offered, OWN_WORDS)
    }
    if not reasons:
        raise Wrong.altogether(Label("Choose what is wrong in at least one answer."))
    if OWN_WORDS in given.values() and not words:
        raise Wrong(words=Label("Please write what is wrong."))
    return reasons


def ask_rejected(desk: Desk) -> tuple[Input, ...]:
    """Ask why something is rejected."""
    options = (*_reasons(desk, REJECT_REASONS), _in_own_words())
    return Input("why", Label("Reason"), "radios", options=options), _own_words()


def rejected_for(desk: Desk) -> dict[str, str]:
    """Return why something is rejected."""
    why, words = desk.fields.get("why"), desk.fields.get("words")[:LONGEST_REASON]
    offered = {option.key for option in _reasons(desk, REJECT_REASONS)}
    if why not in (*offered, OWN_WORDS):
        raise Wrong(why=Label("Please choose a reason."))
    if why == OWN_WORDS and not words:
        raise Wrong(words=Label("Please write the reason."))
    return {"": OWN_WORDS + words if why == OWN_WORDS else why}


def _reasons(desk: Desk, offer: Offer) -> tuple[Option, ...]:
    offered = offer.options(desk.turn, None)
    return tuple(Option(option.key, option.label) for option in offered)


def _in_own_words() -> Option:
    return Option(OWN_WORDS, Label("In my own words, below"))


def _own_words() -> Input:
    text: Text = Label("In your own words")
    return Input("words", text, "area", required=False, longest=LONGEST_REASON)
