"""Events: what is coming, what it is, and where somebody stands with it."""

from collections.abc import Iterator

from sqlalchemy import case, or_
from sqlmodel import col, func, select

from handlers.card import has_card
from handlers.my_application import members_only, way_in
from handlers.offers import next_page, page_number, slice_of
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models.attendance import is_door_open
from models.columns import long, short
from models.event import Event, EventState, coming, may_run
from models.signup import (
    Signup,
    SignupState,
    ahead_of,
    refusal,
    signup_of,
)
from models.staff import staff_of

EVENTS = Choice(Word("events", "name"), "v:events:0")
MY_SIGNUPS = Choice(Word("events", "mine"), "v:my_signups:0")
CHECK_IN = Choice(Word("check_in", "name"), "f:check_in:")

OVER = ("called_off", "over", "closed")
"""For which reasons nobody can sign up any more."""

SHORTEST_NAME, SHORTEST_LATIN = 3, 5
"""How many characters of an event's name must be typed, in Chinese and in letters."""

ROOM = 8
"""How many rows of a list stand beside the way to one's own."""


def events(turn: Turn, arg: str) -> list[Say]:
    """List what is coming: where one has a place, then one's own unions', by time."""
    theirs = select(Signup.event_id).where(
        Signup.worker_id == turn.worker.id, Signup.state != SignupState.CANCELLED
    )
    own = turn.atlas.line(turn.worker.union_code)
    order = (
        col(Event.id).in_(theirs).desc(),
        col(Event.union_code).in_(own).desc(),
        col(Event.starts_at),
        col(Event.id),
    )
    count = turn.session.exec(select(func.count()).where(coming(turn.now))).one()
    if not count:
        return [say("events", "none").offering(MY_SIGNUPS)]
    shown, _ = slice_of(count, page_number(arg), ROOM)
    found = select(Event).where(coming(turn.now)).order_by(*order)
    rows = turn.session.exec(found.offset(shown.start).limit(shown.stop - shown.start))
    message = Say(Word("events", "list"), back="v:menu:")
    lines = [_line(turn, event) for event in rows.all()]
    return [message.offering(*lines, *_more("events", arg, count), MY_SIGNUPS)]


def named(turn: Turn, typed: str) -> list[Say] | None:
    """Show the event a part of whose name was typed; several as a list; else None."""
    words = typed.strip()
    if len(words) < (SHORTEST_LATIN if words.isascii() else SHORTEST_NAME):
        return None
    parts = (
        col(name).icontains(words, autoescape=True)
        for name in (Event.name, Event.name_en)
    )
    found = select(Event).where(coming(turn.now), or_(*parts))
    order = found.order_by(col(Event.starts_at), col(Event.id))
    rows = turn.session.exec(order.limit(ROOM)).all()
    if len(rows) == 1:
        return event_(turn, short(rows[0].id))
    lines = [_line(turn, event) for event in rows]
    message = Say(Word("events", "list"), back=EVENTS.press)
    return [message.offering(*lines)] if rows else None


def _line(turn: Turn, event: Event) -> Choice:
    row = signup_of(turn.session, event.id, turn.worker.id)
    reason = refusal_of(turn, event) or ""
    city = turn.atlas.city_of(turn.atlas.unions[event.union_code].division)
    about = {
        "name": turn.named(event),
        "city": turn.named(city) if city else "",
        "at": event.starts_at,
        "standing": row.state if row and reason != "called_off" else reason,
        "left": event.left,
        "waiting": event.waiting,
    }
    return Choice(Word("events", "line", about), f"v:event:{short(event.id)}")


def _more(view: str, arg: str, count: int) -> tuple[Choice, ...]:
    if count <= ROOM:
        return ()
    return (next_page(f"v:{view}:", count, page_number(arg), ROOM),)


def my_signups(turn: Turn, arg: str) -> list[Say]:
    """List what somebody signed up for: what is to come, then what was."""
    theirs = (
        Signup.worker_id == turn.worker.id,
        Signup.state != SignupState.CANCELLED,
        Event.id == Signup.event_id,
    )
    count = turn.session.exec(select(func.count()).where(*theirs)).one()
    if not count:
        return [say("events", "none_of_mine").offering(EVENTS)]
    to_come = col(Event.ends_at) > turn.now
    order = (
        to_come.desc(),
        case((to_come, col(Event.starts_at))),
        col(Event.starts_at).desc(),
        col(Event.id),
    )
    shown, _ = slice_of(count, page_number(arg), ROOM)
    found = select(Event).where(*theirs).order_by(*order)
    rows = turn.session.exec(found.offset(shown.start).limit(shown.stop - shown.start))
    lines = [_line(turn, event) for event in rows.all()]
    message = Say(Word("events", "my_list", {"count": count}), back="v:menu:")
    return [message.offering(*lines, *_more("my_signups", arg, count), EVENTS)]


def event_of(turn: Turn, arg: str) -> Event | None:
    """Return the event with this id, if people may know of it."""
    event = turn.session.get(Event, long(arg))
    return event if event and event.state is not EventState.DRAFT else None


def refusal_of(turn: Turn, event: Event) -> str | None:
    """Return why somebody may not sign up, as far as they may know."""
    reason = refusal(event, turn.worker, turn.now)
    if reason in (None, "wrong_group") and not has_card(turn):
        return "not_member"
    return reason


def event_(turn: Turn, arg: str) -> list[Say]:
    """Show one event: all about it, and what somebody can do."""
    event = event_of(turn, arg)
    if event is None:
        return [unknown()]
    row = signup_of(turn.session, event.id, turn.worker.id)
    about = event.about_en if turn.language == "en" else event.about
    rows = [*facts(turn, event)]
    if row is None and refusal_of(turn, event) not in OVER:
        rows += _open_seats(event)
    takes_place = event.state is not EventState.CANCELLED
    calendar = (Word("events", "calendar"), f"/event/{event.code}.ics")
    message = Say(
        standing(turn, event, row),
        before=Word("events", "about", {"about": about}) if about else None,
        title=turn.named(event),
        rows=tuple(rows),
        link=calendar if takes_place else None,
        back=EVENTS.press,
    )
    return [message.offering(*_choices(turn, event, row))]


def unknown() -> Say:
    """Say that there is no such event."""
    return say("events", "unknown").offering(EVENTS)


def when(event: Event) -> Word:
    """Return from when until when it goes."""
    return Word("events", "span", {"at": event.starts_at, "ends": event.ends_at})


def where(turn: Turn, event: Event) -> str:
    """Return the address."""
    return event.place_en if turn.language == "en" and event.place_en else event.place


def time_and_place(turn: Turn, event: Event) -> tuple[tuple[Text, Text], ...]:
    """Return when and where it is."""
    return (
        (Word("events", "when"), when(event)),
        (Word("events", "where"), where(turn, event)),
    )


def is_full(event: Event) -> bool:
    """Tell whether whoever signs up now waits for a seat."""
    return event.left == 0 or event.waiting > 0


def facts(turn: Turn, event: Event) -> Iterator[tuple[Text, Text]]:
    """Yield what there is to know about an event."""
    yield from time_and_place(turn, event)
    yield Word("events", "host"), turn.named(turn.atlas.unions[event.union_code])
    if event.groups:
        groups = [turn.atlas.groups[code] for code in event.groups.split()]
        names = {"texts": tuple(turn.named(group) for group in groups)}
        yield Word("events", "who"), Word("common", "joined", names)


def _open_seats(event: Event) -> Iterator[tuple[Text, Text]]:
    """Yield how many seats there are, and until when one can sign up."""
    seats = {"capacity": event.capacity, "left": event.left, "waiting": event.waiting}
    yield Word("events", "seats"), Word("events", "seats_left", seats)
    until = Word("vouchers", "moment", {"at": event.closes_at})
    yield Word("events", "sign_up"), until


def standing(turn: Turn, event: Event, row: Signup | None) -> Word:
    """Say where somebody stands with an event, or why they cannot come."""
    if event.state is EventState.CANCELLED:
        return Word("events", "no_called_off")
    if row is not None:
        number = ahead_of(turn.session, row) + 1
        said = {"number": number, "at": row.offer_until or turn.now}
        return Word("events", f"is_{row.state}", said)
    reason = refusal_of(turn, event)
    if reason == "not_member":
        return members_only(turn, "sign_up")
    if reason is not None:
        return Word("events", f"no_{reason}", {"at": event.opens_at})
    if is_full(event):
        return Word("events", "may_wait", {"number": event.waiting + 1})
    return Word("events", "may")


def _choices(turn: Turn, event: Event, row: Signup | None) -> Iterator[Choice]:
    key = short(event.id)
    if is_door_open(event, turn.rules, turn.now) is None and not _came(row):
        yield CHECK_IN
    if row is not None:
        yield from _own_choices(turn, event, row)
    elif (reason := refusal_of(turn, event)) is None:
        label = Word("events", "wait" if is_full(event) else "do_sign_up")
        yield Choice(label, f"f:signup:{key}")
    elif reason == "not_member":
        yield way_in(turn)
    if event.lat is not None and event.state is not EventState.CANCELLED:
        yield Choice(Word("events", "way"), f"v:event_place:{key}")
    if may_run(turn.atlas, staff_of(turn.session, turn.worker.id), event):
        yield Choice(Word("events", "hosting"), f"v:hosting:{key}")


def _came(row: Signup | None) -> bool:
    return row is not None and row.state is SignupState.ATTENDED


def _own_choices(turn: Turn, event: Event, row: Signup) -> Iterator[Choice]:
    """Yield what somebody can do with the place they have."""
    key = short(row.id)
    if row.state is SignupState.ATTENDED:
        if turn.now >= event.ends_at:
            yield Choice(Word("events", "rate"), f"v:rating:{key}")
        if row.certificate_no is not None:
            yield Choice(Word("events", "certificate"), f"v:certificate:{key}")
    elif event.state is not EventState.CANCELLED and turn.now < event.ends_at:
        yield from leave(row) or seat_choices(row)


def leave(row: Signup) -> tuple[Choice, ...]:
    """Return the way to give up a seat, or a place in the queue."""
    if row.state not in (SignupState.IN, SignupState.WAITING):
        return ()
    press = f"a:cancel_signup:{short(row.id)}"
    return (Choice(Word("events", f"leave_{row.state}"), press),)


def seat_choices(row: Signup) -> tuple[Choice, Choice]:
    """Return the two answers to the offer of a seat."""
    return (
        Choice(Word("events", "accept"), f"a:accept_seat:{short(row.id)}"),
        Choice(Word("events", "decline"), f"a:decline_seat:{short(row.id)}"),
    )


def look_at(row: Signup) -> Choice:
    """Return the way to the event of a sign-up."""
    return Choice(Word("events", "look"), f"v:event:{short(row.event_id)}")


def event_place(turn: Turn, arg: str) -> list[Say]:
    """Show where an event is on a map."""
    event = event_of(turn, arg)
    if event is None or event.lat is None or event.lon is None:
        return [unknown()]
    way = turn.rules.map_of(event.lat, event.lon, event.place)
    message = Say(
        Word("events", "map", {"place": where(turn, event)}),
        link=(Word("events", "open_map"), way),
        back=f"v:event:{arg}",
    )
    return [message]
