"""Redeeming: a partner's clerk types or scans a voucher's code and uses it up.

The link in a voucher's picture opens the scanner's own chat with the code in it: there
it means something to a clerk alone.  To anybody else it says the same whatever the code
is, and nothing is looked up, so that nobody learns whether a code exists.
"""

import re
import unicodedata
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator

from handlers.benefits import MY_VOUCHERS, name_of
from handlers.conversation import begin
from handlers.flow import AskAgain, Flow
from handlers.question import Counted, Refused, Shown, Submit, ask
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from handlers.vouchers import SCAN, last_day, moment, yuan
from models import tries, voucher
from models.clerk import Counter, counter_of
from models.columns import long, short
from models.identity import mask_name
from models.message import Kind
from models.partner import Partner
from models.tries import Tries
from models.voucher import CannotRedeem, Denied, Voucher, denied, find, read_typed
from models.worker import Worker

COUNTER = Choice(Word("counter", "name"), "f:counter:")

MOST, HOUR = 10, timedelta(hours=1)
"""How many wrong codes a clerk may try in an hour; then the way is closed for one."""

_YUAN = re.compile(
    r"(?:¥|省了?)?(\d{1,5})(?:\.(\d{1,2}))?(?:元|块|块钱|yuan|rmb)?", re.I
)


def code_in(text: str) -> str | None:
    """Return the code in what was typed or scanned: the code itself, or its link."""
    return read_typed(text.rpartition("start=")[2].strip().removeprefix(SCAN))


def _code(value: Any) -> str:
    code = code_in(str(value))
    if code is None:
        raise Refused("voucher_shape")
    return code


def _amount(value: Any) -> str:
    """Read an amount in yuan; kept as it is written, with two decimals."""
    typed = unicodedata.normalize("NFKC", str(value)).replace(" ", "")
    found = _YUAN.fullmatch(typed)
    amount = f"{int(found[1])}.{(found[2] or '').ljust(2, '0')}" if found else ""
    if amount in ("", "0.00"):
        raise Refused("yuan")
    return amount


def fen_in(text: str) -> int | None:
    """Return an amount that was typed in yuan, in fen."""
    try:
        return _fen(_amount(text))
    except Refused:
        return None


def _fen(amount: str) -> int:
    return int(amount.replace(".", ""))


VoucherCode = Annotated[str, BeforeValidator(_code), Shown(voucher.grouped)]
Amount = Annotated[
    str, BeforeValidator(_amount), Shown(lambda a: yuan(_fen(a))), Counted
]


def welcome(turn: Turn, at: Counter) -> Word:
    """Greet a clerk whose chat was just bound to a counter."""
    return Word("counter", "bound", {"partner": turn.named(at.partner)})


def for_clerks(turn: Turn, arg: str = "") -> list[Say]:
    """Answer a voucher's link to who is no clerk, whatever the code is."""
    return [say("counter", "for_clerks").offering(MY_VOUCHERS)]


def scanned(turn: Turn, at: Counter, code: str) -> list[Say]:
    """Take a clerk's scan of a voucher's link as if they had typed its code."""
    try:
        return [_looked_up(turn, at, _code(code))]
    except (Refused, AskAgain):
        return [say("counter", "wrong_link").offering(COUNTER)]


class EnterCode(Flow):
    """Ask a clerk for the code of a voucher."""

    name: ClassVar[str] = "counter"
    resumable: ClassVar[bool] = False

    code: VoucherCode = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who serves at no counter."""
        at = counter_of(turn.session, turn.worker.id)
        return None if at else [say("counter", "not_clerk")]

    def finish(self, turn: Turn) -> Say:
        """Go on to the voucher; or ask again, or say why it cannot be redeemed."""
        at = counter_of(turn.session, turn.worker.id)
        return _looked_up(turn, at, self.code) if at else for_clerks(turn)[0]


def _looked_up(turn: Turn, at: Counter, code: str) -> Say:
    """Begin to redeem the voucher of a code; a wrong one counts, and is asked again."""
    rows = wrong_codes(turn, at)
    if tries.closed(rows):
        return say("counter", "too_many")
    row = find(turn.session, turn.keys, code)
    if row is None:
        worker_id = turn.worker.id
        tries.count(rows, worker_id, turn.now, tell=False, most=MOST)
        raise AskAgain("code", "voucher_wrong")
    return begin(turn, Redeem, short(row.id))[0]


def wrong_codes(turn: Turn, at: Counter) -> list[Tries]:
    """Lock the count of wrong codes at a counter, in the chat and in the console."""
    tried = {"tries.voucher": str(at.staff.id)}
    return tries.held(turn.session, turn.keys, tried, turn.now, HOUR)


class Redeem(Flow):
    """Use a voucher up: how much was saved, then a yes."""

    name: ClassVar[str] = "redeem"
    resumable: ClassVar[bool] = False
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    saved: Amount = ask()
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who serves at no counter, and what cannot be redeemed at this one."""
        at = counter_of(turn.session, turn.worker.id)
        if at is None:
            return for_clerks(turn)
        row = turn.session.get(Voucher, long(subject))
        if row is None:
            return [say("counter", "wrong_link").offering(COUNTER)]
        why = denied(turn.session, at, row, turn.now)
        return [_refusal(turn, row, why)] if why else None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say what for, for whom and until when: all a counter needs to know."""
        row = turn.session.get(Voucher, long(subject))
        if row is None:
            return super().title(turn, subject)
        worker = turn.session.get_one(Worker, row.worker_id)
        name = mask_name(worker.unseal(turn.keys, "name") or "") if named else ""
        place = turn.session.get_one(Partner, row.partner_code)
        facts = {
            "benefit": name_of(turn, row.benefit_code),
            "name": name,
            "partner": turn.named(place),
            "until": last_day(row),
        }
        return Word("redeem", "title", facts)

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while redeeming as the member's data."""
        row = turn.session.get(Voucher, long(subject))
        return row.worker_id if row else None

    def finish(self, turn: Turn) -> Say:
        """Redeem the voucher, if nobody was quicker; the member gets a receipt."""
        at = counter_of(turn.session, turn.worker.id)
        if at is None:
            return for_clerks(turn)[0]
        row = turn.session.get_one(Voucher, long(self.subject))
        try:
            voucher.redeem(turn.session, at, row, _fen(self.saved), turn.now)
        except CannotRedeem as refusal:
            return _refusal(turn, row, refusal.why)
        done = {
            "benefit": name_of(turn, row.benefit_code),
            "saved": yuan(_fen(self.saved)),
        }
        words = Word("redeem", "done", done)
        return Say(words, choices=(COUNTER,), kind=Kind.RECEIPT, about=row.worker_id)


def _refusal(turn: Turn, row: Voucher, why: Denied) -> Say:
    return Say(why_denied(turn, row, why), choices=(COUNTER,))


def why_denied(turn: Turn, row: Voucher, why: Denied) -> Word:
    """Say why a voucher cannot be redeemed; of a used one, when and where it was."""
    place = turn.session.get_one(Partner, row.partner_code)
    told = {
        Denied.USED: {"at": moment(row.settled_at), "partner": turn.named(place)},
        Denied.EXPIRED: {"at": last_day(row), "partner": ""},
    }
    said = told.get(why, {"at": "", "partner": ""})
    return Word("counter", f"denied_{why}", said)
