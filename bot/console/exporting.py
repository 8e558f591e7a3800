"""Exporting: the rows a list shows, as a workbook; whole values need a reason.

A page gives what the list shows, masked.  A form asks why whole values are needed and
answers with an address that gives them: made for this session, for minutes, and good
for no other choice of rows.  Each workbook that is made is written down.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from bot.console import reveal
from bot.console.desk import Desk, Label, Went, Wrong
from bot.console.noun import Form, Page, Rule, whole
from bot.console.views import Do, File, Fill, Input, Option, View
from bot.sheets import writing
from models import audit
from models.sealing import Keyring

Row = TypeVar("Row")

AT_ONCE = 500
"""How many rows are in memory at a time."""

OPEN_FOR = timedelta(minutes=5)
PURPOSE = "console export"
UNTIL, WHY, PROOF = "until", "why", "proof"


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: what it shows, and what it has whole, where that differs."""

    label: Label
    shown: Callable[[Desk, Row], str]
    whole: Callable[[Desk, Row], str] | None = None


@dataclass(frozen=True)
class Export(Generic[Row]):
    """What of a noun is exported; `filters` are what its list reads of its address."""

    name: str
    label: Label
    chosen: Callable[[Desk], SelectOfScalar[Any]]
    order: tuple[Any, ...]
    columns: tuple[Column[Row], ...]
    filters: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def path(self) -> str:
        """The address of its form."""
        return f"/console/{self.name}/export"

    def pages(self) -> tuple[Form[str], Page[str]]:
        """Return its form and what that leads to."""
        rule = Rule(self.roles, whole)
        return (
            Form("export", rule, partial(_ask, self), partial(_do, self)),
            Page("export.xlsx", rule, partial(_give, self), partial(_note, self)),
        )

    def way(self, desk: Desk) -> Do:
        """Return what leads there, for the rows now chosen."""
        return Do(Label("Export (XLSX)"), f"{self.path}?{urlencode(self.choice(desk))}")

    def choice(self, desk: Desk) -> dict[str, str]:
        """Return by which filters the rows are chosen."""
        return {n: desk.query[n] for n in self.filters if desk.query.get(n)}


def _ask(export: Export[Any], desk: Desk, row: str) -> View:
    """Ask what is needed, and for whole values, why."""
    options = (
        Option("masked", Label("Masked, as the list shows them")),
        Option("whole", Label("Whole names and numbers, for a reason")),
    )
    back = f"/console/{export.name}?{urlencode(export.choice(desk))}"
    return Fill(
        Label("Export to a workbook"),
        Label("Export"),
        (
            Input("what", Label("Values"), "radios", "masked", options),
            *reveal.reasons(desk, required=False),
        ),
        why=Label(
            "The file leaves this system: keep it safe and delete it after use. Who "
            "exported what, when and why, is written down for good."
        ),
        rows=((Label("Rows"), str(_count(export, desk))),),
        back=Do(export.label, back),
    )


def _count(export: Export[Any], desk: Desk) -> int:
    """Count the rows, up to one more than there may be."""
    some = export.chosen(desk).limit(writing.MOST + 1).subquery()
    return desk.session.exec(select(func.count()).select_from(some)).one()


def _do(export: Export[Any], desk: Desk, row: str) -> Went:
    """Answer with where the workbook is."""
    if _count(export, desk) > writing.MOST:
        raise Wrong.altogether(
            Label("More than {most} rows. Please choose fewer.", most=writing.MOST)
        )
    choice = export.choice(desk)
    if desk.fields.get("what") == "whole":
        until = (desk.now + OPEN_FOR).isoformat()
        choice |= {WHY: reveal.reason(desk), UNTIL: until}
        choice[PROOF] = _proof(export, desk, choice, _key(desk.kit.keys))
    return Went(f"{export.path}.xlsx?{urlencode(choice)}")


def _key(keys: Keyring) -> bytes:
    return keys.derive(PURPOSE)


def _proof(
    export: Export[Any], desk: Desk, choice: Mapping[str, str], key: bytes
) -> str:
    told = "\0".join(f"{name}={value}" for name, value in sorted(choice.items()))
    text = f"{desk.own_session.id}\0{export.name}\0{told}"
    return hmac.new(key, text.encode(), "sha256").hexdigest()


def _is_granted(export: Export[Any], desk: Desk) -> bool:
    """Tell whether whole values may be given at this address, now, to this session."""
    extra = {name: desk.query.get(name, "") for name in (WHY, UNTIL)}
    choice = export.choice(desk) | extra
    given = desk.query.get(PROOF, "").encode()
    proofs = (
        _proof(export, desk, choice, key).encode()
        for key in desk.kit.keys.derived(PURPOSE)
    )
    made = any(hmac.compare_digest(proof, given) for proof in proofs)
    return made and desk.now < datetime.fromisoformat(extra[UNTIL])  # we wrote it


def _note(export: Export[Any], desk: Desk, row: str) -> None:
    """Write down who exports what, and of whole values why."""
    is_whole = _is_granted(export, desk)
    how = f"whole {desk.query[WHY]}" if is_whole else "masked"
    names = " ".join(name for name in export.choice(desk))
    action, by = f"{export.name}.exported", desk.staff.id
    audit.record(desk.session, desk.now, by, action, by, f"{how} {names}".strip())


def _give(export: Export[Any], desk: Desk, row: str) -> View:
    """Give the workbook."""
    heads = [desk.text(column.label) for column in export.columns]
    is_whole = _is_granted(export, desk)
    cells = [(c.whole if is_whole and c.whole else c.shown) for c in export.columns]
    lines = ([cell(desk, one) for cell in cells] for one in _rows(export, desk))
    return File(writing.workbook(heads, lines), writing.MIME, f"{export.name}.xlsx")


def _rows(export: Export[Any], desk: Desk) -> Iterable[Any]:
    """Yield the rows chosen, the newest first, a few in memory at a time."""
    newest = (col(one).desc() for one in export.order)
    chosen = export.chosen(desk).order_by(*newest).limit(writing.MOST)
    return desk.session.exec(chosen.execution_options(yield_per=AT_ONCE))
