"""Correcting for others: a social worker settles a wish for another name or ID.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.correct import label_of
from handlers.deciding import LONGEST_REASON, REFUSE_REASONS
from handlers.flow import Flow, questions
from handlers.join import Join
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, member_number
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import audit, correction
from models.application import CannotDecide, DoubleMember, latest_of
from models.columns import long, short
from models.correction import QUEUE, Correction, Wish
from models.identity import mask_name
from models.review import may_review
from models.staff import Staff, staff_of
from models.worker import Worker


def _line(turn: Turn, row: Correction) -> Word:
    number = member_number(turn, row.worker_id)
    days = days_since(turn, row.asked_at)
    return Word("correcting", "line", {"number": number, "days": days})


SOURCE = Source(QUEUE, "v:correction", _line)


def mine(turn: Turn, arg: str) -> tuple[Staff, Correction] | None:
    """Return the staff member and the correction if one may settle the other."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(Correction, long(arg))
    if staff is None or row is None or not may_review(turn.atlas, staff, row):
        return None
    return staff, row


def look(turn: Turn, arg: str) -> list[Say]:
    """Show what a member wishes to be corrected, and what may be decided."""
    found = mine(turn, arg)
    if found is None:
        return [_not_yours()]
    staff, row = found
    audit.record(turn.session, turn.now, staff.id, "correction.read", row.id)
    worker = turn.session.get_one(Worker, row.worker_id)
    message = Say(
        Word("correcting", "look"),
        title=Word("correcting", "title", {"field": label_of(row.field)}),
        rows=(
            (Word("my_application", "member_no"), worker.member_no or ""),
            *_changes(turn, row, worker),
        ),
        choices=_decisions(row),
        back=WAITING_LIST.press,
        about=worker.id,
    )
    return [message]


def _changes(
    turn: Turn, row: Correction, worker: Worker
) -> Iterator[tuple[Text, Text]]:
    """Yield what is wished for beside what is kept now, masked as an application is."""
    application = latest_of(turn.session, worker.id)
    facts = application.load(turn.keys, worker) if application else {}
    wish = row.load(turn.keys, worker)
    before, after = _masked(turn, facts), _masked(turn, {**facts, **wish})
    for question in questions(Join):
        name = question.name
        if wish.get(name) is not None:
            new: Text = question.shown(turn, after, after[name])
            old = question.shown(turn, before, before.get(name))
            if before.get(name) not in (None, after[name]):
                new = Word("correcting", "change", {"before": old, "after": new})
            yield label_of(name), new


def _masked(turn: Turn, facts: dict[str, Any]) -> dict[str, Any]:
    if turn.trusted or "full_name" not in facts:
        return facts
    return {**facts, "full_name": mask_name(facts["full_name"])}


def _decisions(row: Correction) -> tuple[Choice, ...]:
    if row.standing is not Wish.WAITING:
        return ()
    key = short(row.id)
    return (
        Choice(Word("correcting", "approve"), f"a:approve_correction:{key}"),
        Choice(Word("correcting", "refuse"), f"f:refuse:{key}"),
    )


def approve(turn: Turn, arg: str) -> list[Say]:
    """Correct what a member wished for; the member is told."""

    def settle(staff: Staff, row: Correction) -> None:
        correction.approve(turn.session, turn.keys, staff, row, turn.now)

    return [_settled(turn, arg, settle, say("correcting", "approved"))]


def _settled(
    turn: Turn, arg: str, settle: Callable[[Staff, Correction], None], done: Say
) -> Say:
    """Settle a wish and say so, or why it cannot be settled."""
    found = mine(turn, arg)
    if found is None:
        return _not_yours()
    try:
        settle(*found)
    except CannotDecide:
        return _settled_already()
    except DoubleMember:
        return say("reviewing", "double_member").offering(WAITING_LIST)
    return done.offering(WAITING_LIST)


class Refuse(Flow):
    """Refuse a correction, with a reason."""

    name: ClassVar[str] = "refuse"
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    reason: Key = ask(offer=REFUSE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not settle this correction, or comes too late."""
        found = mine(turn, subject)
        if found is None:
            return [_not_yours()]
        return None if found[1].standing is Wish.WAITING else [_settled_already()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say whose, so that nobody decides about one and means another."""
        row = turn.session.get(Correction, long(subject))
        if row is None:
            return super().title(turn, subject)
        worker = turn.session.get_one(Worker, row.worker_id)
        name = mask_name(worker.unseal(turn.keys, "name") or "") if named else ""
        whose = {"name": name, "number": member_number(turn, row.worker_id)}
        return Word(cls.name, "title", whose)

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while deciding as the member's data."""
        row = turn.session.get(Correction, long(subject))
        return row.worker_id if row else None

    def finish(self, turn: Turn) -> Say:
        """Refuse the correction; the member is told why."""

        def settle(staff: Staff, row: Correction) -> None:
            reason, now = self.reason, turn.now
            correction.refuse(turn.session, turn.keys, staff, row, reason, now)

        return _settled(turn, self.subject, settle, say("correcting", "refused"))


def _not_yours() -> Say:
    return say("correcting", "not_yours").offering(WAITING_LIST)


def _settled_already() -> Say:
    return say("correcting", "settled_already").offering(WAITING_LIST)
