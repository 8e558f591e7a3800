"""Revealing: a whole ID number is shown once to who says why; the audit has it."""

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.views import Detail, Do, Fill, Input, Option, Sheet, View
from handlers.deciding import LONGEST_REASON
from handlers.offers import OWN_WORDS
from handlers.revealing import WHY
from models import audit


def ask(desk: Desk, of: Text, back: Do) -> View:
    """Ask why somebody has to see a whole ID number."""
    return Fill(
        Label("Show the whole ID number"),
        Label("Show it"),
        reasons(desk),
        why=Label("Who saw whose number, when and why, is written down for good."),
        rows=((Label("Of"), of),),
        back=back,
    )


def reasons(desk: Desk, required: bool = True) -> tuple[Input, ...]:
    """Return what asks for a reason: one of those offered, or own words."""
    offered = WHY.options(desk.turn, None)
    options = tuple(Option(option.key, option.label) for option in offered)
    own_words = Option(OWN_WORDS, Label("In my own words, below"))
    chosen = (*options, own_words)
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


def reason(desk: Desk) -> str:
    """Return the reason that was given, as it is kept; raises Wrong without one.

    Own words may say anything about anybody, so that they were own is all we keep.
    """
    why, words = desk.fields.get("why"), desk.fields.get("words")
    offered = {option.key for option in WHY.options(desk.turn, None)}
    if why not in (*offered, OWN_WORDS):
        raise Wrong(why=Label("Please choose a reason."))
    if why == OWN_WORDS and not words:
        raise Wrong(words=Label("Please write the reason."))
    return "own_words" if why == OWN_WORDS else why


def show(
    desk: Desk, action: str, subject_id: int, number: str, of: Text, back: Do
) -> Went:
    """Write down who sees a number and why, and show it on a page that is not kept."""
    why = reason(desk)
    audit.record(desk.session, desk.now, desk.staff.id, action, subject_id, why)
    seen = Sheet(of, ((Label("ID number"), number),))
    notice = Label("This is shown once. Close the page when you have seen it.")
    view = Detail(Label("The whole ID number"), (seen,), notice=(notice,), back=back)
    return Went(back.path, view=view)
