"""What is done about a case: taken, passed on, let go, noted, moved on, closed."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from bot.console import case_file, reveal
from bot.console.case_file import at, back, title
from bot.console.case_talk import hang_up
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.fields import Field, Options, Unread, day, number, words
from bot.console.records import taken
from bot.console.views import Fill, View
from handlers.answers import LONGEST_WORDS
from handlers.handling_forms import colleagues_for
from handlers.question import label
from handlers.say import Word
from models import handling
from models.application import CannotDecide
from models.case import OPEN, Case, Outcome, chats_in
from models.case_filing import MOST_PEOPLE
from models.columns import long
from models.dispute import Stage
from models.handling import NotTheirs
from models.review import may_review
from models.staff import Staff

Facts = dict[str, Any]
FIRST = date(1990, 1, 1)
"""No dispute of today began before."""


@dataclass(frozen=True)
class Act:
    """Something done about a case, by its form; `do` raises what the model refuses."""

    name: str
    label: Text
    why: Text
    said: Text
    do_: Callable[[Desk, Case, Facts], None]
    fields: Callable[[Desk, Case], tuple[Field, ...]] = lambda desk, row: ()

    def show(self, desk: Desk, row: Case) -> View:
        """Ask what has to be known; where nothing has to be, show the case."""
        fields = self.fields(desk, row)
        if not fields:
            return case_file.show(desk, row)
        asked = tuple(field.asked(desk) for field in fields)
        rows = ((Label("Case"), title(row)),)
        return Fill(self.label, self.label, asked, self.why, rows, back=back(row))

    def do(self, desk: Desk, row: Case) -> Went:
        """Do it; a talk that it ends is said to be over."""
        facts, talking = (
            taken(desk, self.fields(desk, row)),
            chats_in(desk.session, row.id),
        )
        try:
            self.do_(desk, row, facts)
        except (CannotDecide, NotTheirs):
            raise Wrong.altogether(Word("handling", "too_late")) from None
        if not chats_in(desk.session, row.id):
            hang_up(desk, row, talking)
        theirs = may_review(desk.kit.atlas, desk.staff, row)
        return Went(at(row) if theirs else case_file.PATH, self.said)


def _take(desk: Desk, row: Case, facts: Facts) -> None:
    handling.take(desk.session, desk.kit.atlas, desk.staff, row, desk.now)


def _let_go(desk: Desk, row: Case, facts: Facts) -> None:
    handling.let_go(desk.session, desk.kit.atlas, desk.staff, row, desk.now)


def _note(desk: Desk, row: Case, facts: Facts) -> None:
    if row.course not in OPEN:
        raise CannotDecide
    by = (desk.session, desk.kit.keys, desk.kit.atlas, desk.staff)
    handling.note(*by, row, facts["words"], desk.now)


def _pass_on(desk: Desk, row: Case, facts: Facts) -> None:
    if facts["words"]:
        _note(desk, row, facts)
    to = desk.session.get_one(Staff, long(facts["to"]))
    handling.pass_on(desk.session, desk.kit.atlas, desk.staff, row, to, desk.now)


def _move(desk: Desk, row: Case, facts: Facts) -> None:
    by = (desk.session, desk.kit.atlas, desk.staff, row)
    handling.move_stage(*by, facts["stage"], facts["on"], desk.now, desk.today)


def _close(desk: Desk, row: Case, facts: Facts) -> None:
    by = (desk.session, desk.kit.keys, desk.kit.atlas, desk.staff, row)
    told = (facts["outcome"], facts["answer"], facts["people"])
    handling.close(*by, *told, desk.now)


def _colleagues(desk: Desk, row: Case) -> Options:
    return {one.key: one.label for one in colleagues_for(desk.turn, row)}


def _past(desk: Desk, row: Case) -> Field:
    """Ask for a day that was not long ago, and is not to come."""
    field = day(
        "on",
        Word("case_stage", "label_on"),
        usual=str(desk.today),
        hint=Label("When the request, or the award, was received."),
    )
    return replace(field, read=partial(_not_to_come, field))


def _not_to_come(field: Field, desk: Desk, text: str) -> date:
    found: date = field.read(desk, text)
    if not FIRST <= found <= desk.today:
        raise Unread(Label("Please choose a day that is not in the future."))
    return found


def _people(desk: Desk, row: Case) -> Field:
    """Ask how many people were served."""
    field = number(
        "people",
        Word("case_close", "label_people"),
        usual=str(row.people),
        hint=Label("How many people were served; the case counts once."),
    )
    return replace(field, read=partial(_some, field))


def _some(field: Field, desk: Desk, text: str) -> int:
    found: int = field.read(desk, text)
    if not 1 <= found <= MOST_PEOPLE:
        raise Unread(Label("At least one person, and no more than there are."))
    return found


def _one_of(kind: Any, name: str, text: Text) -> Field:
    names: Options = {member.value: label(member) for member in kind}
    return Field(
        name,
        text,
        "radios",
        options=lambda desk: names,
        read=lambda desk, chosen: kind(chosen),
    )


NOTE = words("words", Word("case_note", "label_words"), LONGEST_WORDS)
ACTS = (
    Act(
        "take",
        Word("handling", "take"),
        "",
        Word("handling", "taken"),
        _take,
    ),
    Act(
        "let-go",
        Word("handling", "let_go"),
        "",
        Word("handling", "gone"),
        _let_go,
    ),
    Act(
        "note",
        Word("case_note", "name"),
        Label("Only staff read it; the worker never does."),
        Word("case_note", "done"),
        _note,
        lambda desk, row: (NOTE,),
    ),
    Act(
        "pass",
        Word("case_pass", "name"),
        Label("The colleague has the case from then on, and is told."),
        Word("case_pass", "done"),
        _pass_on,
        lambda desk, row: (
            Field(
                "to",
                Word("case_pass", "label_to"),
                "select",
                options=lambda desk: _colleagues(desk, row),
            ),
            words(
                "words",
                Label("What they should know (kept as an internal note)"),
                LONGEST_WORDS,
                required=False,
            ),
        ),
    ),
    Act(
        "stage",
        Word("case_stage", "name"),
        Label("The last days follow from it, and the worker is told."),
        Word("case_stage", "done"),
        _move,
        lambda desk, row: (
            _one_of(Stage, "stage", Word("case_stage", "label_stage")),
            _past(desk, row),
        ),
    ),
    Act(
        "close",
        Word("case_close", "name"),
        Label("The worker reads the answer and may rate it; the service is counted."),
        Word("case_close", "done"),
        _close,
        lambda desk, row: (
            _one_of(Outcome, "outcome", Word("case_close", "label_outcome")),
            words(
                "answer",
                Word("case_close", "label_answer"),
                LONGEST_WORDS,
                hint=Label("How it was settled, and what to do next."),
            ),
            _people(desk, row),
        ),
    ),
)


def own_called(desk: Desk, key: str) -> Case | None:
    """Return a case one may see to, whose worker left a number to call back."""
    row = case_file.own(desk, key)
    return row if row is not None and row.load(desk.kit.keys)["mobile"] else None


def ask_reveal(desk: Desk, row: Case) -> View:
    """Ask why somebody has to see the whole phone number."""
    return reveal.ask(desk, title(row), back(row), reveal.MOBILE)


def show_number(desk: Desk, row: Case) -> Went:
    """Show the number to call back, once."""
    mobile = row.load(desk.kit.keys)["mobile"].removeprefix("+86")
    to = (row.id, mobile, title(row), back(row))
    return reveal.show(desk, "case.revealed", *to, reveal.MOBILE)
