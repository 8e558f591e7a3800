"""Reviewing in a chat: an application, and the decisions on it.

Permission is checked at the moment of each press, never remembered from the list.  A
message is about one person and goes with them.
"""

from collections.abc import Iterator
from typing import Any

from handlers.doubts import doubts_about
from handlers.flow import questions
from handlers.join import Join
from handlers.matter import CANNOT_UNDO, Matter
from handlers.question import Question, label
from handlers.queued import WAITING_LIST, Source, days_since
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import review
from models.application import (
    QUEUE,
    WAITING,
    Application,
    Decision,
    DoubleMember,
    Standing,
    Step,
)
from models.columns import long, short
from models.identity import mask_name
from models.staff import Staff
from models.worker import Worker


def _line(turn: Turn, row: Application) -> Word:
    group = turn.atlas.groups[row.group]
    return Word(
        "reviewing",
        "line",
        {
            "number": row.number,
            "group": turn.named(group),
            "days": days_since(turn, row.submitted_at),
            "flagged": bool(doubts_about(turn, row, facts_of(turn, row))),
            "late": row.due < turn.today,
        },
    )


SOURCE = Source(QUEUE, "v:review", _line)


def facts_of(turn: Turn, row: Application) -> dict[str, Any]:
    """Open what an applicant answered."""
    return row.load(turn.keys, turn.session.get_one(Worker, row.worker_id))


def name_of(turn: Turn, row: Application) -> str:
    """Return how an applicant is named; not at all once the facts are gone."""
    return mask_name(facts_of(turn, row).get("full_name", ""))


def _which(turn: Turn, row: Application, named: bool) -> dict[str, str]:
    return {"number": row.number, "name": name_of(turn, row) if named else ""}


MATTER = Matter(
    Application,
    others=Word("reviewing", "not_yours"),
    settled=Word("reviewing", "settled_already"),
    waits=lambda turn, row: row.standing in WAITING,
    which=_which,
    hindered={DoubleMember: Word("reviewing", "double_member"), **CANNOT_UNDO},
)


def application(turn: Turn, arg: str) -> list[Say]:
    """Show one application with all it says, and what may be decided."""
    found = MATTER.mine(turn, arg)
    if found is None:
        return [MATTER.not_yours()]
    staff, row = found
    review.open_for_review(turn.session, turn.keys, staff, row, turn.now)
    facts, waits = facts_of(turn, row), MATTER.waits(turn, row)
    doubts = doubts_about(turn, row, facts) if waits else set()
    looked = {"flags": tuple(sorted(doubts)), "age": turn.rules.check_age}
    message = Say(
        Word("reviewing", "look", looked),
        title=Word("reviewing", "application", {"number": row.number}),
        rows=tuple(fact_rows(turn, row, facts)),
        choices=_decisions(turn, row) if waits else (),
        back="v:waiting:0",
        about=row.worker_id,
        image=_picture(turn, facts),
    )
    return [message]


def fact_rows(
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
    found = MATTER.mine(turn, arg)
    union = found[1].wished_union if found else None
    if union is None:
        return pool(turn, arg)
    return [_decide(turn, arg, Decision(Standing.PLACED, {}, union))]


def pool(turn: Turn, arg: str) -> list[Say]:
    """Approve into the holding pool."""
    return [_decide(turn, arg, Decision(Standing.POOL, {}))]


def _decide(turn: Turn, arg: str, decision: Decision) -> Say:
    """Carry out a decision and say what it was, or why it cannot be made."""

    def act(staff: Staff, row: Application) -> Say:
        return decide(turn, staff, row, decision).offering(WAITING_LIST)

    return MATTER.decide(turn, arg, act)


def decide(turn: Turn, staff: Staff, row: Application, decision: Decision) -> Say:
    """Carry out a decision and say what it was."""
    on = (turn.session, turn.keys, staff, row)
    step = review.decide(*on, decision, turn.now, turn.rules.undo_seconds)
    return _decided(turn, row, step)


def _decided(turn: Turn, row: Application, step: Step) -> Say:
    undo = Choice(Word("reviewing", "undo"), f"a:undo:{short(step.id)}")
    decided = {
        "number": row.number,
        "name": name_of(turn, row),
        "standing": label(step.standing),
        "seconds": turn.rules.undo_seconds,
    }
    words = Word("reviewing", "decided", decided)
    return Say(words, choices=(undo,), about=row.worker_id)


def undo(turn: Turn, arg: str) -> list[Say]:
    """Take a decision back while the worker has not been told."""
    step = turn.session.get(Step, long(arg))
    if step is None:
        return [MATTER.not_yours()]

    def act(staff: Staff, row: Application) -> Say:
        review.undo(turn.session, turn.keys, staff, step.id, row, turn.now)
        again = Choice(Word("reviewing", "look_again"), f"v:review:{short(row.id)}")
        return say("reviewing", "undone").offering(again, WAITING_LIST)

    return [MATTER.decide(turn, short(step.application_id), act)]
