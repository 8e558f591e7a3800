"""Hearing: what a person typed, pressed or sent becomes the answer to a question."""

import re
from collections.abc import Sequence

from handlers.asking import ALL, DONE, SKIP, editable
from handlers.conversation import answer, put
from handlers.flow import Progress
from handlers.offers import OWN_WORDS, UNTICK, is_exact, matching, page_number
from handlers.question import Question, joined
from handlers.say import Say, Word
from handlers.talk import Talk
from models.attachment import Attachment, new_attachment
from models.chat import Shown
from models.columns import short
from models.identity import normalise_text, parse_number, tidy_text

LONGEST_ECHO = 60
"""How much is repeated of what nobody understood."""

_BETWEEN = re.compile(r"[\s,，、;；]+|和|跟|与|还有|以及|\band\b", re.I)


def hear(talk: Talk, typed: str, screen: Sequence[Shown]) -> list[Say] | None:
    """Take a typed answer to the question on the screen; None where it names none."""
    state = talk.state
    question = state.question(talk.row.asked)
    if question is None:
        return past(talk)
    if question.submit:
        return None
    if question.takes_picture:
        wanted = Word("answers", "file" if question.takes_document else "photo")
        return put(talk, question.name, instead=wanted)
    if question.how.offer is None:
        return answer(talk, question, typed)
    return _hear_choice(talk, state, question, typed, screen)


def _hear_choice(
    talk: Talk, state: Progress, question: Question, typed: str, screen: Sequence[Shown]
) -> list[Say] | None:
    if question.how.many and (keys := _several(talk, question, typed, screen)):
        talk.draft.picked += [k for k in keys if k not in talk.draft.picked]
        return put(talk, question.name)
    found, own = question.options(talk.turn, state.seen, typed), question.how.own_words
    if len(found) == 1 and (is_exact(found[0], typed) or not own):
        return press(talk, question.name, found[0].key)
    if not found and not own:
        return None
    words = tidy_text(typed)
    if not found and (question.how.at_once or len(words) > own):
        return answer(talk, question, OWN_WORDS + words)
    talk.draft.query, talk.draft.page = words, 0
    some = Word("common", "found", {"count": len(found)})
    nothing = Word("common", "not_found", {"typed": words})
    return put(talk, question.name, instead=some if found else nothing)


def misheard(talk: Talk, typed: str) -> list[Say]:
    """Say that a text names no answer, and show again what can be answered."""
    question = talk.state.question(talk.row.asked)
    if question and question.submit:
        return put(talk, question.name, instead=_submit_or_edit(talk))
    talk.draft.query, talk.draft.page = "", 0
    if question and question.how.unknown:
        more = question.how.unknown(talk.turn, _query(typed))
        if more is not None:
            return put(talk, question.name, before=more)
    unknown = Word("answers", "not_found", {"typed": talk.turn.said or _query(typed)})
    return put(talk, talk.row.asked, instead=unknown)


def _submit_or_edit(talk: Talk) -> Word:
    """Say what can be answered to a form that is filled in, in words there are."""
    first = next((option.label for option in editable(talk)), "")
    labels = {"submit": Word(talk.flow.name, "submit"), "field": first}
    return Word("answers", "submit_or_edit", labels)


def _query(typed: str) -> str:
    return normalise_text(typed)[:LONGEST_ECHO].strip()


def _several(
    talk: Talk, question: Question, typed: str, screen: Sequence[Shown]
) -> list[str]:
    """Return the keys of the options named with separators between them, if all are."""
    parts = [part for part in _BETWEEN.split(typed) if part]
    if len(parts) < 2:
        return []
    start = f"q:{talk.key}:{question.name}:{talk.row.showing}:"
    options = [s for s in screen if s.press.startswith(start)]
    found = [_named(options, part) for part in parts]
    keys = [s.press.removeprefix(start).removeprefix(UNTICK) for s in found if s]
    return keys if len(keys) == len(parts) and not {DONE, SKIP} & {*keys} else []


def _named(options: Sequence[Shown], part: str) -> Shown | None:
    number = parse_number(part)
    if number is not None:
        return next((s for s in options if s.number == number), None)
    found = matching(options, part)
    return found[0] if len(found) == 1 else None


def press(talk: Talk, name: str, key: str, late: bool = False) -> list[Say]:
    """Take a pressed answer; one to another question than the present is past.

    A `late` press is of an older showing of the question; what it means may have
    changed where it names no option.
    """
    state = talk.state
    question = state.question(name)
    if question is None or name != talk.row.asked:
        return past(talk)
    if late and (question.submit or key in (OWN_WORDS, DONE)):
        return past(talk)
    if question.submit:
        return answer(talk, question, key)
    if key == SKIP and question.how.optional:
        return answer(talk, question, None)
    if key == OWN_WORDS and question.how.own_words and talk.draft.query:
        return answer(talk, question, OWN_WORDS + talk.draft.query)
    if question.how.many:
        return _tick(talk, state, question, key)
    offer = question.how.offer
    return answer(talk, question, key) if offer else put(talk, question.name)


def _tick(talk: Talk, state: Progress, question: Question, key: str) -> list[Say]:
    picked = talk.draft.picked
    if key == DONE and picked:
        return answer(talk, question, list(picked))
    if key.removeprefix(UNTICK) in picked:
        picked.remove(key.removeprefix(UNTICK))
    options = {o.key for o in question.options(talk.turn, state.seen)}
    if key in options:
        picked.append(key)
    return put(talk, question.name)


def is_echo(talk: Talk, name: str, showing: int, key: str) -> bool:
    """Tell whether a press repeats, by a slip of the finger, the one just taken."""
    if not talk.is_fresh or showing != talk.row.showing - 1:
        return False
    if name == talk.row.asked:
        picked = talk.draft.picked
        return key in picked or (
            key.startswith(UNTICK) and key.removeprefix(UNTICK) not in picked
        )
    given = talk.draft.answers.get(name)
    return key in (DONE, OWN_WORDS) or given == (None if key == SKIP else key)


def back(talk: Talk, name: str) -> list[Say]:
    """Put the question before `name`; its answer is kept until replaced."""
    if name != talk.row.asked:
        return [] if talk.is_fresh else past(talk)
    names = [q.name for q in talk.state.asked if q.name not in talk.draft.known]
    if name not in names:
        return put(talk)
    if names.index(name) == 0:
        return put(talk, name, before=Word("common", "first_question"))
    return put(talk, names[names.index(name) - 1])


def edit(talk: Talk, name: str) -> list[Say]:
    """Put one question again; the other answers stay."""
    return put(talk, name)


def turn_page(talk: Talk, name: str, page: str) -> list[Say]:
    """Show another page of the list on the screen."""
    if name != talk.row.asked:
        return past(talk)
    if page == ALL:
        talk.draft.query = ""
    talk.draft.page = page_number(page)
    return put(talk, name)


def past(talk: Talk) -> list[Say]:
    """Answer a press on a question that is over: say so, and show the present one."""
    return put(talk, talk.row.asked, before=Word("common", "step_is_past"))


def locate(talk: Talk, lat: float, lon: float) -> list[Say] | None:
    """Answer from a shared location, where the question can use one."""
    question = talk.state.question(talk.row.asked)
    if question is None or question.how.locate is None:
        return None
    found = question.how.locate(talk.turn, lat, lon)
    if found is None:
        return put(talk, question.name, instead=Word("answers", "nowhere_near"))
    talk.keep_answers(found)
    state = talk.state
    where = [
        q.shown(talk.turn, state.seen, state.seen[q.name])
        for q in state.asked
        if q.name in found and q.name in state.seen
    ]
    return put(talk, before=Word("common", "located", {"where": joined(*where)}))


def take_photo(talk: Talk, mime: str, data: bytes) -> list[Say] | None:
    """Answer with a picture, where the question asks for one."""
    question, turn = talk.state.question(talk.row.asked), talk.turn
    if question is None or not question.takes_picture:
        return None
    picture = new_attachment(turn.keys, turn.worker, mime, data, turn.now)
    turn.session.add(picture)
    turn.picture = short(picture.id)
    return answer(talk, question, short(picture.id))


def take_document(talk: Talk, sent_id: int) -> list[Say] | None:
    """Answer with a document that was kept, where the question asks for one."""
    question, turn = talk.state.question(talk.row.asked), talk.turn
    sent = turn.session.get(Attachment, sent_id)
    if question is None or not question.takes_document:
        return None
    if sent is None or sent.worker_id != turn.worker.id:
        return None
    turn.document = sent.document(turn.worker.open_key(turn.keys))
    return answer(talk, question, short(sent_id))
