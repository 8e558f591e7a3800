"""Many applications decided at once, each with what became of it.

All are decided in one transaction: a fault of ours leaves none half decided, and one
that cannot be decided, or needs a look of its own, stays as it was.
"""

from collections.abc import Callable

from bot.console.application_list import HEADS, PATH, badge_of, cells_of, list_
from bot.console.desk import Desk, Fields, Label, Text, Went, Wrong
from bot.console.listing import SIZE
from bot.console.noun import Form, Rule, whole
from bot.console.reviewing import (
    AGAIN,
    BACK,
    ask_rejected,
    ask_returned,
    decide,
    own,
    rejected,
    returned_for,
)
from bot.console.views import Badge, Fill, Input, Line, List, View
from handlers.deciding import asked_of
from handlers.doubts import doubts_about
from handlers.reviewing import facts_of
from models.application import (
    WAITING,
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
)
from models.columns import short
from models.staff import SERVING

CHOSEN, ANSWERED = "chosen", "answered"
"""Hidden fields: which were chosen, and that the question was put."""

LOOK = Badge(Label("Needs a look of its own"), "wait")
GONE = Badge(Label("Settled already"))
DOUBLE = Badge(Label("A member has this ID number"), "bad")
NOT_ASKED = Badge(Label("Was not asked this"), "wait")

Decide = Callable[[Desk, Application], Decision | Badge]
"""What is to become of an application, or why nothing."""

Ask = Callable[[Desk, list[Application]], Fill]
"""Ask about those of the chosen that still wait; the others go along unasked."""


def _rows(desk: Desk) -> list[Application]:
    """Return those that were chosen, also where they are decided by now."""
    keys = _keys(desk)
    chosen = [own(desk, key) for key in keys] if len(keys) <= SIZE else []
    return [row for row in chosen if row is not None]


def _keys(desk: Desk) -> list[str]:
    keys = desk.fields.all("key") or desk.fields.get(CHOSEN).split(".")
    return [key for key in dict.fromkeys(keys) if key]


def _some(desk: Desk) -> list[Application]:
    """Return those that were chosen, no more than one transaction does quickly."""
    if len(_keys(desk)) > SIZE:
        raise Wrong.altogether(Label("Choose at most {most} at once.", most=SIZE))
    rows = _rows(desk)
    if not rows:
        raise Wrong.altogether(Label("Choose at least one that still waits."))
    return rows


def _waiting(rows: list[Application]) -> list[Application]:
    return [row for row in rows if row.standing in WAITING]


def _all_done(desk: Desk, rows: list[Application], decide_: Decide) -> Went:
    """Decide on each, and show what became of it."""
    found = [(row, _left(desk, row, decide_)) for row in rows]
    left = sum(why is not None for _, why in found)
    done = len(rows) - left
    said = Label("Decided: {done}.", done=done)
    if left:
        said = Label(
            "Decided: {done}; left as they were: {left}.", done=done, left=left
        )
    lines = tuple(
        Line(f"{PATH}/{short(row.id)}", cells_of(desk, row), why or badge_of(row))
        for row, why in found
    )
    title = Label("What became of them")
    return Went(PATH, said, List(title, HEADS, lines, "", actions=(BACK,)))


def _left(desk: Desk, row: Application, decide_: Decide) -> Badge | None:
    """Decide on one; return why it was left as it was, if it was."""
    decision = decide_(desk, row) if row.standing in WAITING else GONE
    if isinstance(decision, Badge):
        return decision
    try:
        with desk.session.begin_nested():
            decide(desk, row, decision)
    except CannotDecide:
        return GONE
    except DoubleMember:
        return DOUBLE
    return None


def approve(desk: Desk, row: str) -> Went:
    """Approve those that were chosen; what is doubtful is left to be looked at."""
    return _all_done(desk, _some(desk), _approval)


def _approval(desk: Desk, row: Application) -> Decision | Badge:
    if doubts_about(desk.turn, row, facts_of(desk.turn, row)):
        return LOOK
    union = row.wished_union
    return Decision(Standing.PLACED if union else Standing.POOL, {}, union)


def return_(desk: Desk, row: str) -> Went:
    """Return those that were chosen, once it is said for what."""
    return _asked_first(desk, _ask_return, _returning)


def _returning(desk: Desk, rows: list[Application]) -> Decide:
    reasons = returned_for(desk, _asked(desk, rows))

    def returned(desk: Desk, row: Application) -> Decision | Badge:
        own_reasons = {n: reasons[n] for n in asked_of(desk.turn, row) if n in reasons}
        if not own_reasons:
            return NOT_ASKED
        return Decision(Standing.RETURNED, own_reasons)

    return returned


def reject(desk: Desk, row: str) -> Went:
    """Reject those that were chosen, once it is said why."""
    return _asked_first(desk, _ask_reject, _rejecting)


def _rejecting(desk: Desk, rows: list[Application]) -> Decide:
    decision = rejected(desk)
    return lambda desk, row: decision


def _asked_first(
    desk: Desk, ask: Ask, answered: Callable[[Desk, list[Application]], Decide]
) -> Went:
    """Decide as it was answered; until then ask, unless none waits any more."""
    rows = _some(desk)
    if not _waiting(rows):
        return _all_done(desk, rows, lambda desk, row: GONE)
    if desk.fields.get(ANSWERED):
        return _all_done(desk, rows, answered(desk, rows))
    desk.fields = Fields()
    return Went(PATH, view=ask(desk, rows))


def _asked(desk: Desk, rows: list[Application]) -> list[str]:
    """Return every question that one of those that wait was asked."""
    waiting = _waiting(rows)
    return list(dict.fromkeys(n for row in waiting for n in asked_of(desk.turn, row)))


def _ask_return(desk: Desk, rows: list[Application]) -> Fill:
    inputs = (*ask_returned(desk, _asked(desk, rows)), *_hidden(rows))
    title = Label("Return {count} applications", count=len(_waiting(rows)))
    return Fill(title, Label("Return"), inputs, AGAIN, _named(rows), back=BACK)


def _ask_reject(desk: Desk, rows: list[Application]) -> Fill:
    inputs = (*ask_rejected(desk), *_hidden(rows))
    title = Label("Reject {count} applications", count=len(_waiting(rows)))
    asked = (title, Label("Reject"), inputs, "", _named(rows))
    return Fill(*asked, danger=True, back=BACK)


def _named(rows: list[Application]) -> tuple[tuple[Text, Text], ...]:
    return ((Label("Number"), " · ".join(row.number for row in _waiting(rows))),)


def _hidden(rows: list[Application]) -> tuple[Input, ...]:
    chosen = ".".join(short(row.id) for row in rows)
    return Input(CHOSEN, "", "hidden", chosen), Input(ANSWERED, "", "hidden", "1")


def _show(ask: Ask) -> Callable[..., View]:
    """Show the question again where its answer was wrong, else the list."""

    def show(desk: Desk, row: str) -> View:
        rows = _rows(desk)
        return ask(desk, rows) if rows else list_(desk, row)

    return show


ANYBODY = Rule(SERVING, whole)
FORMS = (
    Form("approve", ANYBODY, list_, approve),
    Form("return", ANYBODY, _show(_ask_return), return_),
    Form("reject", ANYBODY, _show(_ask_reject), reject),
)
