"""Unhandled messages: what workers sent and the program failed on, kept sealed.

Who looks after them sees from whom and what kind of thing it was; what it says only
with a reason, once.
"""

from collections.abc import Iterable
from typing import Any

from sqlmodel import col, func, select

from bot.console.audiences import CHANNELS
from bot.console.deliveries import named, with_strangers
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.views import (
    Badge,
    Detail,
    Do,
    Fill,
    Input,
    Line,
    List,
    Option,
    Sheet,
    View,
)
from bot.inbox import read_poison
from models import audit, lost
from models.arrival import Poison
from models.chat import Chat
from models.columns import long, short
from models.lost import GIVEN_UP, UNSETTLED, WentOn, can_retry, of_people
from models.staff import OFFICER
from models.worker import Worker

PATH = "/console/unhandled"
BACK = Do(Label("Unhandled messages"), PATH)
ORDER = (Poison.at, Poison.id)
OPEN = col(Poison.settled).in_(UNSETTLED)
KINDS: dict[str, Text] = {
    "text": Label("Words"),
    "press": Label("Button"),
    "photo": Label("Picture"),
    "location": Label("Location"),
    "contact": Label("Phone number"),
}
WHY: dict[str, Text] = {
    "asked": Label("Its sender asks about it"),
    "repair": Label("To find the fault"),
}
TRYING, LEFT = Badge(Label("Being tried"), "wait"), Badge(Label("Given up"), "bad")
OVER = Badge(Label("Settled"), "good")
GONE = Label("This cannot be done: its sender went on, or it is settled.")


def _mine(desk: Desk) -> tuple[Any, ...]:
    sender = col(Poison.worker_id)
    return (
        of_people(sender, desk.unions, with_strangers(desk)),
        sender != desk.worker.id,
    )


def list_(desk: Desk, row: str) -> View:
    """List what nobody could handle, the oldest first."""
    chosen = select(Poison).where(OPEN, *_mine(desk))
    after = desk.query.get("after", "")
    rows, more = page_of(desk.session, chosen, ORDER, after)
    return List(
        Label("Unhandled messages"),
        (Label("When"), Label("From whom"), Label("Kind"), Label("Channel")),
        tuple(_line(desk, row) for row in rows),
        Label("Everything was handled."),
        after=more,
    )


def _line(desk: Desk, row: Poison) -> Line:
    cells = tuple(value for _, value in _facts(desk, row)[:4])
    return Line(f"{PATH}/{short(row.id)}", cells, _state(row))


def _state(row: Poison) -> Badge:
    if row.settled in UNSETTLED:
        return LEFT if row.settled == GIVEN_UP else TRYING
    return OVER


def _facts(desk: Desk, row: Poison) -> tuple[tuple[Text, Text], ...]:
    sender = desk.session.get_one(Worker, row.worker_id)
    chat = desk.session.get_one(Chat, row.chat_id)
    kind = read_poison(desk.kit, sender, row).kind if row.update else ""
    return (
        (Label("When"), desk.moment(row.at)),
        (Label("From whom"), named(desk, row.worker_id)),
        (Label("Kind"), KINDS.get(kind, kind)),
        (Label("Channel"), CHANNELS.get(chat.channel, chat.channel)),
        (Label("Tries"), str(row.attempts)),
    )


def own(desk: Desk, key: str) -> Poison | None:
    """Return something unhandled of one's own people."""
    found = select(Poison).where(Poison.id == long(key), *_mine(desk))
    return desk.session.exec(found).first()


def show(desk: Desk, row: Poison) -> View:
    """Show what is known of it, but for what it says."""
    at = f"{PATH}/{short(row.id)}"
    again = Do(Label("Try again"), f"{at}/retry", at_once=True, kind="main")
    went_on = Label("Its sender went on since, so it is not tried again.")
    can, is_open = can_retry(desk.session, row), row.settled in UNSETTLED
    ways = (
        Do(Label("Show what it says"), f"{at}/content"),
        Do(Label("Let go"), f"{at}/let-go", kind="danger"),
    )
    return Detail(
        Label("Unhandled message"),
        (Sheet(Label("What is known"), _facts(desk, row)),),
        _state(row),
        notice=(went_on,) if is_open and not can else (),
        actions=(
            *((again,) if can else ()),
            *(ways if is_open else ()),
        ),
        back=BACK,
    )


def ask_content(desk: Desk, row: Poison) -> View:
    """Ask why somebody has to read it."""
    options = tuple(Option(key, label) for key, label in WHY.items())
    return Fill(
        Label("Show what it says"),
        Label("Show it"),
        (Input("why", Label("Reason"), "radios", options=options),),
        why=Label("Who read it, when and why, is written down for good."),
        back=_back(row),
    )


def show_content(desk: Desk, row: Poison) -> Went:
    """Write down who reads it and why, and show it on a page that is not kept."""
    why = desk.fields.get("why")
    if why not in WHY:
        raise Wrong(why=Label("Please choose a reason."))
    if not row.update:
        raise Wrong.altogether(GONE)
    note = (desk.session, desk.now, desk.staff.id, "poison.read", row.worker_id, why)
    audit.record(*note)
    sender = desk.session.get_one(Worker, row.worker_id)
    text = read_poison(desk.kit, sender, row).text or Label("It has no words.")
    notice = Label("This is shown once. Close the page when you have seen it.")
    sheet = Sheet(Label("What it says"), text=text)
    back = _back(row)
    view = Detail(Label("Unhandled message"), (sheet,), notice=(notice,), back=back)
    return Went(back.path, view=view)


def retry(desk: Desk, row: Poison) -> Went:
    """Let it be tried once more."""
    try:
        lost.retry(desk.session, desk.staff, row, desk.now)
    except WentOn:
        raise Wrong.altogether(GONE) from None
    return Went(PATH, Label("It is tried again within a minute."))


def ask_let_go(desk: Desk, row: Poison) -> View:
    """Ask whether it is to be given up for good."""
    return Fill(
        Label("Let this message go?"),
        Label("Let go"),
        rows=_facts(desk, row),
        why=Label("What it says is erased. Its sender was told that it failed."),
        danger=True,
        back=_back(row),
    )


def let_go(desk: Desk, row: Poison) -> Went:
    """Give it up for good."""
    try:
        lost.let_go(desk.session, desk.staff, row, desk.now)
    except WentOn:
        raise Wrong.altogether(GONE) from None
    return Went(PATH, Label("It is gone."))


def _back(row: Poison) -> Do:
    return Do(Label("Unhandled message"), f"{PATH}/{short(row.id)}")


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what was given up and waits for a person."""
    left = (*_mine(desk), Poison.settled == GIVEN_UP)
    counted = select(func.count(), func.min(Poison.at)).where(*left)
    count, since = desk.session.exec(counted).one()
    if count:
        yield Waiting(Label("Unhandled messages"), count, since, PATH)


ANYBODY, MINE = Rule((OFFICER,), whole), Rule((OFFICER,), own)

UNHANDLED = Noun(
    "unhandled",
    Label("Unhandled messages"),
    (
        Page("", ANYBODY, list_),
        Page("{key}", MINE, show),
        Form("{key}/content", MINE, ask_content, show_content),
        Form("{key}/retry", MINE, show, retry),
        Form("{key}/let-go", MINE, ask_let_go, let_go),
    ),
    waits,
    under="deliveries",
)
