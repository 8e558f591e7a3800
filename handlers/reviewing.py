"""Reviewing in a chat: the waiting list, an application, and the decisions on it.

Permission is checked at the moment of each press, never remembered from the list.  A
message is about one person and goes with them; where several stand, nobody is named.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlmodel import Session

from handlers.doubts import doubts_about
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
from models.award import Award
from models.claim import Claim, claims_in
from models.columns import long, short
from models.correction import Correction, corrections_in
from models.identity import mask_name
from models.nominee import Nominee, nominees_in
from models.objection import Objection, objections_in
from models.staff import OFFICER, Staff, staff_of
from models.suggestion import Suggestion, suggestions_in
from models.worker import Worker

WAITING_LIST = Choice(Word("reviewing", "waiting"), "v:waiting:0")


def waiting(turn: Turn, arg: str) -> list[Say]:
    """List what a staff member's unions have to review, oldest first."""
    staff = staff_of(turn.session, turn.worker.id)
    if staff is None:
        return [say("reviewing", "not_staff")]
    rows = _queue(turn, staff)
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

    None of the `people` it is about decides it; a `role` that is named alone does.
    """

    since: datetime
    people: set[int]
    press: str
    line: Callable[[Turn], Word]
    role: str = ""


def _queue(turn: Turn, staff: Staff) -> list[Queued]:
    """Return all that waits for a staff member's unions but one's own, oldest first."""
    unions = turn.atlas.branch(staff.union_code)
    every = (row for source in SOURCES for row in source(turn.session, unions))
    others = (
        row
        for row in every
        if turn.worker.id not in row.people and row.role in ("", staff.role)
    )
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


def _nominees(session: Session, unions: set[str]) -> Iterator[Queued]:
    for row, award in nominees_in(session, unions):
        since, line = row.agreed_at or row.at, partial(_nominee_line, row=row)
        press = f"v:admit:{short(row.id)}"
        yield Queued(since, {row.worker_id}, press, partial(line, award=award))


def _objections(session: Session, unions: set[str]) -> Iterator[Queued]:
    for row, award in objections_in(session, unions):
        press, line = f"v:objection:{short(row.id)}", partial(_heard_line, row=row)
        whose = {row.worker_id}
        yield Queued(row.at, whose, press, partial(line, award=award), OFFICER)


def _suggestions(session: Session, unions: set[str]) -> Iterator[Queued]:
    for row in suggestions_in(session, unions):
        press, line = f"v:suggested:{short(row.id)}", partial(_idea_line, row=row)
        yield Queued(row.at, {row.worker_id}, press, line)


SOURCES = (
    _applications,
    _corrections,
    _claims,
    _nominees,
    _objections,
    _suggestions,
)
"""What may wait for a social worker; one more is a line here."""


def _wish_line(turn: Turn, row: Correction) -> Word:
    days = (turn.now - row.asked_at) // timedelta(days=1)
    facts = {"number": member_number(turn, row), "days": days}
    return Word("correcting", "line", facts)


def member_number(turn: Turn, row: Correction | Nominee) -> str:
    """Return the end of the number of the member something is about."""
    return (turn.session.get_one(Worker, row.worker_id).member_no or "")[-4:]


def _claim_line(turn: Turn, row: Claim) -> Word:
    days = (turn.now - row.at) // timedelta(days=1)
    return Word("confirming", f"line_{row.asks}", {"code": row.code, "days": days})


def _nominee_line(turn: Turn, row: Nominee, award: Award) -> Word:
    days = (turn.now - (row.agreed_at or row.at)) // timedelta(days=1)
    facts = {
        "number": member_number(turn, row),
        "award": turn.named(award),
        "days": days,
    }
    return Word("admitting", "line", facts)


def _heard_line(turn: Turn, row: Objection, award: Award) -> Word:
    days = (turn.now - row.at) // timedelta(days=1)
    facts = {"number": row.number, "award": turn.named(award), "days": days}
    return Word("settle", "line", facts)


def _idea_line(turn: Turn, row: Suggestion) -> Word:
    days = (turn.now - row.at) // timedelta(days=1)
    facts = {"number": row.number, "topic": label(row.topic), "days": days}
    return Word("answering", "line", facts)


def _line(turn: Turn, row: Application) -> Word:
    group = turn.atlas.groups[row.group]
    return Word(
        "reviewing",
        "line",
        {
            "number": row.number,
            "group": turn.named(group),
            "days": (turn.now - row.submitted_at) // timedelta(days=1),
            "flagged": bool(doubts_about(turn, row, facts_of(turn, row))),
            "late": row.due < turn.today,
        },
    )


def facts_of(turn: Turn, row: Application) -> dict[str, Any]:
    """Open what an applicant answered."""
    return row.load(turn.keys, turn.session.get_one(Worker, row.worker_id))


def name_of(turn: Turn, row: Application) -> str:
    """Return how an applicant is named; not at all once the facts are gone."""
    return mask_name(facts_of(turn, row).get("full_name", ""))


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
    facts, waits = facts_of(turn, row), row.standing in WAITING
    doubts = doubts_about(turn, row, facts) if waits else set()
    looked = {"flags": tuple(sorted(doubts)), "age": turn.rules.check_age}
    message = Say(
        Word("reviewing", "look", looked),
        title=Word("reviewing", "application", {"number": row.number}),
        rows=tuple(_facts(turn, row, facts)),
        choices=_decisions(turn, row) if waits else (),
        back="v:waiting:0",
        about=row.worker_id,
        image=_picture(turn, facts),
    )
    return [message]


def _facts(
    turn: Turn, row: Application, facts: dict[str, Any]
) -> Iterator[tuple[Text, Text]]:
    """Yield every answer as a row, masked where the channel is not trusted."""
    for question in questions(Join):
        if facts.get(question.name) is not None and question.how.shown:
            yield label_of(question.name), _fact(turn, question, facts)
    if row.source:
        yield Word("reviewing", "source"), row.source


def _fact(turn: Turn, question: Question, facts: dict[str, Any]) -> Text:
    value = facts[question.name]
    if question.name == "full_name" and not turn.trusted:
        return mask_name(value)
    return question.shown(turn, facts, value, in_full=True)


def label_of(field: str) -> Word:
    """Return the label of a question of the application."""
    return Word("join", f"label_{field}")


def _picture(turn: Turn, facts: dict[str, Any]) -> int | None:
    key = facts.get("certificate")
    return long(key) if key and turn.trusted else None


def _decisions(turn: Turn, row: Application) -> tuple[Choice, ...]:
    key = short(row.id)
    place = Choice(Word("reviewing", "approve"), f"a:approve:{key}")
    reveal = Choice(Word("reveal", "name"), f"f:reveal:{key}")
    return (
        *((place,) if row.wished_union else ()),
        Choice(Word("reviewing", "approve_pool"), f"a:pool:{key}"),
        Choice(Word("reviewing", "return"), f"f:return:{key}"),
        Choice(Word("reviewing", "reject"), f"f:reject:{key}"),
        *((reveal,) if turn.trusted else ()),
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
    decided = {
        "number": row.number,
        "name": name_of(turn, row),
        "standing": label(step.standing),
        "seconds": turn.rules.undo_seconds,
    }
    words = Word("reviewing", "decided", decided)
    return Say(words, choices=(undo, WAITING_LIST), about=row.worker_id)


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
