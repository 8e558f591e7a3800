"""Routing: what a person did becomes one press, answer or greeting, and is carried out.

In order: a word that is always a command, a choice on the screen, a correction such as
改 手机号, the open question; else the menu.  Typing a choice is the same as pressing it.
"""

import re
from collections.abc import Callable

from handlers import ACTS, FLOWS, VIEWS, menu
from handlers.answers import looks_like_id
from handlers.conversation import (
    Talk,
    back,
    begin,
    cancel,
    choose_edit,
    edit,
    editable,
    hear,
    locate,
    open_row,
    opened,
    pause,
    press,
    put,
    resume,
    resume_choice,
    take_photo,
    turn_page,
)
from handlers.offers import matching, plain
from handlers.say import Say, Word, say
from handlers.turn import Incoming, Turn
from models.chat import Shown
from models.columns import long
from models.conversation import Conversation, State, paused_in
from models.identity import parse_number
from models.place import Source
from models.staff import PREFIX, accept

LONGEST = 4096
"""No channel carries a longer text; what is beyond is not read."""

_EDIT = re.compile(
    r"^\s*(?:改一下|修改|更改|改|change|edit)[\s:：]*(.+?)\s*$", re.IGNORECASE
)


def step(turn: Turn, incoming: Incoming) -> list[Say]:
    """Carry out what a person did and return what to say."""
    if incoming.kind == "stop":
        turn.chat.stopped_at = turn.now
        return []
    turn.chat.stopped_at = None
    return KINDS.get(incoming.kind, _other)(turn, incoming)


def _other(turn: Turn, incoming: Incoming) -> list[Say]:
    return _unasked(turn, "other")


def _hello(turn: Turn, incoming: Incoming) -> list[Say]:
    return menu.welcome(turn) if turn.chat.last_number == 0 else []


def _start(turn: Turn, incoming: Incoming) -> list[Say]:
    """Open a chat with the code of a link: an invitation, or where a poster hung."""
    code = incoming.text.strip()
    if code.startswith(PREFIX):
        staff = accept(turn.session, code, turn.worker.id, turn.now)
        if staff is None:
            return [menu.home(turn, Word("reviewing", "invitation_over"))]
        union = turn.named(turn.atlas.unions[staff.union_code])
        return [menu.home(turn, Word("reviewing", "bound", {"union": union}))]
    if code and turn.session.get(Source, code):
        turn.chat.source = code
    return menu.welcome(turn)


def _text(turn: Turn, incoming: Incoming) -> list[Say]:
    typed = incoming.text[:LONGEST]
    talk = open_talk(turn)
    if not turn.trusted and looks_like_id(typed):
        turn.said = "****"
        return _too_private(turn, talk)
    command = turn.vocabulary.commands.get(plain(typed))
    if command:
        return pressed(turn, command)
    chosen = _on_screen(turn, typed)
    if chosen:
        return pressed(turn, chosen.press)
    if talk is None:
        return menu.lost(turn)
    return _correction(turn, talk, typed) or _answer(turn, talk, typed)


def _answer(turn: Turn, talk: Talk, typed: str) -> list[Say]:
    question = talk.state.question(talk.row.asked)
    if question and question.how.private and not turn.trusted:
        turn.said = "****"
        return _too_private(turn, talk)
    if not plain(typed):
        return put(talk, talk.row.asked, before=Word("answers", "not_understood"))
    return hear(talk, typed)


def _too_private(turn: Turn, talk: Talk | None) -> list[Say]:
    """Say why a private fact typed here was not kept, and where it is safe."""
    if talk is None:
        return [menu.home(turn, Word("common", "private_typed"))]
    return put(talk, talk.row.asked, before=Word("common", "private_typed"))


def _on_screen(turn: Turn, typed: str) -> Shown | None:
    """Return the choice on the screen that a number or a label means."""
    shown = turn.chat.shown(turn.keys, turn.worker)
    number = parse_number(typed)
    if number is not None:
        return next((s for s in shown if s.number == number), None)
    found = matching(shown, typed)
    return found[0] if len(found) == 1 else None


def _correction(turn: Turn, talk: Talk, typed: str) -> list[Say] | None:
    """Read "改 手机号": correct one answered question, named by its label."""
    found = _EDIT.match(typed)
    if found is None:
        return None
    wanted = plain(found[1])
    labels = turn.vocabulary.documents
    for option in editable(talk):
        assert isinstance(option.label, Word)
        words = (
            labels.get((language, f"{option.label.flow}.{option.label.key}"), "")
            for language in ("zh-CN", "en")
        )
        if any(wanted and wanted in plain(word) for word in words):
            return edit(talk, option.key)
    return None


def _press(turn: Turn, incoming: Incoming) -> list[Say]:
    return pressed(turn, incoming.text)


def _location(turn: Turn, incoming: Incoming) -> list[Say]:
    talk = open_talk(turn)
    found = locate(talk, incoming.lat, incoming.lon) if talk else None
    return found if found is not None else _unasked(turn, "location")


def _photo(turn: Turn, incoming: Incoming) -> list[Say]:
    talk = open_talk(turn)
    if not incoming.data:
        return _unasked(turn, "unreadable")
    found = take_photo(talk, incoming.mime, incoming.data) if talk else None
    return found if found is not None else _unasked(turn, "photo")


def _contact(turn: Turn, incoming: Incoming) -> list[Say]:
    """Take a shared contact as the answer to a question that wished for a phone."""
    talk = open_talk(turn)
    question = talk.state.question(talk.row.asked) if talk else None
    if talk and question and question.how.wish == "phone" and incoming.text:
        return hear(talk, incoming.text)
    return _unasked(turn, "contact")


def _unasked(turn: Turn, kind: str) -> list[Say]:
    """Answer what was not asked for, and put the open question again."""
    talk = open_talk(turn)
    if talk is None:
        return menu.unusable(turn, kind)
    return put(talk, talk.row.asked, before=Word("menu", f"got_{kind}"))


KINDS: dict[str, Callable[[Turn, Incoming], list[Say]]] = {
    "text": _text,
    "press": _press,
    "location": _location,
    "photo": _photo,
    "contact": _contact,
    "start": _start,
    "hello": _hello,
    "return": lambda turn, incoming: [],
    "group": lambda turn, incoming: [say("menu", "group")],
}


def pressed(turn: Turn, press_: str) -> list[Say]:
    """Carry out a press: the first letter says what kind, the rest what of it."""
    kind, _, rest = press_.partition(":")
    handler = PRESSES.get(kind)
    return handler(turn, rest) if handler else menu.lost(turn)


def _flow(turn: Turn, rest: str) -> list[Say]:
    name, _, subject = rest.partition(":")
    flow = FLOWS.get(name)
    if flow is None:
        return menu.lost(turn)
    talk = open_talk(turn)
    if talk and talk.row.flow == name and talk.row.subject == subject:
        return put(talk, talk.row.asked)
    paused = _paused(turn, name, subject)
    return resume(paused) if paused else begin(turn, flow, subject)


def _view(turn: Turn, rest: str) -> list[Say]:
    name, _, arg = rest.partition(":")
    talk = open_talk(turn)
    if name == "help" and talk:
        return put(talk, talk.row.asked, before=Word("menu", "help_here"))
    return _aside(turn, VIEWS.get(name), arg)


def _act(turn: Turn, rest: str) -> list[Say]:
    name, _, arg = rest.partition(":")
    talk = open_talk(turn)
    if name == "language" and talk:
        menu.language(turn, arg)
        return put(talk, talk.row.asked)
    return _aside(turn, ACTS.get(name), arg)


def _aside(
    turn: Turn, show: Callable[[Turn, str], list[Say]] | None, arg: str
) -> list[Say]:
    """Show something beside the open conversation, which is paused and offered again."""
    if show is None:
        return menu.lost(turn)
    pause(turn)
    *first, last = show(turn, arg)
    choice = resume_choice(turn)
    if choice and all(c.press != choice.press for c in last.choices):
        last = last.offering(choice)
    return [*first, last]


def _in_talk(
    handle: Callable[[Talk, str], list[Say]],
) -> Callable[[Turn, str], list[Say]]:
    """Carry out a press that names a conversation, if it is this person's and open."""

    def carry_out(turn: Turn, rest: str) -> list[Say]:
        number, _, arg = rest.partition(":")
        talk = talk_of(turn, number)
        if talk is None:
            return [menu.home(turn, Word("common", "conversation_over"))]
        if talk.row.state is State.PAUSED:
            resume(talk)
        return handle(talk, arg)

    return carry_out


def _answered(talk: Talk, arg: str) -> list[Say]:
    """Take a pressed option: `<question>:<showing>:<key>`."""
    name, _, rest = arg.partition(":")
    showing, _, key = rest.partition(":")
    if name != talk.row.asked and str(talk.row.showing - 1) == showing:
        kept = talk.draft.answers.get(name)
        if key == kept:
            return []
    return press(talk, name, key)


PRESSES: dict[str, Callable[[Turn, str], list[Say]]] = {
    "f": _flow,
    "v": _view,
    "a": _act,
    "q": _in_talk(_answered),
    "b": _in_talk(lambda talk, arg: back(talk)),
    "e": _in_talk(edit),
    "l": _in_talk(lambda talk, arg: choose_edit(talk, _page(arg))),
    "m": _in_talk(lambda talk, arg: turn_page(talk, _page(arg))),
    "r": _in_talk(lambda talk, arg: put(talk, talk.row.asked)),
    "x": _in_talk(lambda talk, arg: cancel(talk)),
    "w": lambda turn, word: _word(turn, word),
}


def _page(arg: str) -> int:
    return int(arg) if arg.isascii() and arg.isdigit() and len(arg) < 5 else 0


def _word(turn: Turn, word: str) -> list[Say]:
    """Carry out a word about the open conversation: back or cancel."""
    talk = open_talk(turn)
    if talk is None:
        return menu.menu(turn, "")
    return back(talk) if word == "back" else cancel(talk)


def open_talk(turn: Turn) -> Talk | None:
    """Return the open conversation of this chat, ready to go on."""
    row = open_row(turn)
    flow = FLOWS.get(row.flow) if row else None
    if row is None or flow is None or row.state is not State.OPEN:
        return None
    return opened(turn, row, flow)


def talk_of(turn: Turn, number: str) -> Talk | None:
    """Return this person's unfinished conversation with this id."""
    row = turn.session.get(Conversation, long(number))
    if row is None or row.worker_id != turn.worker.id or row.chat_id != turn.chat.id:
        return None
    flow = FLOWS.get(row.flow)
    if flow is None or row.state not in (State.OPEN, State.PAUSED):
        return None
    return opened(turn, row, flow)


def _paused(turn: Turn, name: str, subject: str) -> Talk | None:
    """Return the paused conversation of this flow, to go on instead of starting anew."""
    row = paused_in(turn.session, turn.chat.id, name, subject)
    return opened(turn, row, FLOWS[name]) if row else None
