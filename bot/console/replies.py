"""Saved replies: what staff say often, of their own union and of those above it.

In a talk, a union's own stand instead of those above it with the same number.
"""

from collections.abc import Sequence
from typing import Any

from sqlmodel import col

from bot.console.desk import Desk, Label, Text, Wrong
from bot.console.fields import number, one_of, unions, words
from bot.console.records import Act, Facts, Record
from bot.console.views import Badge
from models import saved_reply
from models.saved_reply import LONGEST, SavedReply
from models.staff import SERVING

OWN, ABOVE = Badge(Label("Ours"), "good"), Badge(Label("Of a union above"))


def _mine(desk: Desk) -> Sequence[Any]:
    """Find those of the unions one serves, and of the unions above one's own."""
    line = desk.kit.atlas.line(desk.staff.union_code)
    return (col(SavedReply.union_code).in_({*desk.unions, *line}),)


def _save(desk: Desk, facts: Facts) -> SavedReply:
    by = (desk.session, desk.kit.atlas, desk.staff)
    return saved_reply.save_reply(*by, **facts, now=desk.now)


def _make(desk: Desk, facts: Facts) -> SavedReply:
    """Save a new one; what a number stands for already is changed, not lost."""
    at = (facts["union_code"], facts["number"])
    if saved_reply.reply_at(desk.session, *at) is not None:
        raise Wrong(number=Label("This number has words already; change them there."))
    return _save(desk, facts)


def _change(desk: Desk, row: SavedReply, facts: Facts) -> None:
    _save(desk, {"union_code": row.union_code, "number": row.number, **facts})


def _drop(desk: Desk, row: SavedReply, facts: Facts) -> Text:
    saved_reply.drop_reply(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    return Label("Dropped.")


REPLIES: Record[SavedReply] = Record(
    name="replies",
    label=Label("Saved replies"),
    new=Label("New reply"),
    table=SavedReply,
    key="id",
    order=(SavedReply.union_code, SavedReply.number, SavedReply.id),
    roles=SERVING,
    keepers=SERVING,
    mine=_mine,
    kept=lambda desk, row: row.union_code in desk.unions,
    columns=(Label("Number"), Label("Content"), Label("Union")),
    cells=lambda desk, row: (
        str(row.number),
        row.words(desk.language),
        desk.union(row.union_code),
    ),
    badge=lambda desk, row: OWN if row.union_code in desk.unions else ABOVE,
    empty=Label("No replies are saved yet."),
    fields=(
        one_of(
            "union_code",
            Label("Union"),
            unions,
            made_with=True,
            get=lambda desk, row: desk.union(row.union_code),
        ),
        number(
            "number",
            Label("Number"),
            made_with=True,
            hint=Label("1 to 99. In a chat, # and the number send it."),
        ),
        words("text", Label("Content"), LONGEST),
        words("text_en", Label("Words in English"), LONGEST, required=False),
    ),
    title=lambda desk, row: f"#{row.number}",
    make=_make,
    change=_change,
    acts=(
        Act(
            "drop",
            Label("Drop"),
            Label("Drop this reply?"),
            Label("It is offered to nobody any more; what was sent with it stays."),
            lambda desk, row: True,
            _drop,
            "danger",
            ends=True,
        ),
    ),
    faults={"": ("number", Label("A number from 1 to 99."))},
    deeds={"saved": Label("saved"), "dropped": Label("dropped")},
)
