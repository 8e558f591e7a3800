"""Routing: what a person did becomes one press, answer or greeting, and is carried out.

A chat that a person holds is theirs.  Else in order: words that call for help at once,
a choice on the screen, a word that is always a command, a correction such as 改 手机号,
the open question; else the menu. Typing a choice is the same as pressing it.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from handlers import benefits, events, menu, sites
from handlers.answers import looks_like_id
from handlers.asking import choose_edit, editable
from handlers.checking_in import by_door
from handlers.conversation import answer, put
from handlers.files import drop_unused, wrong
from handlers.flow import questions
from handlers.hearing import (
    edit,
    hear,
    locate,
    misheard,
    take_document,
    take_photo,
)
from handlers.live import held
from handlers.offers import Option, is_exact, matching, plain
from handlers.presses import aside, pressed
from handlers.redeeming import for_clerks, scanned
from handlers.redeeming import welcome as greet_clerk
from handlers.say import Say, Word, say
from handlers.talk import Talk, last_paused, open_talk, with_resume
from handlers.turn import Incoming, Turn
from handlers.urgent import called
from handlers.vouchers import SCAN
from models.chat import Shown
from models.clerk import counter_of
from models.event import DOOR
from models.identity import mask_id, parse_number
from models.pin import read_pin
from models.place import Source
from models.staff import ADMINISTRATOR, JURY, PREFIX, accept

_WORDS = re.compile(r"[^\W\d_]+")
_EDIT = re.compile(
    r"(?:(?:改一下|修改|更改|改)[\s:：]*|(?:change|edit)[\s:：]+)(.+)", re.I | re.S
)

SHORTEST_SLIP, NEAR = 4, 0.75
"""How long a word must be, and how alike, to be taken for one it is not quite."""


def step(turn: Turn, incoming: Incoming) -> list[Say]:
    """Carry out what a person did and return what to say."""
    said = _step(turn, incoming)
    if incoming.file:
        drop_unused(turn, incoming.file)
    return said


def _step(turn: Turn, incoming: Incoming) -> list[Say]:
    turn.chat.stopped_at = turn.now if incoming.kind == "stop" else None
    if incoming.kind == "group":  # nothing private may be said there
        return [say("menu", "group")]
    if turn.chat.case_id is not None:
        return held(turn, incoming)
    if incoming.kind in ("stop", "return"):
        return []
    said = KINDS.get(incoming.kind, _other)(turn, incoming)
    return [menu.way_on(turn, message) for message in said]


def _hello(turn: Turn, incoming: Incoming) -> list[Say]:
    return menu.welcome(turn) if turn.chat.last_number == 0 else []


def _start(turn: Turn, incoming: Incoming) -> list[Say]:
    """Open a chat with the code of a link: an invitation, or where a poster hung."""
    code = incoming.text.strip()
    if code.startswith(PREFIX):
        return aside(turn, _accept, code)
    if code.startswith(SCAN):
        return _scanned(turn, code)
    if code.startswith(DOOR):
        return aside(turn, by_door, code)
    source: Source | None = turn.session.get(Source, code) if code else None
    if source is not None:
        turn.chat.source = code
    return aside(turn, menu.welcome)


def _scanned(turn: Turn, code: str) -> list[Say]:
    """Take a voucher's link: a clerk goes on to redeem it."""
    at = counter_of(turn.session, turn.worker.id)
    return scanned(turn, at, code) if at else aside(turn, for_clerks)


def _accept(turn: Turn, code: str) -> list[Say]:
    staff = accept(turn.session, code, turn.worker.id, turn.now)
    if staff is None:
        return [menu.home(turn, Word("reviewing", "invitation_over"))]
    at = counter_of(turn.session, turn.worker.id)
    if at is not None:
        return [menu.home(turn, greet_clerk(turn, at))]
    union = {"union": turn.named(turn.atlas.unions[staff.union_code])}
    judges, appoints = staff.role == JURY, staff.role == ADMINISTRATOR
    words = Word(
        "reviewing",
        "bound_jury" if judges else "bound_administrator" if appoints else "bound",
        union,
    )
    return [menu.home(turn, words)]


def _text(turn: Turn, incoming: Incoming) -> list[Say]:
    if not _begins_in_english(turn, incoming):
        return _typed(turn, incoming.text, menu.lost)
    menu.language(turn, "en")
    return _typed(turn, incoming.text, menu.welcome)  # any before was not in English


def _typed(turn: Turn, typed: str, lost: Callable[[Turn], list[Say]]) -> list[Say]:
    """Take typed words; say what `lost` does where they mean nothing here."""
    talk = open_talk(turn)
    if looks_like_id(typed):
        turn.said = mask_id(typed)
        if not turn.trusted:
            return _too_private(turn, talk, Word("common", "private_typed"))
    elif read_pin(typed):
        turn.said = "******"  # a PIN may be typed at the wrong moment
    if (help_ := called(turn, typed)) is not None:
        return help_
    screen = turn.chat.shown(turn.keys, turn.worker)
    press = _meant(turn, screen, typed)
    if press:
        return pressed(turn, press)
    if talk is not None:
        return _correction(turn, talk, typed) or _answer(turn, talk, typed, screen)
    return (
        _guessed(turn, screen, typed)
        or _paused_correction(turn, typed)
        or sites.named(turn, typed)
        or benefits.named(turn, typed)
        or events.named(turn, typed)
        or _misspelt(turn, typed)
        or lost(turn)
    )


def _meant(turn: Turn, screen: list[Shown], typed: str) -> str | None:
    """Return the press that typed words name, with or without what is polite."""
    commands, words = turn.vocabulary.commands, plain(typed)
    chosen = _chosen(screen, typed)
    if chosen or words in commands:
        return chosen.press if chosen else commands[words]
    bare = turn.vocabulary.bare(words)
    chosen = _named(screen, bare) if bare != words else None
    return chosen.press if chosen else commands.get(bare)


def _misspelt(turn: Turn, typed: str) -> list[Say] | None:
    """Take a word in Latin letters that is nearly a command.

    In Chinese a single character turns a word into its opposite, so none is guessed.
    """
    words, commands = plain(typed), turn.vocabulary.commands
    if not words.isascii() or len(words) < SHORTEST_SLIP:
        return None
    near = get_close_matches(words, [c for c in commands if c.isascii()], 1, NEAR)
    return pressed(turn, commands[near[0]]) if near else None


def _paused_correction(turn: Turn, typed: str) -> list[Say] | None:
    """Offer to go on with what is paused to who wants to correct an answer of it."""
    if _EDIT.fullmatch(typed.strip()) is None or last_paused(turn) is None:
        return None
    return [with_resume(turn, say("common", "go_on_to_edit"))]


def _begins_in_english(turn: Turn, incoming: Incoming) -> bool:
    """Tell whether somebody's first words are English, on a channel that cannot say.

    Latin letters alone say nothing, for pinyin is written in them: one of the words
    must be an English command.  A slash command is the same in every language.
    """
    own = incoming.given_id is not None  # only then are their words numbered too
    went_on = turn.chat.last_number - own > 1 or turn.chat.conversation_id is not None
    if incoming.language is not None or went_on or incoming.text.startswith("/"):
        return False
    words = _WORDS.findall(incoming.text)
    known = not turn.vocabulary.english.isdisjoint(map(plain, [*words, incoming.text]))
    return known and all(word.isascii() for word in words)


def _chosen(screen: list[Shown], typed: str) -> Shown | None:
    """Return the choice on the screen that a number or a whole label names."""
    number = parse_number(typed)
    if number is not None:
        return next((s for s in screen if s.number == number), None)
    return _named(screen, typed)


def _named(screen: list[Shown], typed: str) -> Shown | None:
    """Return the one choice whose whole label, or another word for it, was typed."""
    found = [s for s in screen if plain(typed) and is_exact(s, typed)]
    return found[0] if len(found) == 1 else None


def _guessed(turn: Turn, screen: list[Shown], typed: str) -> list[Say] | None:
    """Press the only choice on the screen whose label has the typed text in it."""
    found = matching(screen, typed)
    return pressed(turn, found[0].press) if len(found) == 1 else None


def _answer(turn: Turn, talk: Talk, typed: str, screen: list[Shown]) -> list[Say]:
    question = talk.state.question(talk.row.asked)
    if question and question.how.private and not turn.trusted:
        return _too_private(turn, talk, Word("common", "private_by_link"))
    if not plain(typed):
        return put(talk, talk.row.asked, before=Word("answers", "not_understood"))
    heard = hear(talk, typed, screen)
    if heard is not None:
        return heard
    return _guessed(turn, screen, typed) or misheard(talk, typed)


def _too_private(turn: Turn, talk: Talk | None, words: Word) -> list[Say]:
    """Say why a private fact typed here was not kept, and where it is safe."""
    turn.said = "****"
    if talk is None:
        return [menu.home(turn, words)]
    return put(talk, talk.row.asked, before=words)


def _correction(turn: Turn, talk: Talk, typed: str) -> list[Say] | None:
    """Read "改 手机号": correct one answered question, named by its label."""
    found = _EDIT.fullmatch(typed.strip())
    if found is None:
        return None
    answered = [*_labels(turn, editable(talk))]
    names = {o.key for o in matching(answered, found[1])}
    if len(names) == 1:
        return edit(talk, names.pop())
    if names:
        return choose_edit(talk, 0, names)
    every = [*questions(talk.flow), *talk.state.asked]
    labels = [Option(q.name, q.labelled(talk.flow.name)) for q in every]
    if not matching([*_labels(turn, labels)], found[1]):
        return None
    return put(talk, talk.row.asked, before=Word("common", "not_answered_yet"))


def _labels(turn: Turn, options: list[Option]) -> Iterator[Option]:
    """Yield options with their labels as they read in every language."""
    for option in options:
        for words in turn.vocabulary.readings(option.label):
            yield Option(option.key, words)


def _press(turn: Turn, incoming: Incoming) -> list[Say]:
    return pressed(turn, incoming.text)


def _location(turn: Turn, incoming: Incoming) -> list[Say]:
    talk = open_talk(turn)
    if talk is None:
        return aside(turn, lambda t, _: sites.located(t, incoming.lat, incoming.lon))
    found = locate(talk, incoming.lat, incoming.lon)
    return found if found is not None else _unasked(turn, "location")


def _photo(turn: Turn, incoming: Incoming) -> list[Say]:
    if not incoming.data:
        return _unasked(turn, "unreadable")
    talk = open_talk(turn)
    found = take_photo(talk, incoming.mime, incoming.data) if talk else None
    return found if found is not None else _unasked(turn, "photo")


def _document(turn: Turn, incoming: Incoming) -> list[Say]:
    if incoming.text:
        return _instead(turn, wrong(turn, incoming.text))
    talk = open_talk(turn)
    found = take_document(talk, incoming.file) if talk else None
    return found if found is not None else _unasked(turn, "document")


def _contact(turn: Turn, incoming: Incoming) -> list[Say]:
    """Take a shared contact as the answer to a question that wished for a phone."""
    talk = open_talk(turn)
    question = talk.state.question(talk.row.asked) if talk else None
    if talk and question and question.how.wish == "phone" and incoming.text:
        return answer(talk, question, incoming.text)
    return _unasked(turn, "contact")


def _other(turn: Turn, incoming: Incoming) -> list[Say]:
    return _unasked(turn, "other")


def _unasked(turn: Turn, kind: str) -> list[Say]:
    """Answer what was not asked for, and put the open question again."""
    return _instead(turn, Word("menu", f"got_{kind}"))


def _instead(turn: Turn, words: Word) -> list[Say]:
    """Say why something was not taken, and put the open question again."""
    talk = open_talk(turn)
    if talk is None:
        return [menu.home(turn, words)]
    return put(talk, talk.row.asked, before=words)


KINDS: dict[str, Callable[[Turn, Incoming], list[Say]]] = {
    "text": _text,
    "press": _press,
    "location": _location,
    "photo": _photo,
    "document": _document,
    "contact": _contact,
    "start": _start,
    "hello": _hello,
}
