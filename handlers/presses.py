"""What a press means: its first letter says what kind, the rest what of it.

    f:<flow>:<subject>   start or go on     v:<view>:<argument>    show
    a:<act>:<argument>   do                 w:<word>               a word of the talk
    q:<conversation>:<question>:<showing>:<option>                 answer
    m:<conversation>:<question>:<page>      b:<conversation>:<question>  back
    e:<conversation>:<question>  correct    l:<conversation>:<page>  list to correct
    k:, r:, x:, d:<conversation>            keep, resume, set aside, drop

A button carries at most 64 bytes, so ids are short.
"""

from collections.abc import Callable

from handlers import ACTS, FLOWS, VIEWS, menu
from handlers.asking import choose_edit
from handlers.conversation import begin, drop, put, resume, set_aside
from handlers.hearing import back, edit, is_echo, press, turn_page
from handlers.offers import page_number
from handlers.say import Say, Word
from handlers.talk import (
    ECHO,
    Talk,
    last_paused,
    open_talk,
    pause,
    paused_talk,
    reopen,
    row_of,
    talk_of,
    with_resume,
)
from handlers.turn import Turn
from models.conversation import State


def pressed(turn: Turn, press_: str) -> list[Say]:
    """Carry out a press."""
    kind, _, rest = press_.partition(":")
    handler = PRESSES.get(kind)
    return handler(turn, rest) if handler else menu.lost(turn)


def _flow(turn: Turn, rest: str) -> list[Say]:
    name, _, subject = rest.partition(":")
    flow = FLOWS.get(name)
    if flow is None or (subject and not flow.has_subject):
        return menu.lost(turn)
    talk = open_talk(turn)
    if talk and talk.flow is flow and talk.row.subject == subject:
        return put(talk, talk.row.asked)
    paused = paused_talk(turn, name, subject)
    return resume(paused) if paused else begin(turn, flow, subject)


def _view(turn: Turn, rest: str) -> list[Say]:
    name, _, arg = rest.partition(":")
    talk = open_talk(turn)
    if name == "help" and talk:
        return put(talk, talk.row.asked, before=Word("menu", "help_here"))
    return aside(turn, VIEWS.get(name), arg)


def _act(turn: Turn, rest: str) -> list[Say]:
    name, _, arg = rest.partition(":")
    talk = open_talk(turn)
    if name == "language" and talk:
        menu.language(turn, arg)
        return put(talk, talk.row.asked)
    return aside(turn, ACTS.get(name), arg)


def aside(
    turn: Turn, show: Callable[[Turn, str], list[Say]] | None, arg: str = ""
) -> list[Say]:
    """Show something beside the open conversation, which is offered again."""
    if show is None:
        return menu.lost(turn)
    pause(turn)
    *first, last = show(turn, arg)
    return [*first, with_resume(turn, last)]


def _with_talk(
    handle: Callable[[Talk, str], list[Say]], reopening: bool = True
) -> Callable[[Turn, str], list[Say]]:
    """Carry out a press that names a conversation of this chat, if it has not ended."""

    def carry_out(turn: Turn, rest: str) -> list[Say]:
        key, _, arg = rest.partition(":")
        talk = talk_of(turn, key)
        if talk is None:
            return [menu.home(turn, Word("common", "conversation_over"))]
        if reopening:
            reopen(talk)
        return handle(talk, arg)

    return carry_out


def _question(turn: Turn, rest: str) -> list[Say]:
    """Take a pressed option; the echo of the tap that ended the talk is let be."""
    row = row_of(turn, rest.partition(":")[0])
    just_done = row and row.state is State.DONE and turn.now - row.updated_at < ECHO
    return [] if just_done else _with_talk(_option)(turn, rest)


def _option(talk: Talk, arg: str) -> list[Say]:
    name, _, rest = arg.partition(":")
    shown, _, key = rest.partition(":")
    showing = page_number(shown)
    if is_echo(talk, name, showing, key):
        return []
    return press(talk, name, key, late=showing != talk.row.showing)


def _turn_page(talk: Talk, arg: str) -> list[Say]:
    name, _, page = arg.partition(":")
    return turn_page(talk, name, page)


def _word(turn: Turn, word: str) -> list[Say]:
    """Carry out a word about the talk: back, cancel, a greeting, thanks."""
    talk = open_talk(turn)
    if word in menu.COURTESIES:
        if talk is None:
            return menu.courtesy(turn, word)
        return put(talk, talk.row.asked, before=Word("menu", f"{word}_here"))
    if talk is None:
        paused = last_paused(turn) if word == "back" else None
        return resume(paused) if paused else menu.menu(turn, "")
    return back(talk, talk.row.asked or "") if word == "back" else set_aside(talk)


PRESSES: dict[str, Callable[[Turn, str], list[Say]]] = {
    "f": _flow,
    "v": _view,
    "a": _act,
    "w": _word,
    "q": _question,
    "m": _with_talk(_turn_page),
    "b": _with_talk(back),
    "e": _with_talk(edit),
    "l": _with_talk(lambda talk, arg: choose_edit(talk, page_number(arg))),
    "k": _with_talk(lambda talk, arg: put(talk)),
    "r": _with_talk(lambda talk, arg: resume(talk), reopening=False),
    "x": _with_talk(lambda talk, arg: set_aside(talk), reopening=False),
    "d": _with_talk(lambda talk, arg: drop(talk), reopening=False),
}
