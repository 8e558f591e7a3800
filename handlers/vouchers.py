"""Vouchers in a chat: where to use one, the code for the counter, taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.benefits import (
    BENEFITS,
    MY_VOUCHERS,
    name_of,
    person,
    refused,
    unless_open,
)
from handlers.flow import Flow
from handlers.offers import Offer, Option, page_number
from handlers.question import Submit, ask
from handlers.say import Choice, Drawing, Say, Text, Word, say
from handlers.turn import Turn
from models import voucher
from models.benefit import Benefit, BenefitKind, MayNot
from models.columns import long, short
from models.message import Kind
from models.partner import Partner, nearest_first, partners_of
from models.voucher import Held, Voucher, grouped, issue, vouchers_of

NEAR = "@"
"""How the key of "near where I am" begins; the place follows, to about a kilometre."""

SCAN = "r-"
"""How the code of a voucher's link begins, apart from invitations and posters."""

SIZE = 8
"""Vouchers a page; the ninth row leads to more."""


def _districts(turn: Turn, answers: Any) -> list[Option]:
    """Offer the districts in which a partner gives this benefit."""
    places = partners_of(turn.session, answers.subject)
    found = {p.district: turn.atlas.divisions[p.district] for p in places}
    return [Option(code, turn.named(d), d.pinyin) for code, d in sorted(found.items())]


def _district(turn: Turn, answers: Any, key: str) -> Option | None:
    if _place_of(key) is not None:
        return Option(key, Word("voucher", "near_you"))
    return next((o for o in _districts(turn, answers) if o.key == key), None)


def _place_of(key: str | None) -> tuple[float, float] | None:
    """Return the latitude and longitude in a key that says "near here"."""
    if key is None or not key.startswith(NEAR):
        return None
    lat, _, lon = key.removeprefix(NEAR).partition(",")
    try:
        return float(lat), float(lon)
    except ValueError:
        return None


def _near(turn: Turn, lat: float, lon: float) -> dict[str, Any]:
    """Answer with where somebody is, no more exactly than it takes to choose."""
    return {"district": f"{NEAR}{lat:.2f},{lon:.2f}", "partner": None}


def _partners(turn: Turn, answers: Any) -> list[Option]:
    """Offer the partners of a district, or all of them with the nearest first."""
    place = _place_of(answers.district)
    if place is None:
        here = partners_of(turn.session, answers.subject, answers.district)
        return [Option(p.code, turn.named(p)) for p in here]
    every = partners_of(turn.session, answers.subject)
    return [
        Option(
            p.code, Word("voucher", "away", {"name": turn.named(p), "km": round(km, 1)})
        )
        for km, p in nearest_first(every, *place)
    ]


class TakeVoucher(Flow):
    """Give a member a voucher for the partner of their choice."""

    name: ClassVar[str] = "voucher"
    has_subject: ClassVar[bool] = True

    district: Key = ask(
        offer=Offer(_districts, finding=_district), wish="location", locate=_near
    )
    partner: Key = ask(offer=Offer(_partners))
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who may not use this benefit now; who has a voucher is shown it."""
        held = voucher.open_one(turn.session, turn.worker.id, subject)
        if held is not None and standing_of(held, turn.now) is Held.OPEN:
            return [shown(turn, held)]
        instead = unless_open(turn, subject, BenefitKind.VOUCHER)
        if instead is None and not partners_of(turn.session, subject):
            return [say("vouchers", "no_partner").offering(BENEFITS)]
        return instead

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Ask for no place where there is but one."""
        places = partners_of(turn.session, subject)
        if len(places) > 1:
            return {}
        return {"district": places[0].district, "partner": places[0].code}

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say which benefit."""
        return Word("voucher", "title", {"name": name_of(turn, subject)})

    def finish(self, turn: Turn) -> Say:
        """Make the voucher and show it."""
        given = turn.session.get_one(Benefit, self.subject)
        at = turn.session.get_one(Partner, self.partner)
        who, worker = person(turn), turn.worker
        try:
            row = issue(turn.session, turn.keys, worker, who, given, at, turn.now)
        except MayNot as may_not:
            return refused(turn, given, may_not.why)
        return shown(turn, row)


def shown(turn: Turn, row: Voucher) -> Say:
    """Return a voucher that is open as it is shown at the counter."""
    code, at = row.read(turn.keys, turn.worker), row.partner_code
    place = turn.session.get_one(Partner, at)
    good = place.active and turn.session.get_one(Benefit, row.benefit_code).active
    left = {"days": days_left(row, turn.now)}
    return Say(
        Word("vouchers", "show", left) if good else Word("vouchers", "closed"),
        title=name_of(turn, row.benefit_code),
        rows=(
            (Word("vouchers", "label_code"), grouped(code)),
            (Word("vouchers", "label_partner"), turn.named(place)),
            (Word("vouchers", "label_address"), address(turn, place)),
            (Word("vouchers", "label_until"), moment(row.until)),
        ),
        drawing=Drawing("voucher", f"/?start={SCAN}{code}") if good else None,
        choices=(
            Choice(Word("vouchers", "cancel"), f"a:cancel_voucher:{short(row.id)}"),
            MY_VOUCHERS,
        ),
        kind=Kind.RECEIPT,
    )


def days_left(row: Voucher, now: datetime) -> int:
    """Return how many days a voucher is good for, the present one counted."""
    return -((now - row.until) // timedelta(days=1))


def moment(at: datetime | None) -> Word:
    """Return a day and a time of it, as people say them."""
    return Word("vouchers", "moment", {"at": at})


def address(turn: Turn, place: Partner) -> str:
    """Return where a partner is."""
    return place.address_en if turn.language == "en" else place.address


def vouchers(turn: Turn, arg: str) -> list[Say]:
    """List this person's vouchers: those to be used first."""
    number = page_number(arg)
    rows = vouchers_of(turn.session, turn.worker.id, number * SIZE, SIZE + 1)
    if not rows and number:
        return vouchers(turn, "0")
    if not rows:
        return [say("vouchers", "none").offering(BENEFITS)]
    choices = [
        Choice(_line(turn, row), f"v:voucher:{short(row.id)}") for row in rows[:SIZE]
    ]
    choices += further(rows, f"v:vouchers:{number + 1}")
    return [Say(Word("vouchers", "list"), choices=tuple(choices), back=BENEFITS.press)]


def further(rows: Sequence[object], press: str) -> list[Choice]:
    """Return the way to the next page, if one row more than a page was found."""
    return [Choice(Word("common", "more"), press)] if len(rows) > SIZE else []


def _line(turn: Turn, row: Voucher) -> Text:
    standing = standing_of(row, turn.now)
    line = {
        "name": name_of(turn, row.benefit_code),
        "end": row.read(turn.keys, turn.worker)[-4:],
        "days": days_left(row, turn.now),
    }
    return Word("vouchers", f"line_{standing}", line)


def standing_of(row: Voucher, now: datetime) -> Held:
    """Return where a voucher stands, also where nobody has noted its end yet."""
    over = row.standing is Held.OPEN and row.until <= now
    return Held.EXPIRED if over else row.standing


def mine(turn: Turn, arg: str) -> Voucher | None:
    """Return a voucher of this person's."""
    row = turn.session.get(Voucher, long(arg))
    return row if row is not None and row.worker_id == turn.worker.id else None


def look(turn: Turn, arg: str) -> list[Say]:
    """Show one voucher: the code while it is open, else what became of it."""
    row = mine(turn, arg)
    if row is None:
        return [say("vouchers", "not_yours").offering(MY_VOUCHERS)]
    if standing_of(row, turn.now) is Held.OPEN:
        return [shown(turn, row)]
    return [settled(turn, row)]


def settled(turn: Turn, row: Voucher) -> Say:
    """Return what became of a voucher that is no longer open."""
    standing = standing_of(row, turn.now)
    place = turn.session.get_one(Partner, row.partner_code)
    ended = row.until if standing is Held.EXPIRED else row.settled_at
    rows: list[tuple[Text, Text]] = [
        (Word("vouchers", "label_partner"), turn.named(place)),
        (Word("vouchers", "label_ended"), moment(ended)),
    ]
    if row.saved is not None:
        rows.append((Word("vouchers", "label_saved"), yuan(row.saved)))
    return Say(
        Word("vouchers", f"is_{standing}"),
        title=name_of(turn, row.benefit_code),
        rows=tuple(rows),
        choices=(BENEFITS, MY_VOUCHERS),
    )


def yuan(fen: int) -> Word:
    """Return an amount as people read it."""
    return Word("vouchers", "yuan", {"amount": f"{fen // 100}.{fen % 100:02}"})


def cancel(turn: Turn, arg: str) -> list[Say]:
    """Take a voucher back: its quota is free again, for this person too."""
    row = mine(turn, arg)
    if row is None:
        return [say("vouchers", "not_yours").offering(MY_VOUCHERS)]
    if not voucher.cancel(turn.session, row, turn.now):
        return [settled(turn, row)]
    again = Choice(Word("vouchers", "again"), f"f:voucher:{row.benefit_code}")
    name = name_of(turn, row.benefit_code)
    done = Say(Word("vouchers", "cancelled", {"name": name}), kind=Kind.RECEIPT)
    return [done.offering(again, MY_VOUCHERS)]
