"""Reviewing in a chat: the waiting list, an application, and the decisions on it.

Permission is checked at the moment of each press, never remembered from the list.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from handlers.flow import questions
from handlers.join import Join
from handlers.offers import page_number, page_of
from handlers.question import Question, label
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import review
from models.application import (
    WAITING,
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    Step,
    waiting_in,
)
from models.claim import Claim, claims_in
from models.columns import long, short
from models.correction import Correction, corrections_in
from models.identity import mask_name
from models.review import who_is
from models.staff import Staff, staff_of
from models.worker import Worker

WAITING_LIST = Choice(Word("reviewing", "waiting"), "v:waiting:0")


def waiting(turn: Turn, arg: str) -> list[Say]:
    """List what a staff member's unions have to review, oldest first."""
    staff = staff_of(turn.session, turn.worker.id)
    if staff is None:
        return [say("reviewing", "not_staff")]
    rows = _queue(turn, turn.atlas.branch(staff.union_code))
    if not rows:
        return [say("reviewing", "nobody_waits")]
    number = page_number(arg)
    shown, more = page_of(rows, number)
    choices = [Choice(row.line(turn), row.press) for row in shown]
    if more:
        choices.append(Choice(Word("common", "more"), f"v:waiting:{number + 1}"))
    return [say("reviewing", "list", count=len(rows)).offering(*choices)]


@dataclass(frozen=True)
class Queued:
    """What somebody waits for since when; only what is shown is put into words.

    None of the `people` it is about decides it.
    """

    since: datetime
    people: set[int]
    press: str
    line: Callable[[Turn], Word]


def _queue(turn: Turn, unions: set[str]) -> list[Queued]:
    """Return all that waits for these unions but one's own, oldest first."""
    every = (row for source in SOURCES for row in source(turn.session, unions))
    others = (row for row in every if turn.worker.id not in row.people)
    return sorted(others, key=lambda row: row.since)


def _applications(session: Session, unions: set[str]) -> Iterator[Queued]:
    for row in waiting_in(session, unions):
        press, line = f"v:review:{short(row.id)}", partial(_line, row=row)
        yield Queued(row.submitted_at, {row.worker_id}, press, line)


def _corrections(session: Session, unions: set[str]) -> Iterator[Queued]:
    for row in corrections_in(session, unions):
        press, line = f"v:correction:{short(row.id)}", partial(_wish_line, row=row)
        yield Queued(row.asked_at, {row.worker_id}, press, line)


def _claims(session: Session, unions: set[str]) -> Iterator[Queued]:
    for row, people in claims_in(session, unions):
        press, line = f"v:claim:{short(row.id)}", partial(_claim_line, row=row)
        yield Queued(row.at, people, press, line)


SOURCES = (_applications, _corrections, _claims)
"""What may wait for a social worker; one more is a line here."""


def _wish_line(turn: Turn, row: Correction) -> Word:
    days = (turn.now - row.asked_at) // timedelta(days=1)
    known = name_of(turn, row)
    facts = {"name": known["name"], "number": known["number"], "days": days}
    return Word("correcting", "line", facts)


def _claim_line(turn: Turn, row: Claim) -> Word:
    member = turn.session.get_one(Worker, row.worker_id)
    name = mask_name(who_is(turn.session, turn.keys, member)["name"])
    days = (turn.now - row.at) // timedelta(days=1)
    facts = {"name": name, "code": row.code, "days": days}
    return Word("confirming", f"line_{row.asks}", facts)


def name_of(turn: Turn, row: Correction) -> dict[str, str]:
    """Return how a list names the member who wishes for a correction."""
    worker = turn.session.get_one(Worker, row.worker_id)
    name = mask_name(worker.unseal(turn.keys, "name") or "")
    return {"name": name, "number": (worker.member_no or "")[-4:]}


def _line(turn: Turn, row: Application) -> Word:
    worker = turn.session.get_one(Worker, row.worker_id)
    name = row.load(turn.keys, worker)["full_name"]
    group = turn.atlas.groups[row.group]
    return Word(
        "reviewing",
        "line",
        {
            "name": mask_name(name),
            "number": row.number[-4:],
            "group": turn.named(group),
            "days": (turn.now - row.submitted_at) // timedelta(days=1),
            "flagged": bool(row.flags),
            "late": row.due < turn.today,
        },
    )


def mine(turn: Turn, arg: str) -> tuple[Staff, Application] | None:
    """Return the staff member and the application if one may review the other."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(Application, long(arg))
    if staff is None or row is None or not review.may_review(turn.atlas, staff, row):
        return None
    return staff, row


def application(turn: Turn, arg: str) -> list[Say]:
    """Show one application with all it says, and what may be decided."""
    found = mine(turn, arg)
    if found is None:
        return [say("reviewing", "not_yours").offering(WAITING_LIST)]
    staff, row = found
    review.open_for_review(turn.session, turn.keys, staff, row, turn.now)
    worker = turn.session.get_one(Worker, row.worker_id)
    message = Say(
        Word("reviewing", "look", {"flags": tuple(row.flags.split())}),
        title=Word("reviewing", "application", {"number": row.number}),
        rows=tuple(_facts(turn, row, worker)),
        choices=_decisions(row) if row.standing in WAITING else (),
        back="v:waiting:0",
        about=worker.id,
        image=_picture(turn, row, worker),
    )
    return [message]


def _facts(turn: Turn, row: Application, worker: Worker) -> Iterator[tuple[Text, Text]]:
    """Yield every answer as a row, masked where the channel is not trusted."""
    facts = row.load(turn.keys, worker)
    for question in questions(Join):
        if facts.get(question.name) is not None and question.how.shown:
            yield label_of(question.name), _fact(turn, question, facts)
    if row.source:
        yield Word("reviewing", "source"), row.source


def _fact(turn: Turn, question: Question, facts: dict[str, Any]) -> Text:
    value = facts[question.name]
    if question.name == "full_name" and not turn.trusted:
        return mask_name(value)
    return question.shown(turn, facts, value)


def label_of(field: str) -> Word:
    """Return the label of a question of the application."""
    return Word("join", f"label_{field}")


def _picture(turn: Turn, row: Application, worker: Worker) -> int | None:
    key = row.load(turn.keys, worker).get("certificate")
    return long(key) if key and turn.trusted else None


def _decisions(row: Application) -> tuple[Choice, ...]:
    key = short(row.id)
    place = Choice(Word("reviewing", "approve"), f"a:approve:{key}")
    return (
        *((place,) if row.wished_union else ()),
        Choice(Word("reviewing", "approve_pool"), f"a:pool:{key}"),
        Choice(Word("reviewing", "return"), f"f:return:{key}"),
        Choice(Word("reviewing", "reject"), f"f:reject:{key}"),
    )


def approve(turn: Turn, arg: str) -> list[Say]:
    """Approve into the union wished for."""
    found = mine(turn, arg)
    union = found[1].wished_union if found else None
    if union is None:
        return pool(turn, arg)
    return decide(turn, arg, Decision(Standing.PLACED, {}, union))


def pool(turn: Turn, arg: str) -> list[Say]:
    """Approve into the holding pool."""
    return decide(turn, arg, Decision(Standing.POOL, {}))


def decide(turn: Turn, arg: str, decision: Decision) -> list[Say]:
    """Carry out a decision and say what it was, or why it cannot be made."""
    found = mine(turn, arg)
    if found is None:
        return [say("reviewing", "not_yours").offering(WAITING_LIST)]
    staff, row = found
    try:
        step = review.decide(
            turn.session,
            turn.keys,
            staff,
            row,
            decision,
            turn.now,
            turn.rules.undo_seconds,
        )
    except CannotDecide:
        return [say("reviewing", "decided_already").offering(WAITING_LIST)]
    except DoubleMember:
        return [say("reviewing", "double_member").offering(WAITING_LIST)]
    return [_decided(turn, row, step)]


def _decided(turn: Turn, row: Application, step: Step) -> Say:
    undo = Choice(Word("reviewing", "undo"), f"a:undo:{short(step.id)}")
    return say(
        "reviewing",
        "decided",
        number=row.number,
        standing=label(step.standing),
        seconds=turn.rules.undo_seconds,
    ).offering(undo, WAITING_LIST)


def undo(turn: Turn, arg: str) -> list[Say]:
    """Take a decision back while the worker has not been told."""
    step = turn.session.get(Step, long(arg))
    found = mine(turn, short(step.application_id)) if step else None
    if step is None or found is None:
        return [say("reviewing", "not_yours").offering(WAITING_LIST)]
    staff, row = found
    if not review.undo(turn.session, turn.keys, staff, step, row, turn.now):
        return [say("reviewing", "too_late").offering(WAITING_LIST)]
    again = Choice(Word("reviewing", "look_again"), f"v:review:{short(row.id)}")
    return [say("reviewing", "undone").offering(again, WAITING_LIST)]
