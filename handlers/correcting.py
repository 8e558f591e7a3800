"""Correcting for others: a social worker settles a wish for another name or ID.

Permission is checked at the moment of each press, and again when a form is finished.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.correct import label_of
from handlers.deciding import LONGEST_REASON, REFUSE_REASONS
from handlers.dossier import (
    ByForm,
    ByPress,
    Dossier,
    Facts,
    reason_of,
    settled,
    states_of,
)
from handlers.flow import questions
from handlers.join import Join
from handlers.matter import Deciding, Matter
from handlers.question import Submit, ask
from handlers.queued import Source, days_since, member_number
from handlers.say import Say, Text, Word, say
from handlers.turn import Turn
from models import correction
from models.application import DoubleMember, latest_of
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
    waits=lambda turn, row: row.standing is Wish.WAITING,
    which=_which,
    hindered={DoubleMember: Word("reviewing", "double_member")},
)


def _shown(turn: Turn, row: Correction) -> Say:
    """Show what a member wishes to be corrected."""
    worker = turn.session.get_one(Worker, row.worker_id)
    return Say(
        Word("correcting", "look") if MATTER.waits(turn, row) else MATTER.settled,
        title=Word("correcting", "title", {"field": label_of(row.field)}),
        rows=(
            (Word("my_application", "member_no"), worker.member_no or ""),
            *_changes(turn, row, worker),
        ),
    )


def _changes(
    turn: Turn, row: Correction, worker: Worker
) -> Iterator[tuple[Text, Text]]:
    """Yield what is wished for, and while it waits what is kept now beside it."""
    facts = _kept(turn, worker) if MATTER.waits(turn, row) else {}
    wish = row.load(turn.keys, worker)
    before, after = (_masked(turn, row, told) for told in (facts, {**facts, **wish}))
    for question in questions(Join):
        name = question.name
        if wish.get(name) is not None:
            new: Text = question.shown(turn, after, after[name])
            old = question.shown(turn, before, before.get(name))
            if before.get(name) not in (None, after[name]):
                new = Word("correcting", "change", {"before": old, "after": new})
            yield label_of(name), new


def _kept(turn: Turn, worker: Worker) -> dict[str, Any]:
    application = latest_of(turn.session, worker.id)
    return application.load(turn.keys, worker) if application else {}


def _masked(turn: Turn, row: Correction, facts: dict[str, Any]) -> dict[str, Any]:
    """Mask the name, unless somebody who is trusted has to decide on it."""
    in_full = turn.trusted and MATTER.waits(turn, row)
    if in_full or "full_name" not in facts:
        return facts
    return {**facts, "full_name": mask_name(facts["full_name"])}


def _approve(turn: Turn, staff: Staff, row: Correction) -> Say:
    """Correct what a member wished for; the member is told."""
    by = (turn.session, turn.keys, turn.atlas, staff)
    correction.approve(*by, row, turn.now)
    return say("correcting", "approved")


class Refuse(Deciding):
    """Refuse a correction, with a reason."""

    name: ClassVar[str] = "refuse"
    matter: ClassVar[Matter[Correction]] = MATTER

    reason: Key = ask(offer=REFUSE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Correction) -> Say:
        """Refuse the correction; the member is told why."""
        by = (turn.session, turn.keys, turn.atlas, staff)
        correction.refuse(*by, row, self.reason, turn.now)
        return say("correcting", "refused")


def _called(turn: Turn, row: Correction) -> tuple[Text, Text]:
    return f"…{member_number(turn, row.worker_id)}", label_of(row.field)


def _history(turn: Turn, row: Correction) -> Facts:
    yield from settled(row.settled_at)
    yield from reason_of(turn, row)


DOSSIER = Dossier(
    name="corrections",
    noun="correction",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=_called,
    ways=(
        ByPress(
            "approve_correction", lambda row: Word("correcting", "approve"), _approve
        ),
        ByForm(Refuse),
    ),
    states=states_of(Correction.standing, Wish.APPROVED, Wish.REFUSED, Wish.DROPPED),
    history=_history,
)
