"""Reviewing in a chat: the waiting list, an application, and the decisions on it.

Permission is checked at the moment of each press, never remembered from the list.
"""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.flow import (
    Ask,
    Flow,
    Question,
    Submit,
    ask,
    label,
    make_question,
    progress,
    questions,
)
from handlers.join import Join
from handlers.offers import Offer, Option, page_of
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import review
from models.application import (
    Application,
    CannotDecide,
    Decision,
    DoubleMember,
    Standing,
    Step,
    waiting_in,
)
from models.columns import long, short
from models.identity import mask_name
from models.staff import Staff, staff_of
from models.worker import Worker

WAITING_LIST = Choice(Word("reviewing", "waiting"), "v:waiting:0")


def waiting(turn: Turn, arg: str) -> list[Say]:
    """List the applications a staff member's unions have to review, oldest first."""
    staff = staff_of(turn.session, turn.worker.id)
    if staff is None:
        return [say("reviewing", "not_staff")]
    rows = waiting_in(turn.session, turn.atlas.branch(staff.union_code))
    rows = [row for row in rows if row.worker_id != turn.worker.id]
    if not rows:
        return [say("reviewing", "nobody_waits")]
    number = int(arg) if arg.isdigit() else 0
    options = [Option(short(row.id), _line(turn, row)) for row in rows]
    shown, more = page_of(options, number)
    choices = [Choice(o.label, f"v:review:{o.key}") for o in shown]
    if more:
        choices.append(Choice(Word("common", "more"), f"v:waiting:{number + 1}"))
    return [say("reviewing", "list", count=len(rows)).offering(*choices)]


def _line(turn: Turn, row: Application) -> Word:
    worker = turn.session.get_one(Worker, row.worker_id)
    name = row.load(turn.keys, worker)["full_name"]
    group = turn.atlas.groups[row.group]
    return Word(
        "reviewing",
        "line",
        {
            "name": mask_name(name),
            "group": turn.named(group),
            "days": (turn.now - row.submitted_at) // timedelta(days=1),
            "flagged": bool(row.flags),
            "late": row.due < turn.today,
        },
    )


def _mine(turn: Turn, arg: str) -> tuple[Staff, Application] | None:
    """Return the staff member and the application if one may review the other."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(Application, long(arg))
    if staff is None or row is None or not review.may_review(turn.atlas, staff, row):
        return None
    return staff, row


def application(turn: Turn, arg: str) -> list[Say]:
    """Show one application with all it says, and what may be decided."""
    found = _mine(turn, arg)
    if found is None:
        return [say("reviewing", "not_yours").offering(WAITING_LIST)]
    staff, row = found
    review.open_for_review(turn.session, turn.keys, staff, row, turn.now)
    worker = turn.session.get_one(Worker, row.worker_id)
    message = Say(
        Word("reviewing", "look", {"flags": tuple(row.flags.split())}),
        title=Word("reviewing", "application", {"number": row.number}),
        rows=_facts(turn, row, worker),
        choices=_decisions(row) if row.standing in review.WAITING else (),
        back="v:waiting:0",
        about=worker.id,
        image=_picture(turn, row, worker),
    )
    return [message]


def _facts(
    turn: Turn, row: Application, worker: Worker
) -> tuple[tuple[Text, Text], ...]:
    """Return every answer as a row, masked where the channel is not trusted."""
    facts = row.load(turn.keys, worker)
    applicant = replace(turn, worker=worker)
    state = progress(applicant, Join, "", {**facts, "sure": None})
    rows = tuple(
        (_label(q.name), _fact(applicant, q, state.seen, turn.trusted))
        for q in state.asked
        if q.name in state.seen and not q.submit
    )
    source = ((Word("reviewing", "source"), row.source),) if row.source else ()
    return (*rows, *source)


def _fact(turn: Turn, question: Question, seen: dict[str, Any], trusted: bool) -> Text:
    value = seen[question.name]
    if question.name == "full_name" and not trusted:
        return mask_name(value)
    return question.shown(turn, seen, value)


def _label(field: str) -> Word:
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
    found = _mine(turn, arg)
    union = found[1].wished_union if found else None
    return _decide(turn, arg, Decision(Standing.PLACED, {}, union))


def pool(turn: Turn, arg: str) -> list[Say]:
    """Approve into the holding pool."""
    return _decide(turn, arg, Decision(Standing.POOL, {}))


def _decide(turn: Turn, arg: str, decision: Decision) -> list[Say]:
    found = _mine(turn, arg)
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
    found = _mine(turn, short(step.application_id)) if step else None
    if step is None or found is None:
        return [say("reviewing", "not_yours").offering(WAITING_LIST)]
    staff, row = found
    if not review.undo(turn.session, turn.keys, staff, step, row, turn.now):
        return [say("reviewing", "too_late").offering(WAITING_LIST)]
    again = Choice(Word("reviewing", "look_again"), f"v:review:{short(row.id)}")
    return [say("reviewing", "undone").offering(again, WAITING_LIST)]


def _wrong_fields(turn: Turn, answers: Any) -> list[Option]:
    return [
        Option(q.name, _label(q.name))
        for q in questions(Join)
        if not q.submit and q.name != "consent"
    ]


def _reasons(turn: Turn, answers: Any) -> list[Option]:
    return [
        Option(key, Word("reviewing", f"reason_{key}"))
        for key in ("unclear", "mismatch", "missing", "wrong_union")
    ]


def _reject_reasons(turn: Turn, answers: Any) -> list[Option]:
    return [
        Option(key, Word("reviewing", f"reason_{key}"))
        for key in ("not_eligible", "elsewhere", "no_answer")
    ]


class _Decide(Flow):
    """What returning and rejecting have in common: who may, and acting on the answers."""

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who may not review this application, or comes too late."""
        found = _mine(turn, subject)
        if found is None:
            return [say("reviewing", "not_yours").offering(WAITING_LIST)]
        if found[1].standing not in review.WAITING:
            return [say("reviewing", "decided_already").offering(WAITING_LIST)]
        return None


class Return(_Decide):
    """Return an application: which fields are wrong, and why each."""

    name: ClassVar[str] = "return"

    fields: list[Key] = ask(many=True, offer=Offer(_wrong_fields))
    sure: Submit = ask()

    @classmethod
    def more(cls, turn: Turn, subject: str, seen: dict[str, Any]) -> list[Question]:
        """Ask a reason for each field chosen."""
        return [_why(field) for field in seen.get("fields") or ()]

    def finish(self, turn: Turn) -> Say:
        """Return the application with a reason for each field."""
        reasons = {f: self.extras[f"why_{f}"] for f in self.fields}
        return _decide(turn, self.subject, Decision(Standing.RETURNED, reasons))[0]


class Reject(_Decide):
    """Reject an application, with a written reason."""

    name: ClassVar[str] = "reject"

    reason: Key = ask(offer=Offer(_reject_reasons), own_words=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Reject the application."""
        decision = Decision(Standing.REJECTED, {"": self.reason})
        return _decide(turn, self.subject, decision)[0]


@cache
def _why(field: str) -> Question:
    """Make the question why one field is wrong."""
    how = Ask(offer=Offer(_reasons), own_words=True)
    asks = Word("return", "ask_why", {"field": _label(field)})
    return make_question(f"why_{field}", Key, how, asks, _label(field))
