"""Events: made, published, changed, closed, called off; and who comes to the door.

Everything is done by the operations of `models.event` and `models.hosting`, which also
have those told who signed up.
"""

from collections.abc import Iterable
from dataclasses import replace

from sqlmodel import and_, col

from bot.console import attendees, coming, door, questions
from bot.console.desk import Desk, Label, Text
from bot.console.fields import (
    Unread,
    degrees,
    groups,
    moment,
    number,
    one_of,
    some_of,
    split,
    text,
    unions,
    word,
    words,
)
from bot.console.noun import Form, Page, Rule
from bot.console.records import Act, Facts, Filter, Record
from bot.console.views import Badge, Do, Sheet
from models import event as events
from models import hosting
from models.event import CERTIFIED, COMING, Event, EventKind, EventState, Plan
from models.signup import SignupState
from models.staff import SERVING

KINDS: dict[str, Text] = {
    EventKind.FESTIVAL: Label("Festival"),
    EventKind.TRAINING: Label("Training"),
    EventKind.COMPETITION: Label("Competition"),
    EventKind.HEALTH_DAY: Label("Health day"),
}
STATES = {
    EventState.DRAFT: Badge(Label("Draft"), "wait"),
    EventState.OPEN: Badge(Label("Open"), "good"),
    EventState.CLOSED: Badge(Label("Sign-up closed")),
    EventState.CANCELLED: Badge(Label("Called off"), "bad"),
    EventState.OVER: Badge(Label("Over")),
}
HOURS = Label("Whole hours with a space between them, such as 24 1.")


def _hours(desk: Desk, text: str) -> tuple[int, ...]:
    parts = text.replace(",", " ").replace("，", " ").split()
    if not all(part.isdecimal() for part in parts):
        raise Unread(HOURS)
    return tuple(int(part[:6]) for part in parts)


FIELDS = (
    text("name", Label("Its name"), longest=40),
    word("kind", Label("Kind"), EventKind, KINDS),
    one_of("union_code", Label("Union"), unions, made_with=True),
    moment("starts_at", Label("Begins")),
    moment("ends_at", Label("Ends")),
    moment("opens_at", Label("Sign-up opens")),
    moment("closes_at", Label("Sign-up closes")),
    number("capacity", Label("Seats")),
    text("place", Label("Where it is")),
    degrees(
        "lat",
        Label("Latitude"),
        required=False,
        hint=Label("With both coordinates people can check in by being there."),
    ),
    degrees("lon", Label("Longitude"), required=False),
    some_of(
        "groups", Label("Only for (none: for all)"), groups, get=split(" ", "groups")
    ),
    words("about", Label("About it"), required=False),
    text(
        "remind_hours",
        Label("Reminders, hours before"),
        usual="24 1",
        required=False,
        empty=(),
        read=_hours,
        write=lambda desk, value: " ".join(map(str, value)),
    ),
    words(
        "questions",
        Label("Questions to who signs up"),
        required=False,
        hint=Label(
            "One on a line. A choice: 午餐？ = 荤 / 素; a number: = 数字; yes or no: "
            "= 是否; * before the line lets it be left empty."
        ),
        get=lambda desk, row: questions.write(row.own_questions),
    ),
    text("name_en", Label("Name in English"), required=False, longest=80),
    text("place_en", Label("Place in English"), required=False),
    words("about_en", Label("About it in English"), required=False),
)
FAULTS: dict[str, tuple[str, Text]] = {
    "name": ("name", Label("A name has 1 to 40 characters.")),
    "place": ("place", Label("Please say where it is.")),
    "coordinates": ("lat", Label("Please give both coordinates, or none.")),
    "times": ("ends_at", Label("It must end after it begins.")),
    "sign_up": (
        "closes_at",
        Label("Sign-up must close after it opens, and before the event ends."),
    ),
    "capacity": (
        "capacity",
        Label("At least 1, and no fewer than the seats that are taken."),
    ),
    "remind_hours": ("remind_hours", HOURS),
    "questions": (
        "questions",
        Label(
            "At most 9 questions, a choice with 2 to 9 answers; and once it is "
            "published what is asked stays."
        ),
    ),
}


def _make(desk: Desk, facts: Facts) -> Event:
    asked = questions.read(facts.pop("questions"))
    atlas, plan = desk.kit.atlas, Plan(**facts, questions=asked)
    return events.create(desk.session, atlas, desk.staff, plan, desk.now)


def _change(desk: Desk, row: Event, facts: Facts) -> None:
    written, asked = facts.pop("questions"), row.own_questions
    if written.split() != questions.write(asked).split():
        asked = questions.read(written)
    kept: Facts = {"union_code": row.union_code, "questions": asked}
    plan, kit = Plan(**facts, **kept), desk.kit
    hosting.change(desk.session, kit.atlas, desk.staff, row, plan, kit.rules, desk.now)


def _publish(desk: Desk, row: Event, facts: Facts) -> Text:
    events.publish(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    return Label("Published. People can see it now.")


def _close(desk: Desk, row: Event, facts: Facts) -> Text:
    events.close(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    return Label("Sign-up is closed.")


def _cancel(desk: Desk, row: Event, facts: Facts) -> Text:
    kit = desk.kit
    hosting.cancel(desk.session, kit.atlas, desk.staff, row, kit.rules, desk.now)
    return Label("Called off. Everybody who signed up is told.")


def _certify(desk: Desk, row: Event, facts: Facts) -> Text:
    atlas, now = desk.kit.atlas, desk.now
    given = hosting.give_certificates(desk.session, atlas, desk.staff, row, now)
    return Label("Certificates given: {count}.", count=given)


def _can_certify(desk: Desk, row: Event) -> bool:
    held = row.state in (EventState.OVER, *COMING)
    return held and row.kind in CERTIFIED and desk.now >= row.ends_at


def _sheets(desk: Desk, row: Event) -> Iterable[Sheet]:
    found = hosting.counts(desk.session, row)
    yield Sheet(
        Label("Who comes"),
        (
            (Label("Have a seat"), str(found[SignupState.IN])),
            (Label("Wait for one"), str(found[SignupState.WAITING])),
            (Label("Checked in"), str(found[SignupState.ATTENDED])),
            (Label("Seats left"), str(row.left)),
        ),
    )


def _ways(desk: Desk, row: Event) -> Iterable[Do]:
    at = EVENTS.at(row)
    yield Do(Label("Who comes"), f"{at}/people")
    if row.state in COMING:
        yield Do(Label("Check-in"), f"{at}/door", kind="main")
        yield Do(Label("Sign for the door (PDF)"), f"{at}/sign.pdf")
        yield Do(Label("Sign for the door (PNG)"), f"{at}/sign.png")


EVENTS: Record[Event] = Record(
    name="events",
    label=Label("Events"),
    new=Label("New event"),
    table=Event,
    key="id",
    order=(Event.starts_at, Event.id),
    roles=SERVING,
    keepers=SERVING,
    mine=lambda desk: [col(Event.union_code).in_(desk.unions)],
    columns=(
        Label("Its name"),
        Label("Begins"),
        Label("Where it is"),
        Label("Seats taken"),
    ),
    cells=lambda desk, row: (
        desk.named(row),
        desk.moment(row.starts_at),
        row.place,
        f"{row.taken}/{row.capacity}",
    ),
    badge=lambda desk, row: STATES[row.state],
    empty=Label("No events here."),
    fields=FIELDS,
    title=lambda desk, row: desk.named(row),
    make=_make,
    change=_change,
    may_change=lambda desk, row: row.state in (EventState.DRAFT, *COMING),
    acts=(
        Act(
            "publish",
            Label("Publish"),
            Label("Publish this event?"),
            Label("Everybody it is for can see it, and sign up once that opens."),
            lambda desk, row: row.state is EventState.DRAFT,
            _publish,
            "main",
        ),
        Act(
            "close",
            Label("Close sign-up"),
            Label("Close the sign-up now?"),
            Label("Nobody can sign up any more; who has a seat keeps it."),
            lambda desk, row: row.state is EventState.OPEN,
            _close,
        ),
        Act(
            "certify",
            Label("Give certificates"),
            Label("Give certificates?"),
            Label("Everybody who came and has none gets one, and is told."),
            _can_certify,
            _certify,
            "main",
        ),
        Act(
            "cancel",
            Label("Call the event off"),
            Label("Call this event off?"),
            Label(
                "Everybody who has a seat or waits for one is told. "
                "This cannot be undone."
            ),
            lambda desk, row: row.state in (EventState.DRAFT, *COMING),
            _cancel,
            "danger",
        ),
    ),
    filters=(
        Filter(
            "show",
            Label("State"),
            lambda desk: {name: text for name, (text, _) in coming.SHOWN.items()},
            lambda desk, value: and_(*coming.SHOWN[value][1](desk)),
            "coming",
        ),
        Filter(
            "kind",
            Label("Kind"),
            lambda desk: KINDS,
            lambda desk, value: Event.kind == value,
        ),
    ),
    faults=FAULTS,
    sheets=_sheets,
    ways=_ways,
    waits=coming.waits,
    deeds={
        "open": Label("published"),
        "closed": Label("sign-up closed"),
        "certified": Label("certificates given"),
        "people_read": Label("looked who comes"),
    },
)
_MINE = Rule(SERVING, EVENTS.own)
EVENTS_NOUN = replace(
    EVENTS,
    pages=(
        Page("{key}/people", _MINE, attendees.show, attendees.note),
        Form("{key}/door", _MINE, door.show, door.arrive),
        Page("{key}/sign.pdf", _MINE, door.sign_pdf),
        Page("{key}/sign.png", _MINE, door.sign_png),
    ),
).noun()
