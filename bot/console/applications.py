"""Applications to join: those that wait, and the decisions on them.

The decisions are the operations that the chat's are, so that history, audit, undoing
and what the worker is told are the same from everywhere.
"""

from collections.abc import Iterable
from typing import Any

from sqlmodel import col, func, select

from bot.console import many, reveal
from bot.console.application_list import EXPORT, PATH, badge_of, list_
from bot.console.desk import COLON, SEMICOLON, Desk, Label, Went, Wrong
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.pictured import picture_page
from bot.console.reviewing import (
    AGAIN,
    BACK,
    DECIDED,
    DOUBLE,
    ask_rejected,
    ask_returned,
    back,
    decide,
    own,
    rejected,
    returned_for,
)
from bot.console.undoing import UNDONE, or_wrong, step_of, undo_of
from bot.console.views import (
    Detail,
    Do,
    Fill,
    Line,
    Sheet,
    View,
)
from handlers.deciding import asked_of
from handlers.doubts import doubts_about
from handlers.my_application import rows_of
from handlers.question import label
from handlers.reviewing import MATTER, fact_rows, facts_of
from handlers.say import Word
from models import review
from models.application import (
    APPROVED,
    WAITING,
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    id_number_of,
    steps_of,
)
from models.columns import long, short
from models.staff import SERVING
from models.worker import Worker


def note(desk: Desk, row: Application) -> None:
    """Write down that somebody looks at an application."""
    review.open_for_review(desk.session, desk.kit.keys, desk.staff, row, desk.now)


def show(desk: Desk, row: Application) -> View:
    """Show one application with all it says, and what may be decided."""
    turn, facts = desk.turn, facts_of(desk.turn, row)
    waits = row.standing in WAITING
    doubts = doubts_about(turn, row, facts) if waits else set()
    looked = {"flags": tuple(sorted(doubts)), "age": turn.rules.check_age}
    notice = (Word("reviewing", "look", looked),) if waits else ()
    rows = (
        (Label("Union"), desk.union(row.union_code)),
        (Label("Due"), str(row.due)),
        *fact_rows(turn, row, facts),
    )
    return Detail(
        Word("reviewing", "application", {"number": row.number}),
        (
            Sheet(Label("What was answered"), rows, picture=_picture(row, facts)),
            Sheet(Label("History"), lines=tuple(_history(desk, row))),
        ),
        badge_of(row),
        notice,
        (*_decisions(row), *_undo(desk, row), *_reveal(row)),
        BACK,
    )


def _picture(row: Application, facts: dict[str, Any]) -> str:
    """Return where the picture of a certificate is, if one was sent."""
    return f"{PATH}/{short(row.id)}/picture" if facts.get("certificate") else ""


def _certificate(desk: Desk, row: Application) -> int:
    """Return the number of the picture of a certificate; 0 where none was sent."""
    return long(facts_of(desk.turn, row).get("certificate") or "")


def _history(desk: Desk, row: Application) -> Iterable[Line]:
    worker = desk.session.get_one(Worker, row.worker_id)
    for step in steps_of(desk.session, row.id):
        reasons = step.reasons(desk.kit.keys, worker)
        told = (desk.joined(pair, COLON) for pair in rows_of(reasons))
        why = desk.joined(told, SEMICOLON)
        yield Line("", (desk.moment(step.at), label(step.standing), why))


def _decisions(row: Application) -> tuple[Do, ...]:
    if row.standing not in WAITING:
        return ()
    at = f"{PATH}/{short(row.id)}"
    union, pool = Label("Approve into the union wished"), Label("Approve into the pool")
    into = (Do(union, f"{at}/place", at_once=True, kind="main"),)
    return (
        *(into if row.wished_union else ()),
        Do(pool, f"{at}/pool", at_once=True, kind="" if row.wished_union else "main"),
        Do(Label("Return"), f"{at}/return"),
        Do(Label("Reject"), f"{at}/reject", kind="danger"),
    )


def _reveal(row: Application) -> tuple[Do, ...]:
    path = f"{PATH}/{short(row.id)}/reveal"
    waits = row.standing in WAITING
    return (Do(Label("Show the whole ID number"), path),) if waits else ()


def _undo(desk: Desk, row: Application) -> tuple[Do, ...]:
    last = steps_of(desk.session, row.id)[-1]
    decided = last.standing in (*APPROVED, Standing.RETURNED, Standing.REJECTED)
    if not decided or review.is_told(desk.session, last):
        return ()
    return (undo_of(f"{PATH}/{short(row.id)}", last.id),)


def _decide(desk: Desk, row: Application, decision: Decision) -> Went:
    """Carry out a decision; until the worker is told it can be undone."""
    try:
        decide(desk, row, decision)
    except CannotDecide:
        raise Wrong.altogether(DECIDED) from None
    except DoubleMember:
        raise Wrong.altogether(DOUBLE) from None
    said = Label(
        "Done. You can undo it for {seconds} seconds; then the worker is told.",
        seconds=desk.kit.rules.undo_seconds,
    )
    return Went(f"{PATH}/{short(row.id)}", said)


def place(desk: Desk, row: Application) -> Went:
    """Approve into the union that was wished for."""
    if row.wished_union is None:
        return pool(desk, row)
    return _decide(desk, row, Decision(Standing.PLACED, {}, row.wished_union))


def pool(desk: Desk, row: Application) -> Went:
    """Approve into the pool."""
    return _decide(desk, row, Decision(Standing.POOL, {}))


def undo(desk: Desk, row: Application) -> Went:
    """Take a decision back, while it is the last and the worker has not been told."""
    by = (desk.session, desk.kit.keys, desk.staff)
    with or_wrong(MATTER):
        review.undo(*by, step_of(desk), row, desk.now)
    return Went(f"{PATH}/{short(row.id)}", UNDONE)


def ask_return(desk: Desk, row: Application) -> View:
    """Ask which answers are wrong, and why each."""
    return Fill(
        Label("Return the application"),
        Label("Return"),
        ask_returned(desk, asked_of(desk.turn, row)),
        why=AGAIN,
        back=back(row),
    )


def return_(desk: Desk, row: Application) -> Went:
    """Return an application with a reason for each answer that is wrong."""
    reasons = returned_for(desk, asked_of(desk.turn, row))
    return _decide(desk, row, Decision(Standing.RETURNED, reasons))


def ask_reject(desk: Desk, row: Application) -> View:
    """Ask why an application is rejected."""
    return Fill(
        Label("Reject the application"),
        Label("Reject"),
        ask_rejected(desk),
        danger=True,
        back=back(row),
    )


def reject(desk: Desk, row: Application) -> Went:
    """Reject an application, with a reason."""
    return _decide(desk, row, rejected(desk))


def ask_reveal(desk: Desk, row: Application) -> View:
    """Ask why somebody has to see an applicant's whole ID number."""
    return reveal.ask(desk, row.number, back(row))


def show_number(desk: Desk, row: Application) -> Went:
    """Show an applicant's whole ID number, once."""
    number = id_number_of(facts_of(desk.turn, row))
    action = "application.revealed"
    return reveal.show(desk, action, row.id, number, row.number, back(row))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what waits for a decision: first what is overdue."""
    of_mine = (
        col(Application.standing).in_(WAITING),
        col(Application.union_code).in_(desk.unions),
        Application.worker_id != desk.worker.id,
    )
    counted = select(func.count(), func.min(Application.submitted_at)).where(*of_mine)
    late, since = desk.session.exec(counted.where(Application.due < desk.today)).one()
    if late:
        path = f"{PATH}?age=late"
        yield Waiting(Label("Applications overdue"), late, since, path, late=True)
    today, since = desk.session.exec(counted.where(Application.due == desk.today)).one()
    if today:
        path = f"{PATH}?age=today"
        yield Waiting(Label("Applications due today"), today, since, path)
    count, since = desk.session.exec(counted).one()
    if count:
        yield Waiting(Label("Applications to decide"), count, since, PATH)


MINE = Rule(SERVING, own)
ANYBODY = Rule(SERVING, whole)

APPLICATIONS = Noun(
    "applications",
    Label("Applications"),
    (
        Page("", ANYBODY, list_),
        *many.FORMS,
        *EXPORT.pages(),
        Page("{key}", MINE, show, note),
        picture_page(MINE, _certificate),
        Form("{key}/place", MINE, show, place, note=note),
        Form("{key}/pool", MINE, show, pool, note=note),
        Form("{key}/undo", MINE, show, undo, note=note),
        Form("{key}/return", MINE, ask_return, return_),
        Form("{key}/reject", MINE, ask_reject, reject),
        Form("{key}/reveal", MINE, ask_reveal, show_number),
    ),
    waits,
)
