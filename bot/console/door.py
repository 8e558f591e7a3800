"""The door of an event: a page for a phone that checks in who shows a card.

The card's code is scanned or its number typed; who is checked in already stays so.  An
unknown number is counted, so that nobody tries numbers out.
"""

from datetime import timedelta
from functools import partial

from sqlmodel import select

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.views import Do, File, Own, View
from bot.drawings import poster
from bot.drawings.poster import Poster
from handlers.say import Word
from models import tries
from models.attendance import CannotCheckIn, is_door_open
from models.card import holder
from models.columns import long, short
from models.event import DOOR, Event
from models.hosting import NobodyKnown, check_in_member, counts
from models.identity import halved, mask_name
from models.signup import Signup, SignupState, signup_of
from models.worker import Worker

MOST, HOUR = 20, timedelta(hours=1)
"""How many unknown numbers one may try in an hour; then the way is closed for one."""

CARD = "/card/"
"""What the address in a card's code has before the code itself."""

DIGITS = 14
TOLD: dict[str, Text] = {
    "unknown": Label("No member has this number. Please look at the card again."),
    "closed": Label("Too many unknown numbers. Please wait an hour."),
}


def _at(row: Event) -> str:
    return f"/console/events/{short(row.id)}"


def show(desk: Desk, row: Event) -> View:
    """Show how many came, who came last, and where the next number goes."""
    found, query = counts(desk.session, row), {} if desk.errors else desk.query
    shut = is_door_open(row, desk.kit.rules, desk.now)
    return Own(
        "door",
        Label("Check-in"),
        {
            "event": desk.named(row),
            "came": found[SignupState.ATTENDED],
            "expected": found[SignupState.IN],
            "left": row.left,
            "last": _last(desk, row, query.get("done", "")),
            "again": "again" in query,
            "told": TOLD.get(query.get("told", "")),
            "shut": _no(row, shut) if shut else "",
            "back": Do(desk.named(row), _at(row)),
        },
    )


def _no(row: Event, reason: str) -> Text:
    if reason == "no_door":
        return Label("This event is not published.")
    return Word("check_in_member", f"no_{reason}", {"at": row.starts_at})


def _last(desk: Desk, row: Event, key: str) -> tuple[str, str] | None:
    """Return who was checked in just now, masked, and when."""
    signup = desk.session.get(Signup, long(key))
    if signup is None or signup.event_id != row.id or signup.checked_in_at is None:
        return None
    worker = desk.session.get_one(Worker, signup.worker_id)
    name = mask_name(worker.unseal(desk.kit.keys, "name") or "")
    number = (worker.member_no or "")[-4:]
    return f"{name} · {number}", desk.moment(signup.checked_in_at)[-5:]


def arrive(desk: Desk, row: Event) -> Went:
    """Check in who shows a card."""
    at, counted = f"{_at(row)}/door", _tried(desk)
    if tries.closed(counted):
        return Went(f"{at}?told=closed")
    number = _number(desk)
    was_here = _was_here(desk, row, number)
    kit = desk.kit
    who = (kit.keys, number, kit.rules, desk.now)
    try:
        signup = check_in_member(desk.session, kit.atlas, desk.staff, row, *who)
    except NobodyKnown:
        tries.count(counted, desk.worker.id, desk.now, tell=False, most=MOST)
        return Went(f"{at}?told=unknown")
    except CannotCheckIn as no:
        raise Wrong(number=_no(row, str(no))) from None
    return Went(f"{at}?done={short(signup.id)}{'&again' if was_here else ''}")


def _tried(desk: Desk) -> list[tries.Tries]:
    who = {"tries.door": str(desk.staff.id)}
    return tries.held(desk.session, desk.kit.keys, who, desk.now, HOUR)


def _number(desk: Desk) -> str:
    """Return the member number that was typed, or that of the card scanned."""
    given = desk.fields.get("number")
    if CARD in given:
        code = given.rpartition(CARD)[2]
        found = holder(desk.session, desk.kit.keys, code, desk.now)
        if found is None:
            raise Wrong(
                number=Label("This card is not valid any more. Ask for a fresh one.")
            )
        return found[0].member_no or ""
    digits = "".join(c for c in halved(given) if c.isdigit())
    if len(digits) != DIGITS:
        raise Wrong(number=Label("A member number has 14 digits."))
    return digits


def _was_here(desk: Desk, row: Event, number: str) -> bool:
    found = select(Worker.id).where(Worker.member_no == number)
    worker_id = desk.session.exec(found).first()
    signup = signup_of(desk.session, row.id, worker_id) if worker_id else None
    return signup is not None and signup.state is SignupState.ATTENDED


def sign_pdf(desk: Desk, row: Event) -> File:
    """Return the sign to print and hang at the door."""
    make = partial(poster.as_pdf, _sign(desk, row))
    return File(make, "application/pdf", f"{row.code}.pdf")


def sign_png(desk: Desk, row: Event) -> File:
    """Return the sign as a picture."""
    make = partial(poster.as_png, _sign(desk, row))
    return File(make, "image/png")


def _sign(desk: Desk, row: Event) -> Poster:
    typed = f"{row.door[:4]} {row.door[4:]}"
    return Poster(
        desk.named(row),
        f"{desk.moment(row.starts_at)}",
        f"{desk.kit.config.address}/?start={DOOR}{row.door}",
        desk.text(Label("Scan to check in")),
        (desk.text(Label("Or type this code: {code}", code=typed)), row.place),
    )
