"""Deciding on applications: whose they are, what is asked before, and how it ends.

One is decided on its own page, many from the list; both ask and do the same.
"""

from collections.abc import Iterable

from bot.console.application_list import PATH
from bot.console.asking import answers_to, inputs_of
from bot.console.desk import Desk, Label, Wrong
from bot.console.views import Do, Input, Option
from handlers.deciding import LONGEST_REASON, RETURN_REASONS, Reject
from handlers.offers import OWN_WORDS
from handlers.question import Refused
from handlers.reviewing import label_of
from handlers.say import Word
from models import review
from models.application import Application, Decision, Standing
from models.columns import long, short

BACK = Do(Label("Applications"), PATH)
DECIDED = Label("This application is decided already, or was withdrawn.")
DOUBLE = Label("A member has this ID number already. Please settle it with both first.")
AGAIN = Label("The worker is asked these answers again, and nothing else.")


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
    own_words = Option(OWN_WORDS, Label("In my own words, below"))
    options = (fine, *_reasons(desk), own_words)
    fields = (
        Input(f"why_{name}", label_of(name), "select", options=options, required=False)
        for name in names
    )
    words = (Label("In your own words"), "area")
    return (*fields, Input("words", *words, required=False, longest=LONGEST_REASON))


def returned_for(desk: Desk, names: Iterable[str]) -> dict[str, str]:
    """Return for which answers, and why, something is returned."""
    fields, words = desk.fields, desk.fields.get("words")
    offered = {option.key for option in _reasons(desk)}
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
    if len(words) > LONGEST_REASON:
        refused = Refused("too_long", count=len(words), longest=LONGEST_REASON)
        raise Wrong(words=refused.word)
    return reasons


def ask_rejected(desk: Desk) -> tuple[Input, ...]:
    """Ask why something is rejected."""
    return tuple(inputs_of(desk, Reject, ""))


def rejected(desk: Desk) -> Decision:
    """Return the decision to reject something, for the reason that was given."""
    reason = answers_to(desk, Reject, "")["reason"]
    return Decision(Standing.REJECTED, {"": reason})


def _reasons(desk: Desk) -> tuple[Option, ...]:
    offered = RETURN_REASONS.options(desk.turn, None)
    return tuple(Option(option.key, option.label) for option in offered)
