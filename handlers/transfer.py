"""Moving a membership along: the member's form, and where it stands.

The present job and place are known; only what changed is asked.  Benefits go on, for
the union changes only when the new one has received the member.
"""

from typing import Any, ClassVar

from handlers.answers import Key
from handlers.choices import Change, WorkForm
from handlers.correct import facts_of, is_member
from handlers.flow import Flow
from handlers.my_application import reason_text, way_in
from handlers.my_data import TRANSFER
from handlers.offers import Offer, Option
from handlers.phones import too_new
from handlers.places import (
    CITIES,
    DISTRICTS,
    EMPLOYERS,
    GROUPS,
    PLATFORMS,
    POOL,
    STREETS,
    UNIONS,
    nearest,
    no_city,
    reviewer,
)
from handlers.question import Answers, Submit, ask
from handlers.receipts import MY_DATA
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import reminder
from models import transfer as transfers
from models.application import CannotDecide
from models.message import Kind
from models.place import Union
from models.transfer import MOVED, OPEN, WAITING, Moving, TransferStep, Wish
from models.workdays import add_workdays

MY_TRANSFER = Choice(Word("transfer", "mine"), "v:transfer:")

JOB = ("group", "work_form", "platform", "employer")
PLACE = ("city", "district", "street", "home_district")


def _job(a: Any) -> bool:
    return a.change is not Change.PLACE


def _place(a: Any) -> bool:
    return a.change is not Change.JOB


def _moved(turn: Turn, answers: Any) -> Answers:
    """Return the facts as they will be: what was asked anew, the rest as it was."""
    facts = facts_of(turn)
    changed = (*(JOB if _job(answers) else ()), *(PLACE if _place(answers) else ()))
    return Answers({**facts, **{name: getattr(answers, name) for name in changed}})


def _unions(turn: Turn, answers: Any) -> list[Option]:
    """Offer the unions for the new job and place, but the one that is left."""
    moved, worker = _moved(turn, answers), turn.worker
    found = [o for o in UNIONS.listing(turn, moved) if o.key != worker.union_code]
    pool = reviewer(turn, moved_to(moved, POOL))
    same = worker.in_pool and pool is not None and pool.code == worker.union_code
    return [o for o in found if o.key != POOL or not same]


def moved_to(moved: Answers, union: str) -> Answers:
    """Return the facts with another union wished for."""
    names = ("home_district", "district")
    return Answers({**{n: getattr(moved, n) for n in names}, "wished_union": union})


class Transfer(Flow):
    """Move to another union with a new job or a new place."""

    name: ClassVar[str] = "transfer"

    change: Change = ask()
    group: Key = ask(offer=GROUPS, when=_job)
    work_form: WorkForm = ask(when=_job)
    platform: Key | None = ask(
        offer=PLATFORMS,
        own_words=60,
        optional=True,
        when=lambda a: _job(a) and a.work_form is WorkForm.PLATFORM,
    )
    employer: Key | None = ask(
        offer=EMPLOYERS,
        own_words=60,
        optional=True,
        when=lambda a: _job(a) and a.work_form is WorkForm.EMPLOYER,
    )
    city: Key = ask(
        offer=CITIES, wish="location", locate=nearest, unknown=no_city, when=_place
    )
    district: Key = ask(offer=DISTRICTS, locate=nearest, also=("city",), when=_place)
    street: Key | None = ask(offer=STREETS, optional=True, when=_place)
    wished_union: Key = ask(offer=Offer(_unions))
    sure: Submit = ask()

    home_district: ClassVar[None] = None
    """Who moves belongs where they work."""

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who is no member; show where it stands to who is moving."""
        if not is_member(turn):
            return [say("transfer", "members_only").offering(way_in(turn))]
        moving = transfers.open_transfer(turn.session, turn.worker.id)
        return transfer(turn, "") if moving else too_new(turn)

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Fill in what often stays: the city."""
        return {"city": facts_of(turn)["city"]}

    def finish(self, turn: Turn) -> Say:
        """Ask the present union to let the member go."""
        moved = _moved(turn, self)
        union = self._wished(turn, moved)
        changed = (*(JOB if _job(self) else ()), *(PLACE if _place(self) else ()))
        facts = {name: getattr(self, name) for name in changed}
        wish = Wish(union.code, self.wished_union == POOL, facts)
        due = add_workdays(turn.today, turn.rules.transfer_days)
        row = transfers.request(
            turn.session, turn.keys, turn.worker, wish, turn.now, due
        )
        old = turn.atlas.unions[row.from_union]
        said = {"old": turn.named(old), "due": row.due}
        done = Say(
            Word("transfer", "done", said),
            title=Word("transfer", "done_title"),
            rows=((Word("my_application", "number"), row.number),),
            kind=Kind.RECEIPT,
        )
        return done.offering(MY_TRANSFER)

    def _wished(self, turn: Turn, moved: Answers) -> Union:
        union = reviewer(turn, moved_to(moved, self.wished_union))
        return union or turn.atlas.unions[turn.worker.union_code or ""]


def transfer(turn: Turn, arg: str) -> list[Say]:
    """Show where the newest transfer stands."""
    rows = transfers.transfers_of(turn.session, turn.worker.id)
    if not rows:
        return [say("transfer", "none").offering(TRANSFER)]
    row = rows[0]
    step = as_told(turn, row.id)
    requested = step.standing is Moving.REQUESTED
    decides = turn.atlas.unions[row.from_union if requested else row.to_union]
    union = {"union": turn.named(decides), "due": step.due}
    message = Say(
        Word("transfer", f"standing_{step.standing}", union),
        title=Word("transfer", "mine"),
        rows=(
            (Word("my_application", "number"), row.number),
            (Word("transfer", "from"), turn.named(turn.atlas.unions[row.from_union])),
            (Word("transfer", "to"), turn.named(turn.atlas.unions[row.to_union])),
            (
                Word("my_application", "submitted"),
                Word("common", "day", {"at": row.requested_at}),
            ),
            *reason_row(turn, step),
        ),
        choices=_choices(step.standing, row.number),
    )
    return [message]


def as_told(turn: Turn, number: int) -> TransferStep:
    """Return the last step the member knows; a decision shows with its notice."""
    steps = reversed(transfers.steps_of(turn.session, number))
    return next(s for s in steps if not reminder.waits(turn.session, MOVED, str(s.id)))


def reason_row(turn: Turn, step: TransferStep) -> tuple[tuple[Text, Text], ...]:
    """Return why a transfer was refused, as a row."""
    reason = step.reason(turn.keys, turn.worker)
    return ((Word("my_application", "reason"), reason_text(reason)),) if reason else ()


def _choices(standing: Moving, number: str) -> tuple[Choice, ...]:
    if standing in WAITING:
        drop = Choice(Word("transfer", "withdraw"), f"a:withdraw_transfer:{number}")
        return (drop, MY_DATA)
    return (MY_DATA,) if standing in OPEN else (TRANSFER, MY_DATA)


def withdraw(turn: Turn, arg: str) -> list[Say]:
    """Take a transfer back; asks once whether that is meant."""
    row = transfers.open_transfer(turn.session, turn.worker.id)
    if row is None or row.number != arg.removesuffix(".sure"):
        return transfer(turn, "")
    if not arg.endswith(".sure"):
        press = f"a:withdraw_transfer:{row.number}.sure"
        sure = Choice(Word("transfer", "withdraw_sure"), press)
        keep = Choice(Word("transfer", "withdraw_not"), MY_TRANSFER.press)
        return [say("transfer", "withdraw_ask").offering(keep, sure)]
    try:
        transfers.withdraw(turn.session, row, turn.now)
    except CannotDecide:
        return [say("transfer", "withdraw_late").offering(MY_TRANSFER)]
    done = Say(Word("transfer", "withdrawn_now"), kind=Kind.RECEIPT)
    return [done.offering(TRANSFER, MY_DATA)]
