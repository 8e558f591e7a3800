"""Phoning: those whom no channel reaches, each with the way to their number.

A number is shown to who says why, and that is written down.
"""

from sqlmodel import col

from bot.console import audiences, copies, reveal
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.letters import at, back
from bot.console.views import Do, List, View
from models import review
from models.columns import long
from models.message import Fate
from models.notice import Notice
from models.recipient import UNREACHABLE, Recipient
from models.worker import Worker


def ask(desk: Desk, row: Notice) -> View:
    """List who has to be phoned; or ask why the number of one is to be seen."""
    worker = _chosen(desk, row)
    if worker is None:
        return _list(desk, row)
    return reveal.ask(desk, _who(desk, worker), _back(row), reveal.MOBILE)


def show(desk: Desk, row: Notice) -> Went:
    """Show somebody's number, once."""
    worker = _chosen(desk, row)
    if worker is None:
        raise Wrong.altogether(Label("Please choose somebody of this list."))
    number = review.who_is(desk.session, desk.kit.keys, worker)["mobile"]
    shown = (worker.id, number, _who(desk, worker), _back(row), reveal.MOBILE)
    return reveal.show(desk, "member.mobile_revealed", *shown)


def _list(desk: Desk, row: Notice) -> View:
    which = (Recipient.fate == Fate.SKIPPED, col(Recipient.reason).in_(UNREACHABLE))
    lines, more = copies.listed(desk, row, *which, path=f"{at(row)}/phone?who=")
    return List(
        Label("To be phoned"),
        copies.COLUMNS,
        lines,
        Label("Everybody could be reached."),
        after=more,
        actions=(back(row),),
    )


def _chosen(desk: Desk, row: Notice) -> Worker | None:
    """Return who was chosen, if they are on the list and of one's own unions."""
    key = (row.id, long(desk.query.get("who", "")))
    copy = desk.session.get(Recipient, key)
    if copy is None or copy.fate is not Fate.SKIPPED or copy.reason not in UNREACHABLE:
        return None
    worker = desk.session.get(Worker, copy.worker_id)
    return worker if worker and worker.union_code in desk.unions else None


def _who(desk: Desk, worker: Worker) -> Text:
    return " ".join(map(desk.text, audiences.person(desk, worker.id)[:2]))


def _back(row: Notice) -> Do:
    return Do(Label("To be phoned"), f"{at(row)}/phone")
