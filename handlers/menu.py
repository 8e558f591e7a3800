"""The home menu, help, the way to a person, languages: what is always within reach."""

from dataclasses import dataclass

from handlers import my_data
from handlers.awards import AWARDS, JUDGE, SUGGEST
from handlers.benefits import BENEFITS, MY_REQUESTS, MY_VOUCHERS
from handlers.card import has_card
from handlers.cases import ASK_HELP, MY_CASES
from handlers.console import OPEN_CONSOLE
from handlers.events import EVENTS, MY_SIGNUPS
from handlers.my_application import CARD, MY_APPLICATION
from handlers.my_data import PREFERENCES, TRANSFER
from handlers.phones import COME_BACK
from handlers.question import label
from handlers.queued import WAITING_LIST
from handlers.receipts import MY_DATA
from handlers.redeeming import COUNTER
from handlers.say import Choice, Say, Text, Word
from handlers.sites import SITES
from handlers.talk import with_resume
from handlers.turn import Turn
from models.case_kind import CaseKind
from models.clerk import counter_of
from models.staff import ADMINISTRATOR, JURY, PARTNER_CLERK, SERVING, position_of

JOIN = Choice(Word("join", "name"), "f:join:")
MENU = Choice(Word("menu", "menu_label"), "v:menu:")
HELP = Choice(Word("menu", "help_label"), "v:help:")
PERSON = Choice(Word("menu", "person_label"), "v:person:")
ALL_SERVICES = Choice(Word("menu", "services_label"), "v:services:")
SERVICES = (
    (BENEFITS, Word("benefits", "in_short")),
    (EVENTS, Word("events", "in_short")),
    (SITES, Word("sites", "in_short")),
    (AWARDS, Word("awards", "in_short")),
    (SUGGEST, Word("suggest", "in_short")),
    (ASK_HELP, Word("cases", "in_short")),
    (TRANSFER, Word("transfer", "in_short")),
    (PREFERENCES, Word("preferences", "in_short")),
)
"""What there is for everybody, each with a few words on what it is good for."""

LANGUAGES = {
    language: Choice(name, f"a:language:{language}")
    for language, name in my_data.LANGUAGES.items()
}


@dataclass(frozen=True)
class Bar:
    """One of the menus at the bottom of the page: its label and up to five rows."""

    label: Text
    rows: tuple[Choice, ...]


def work(turn: Turn) -> tuple[Choice, ...]:
    """Return what this person does for others: review, redeem or judge."""
    held = position_of(turn.session, turn.worker.id)
    role = held.role if held else ""
    if role == PARTNER_CLERK:
        return (COUNTER,) if counter_of(turn.session, turn.worker.id) else ()
    own = {JURY: (JUDGE,), ADMINISTRATOR: (OPEN_CONSOLE,)}
    return own.get(role, (WAITING_LIST,) if role in SERVING else ())


def standing(turn: Turn) -> tuple[Choice, ...]:
    """Return what is first for a member, for who waits to be one, for a stranger."""
    if has_card(turn):
        return (CARD, BENEFITS)
    if turn.latest is not None:
        return (MY_APPLICATION,)
    return (JOIN,) if WAITING_LIST in work(turn) else (JOIN, COME_BACK)


def other_languages(turn: Turn) -> tuple[Choice, ...]:
    """Return the ways to the languages this person does not read now."""
    return tuple(way for name, way in LANGUAGES.items() if name != turn.language)


def menu(turn: Turn, arg: str) -> list[Say]:
    """Show the home menu."""
    return [home(turn, Word("menu", "home"))]


def home(turn: Turn, text: Word) -> Say:
    """Return the home menu under other words, such as a greeting."""
    mine = (MY_DATA,) if my_data.has_data(turn) else ()
    own = (*work(turn), *standing(turn), ALL_SERVICES, *mine)
    choices = (*own, HELP, PERSON, *other_languages(turn))
    message = Say(text, choices=choices)
    return with_resume(turn, message, first=True)


def services(turn: Turn, arg: str) -> list[Say]:
    """List all there is, and what each is good for."""
    message = Say(
        Word("menu", "services"),
        title=ALL_SERVICES.label,
        rows=tuple((way.label, in_short) for way, in_short in SERVICES),
        choices=(*(way for way, _ in SERVICES), MENU),
    )
    return [message]


def way_on(turn: Turn, message: Say) -> Say:
    """Return a message that is no dead end: what offers nothing offers the menu."""
    busy = turn.chat.conversation_id is not None or turn.chat.case_id is not None
    if message.choices or message.back or busy:
        return message
    return message.offering(MENU)


def welcome(turn: Turn, arg: str = "") -> list[Say]:
    """Greet somebody who is here for the first time."""
    product = turn.rules.product(turn.language)
    return [home(turn, Word("menu", "welcome", {"product": product}))]


def help_(turn: Turn, arg: str) -> list[Say]:
    """Say what can be said."""
    return [home(turn, Word("menu", "help"))]


def person(turn: Turn, arg: str) -> list[Say]:
    """Say how to reach a person: here, or by telephone."""
    latest = turn.latest
    union = turn.atlas.unions.get(latest.union_code) if latest else None
    told = {
        "union": turn.named(union) if union else "",
        "phone": union.phone if union else "",
    }
    kinds = (Choice(label(kind), f"f:case:{kind}") for kind in CaseKind)
    return [Say(Word("menu", "person", told), choices=(*kinds, MY_CASES, MENU))]


def language(turn: Turn, arg: str) -> list[Say]:
    """Change the language this person reads."""
    my_data.change_language(turn, arg)
    return [home(turn, Word("menu", "language"))]


def bars(turn: Turn) -> tuple[Bar, ...]:
    """Return the three menus at the bottom of the page: what comes first is theirs."""
    first, mine = _first_bar(turn)
    return (
        first,
        Bar(
            Word("menu", "bar_service"),
            (BENEFITS, EVENTS, SITES, ALL_SERVICES, PERSON),
        ),
        Bar(
            Word("menu", "bar_mine"),
            (*mine, MY_DATA, PREFERENCES, *other_languages(turn)),
        ),
    )


def _first_bar(turn: Turn) -> tuple[Bar, tuple[Choice, ...]]:
    """Return the first menu, and what then belongs into the last one."""
    member, own = has_card(turn), work(turn)
    if own:
        (first,) = own
        return Bar(first.label, own), (CARD, MY_VOUCHERS) if member else (JOIN,)
    if member:
        rows = (CARD, MY_VOUCHERS, MY_SIGNUPS, MY_REQUESTS)
        return Bar(Word("menu", "bar_member"), rows), (MY_APPLICATION,)
    if turn.latest is not None:
        return Bar(MY_APPLICATION.label, (MY_APPLICATION,)), ()
    return Bar(Word("menu", "bar_join"), (JOIN, COME_BACK)), ()


COURTESIES = {"hello": Word("menu", "hello"), "thanks": Word("menu", "thanks")}
"""What is answered to a courtesy; each language's commands.toml has the words."""


def courtesy(turn: Turn, word: str) -> list[Say]:
    """Return a greeting or a thank-you."""
    if turn.chat.last_number <= 1:
        return welcome(turn)
    return [home(turn, COURTESIES[word])]


def lost(turn: Turn) -> list[Say]:
    """Answer what nobody understood: kindly, with what can be done."""
    if turn.chat.last_number <= 1:
        return welcome(turn)
    return [home(turn, Word("menu", "lost"))]
