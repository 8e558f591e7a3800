"""Forms about a case: a note, passing it on, the stage of a dispute, the outcome."""

from collections import Counter
from collections.abc import Callable
from typing import Any, ClassVar

from handlers.answers import Key, PastDay, People, Words
from handlers.handling import MATTER, done, too_late
from handlers.matter import Deciding, Matter
from handlers.offers import Offer, Option, matching
from handlers.question import Submit, ask
from handlers.say import Say, say
from handlers.turn import Turn
from models import handling
from models.case import OPEN, Case, Outcome
from models.columns import long, short
from models.dispute import Stage
from models.handling import colleagues, has
from models.identity import mask_name
from models.staff import OFFICER, Staff
from models.worker import Worker


class AboutCase(Deciding):
    """What forms about an open case have in common: who may, and when."""

    matter: ClassVar[Matter[Case]] = MATTER

    @classmethod
    def may(cls, staff: Staff, row: Case) -> bool:
        """Tell whether who answers for a case may fill this in now."""
        return row.course in OPEN

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not see to this case, or comes too late."""
        found = MATTER.mine(turn, subject)
        if found is None:
            return [MATTER.not_yours()]
        return None if cls.may(*found) else [too_late(found[1])]

    def _do(self, turn: Turn, do: Callable[[Staff, Case], None], message: Say) -> Say:
        return done(turn, self.subject, do, message)[-1]


def _commands(staff: Staff, row: Case) -> bool:
    return row.staff_id is not None and (has(staff, row) or staff.role == OFFICER)


class Note(AboutCase):
    """Write a note that only staff read."""

    name: ClassVar[str] = "case_note"

    words: Words = ask()
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Write it down."""

        def do(staff: Staff, row: Case) -> None:
            by = (turn.session, turn.keys, turn.atlas, staff)
            handling.note(*by, row, self.words, turn.now)

        return self._do(turn, do, say("case_note", "done"))


def _colleagues(turn: Turn, answers: Any) -> list[Option]:
    row = turn.session.get(Case, long(answers.subject))
    return colleagues_for(turn, row) if row else []


def colleagues_for(turn: Turn, row: Case) -> list[Option]:
    """Offer to whom a case can be passed on; two who read alike are numbered."""
    found = colleagues(turn.session, turn.atlas, row)
    others = [staff for staff in found if staff.worker_id != turn.worker.id]
    alike = Counter[str]()
    options = []
    for staff in others:
        name = _colleague(turn, staff)
        alike[name] += 1
        several = f" {alike[name]}" if alike[name] > 1 else ""
        options.append(Option(short(staff.id), f"{name}{several}"))
    return options


def _colleague(turn: Turn, staff: Staff) -> str:
    """Return a colleague's union and masked name."""
    worker = turn.session.get_one(Worker, staff.worker_id)
    name = mask_name(worker.unseal(turn.keys, "name") or "")
    union = turn.named(turn.atlas.unions[staff.union_code])
    return f"{union} {name}".strip()


def _named(turn: Turn, answers: Any, query: str) -> list[Option]:
    return matching(_colleagues(turn, answers), query)


class PassOn(AboutCase):
    """Give a case to a colleague."""

    name: ClassVar[str] = "case_pass"

    to: Key = ask(offer=Offer(_colleagues, searching=_named))
    words: Words | None = ask(optional=True)
    sure: Submit = ask()

    @classmethod
    def may(cls, staff: Staff, row: Case) -> bool:
        """Let who has it pass it on, or an officer."""
        return row.course in OPEN and _commands(staff, row)

    def finish(self, turn: Turn) -> Say:
        """Give it away; what the colleague should know is a note."""
        to = turn.session.get_one(Staff, long(self.to))

        def do(staff: Staff, row: Case) -> None:
            if self.words:
                by = (turn.session, turn.keys, turn.atlas, staff)
                handling.note(*by, row, self.words, turn.now)
            handling.pass_on(turn.session, turn.atlas, staff, row, to, turn.now)

        return self._do(turn, do, say("case_pass", "done"))


class MoveStage(AboutCase):
    """Note how far a dispute has gone."""

    name: ClassVar[str] = "case_stage"

    stage: Stage = ask()
    on: PastDay = ask()
    sure: Submit = ask()

    @classmethod
    def may(cls, staff: Staff, row: Case) -> bool:
        """Let whoever answers for a dispute note its stage."""
        return row.course in OPEN and row.stage is not None

    def finish(self, turn: Turn) -> Say:
        """Note it; the clocks follow, and the worker is told."""

        def do(staff: Staff, row: Case) -> None:
            by = (turn.session, turn.atlas, staff, row, self.stage, self.on)
            handling.move_stage(*by, turn.now, turn.today)

        return self._do(turn, do, say("case_stage", "done"))


class Close(AboutCase):
    """Close a case with what came of it."""

    name: ClassVar[str] = "case_close"

    outcome: Outcome = ask()
    answer: Words = ask()
    people: People = ask()
    sure: Submit = ask()

    @classmethod
    def may(cls, staff: Staff, row: Case) -> bool:
        """Let only who has it close it."""
        return has(staff, row)

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Know for how many people it was."""
        return {"people": turn.session.get_one(Case, long(subject)).people}

    def finish(self, turn: Turn) -> Say:
        """Close it; the worker is told, and asked how it was."""

        def do(staff: Staff, row: Case) -> None:
            by = (turn.session, turn.keys, turn.atlas, staff, row)
            told = (self.outcome, self.answer, self.people)
            handling.close(*by, *told, turn.now)

        return self._do(turn, do, say("case_close", "done"))
