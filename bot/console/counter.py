"""The counter of a partner: a voucher's code is typed or scanned, then used up.

The clerk sees what the counter needs and no more.  Wrong codes are counted together
with those typed in the chat, so that nobody tries codes out.
"""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.noun import Form, Noun, Rule, whole
from bot.console.views import Badge, Detail, Do, Fill, Input, Own, View
from handlers.benefits import name_of
from handlers.redeeming import MOST, code_in, fen_in, why_denied, wrong_codes
from handlers.say import Word
from handlers.vouchers import moment, yuan
from models import tries, voucher
from models.clerk import Counter, counter_of
from models.columns import long, short
from models.identity import mask_name
from models.staff import PARTNER_CLERK
from models.voucher import CannotRedeem, Held, Voucher, denied, find
from models.worker import Worker

PATH = "/console/counter"
BACK = Do(Label("Next voucher"), PATH)
TOLD: dict[str, Text] = {
    "unknown": Label("There is no voucher with this code. Please look again."),
    "closed": Word("counter", "too_many"),
    "elsewhere": Word("counter", "denied_other_partner"),
}


def _counter(desk: Desk) -> Counter:
    found = counter_of(desk.session, desk.worker.id)
    if found is None:
        raise LookupError("a clerk is at a counter")
    return found


def show(desk: Desk, row: str) -> View:
    """Show what was used here today, and where the next code goes."""
    count, saved = _today(desk)
    told = TOLD.get(desk.query.get("told", ""))
    return Own(
        "counter",
        Label("Counter"),
        {"count": count, "saved": yuan(saved), "told": told},
    )


def _today(desk: Desk) -> tuple[int, int]:
    zone = ZoneInfo(desk.kit.rules.zone)
    since = datetime.combine(desk.today, time(), zone)
    used = select(func.count(), func.coalesce(func.sum(Voucher.saved), 0)).where(
        Voucher.partner_code == _counter(desk).partner.code,
        Voucher.standing == Held.USED,
        col(Voucher.settled_at) >= since,
    )
    count, saved = desk.session.exec(used).one()
    return count, saved or 0


def look_up(desk: Desk, row: str) -> Went:
    """Go to the voucher of a code; a code that is nobody's is counted."""
    at, code = _counter(desk), code_in(desk.fields.get("code"))
    if code is None:
        raise Wrong(code=Label("A code has 10 letters and digits."))
    counted = wrong_codes(desk.turn, at)
    if tries.closed(counted):
        return Went(f"{PATH}?told=closed")
    found = find(desk.session, desk.kit.keys, code)
    if found is None:
        tries.count(counted, desk.worker.id, desk.now, tell=False, most=MOST)
        return Went(f"{PATH}?told=unknown")
    if found.partner_code != at.partner.code:
        return Went(f"{PATH}?told=elsewhere")
    return Went(f"{PATH}/{short(found.id)}")


def own(desk: Desk, key: str) -> Voucher | None:
    """Return a voucher that is for this counter."""
    row = desk.session.get(Voucher, long(key))
    return row if row and row.partner_code == _counter(desk).partner.code else None


def ask(desk: Desk, row: Voucher) -> View:
    """Show what for and for whom; ask how much was saved, or say why not."""
    why = denied(desk.session, _counter(desk), row, desk.now)
    if why is not None:
        badge = Badge(Label("Cannot be used"), "bad")
        said = (why_denied(desk.turn, row, why),)
        return Detail(name_of(desk.turn, row.benefit_code), (), badge, said, (BACK,))
    worker = desk.session.get_one(Worker, row.worker_id)
    return Fill(
        name_of(desk.turn, row.benefit_code),
        Label("Use this voucher up"),
        (
            Input(
                "saved",
                Label("Saved, in yuan"),
                longest=12,
                hint=Label("Only the number. Do not write what was bought."),
            ),
        ),
        Label("This cannot be undone."),
        (
            (Label("Name"), mask_name(worker.unseal(desk.kit.keys, "name") or "")),
            (Label("Good until"), moment(row.until)),
        ),
        back=BACK,
    )


def redeem(desk: Desk, row: Voucher) -> Went:
    """Use a voucher up, once; the member is told."""
    saved = fen_in(desk.fields.get("saved"))
    if saved is None:
        raise Wrong(saved=Label("Please write an amount such as 12.5."))
    try:
        voucher.redeem(desk.session, _counter(desk), row, saved, desk.now)
    except CannotRedeem as refusal:
        raise Wrong.altogether(why_denied(desk.turn, row, refusal.why)) from None
    done = {"benefit": name_of(desk.turn, row.benefit_code), "saved": yuan(saved)}
    return Went(PATH, Word("redeem", "done", done))


CLERKS = (PARTNER_CLERK,)

COUNTER = Noun(
    "counter",
    Label("Counter"),
    (
        Form("", Rule(CLERKS, whole), show, look_up),
        Form("{key}", Rule(CLERKS, own), ask, redeem),
    ),
)
