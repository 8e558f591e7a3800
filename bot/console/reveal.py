"""Revealing: a whole number is shown once to who says why; the audit has it."""

from dataclasses import dataclass

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.views import Detail, Do, Fill, Input, Option, Sheet, View
from handlers.deciding import LONGEST_REASON
from handlers.offers import OWN_WORDS
from handlers.revealing import WHY
from models import audit


@dataclass(frozen=True)
class Hidden:
    """What is hidden until somebody says why they have to see it."""

    name: Text
    ask: Text
    title: Text


ID_NUMBER = Hidden(
    Label("ID number"), Label("Show the whole ID number"), Label("The whole ID number")
)
MOBILE = Hidden(
    Label("Mobile"), Label("Show the mobile number"), Label("The mobile number")
)


def ask(desk: Desk, of: Text, back: Do, what: Hidden = ID_NUMBER) -> View:
    """Ask why somebody has to see something whole."""
    offered = WHY.options(desk.turn, None)
    options = tuple(Option(option.key, option.label) for option in offered)
    own_words = Option(OWN_WORDS, Label("In my own words, below"))
    return Fill(
        what.ask,
        Label("Show it"),
        (
            Input("why", Label("Reason"), "radios", options=(*options, own_words)),
            Input(
                "words",
                Label("In your own words"),
                "area",
                required=False,
                longest=LONGEST_REASON,
            ),
        ),
        why=Label("Who saw whose number, when and why, is written down for good."),
        rows=((Label("Of"), of),),
        back=back,
    )


def show(
    desk: Desk,
    action: str,
    subject_id: int,
    number: str,
    of: Text,
    back: Do,
    what: Hidden = ID_NUMBER,
) -> Went:
    """Write down who sees a number and why, and show it on a page that is not kept.

    Own words may say anything about anybody, so that they were own is all we keep.
    """
    why, words = desk.fields.get("why"), desk.fields.get("words")
    offered = {option.key for option in WHY.options(desk.turn, None)}
    if why not in (*offered, OWN_WORDS):
        raise Wrong(why=Label("Please choose a reason."))
    if why == OWN_WORDS and not words:
        raise Wrong(words=Label("Please write the reason."))
    reason = "own_words" if why == OWN_WORDS else why
    audit.record(desk.session, desk.now, desk.staff.id, action, subject_id, reason)
    seen = Sheet(of, ((what.name, number),))
    notice = Label("This is shown once. Close the page when you have seen it.")
    view = Detail(what.title, (seen,), notice=(notice,), back=back)
    return Went(back.path, view=view)
