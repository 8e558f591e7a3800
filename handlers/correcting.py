"""Correcting for others: a social worker settles a wish for another name or ID.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.correct import label_of
from handlers.deciding import LONGEST_REASON, REFUSE_REASONS
from handlers.flow import questions
from handlers.join import Join
from handlers.matter import Deciding, Matter
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, member_number
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import correction
from models.application import DoubleMember, latest_of
from models.columns import short
from models.correction import QUEUE, Correction, Wish
from models.identity import mask_name
from models.staff import Staff
from models.worker import Worker


def _line(turn: Turn, row: Correction) -> Word:
    number = member_number(turn, row.worker_id)
    days = days_since(turn, row.asked_at)
    return Word("correcting", "line", {"number": number, "days": days})


SOURCE = Source(QUEUE, "v:correction", _line)


def _which(turn: Turn, row: Correction, named: bool) -> dict[str, Any]:
    worker = turn.session.get_one(Worker, row.worker_id)
    name = mask_name(worker.unseal(turn.keys, "name") or "") if named else ""
    return {"name": name, "number": member_number(turn, row.worker_id)}


MATTER = Matter(
    Correction,
    others=Word("correcting", "not_yours"),
    settled=Word("correcting", "settled_already"),
    waits=lambda row: row.standing is Wish.WAITING,
    which=_which,
)


def look(turn: Turn, arg: str) -> list[Say]:
    """Show what a member wishes to be corrected, and what may be decided."""
    return MATTER.look(turn, arg, "correction.read", _shown)


def _shown(turn: Turn, row: Correction) -> Say:
    worker = turn.session.get_one(Worker, row.worker_id)
    return Say(
        Word("correcting", "look"),
        title=Word("correcting", "title", {"field": label_of(row.field)}),
        rows=(
            (Word("my_application", "member_no"), worker.member_no or ""),
            *_changes(turn, row, worker),
        ),
        choices=_decisions(row) if MATTER.waits(row) else (),
        back=WAITING_LIST.press,
        about=worker.id,
    )


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
    key = short(row.id)
    return (
        Choice(Word("correcting", "approve"), f"a:approve_correction:{key}"),
        Choice(Word("correcting", "refuse"), f"f:refuse:{key}"),
    )


def approve(turn: Turn, arg: str) -> list[Say]:
    """Correct what a member wished for; the member is told."""

    def act(staff: Staff, row: Correction) -> Say:
        try:
            correction.approve(turn.session, turn.keys, staff, row, turn.now)
        except DoubleMember:
            return say("reviewing", "double_member").offering(WAITING_LIST)
        return say("correcting", "approved").offering(WAITING_LIST)

    return [MATTER.decide(turn, arg, act)]


class Refuse(Deciding):
    """Refuse a correction, with a reason."""

    name: ClassVar[str] = "refuse"
    matter: ClassVar[Matter[Correction]] = MATTER

    reason: Key = ask(offer=REFUSE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Refuse the correction; the member is told why."""

        def act(staff: Staff, row: Correction) -> Say:
            reason, now = self.reason, turn.now
            correction.refuse(turn.session, turn.keys, staff, row, reason, now)
            return say("correcting", "refused").offering(WAITING_LIST)

        return MATTER.decide(turn, self.subject, act)
