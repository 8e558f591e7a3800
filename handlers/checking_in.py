"""Checking in: with the code at the door, by being there, or by a staff member."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, ClassVar

from pydantic import BeforeValidator
from sqlmodel import col, select

from handlers.answers import Colleague
from handlers.card import has_card
from handlers.events import EVENTS, event_of, look_at, unknown
from handlers.flow import AskAgain, Flow
from handlers.my_application import members_only, way_in
from handlers.question import Refused, ask
from handlers.queued import Source, days_since
from handlers.say import Choice, Drawing, Say, Text, Word, say
from handlers.turn import Turn
from models import tries
from models.attendance import CannotCheckIn, check_in
from models.columns import long, short
from models.event import (
    CERTIFIED,
    DOOR,
    CannotChange,
    Event,
    coming,
    event_at_door,
    may_run,
)
from models.hosting import (
    QUEUE,
    NobodyKnown,
    check_in_member,
    counts,
    give_certificates,
)
from models.identity import mask_name
from models.link_code import read_code
from models.message import Kind
from models.place import kilometres
from models.signup import How, Signup, SignupState, signup_of
from models.staff import NotTheirs, staff_of
from models.worker import Worker

MOST, HOUR = 10, timedelta(hours=1)
"""How many numbers of nobody may be tried in an hour; then none for an hour."""

HERE = "@"
"""How an answer begins that is a location."""


def _code_or_here(value: Any) -> str:
    text = str(value)
    if text.startswith(HERE):
        return text
    code = read_code(text.casefold().removeprefix(DOOR))
    if code is None:
        raise Refused("door_code")
    return code


def _here(turn: Turn, lat: float, lon: float) -> dict[str, Any]:
    return {"where": f"{HERE}{lat:.5f},{lon:.5f}"}


class CheckIn(Flow):
    """Say that one is there: by the code at the door, or by one's location."""

    name: ClassVar[str] = "check_in"
    resumable: ClassVar[bool] = False

    where: Annotated[str, BeforeValidator(_code_or_here)] = ask(
        wish="location", locate=_here
    )

    def finish(self, turn: Turn) -> Say:
        """Check the person in, if they are where and when they must be."""
        if not self.where.startswith(HERE):
            event = event_at_door(turn.session, self.where)
            if event is None:
                raise AskAgain("where", "door_code_unknown")
            return _arrive(turn, event, How.CODE)
        lat, lon = map(float, self.where.removeprefix(HERE).split(","))
        open_now = _at_the_door(turn)
        if not open_now:
            return say("check_in", "nothing_now").offering(EVENTS)
        near = [
            e for e in open_now if _metres(e, lat, lon) <= turn.rules.check_in_metres
        ]
        if not near:
            raise AskAgain("where", "too_far")
        return _arrive(turn, near[0], How.PLACE)


def _at_the_door(turn: Turn) -> list[Event]:
    """Return the events one could check in at now, first where one has a place."""
    theirs = select(Signup.event_id).where(
        Signup.worker_id == turn.worker.id, Signup.state != SignupState.CANCELLED
    )
    soon = turn.now + timedelta(minutes=turn.rules.check_in_minutes)
    found = select(Event).where(
        coming(turn.now), Event.starts_at <= soon, col(Event.lat).is_not(None)
    )
    order = (col(Event.id).in_(theirs).desc(), col(Event.starts_at))
    return list(turn.session.exec(found.order_by(*order)))


def _metres(event: Event, lat: float, lon: float) -> float:
    return 1000 * kilometres(lat, lon, event.lat or 0.0, event.lon or 0.0)


def by_door(turn: Turn, code: str) -> list[Say]:
    """Check in who opened the link of the code at the door."""
    event = event_at_door(turn.session, code.removeprefix(DOOR))
    return [_arrive(turn, event, How.CODE) if event else unknown()]


def _arrive(turn: Turn, event: Event, how: How) -> Say:
    """Check somebody in and say so, or why not."""
    if not has_card(turn):
        words = members_only(turn, "check_in")
        return Say(words, choices=(way_in(turn), EVENTS))
    before = signup_of(turn.session, event.id, turn.worker.id)
    was_here = before is not None and before.state is SignupState.ATTENDED
    try:
        row = check_in(turn.session, event, turn.worker, how, turn.rules, turn.now)
    except CannotCheckIn as no:
        return _not_now(event, str(no))
    message = Say(
        Word("check_in", "here_already" if was_here else "welcome"),
        title=turn.named(event),
        kind=Kind.RECEIPT,
    )
    return message.offering(look_at(row))


def _not_now(event: Event, reason: str) -> Say:
    look = Choice(Word("events", "look"), f"v:event:{short(event.id)}")
    said = Word("check_in", f"no_{reason}", {"at": event.starts_at})
    return Say(said, choices=(look, EVENTS))


def hosted(turn: Turn, arg: str) -> Event | None:
    """Return the event with this id, if this person answers for it."""
    event = event_of(turn, arg)
    staff = staff_of(turn.session, turn.worker.id)
    return event if event and may_run(turn.atlas, staff, event) else None


def hosting(turn: Turn, arg: str) -> list[Say]:
    """Show staff who comes, with the code to hang at the door; in the end, who came."""
    event = hosted(turn, arg)
    if event is None:
        return [_not_yours()]
    is_over = turn.now >= event.ends_at
    message = Say(
        Word("check_in", "over" if is_over else "door"),
        title=turn.named(event),
        rows=tuple(_counts(turn, event, is_over)),
        drawing=None if is_over else Drawing("door", f"/?start={DOOR}{event.door}"),
        back=f"v:event:{arg}",
    )
    member = Choice(Word("check_in_member", "name"), f"f:check_in_member:{arg}")
    certify = Choice(Word("check_in", "certify"), f"a:certify:{arg}")
    ways = (certify,) if event.kind in CERTIFIED else ()
    return [message.offering(*(ways if is_over else (member,)))]


def _counts(turn: Turn, event: Event, is_over: bool) -> Iterator[tuple[Text, Text]]:
    found = counts(turn.session, event)
    for state in (SignupState.IN, SignupState.WAITING, SignupState.ATTENDED):
        yield Word("check_in", f"count_{state}"), str(found[state])
    if not is_over:
        yield Word("check_in", "code"), f"{event.door[:4]} {event.door[4:]}"


def _not_yours() -> Say:
    return say("check_in", "not_yours").offering(EVENTS)


def _line(turn: Turn, event: Event) -> Word:
    waits = {"name": turn.named(event), "days": days_since(turn, event.ends_at)}
    return Word("check_in", "line", waits)


SOURCE = Source(QUEUE, "v:hosting", _line)


def certify(turn: Turn, arg: str) -> list[Say]:
    """Give a certificate to everybody who came and has none."""
    staff, event = staff_of(turn.session, turn.worker.id), event_of(turn, arg)
    if staff is None or event is None:
        return [_not_yours()]
    try:
        given = give_certificates(turn.session, turn.atlas, staff, event, turn.now)
    except NotTheirs:
        return [_not_yours()]
    except CannotChange:
        return [say("check_in", "cannot_certify").offering(EVENTS)]
    back = Choice(Word("events", "hosting"), f"v:hosting:{arg}")
    return [say("check_in", "certified", count=given).offering(back)]


class CheckInMember(Flow):
    """Check in somebody who shows their card, by the number on it."""

    name: ClassVar[str] = "check_in_member"
    resumable: ClassVar[bool] = False
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    number: Colleague = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who does not answer for the event."""
        return None if hosted(turn, subject) else [_not_yours()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Name the event."""
        event = event_of(turn, subject)
        if event is None:
            return super().title(turn, subject)
        return Word(cls.name, "title", {"name": turn.named(event)})

    def finish(self, turn: Turn) -> Say:
        """Check the member in; what is said of them goes with them."""
        event = turn.session.get_one(Event, long(self.subject))
        staff = staff_of(turn.session, turn.worker.id)
        again = Choice(
            Word("check_in_member", "again"), f"f:check_in_member:{self.subject}"
        )
        back = Choice(Word("events", "hosting"), f"v:hosting:{self.subject}")
        tried = {"tries.check_in": str(turn.worker.id)}
        vain = tries.held(turn.session, turn.keys, tried, turn.now, HOUR)
        if tries.closed(vain):
            return say("check_in_member", "too_many").offering(back)
        of = (turn.session, turn.atlas, staff, event, turn.keys, self.number)
        try:
            row = check_in_member(*of, turn.rules, turn.now)  # type: ignore[arg-type]
        except NobodyKnown:
            tries.count(vain, turn.worker.id, turn.now, tell=False, most=MOST)
            raise AskAgain("number", "nobody_known") from None
        except CannotCheckIn as no:
            said = Word("check_in_member", f"no_{no}", {"at": event.starts_at})
            return Say(said, choices=(again, back))
        worker = turn.session.get_one(Worker, row.worker_id)
        turn.about = worker.id
        name = mask_name(worker.unseal(turn.keys, "name") or "")
        said = Word("check_in_member", "done", {"name": name})
        return Say(said, choices=(again, back), about=worker.id)
