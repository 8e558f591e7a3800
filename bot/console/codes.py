"""What records share whose rows have a code: made, changed and ended alike."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from sqlmodel import col

from bot.console.desk import Desk, Label, Text
from bot.console.records import Act, Facts, Filter
from bot.console.views import Badge
from models import coded

CODED: Mapping[str, tuple[str, Text]] = {
    "code": ("code", Label("1 to 20 letters, digits and hyphens, and not as x-…")),
    "taken": ("code", Label("Another has this code already.")),
    "name": ("name", Label("Please fill this in.")),
}
"""What may be wrong with a row that has a code of its own."""


def in_use(active: bool) -> Badge:
    """Say whether a row is in use."""
    return Badge(Label("In use"), "good") if active else Badge(Label("Ended"), "bad")


def on_and_off(ending: Label, resuming: Label) -> tuple[Act[Any], ...]:
    """Make the acts that take a row out of use, and back into it."""
    end, resume = Label("End"), Label("Take up again")
    return (
        Act(
            "end",
            end,
            Label("End this?"),
            ending,
            lambda desk, row: row.active,
            partial(_turn, False),
            "danger",
        ),
        Act(
            "resume",
            resume,
            Label("Take this up again?"),
            resuming,
            lambda desk, row: not row.active,
            partial(_turn, True),
            "main",
        ),
    )


def _turn(active: bool, desk: Desk, row: Any, facts: Facts) -> Text:
    atlas, now = desk.kit.atlas, desk.now
    coded.turn(desk.session, atlas, desk.staff, row, active, now)
    return Label("Done.")


def used(table: Any) -> Filter[Any]:
    """Make the filter that shows what is in use, or what has ended."""
    return Filter(
        "show",
        Label("State"),
        lambda desk: {"used": Label("In use"), "ended": Label("Ended")},
        lambda desk, value: col(table.active) == (value == "used"),
        "used",
    )


def make_coded(table: Any, said: Callable[[Facts], Facts]) -> Callable[..., Any]:
    """Make a new row of a table of what was said."""

    def make(desk: Desk, facts: Facts) -> Any:
        row = table(**said(facts))
        return coded.create(desk.session, desk.kit.atlas, desk.staff, row, desk.now)

    return make


def change_coded(said: Callable[[Facts], Facts]) -> Callable[..., None]:
    """Change a row to what was said."""

    def change(desk: Desk, row: Any, facts: Facts) -> None:
        atlas = desk.kit.atlas
        coded.change(desk.session, atlas, desk.staff, row, said(facts), desk.now)

    return change


def bilingual(facts: Facts) -> Facts:
    """Let what was not said in English stand there in Chinese."""
    return {
        name: value or facts[name.removesuffix("_en")]
        if name.endswith("_en")
        else value
        for name, value in facts.items()
    }
