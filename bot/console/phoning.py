"""Phoning: those whom no channel reaches, each with the way to their number.

A number is shown to who says why, and that is written down; so is who was called.
"""

from collections.abc import Mapping
from functools import partial

from sqlmodel import col, select

from bot.console import audiences, copies, reveal
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.letters import at, back
from bot.console.records import position
from bot.console.views import Badge, Do, Line, List, View, choose
from models import phoning, review
from models.columns import long, short
from models.notice import Notice
from models.recipient import Recipient
from models.worker import Worker

SHOWN: Mapping[str, Text] = {
    "": Label("All"),
    "no": Label("Not called yet"),
    "yes": Label("Called"),
}
NOT_YET = Badge(Label("Not called yet"), "wait")
CALLED = Badge(Label("Called"), "good")
COLUMNS = (*copies.COLUMNS[:4], Label("Why"), Label("Called"))


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
    called = f"{at(row)}/called?who={short(worker.id)}"
    mark = Do(Label("Mark as called"), called, at_once=True, kind="main")
    return reveal.show(desk, "member.mobile_revealed", *shown, (mark,))


def ask_called(desk: Desk, row: Notice) -> View:
    """Stand in for the list, where nothing can be asked."""
    return _list(desk, row)


def mark_called(desk: Desk, row: Notice) -> Went:
    """Write down that those chosen were called."""
    keys = desk.fields.all("key") or [desk.query.get("who", "")]
    found = [_on_list(desk, row, key) for key in dict.fromkeys(keys)]
    people = [worker for worker in found if worker is not None]
    if not people:
        raise Wrong.altogether(Label("Please choose somebody of this list."))
    at_once = (desk.session, desk.kit.atlas, desk.staff, row.id)
    done = sum(phoning.mark_called(*at_once, who, desk.now) for who in people)
    return Went(_back(row).path, Label("Marked as called: {done}.", done=done))


def _list(desk: Desk, row: Notice) -> View:
    called = desk.query.get("called", "")
    called = called if called in SHOWN else ""
    at_all = col(Recipient.called_at)
    which = {"no": (at_all.is_(None),), "yes": (at_all.is_not(None),)}.get(called, ())
    to_phone = (*phoning.to_phone(row.id), *which)
    lines, more = copies.listed(desk, row, *to_phone, line=partial(_line, row))
    return List(
        Label("To be phoned"),
        COLUMNS,
        lines,
        Label("Nobody here."),
        (choose("called", Label("State"), called, SHOWN),),
        after=more,
        actions=(back(row),),
        many=(Do(Label("Mark those chosen as called"), f"{at(row)}/called"),),
    )


def _line(row: Notice, desk: Desk, copy: Recipient) -> Line:
    """Show whom to call, and who called when."""
    key, called = short(copy.worker_id), ""
    if copy.called_at is not None:
        by = desk.text(position(desk, copy.called_by))
        called = f"{desk.moment(copy.called_at)} {by}"
    cells = (*audiences.person(desk, copy.worker_id), copies.why(copy), called)
    badge = CALLED if called else NOT_YET
    return Line(f"{at(row)}/phone?who={key}", cells, badge, key)


def _chosen(desk: Desk, row: Notice) -> Worker | None:
    return _on_list(desk, row, desk.query.get("who", ""))


def _on_list(desk: Desk, row: Notice, key: str) -> Worker | None:
    """Return who was chosen, if they are on the list and of one's own unions."""
    found = select(Worker).where(
        *phoning.to_phone(row.id),
        col(Recipient.worker_id) == col(Worker.id),
        col(Worker.id) == long(key),
        col(Worker.union_code).in_(desk.unions),
    )
    return desk.session.exec(found).first()


def _who(desk: Desk, worker: Worker) -> Text:
    return " ".join(map(desk.text, audiences.person(desk, worker.id)[:2]))


def _back(row: Notice) -> Do:
    return Do(Label("To be phoned"), f"{at(row)}/phone")
