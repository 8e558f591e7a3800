"""The home menu, help, the way to a person, languages: what is always within reach."""

from dataclasses import dataclass

from handlers import my_data
from handlers.awards import AWARDS, JUDGE, SUGGEST
from handlers.benefits import BENEFITS
from handlers.card import has_card
from handlers.cases import ASK_HELP, MY_CASES
from handlers.console import OPEN_CONSOLE
from handlers.events import EVENTS
from handlers.my_application import CARD, MY_APPLICATION
from handlers.my_data import PREFERENCES, TRANSFER
from handlers.phones import COME_BACK
from handlers.question import label
from handlers.queued import WAITING_LIST
from handlers.receipts import MY_DATA
from handlers.redeeming import COUNTER
from handlers.say import Choice, Say, Word
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

    label: Word
    rows: tuple[Choice, ...]


def own_rows(turn: Turn) -> tuple[Choice, ...]:
    """Return what this person can do: review, redeem, judge, join, come back."""
    held = position_of(turn.session, turn.worker.id)
    role = held.role if held else ""
    counter = role == PARTNER_CLERK and counter_of(turn.session, turn.worker.id)
    staff, applied = role in SERVING, turn.latest is not None
    return (
        *((WAITING_LIST,) if staff else ()),
        *((COUNTER,) if counter else ()),
        *((JUDGE,) if role == JURY else ()),
        *((OPEN_CONSOLE,) if role == ADMINISTRATOR else ()),
        *((CARD,) if has_card(turn) else ()),
        *((MY_APPLICATION,) if applied else (JOIN,)),
        *(() if applied or staff else (COME_BACK,)),
    )


def other_languages(turn: Turn) -> tuple[Choice, ...]:
    """Return the ways to the languages this person does not read now."""
    return tuple(way for name, way in LANGUAGES.items() if name != turn.language)


def menu(turn: Turn, arg: str) -> list[Say]:
    """Show the home menu."""
    return [home(turn, Word("menu", "home"))]


def home(turn: Turn, text: Word) -> Say:
    """Return the home menu under other words, such as a greeting."""
    mine = (MY_DATA,) if my_data.has_data(turn) else ()
    own = (*own_rows(turn), ALL_SERVICES, *mine)
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
    """Return the three menus at the bottom of the page."""
    return (
        Bar(Word("menu", "bar_join"), (JOIN, MY_APPLICATION)),
        Bar(
            Word("menu", "bar_service"),
            (BENEFITS, EVENTS, SITES, ALL_SERVICES, PERSON),
        ),
        Bar(
            Word("menu", "bar_mine"),
            (*own_rows(turn), MY_DATA, *other_languages(turn)),
        ),
    )


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
