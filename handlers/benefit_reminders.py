"""What is said of benefits without being asked: what was used, ends, begins, moved on.

A voucher that nobody used in time ends here as well, and its quota is free again.
"""

from datetime import datetime

from sqlmodel import Session

from handlers.benefits import BENEFITS, MY_VOUCHERS, name_of
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.services import facts, ways
from handlers.turn import Turn
from handlers.vouchers import days_left, last_day, settled
from models import voucher
from models.benefit import Benefit
from models.chat import newest_chat
from models.columns import short
from models.message import Kind
from models.preference import Topic
from models.reminder import Reminder
from models.rules import Rules
from models.service import (
    PENDING,
    SLOT_SOON,
    TOLD,
    Served,
    ServiceRequest,
    evening_before,
)
from models.slot import Slot
from models.voucher import ENDING, LAPSED, USED_NOW, Held, Voucher


def _chat_of_voucher(session: Session, row: Reminder) -> int | None:
    found = session.get(Voucher, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _chat_of_request(session: Session, row: Reminder) -> int | None:
    found = session.get(ServiceRequest, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _tell_used(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Give the receipt of a redemption: where, when, how much was saved."""
    return [_receipt(turn, turn.session.get_one(Voucher, int(row.subject)))]


def _receipt(turn: Turn, used: Voucher) -> Say:
    shown = settled(turn, used)
    return Say(
        Word("vouchers", "used_now"),
        title=shown.title,
        rows=shown.rows,
        choices=(MY_VOUCHERS, BENEFITS),
        kind=Kind.RECEIPT,
    )


def _tell_ending(turn: Turn, row: Reminder) -> list[Say] | Skip:
    held = turn.session.get_one(Voucher, int(row.subject))
    if held.standing is not Held.OPEN:
        return held.standing.value
    if held.until <= turn.now:
        return "too_late"
    name = name_of(turn, held.benefit_code)
    said = {"name": name, "at": last_day(held), "days": days_left(turn, held)}
    show = Choice(Word("vouchers", "show_it"), f"v:voucher:{short(held.id)}")
    cancel = Choice(Word("vouchers", "cancel"), f"a:cancel_voucher:{short(held.id)}")
    words = Word("vouchers", "ending", said)
    return [Say(words, choices=(show, cancel), kind=Kind.REMINDER)]


def _lapse(session: Session, rules: Rules, now: datetime) -> None:
    """End what nobody used in time, whatever the hour; it is told when it may be."""
    voucher.lapse(session, now)


def _tell_lapsed(turn: Turn, row: Reminder) -> list[Say] | Skip:
    ended = turn.session.get_one(Voucher, int(row.subject))
    name = name_of(turn, ended.benefit_code)
    again = Choice(Word("vouchers", "again"), f"f:voucher:{ended.benefit_code}")
    words = Word("vouchers", "lapsed", {"name": name})
    return [Say(words, choices=(again, MY_VOUCHERS), kind=Kind.REMINDER)]


def _tell_step(turn: Turn, row: Reminder) -> list[Say] | Skip:
    """Say that a request moved on, not what for: others may see the screen.

    Of two steps at once only the last is told.
    """
    asked = turn.session.get_one(ServiceRequest, int(row.subject))
    if row.due == asked.accepted_at and asked.standing is not Served.ACCEPTED:
        return "went_on"
    look = Choice(Word("services", "look"), f"v:request:{short(asked.id)}")
    words = Word("services", "moved_on", {"number": asked.number})
    return [Say(words, choices=(look,), kind=Kind.RECEIPT)]


def _tell_slot(turn: Turn, row: Reminder) -> list[Say] | Skip:
    asked = turn.session.get_one(ServiceRequest, int(row.subject))
    if asked.standing not in PENDING:
        return asked.standing.value
    slot = turn.session.get(Slot, asked.slot_id or 0)
    if slot is not None and slot.starts_at <= turn.now:
        return "too_late"
    if slot is None or row.due != evening_before(slot.starts_at, turn.rules.zone):
        return "another_time"
    bring = _bring(turn, asked)
    look = Choice(Word("services", "look"), f"v:request:{short(asked.id)}")
    return [
        Say(
            Word("services", "slot_soon", {"bring": bring}),
            title=name_of(turn, asked.benefit_code),
            rows=tuple(facts(turn, asked)),
            choices=(look, *ways(turn, asked)),
            kind=Kind.REMINDER,
        )
    ]


def _bring(turn: Turn, asked: ServiceRequest) -> str:
    given = turn.session.get_one(Benefit, asked.benefit_code)
    return given.bring_en if turn.language == "en" else given.bring


VOUCHER_USED = Remind(USED_NOW, nothing, _chat_of_voucher, _tell_used, hurried=True)
VOUCHER_ENDING = Remind(
    ENDING, nothing, _chat_of_voucher, _tell_ending, topic=Topic.BENEFITS
)
VOUCHER_LAPSED = Remind(LAPSED, _lapse, _chat_of_voucher, _tell_lapsed)
SERVICE_STEP = Remind(TOLD, nothing, _chat_of_request, _tell_step, hurried=True)
SLOT_TOMORROW = Remind(SLOT_SOON, nothing, _chat_of_request, _tell_slot, brief=True)
BENEFIT_REMINDERS = (
    VOUCHER_USED,
    VOUCHER_ENDING,
    VOUCHER_LAPSED,
    SERVICE_STEP,
    SLOT_TOMORROW,
)
