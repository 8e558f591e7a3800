"""Revealing: a whole number is shown once to who says why; the audit has it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.views import Detail, Do, Fill, Input, Option, Sheet, View
from handlers.deciding import LONGEST_REASON
from handlers.offers import OWN_WORDS
from handlers.revealing import WHY
from models import audit


@dataclass(frozen=True)
class Number:
    """What kind of number is shown whole: what it is called, and the usual reasons."""

    name: Label
    ask: Label
    title: Label
    why: Callable[[Desk], Sequence[Option]]


def _of_documents(desk: Desk) -> Sequence[Option]:
    offered = WHY.options(desk.turn, None)
    return [Option(option.key, option.label) for option in offered]


ID_NUMBER = Number(
    Label("ID number"),
    Label("Show the whole ID number"),
    Label("The whole ID number"),
    _of_documents,
)
MOBILE = Number(
    Label("Mobile"),
    Label("Show the whole phone number"),
    Label("The whole phone number"),
    lambda desk: (
        Option("call", Label("To talk about this matter")),
        Option("unreachable", Label("The chat does not reach them")),
    ),
)


def ask(desk: Desk, of: Text, back: Do, number: Number = ID_NUMBER) -> View:
    """Ask why somebody has to see a whole number."""
    return Fill(
        number.ask,
        Label("Show it"),
        reasons(desk, number),
        why=Label("Who saw whose number, when and why, is written down for good."),
        rows=((Label("Of"), of),),
        back=back,
    )


def reasons(
    desk: Desk, number: Number = ID_NUMBER, required: bool = True
) -> tuple[Input, ...]:
    """Return what asks for a reason: one of those offered, or own words."""
    own_words = Option(OWN_WORDS, Label("In my own words, below"))
    chosen = (*number.why(desk), own_words)
    return (
        Input("why", Label("Reason"), "radios", options=chosen, required=required),
        Input(
            "words",
            Label("In your own words"),
            "area",
            required=False,
            longest=LONGEST_REASON,
        ),
    )


def reason(desk: Desk, number: Number = ID_NUMBER) -> str:
    """Return the reason that was given, as it is kept; raises Wrong without one.

    Own words may say anything about anybody, so that they were own is all we keep.
    """
    why, words = desk.fields.get("why"), desk.fields.get("words")
    offered = {option.key for option in number.why(desk)}
    if why not in (*offered, OWN_WORDS):
        raise Wrong(why=Label("Please choose a reason."))
    if why == OWN_WORDS and not words:
        raise Wrong(words=Label("Please write the reason."))
    return "own_words" if why == OWN_WORDS else why


def show(
    desk: Desk,
    action: str,
    subject_id: int,
    whole: str,
    of: Text,
    back: Do,
    number: Number = ID_NUMBER,
    actions: tuple[Do, ...] = (),
) -> Went:
    """Write down who sees a number and why, and show it on a page that is not kept."""
    why = reason(desk, number)
    audit.record(desk.session, desk.now, desk.staff.id, action, subject_id, why)
    seen = Sheet(of, ((number.name, whole),))
    notice = Label("This is shown once. Close the page when you have seen it.")
    view = Detail(number.title, (seen,), None, (notice,), actions, back)
    return Went(back.path, view=view)
