"""A conversation's life: begun, put forward question by question, finished or left.

Everything here keeps answers by the question's name and works out the next question
anew each turn; nothing that points into the code is stored.
"""

from dataclasses import replace
from typing import Any

from handlers.asking import message_of
from handlers.flow import AskAgain, Flow, Progress
from handlers.question import Question, Refused, Stop
from handlers.say import Choice, Say, Word, say
from handlers.talk import Talk, pause, reopen, with_resume
from handlers.turn import Turn
from models.conversation import Draft, State, new_conversation


def begin(turn: Turn, flow: type[Flow], subject: str = "") -> list[Say]:
    """Start a flow; whatever was open is paused."""
    instead = flow.refuse(turn, subject)
    if instead is not None:
        return instead
    pause(turn)
    row = new_conversation(turn.worker.id, turn.chat.id, flow.name, subject, turn.now)
    turn.session.add(row)
    turn.chat.conversation_id = row.id
    known = flow.prefill(turn, subject)
    draft = Draft(known, known=[*known], remarks=flow.remarks(turn, subject))
    return put(Talk(turn, row, flow, draft))


def resume(talk: Talk) -> list[Say]:
    """Take up a conversation where it stopped, unless its flow refuses by now."""
    instead = talk.flow.refuse(talk.turn, talk.row.subject)
    if instead is not None:
        talk.end(State.CANCELLED)
        return instead
    reopen(talk)
    return put(talk, talk.row.asked)


def put(
    talk: Talk,
    name: str | None = None,
    before: Word | None = None,
    instead: Word | None = None,
) -> list[Say]:
    """Put the next question, or `name` if it is one of them; finish when none is left.

    `before` is said first; `instead` takes the place of the question's own words.
    """
    talk.turn.about = talk.flow.about(talk.turn, talk.row.subject)
    state = talk.state
    question = state.question(name) or state.next
    if question is None:
        state = talk.review(thorough=True)
        question = state.next
    if question is None:
        return _finish(talk, state)
    if question.name != talk.row.asked:
        talk.draft.query, talk.draft.page = "", 0
        talk.draft.picked = _picked(talk, question)
    talk.row.asked = question.name
    talk.row.showing += 1
    talk.keep()
    message = replace(message_of(talk, state, question), before=before)
    return [replace(message, text=instead) if instead else message]


def _picked(talk: Talk, question: Question) -> list[str]:
    kept = talk.draft.answers.get(question.name) if question.how.many else None
    return list(kept or [])


def answer(talk: Talk, question: Question, value: Any) -> list[Say]:
    """Store an answer if it is valid and put the next question; else say why not."""
    state, private = talk.state, question.how.private
    if private and value is not None:
        talk.turn.said = question.masked(str(value))
    try:
        typed = question.valid(talk.turn, state.seen, value)
    except Refused as refused:
        return put(talk, question.name, instead=refused.word)
    except Stop as stop:
        talk.end(State.CANCELLED)
        return [with_resume(talk.turn, Say(stop.word))]
    kept = None if typed is None else question.check.dump_python(typed, mode="json")
    if kept != talk.draft.answers.get(question.name):
        talk.forget_file(question.name)
    talk.keep_answers({question.name: kept})
    talk.flow.noted(talk.turn, talk.row.subject, question.name, typed)
    reopen(talk)
    return put(talk)


def set_aside(talk: Talk) -> list[Say]:
    """Leave a conversation; what the person filled in is kept for a while, or erased.

    Nobody loses fourteen answers by one wrong word: they may go on, or erase them.
    """
    if not talk.own or not talk.flow.resumable:
        return drop(talk)
    if talk.row.state is State.OPEN:
        pause(talk.turn)
    go_on = Choice(Word("common", "go_on"), f"r:{talk.key}")
    erase = Choice(Word("common", "erase"), f"d:{talk.key}")
    days = talk.turn.rules.keep_days
    return [say("common", "set_aside", days=days).offering(go_on, erase)]


def drop(talk: Talk) -> list[Say]:
    """End a conversation without effect; nothing that was filled in is kept."""
    talk.end(State.CANCELLED)
    return [with_resume(talk.turn, say(talk.flow.name, "cancelled"))]


def _finish(talk: Talk, state: Progress) -> list[Say]:
    """Act on the answers, unless the flow refuses by now or asks again."""
    turn, flow = talk.turn, talk.flow
    instead = flow.refuse(turn, talk.row.subject)
    if instead is not None:
        talk.end(State.CANCELLED)
        return instead
    try:
        last = _form(talk, state).finish(turn)
    except AskAgain as again:
        return _again(talk, again.question, again.code)
    talk.end(State.DONE)
    return [with_resume(turn, last)]


def _form(talk: Talk, state: Progress) -> Flow:
    """Return the form, filled in; answers to questions that are rows are extras."""
    own = {k: v for k, v in state.seen.items() if k in talk.flow.model_fields}
    extras = {k: v for k, v in state.seen.items() if k not in own}
    return talk.flow.model_construct(**own, extras=extras)


def _again(talk: Talk, question: str, code: str) -> list[Say]:
    for q in talk.state.asked:
        if q.submit or q.name == question:
            talk.drop_answer(q.name)
    return put(talk, question, before=Word("answers", code))
