"""A conversation moving through a flow: put a question, take an answer, go back, correct.

Everything here keeps answers by the question's name and works out the next question
anew each turn; nothing that points into the code is stored.
"""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.exc import IntegrityError

from handlers.flow import (
    AskAgain,
    Flow,
    Progress,
    Question,
    Refused,
    Stop,
    progress,
)
from handlers.offers import (
    OWN_WORDS,
    PAGE,
    Option,
    as_choices,
    matching,
    page_of,
    plain,
)
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models.attachment import new_attachment
from models.columns import short
from models.conversation import Conversation, Draft, State, new_conversation, paused_of
from models.form_link import make_link

DONE = "_done"
"""The key of the option that ends a question with several answers."""

SKIP = "_skip"
"""The key of the option that leaves an optional question open."""


@dataclass
class Talk:
    """A conversation at work: its row, its flow and its draft, opened."""

    turn: Turn
    row: Conversation
    flow: type[Flow]
    draft: Draft

    @property
    def state(self) -> Progress:
        """How far it has come."""
        return progress(self.turn, self.flow, self.row.subject, self.draft.answers)

    def keep(self) -> None:
        """Seal the draft back into the row."""
        self.row.keep(self.turn.keys, self.turn.worker, self.draft, self.turn.now)

    def end(self, state: State) -> None:
        """Close the conversation; its draft is erased."""
        self.row.end(state, self.turn.now)
        if self.turn.chat.conversation_id == self.row.id:
            self.turn.chat.conversation_id = None


def opened(turn: Turn, row: Conversation, flow: type[Flow]) -> Talk:
    """Return a stored conversation ready to go on."""
    return Talk(turn, row, flow, row.load(turn.keys, turn.worker))


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
    talk = Talk(turn, row, flow, Draft(answers=known, known=[*known]))
    return put(talk)


def pause(turn: Turn) -> None:
    """Set the open conversation aside; it is offered again when the next one ends."""
    row = open_row(turn)
    if row is not None:
        row.state, row.updated_at = State.PAUSED, turn.now
        turn.chat.conversation_id = None


def open_row(turn: Turn) -> Conversation | None:
    """Return the open conversation of this chat."""
    if turn.chat.conversation_id is None:
        return None
    return turn.session.get(Conversation, turn.chat.conversation_id)


def resume(talk: Talk) -> list[Say]:
    """Take up a paused conversation where it stopped."""
    pause(talk.turn)
    talk.row.state = State.OPEN
    talk.turn.chat.conversation_id = talk.row.id
    return put(talk)


def cancel(talk: Talk) -> list[Say]:
    """End a conversation without effect; nothing of it is kept."""
    talk.end(State.CANCELLED)
    return closing(talk.turn, say(talk.flow.name, "cancelled"))


def closing(turn: Turn, last: Say) -> list[Say]:
    """Add to a flow's last message the offer to go on with what was paused."""
    if turn.chat.conversation_id is not None:
        return [last]
    choice = resume_choice(turn)
    return [last.offering(choice) if choice else last]


def resume_choice(turn: Turn) -> Choice | None:
    """Return the choice that takes up the conversation paused last, if there is one."""
    turn.session.flush()
    row = paused_of(turn.session, turn.worker.id, turn.chat.id)
    if row is None:
        return None
    name = Word(row.flow, "name")
    return Choice(Word("common", "resume", {"what": name}), f"r:{short(row.id)}")


def put(
    talk: Talk,
    name: str | None = None,
    before: Word | None = None,
    instead: Word | None = None,
) -> list[Say]:
    """Put the next question, or `name` if it is one of them; finish when none is left.

    `before` is said first; `instead` takes the place of the question's own words.
    """
    state = talk.state
    question = state.question(name) or state.next
    if question is None:
        return _finish(talk, state)
    if question.name != talk.row.asked:
        talk.draft.query, talk.draft.page = "", 0
        talk.draft.picked = _picked(question, talk.draft)
    talk.row.asked = question.name
    talk.row.showing += 1
    talk.keep()
    message = replace(_question(talk, state, question), before=before)
    return [replace(message, text=instead) if instead else message]


def _picked(question: Question, draft: Draft) -> list[str]:
    kept = draft.answers.get(question.name) if question.how.many else None
    return list(kept or [])


def back(talk: Talk) -> list[Say]:
    """Put the question before the one on the screen; its answer is kept until replaced."""
    names = [q.name for q in talk.state.asked]
    at = names.index(talk.row.asked) if talk.row.asked in names else len(names)
    if at == 0:
        return put(talk, talk.row.asked, before=Word("common", "first_question"))
    return put(talk, names[at - 1])


def edit(talk: Talk, name: str) -> list[Say]:
    """Put one question again; the other answers stay."""
    if talk.state.question(name) is None:
        return put(talk)
    return put(talk, name)


def editable(talk: Talk) -> list[Option]:
    """Return the answered questions, to choose the one to correct."""
    state = talk.state
    return [
        Option(q.name, q.labelled(talk.flow.name))
        for q in state.asked
        if q.name in state.seen and not q.submit and q.how.shown
    ]


def choose_edit(talk: Talk, page: int) -> list[Say]:
    """List the answered questions, to choose the one to correct."""
    options, more = page_of(editable(talk), page)
    conversation = short(talk.row.id)
    choices = as_choices(options, lambda key: f"e:{conversation}:{key}")
    if more:
        choices.append(_more(f"l:{conversation}:{page + 1}"))
    message = say("common", "which_to_edit")
    return [replace(message, choices=tuple(choices), back=f"r:{conversation}")]


def turn_page(talk: Talk, page: int) -> list[Say]:
    """Show another page of the list on the screen."""
    talk.draft.page = page
    return put(talk, talk.row.asked)


def past(talk: Talk) -> list[Say]:
    """Answer a press on a question that is over: say so, and show the present one."""
    return put(talk, talk.row.asked, before=Word("common", "step_is_past"))


def hear(talk: Talk, typed: str) -> list[Say]:
    """Take a typed answer to the question on the screen."""
    state = talk.state
    question = state.question(talk.row.asked) or state.next
    if question is None:
        return put(talk)
    if question.submit:
        return put(talk, question.name, before=Word("answers", "submit_or_edit"))
    if question.how.offer is None:
        return answer(talk, question, typed)
    return _hear_choice(talk, state, question, typed)


def _hear_choice(
    talk: Talk, state: Progress, question: Question, typed: str
) -> list[Say]:
    options = question.options(talk.turn, talk.flow.name, state.seen)
    if question.how.many:
        several = _several(options, typed)
        if several:
            return answer(talk, question, [o.key for o in several])
    found = matching(options, typed) or question.options(
        talk.turn, talk.flow.name, state.seen, typed
    )
    exact = [
        o for o in found if isinstance(o.label, str) and plain(o.label) == plain(typed)
    ]
    if len(exact or found) == 1:
        return press(talk, question.name, (exact or found)[0].key)
    if not found and not question.how.own_words:
        refusal = Word("answers", "not_on_offer", {"typed": typed[:20]})
        talk.draft.query = ""
        return put(talk, question.name, instead=refusal)
    talk.draft.query, talk.draft.page = typed[:60], 0
    return put(talk, question.name)


def _several(options: list[Option], typed: str) -> list[Option]:
    """Return the options named by numbers or labels with separators between them."""
    parts = [
        p
        for p in typed.replace("，", ",")
        .replace("、", ",")
        .replace(" ", ",")
        .split(",")
        if p
    ]
    by_number = {str(i): o for i, o in enumerate(options, 1)}
    found = [by_number.get(p) or next(iter(matching(options, p)), None) for p in parts]
    return [o for o in found if o] if len(parts) > 1 and all(found) else []


def press(talk: Talk, name: str, key: str) -> list[Say]:
    """Take a pressed answer; one to another question than the present is past."""
    state = talk.state
    question = state.question(name)
    if question is None or name != (talk.row.asked or name):
        return past(talk)
    if question.submit:
        return answer(talk, question, key)
    if key == SKIP and question.how.optional:
        return answer(talk, question, None)
    if key == OWN_WORDS and question.how.own_words and talk.draft.query:
        return answer(talk, question, OWN_WORDS + talk.draft.query)
    if question.how.many:
        return _toggle(talk, state, question, key)
    return answer(talk, question, key)


def _toggle(talk: Talk, state: Progress, question: Question, key: str) -> list[Say]:
    if key == DONE and talk.draft.picked:
        return answer(talk, question, list(talk.draft.picked))
    options = {o.key for o in question.options(talk.turn, talk.flow.name, state.seen)}
    if key in talk.draft.picked:
        talk.draft.picked.remove(key)
    elif key in options:
        talk.draft.picked.append(key)
    return put(talk, question.name)


def answer(talk: Talk, question: Question, value: Any) -> list[Say]:
    """Store an answer if it is valid and put the next question; else say why not."""
    state = talk.state
    try:
        typed = question.valid(talk.turn, state.seen, value)
    except Refused as refused:
        return put(talk, question.name, instead=Word("answers", refused.code))
    except Stop as stop:
        talk.end(State.CANCELLED)
        return closing(talk.turn, Say(stop.word))
    kept = None if typed is None else question.check.dump_python(typed, mode="json")
    talk.draft.answers[question.name] = kept
    talk.flow.noted(talk.turn, question.name, typed)
    if question.how.private and kept and question.show:
        talk.turn.said = str(question.show(typed))
    return put(talk)


def locate(talk: Talk, lat: float, lon: float) -> list[Say] | None:
    """Answer from a shared location, where the question can use one."""
    question = talk.state.question(talk.row.asked)
    if question is None or question.how.locate is None:
        return None
    found = question.how.locate(talk.turn, lat, lon)
    if found is None:
        return put(talk, question.name, instead=Word("answers", "nowhere_near"))
    talk.draft.answers.update(found)
    return put(talk)


def take_photo(talk: Talk, mime: str, data: bytes) -> list[Say] | None:
    """Answer with a picture, where the question asks for one."""
    question = talk.state.question(talk.row.asked)
    if question is None or question.how.wish != "photo":
        return None
    picture = new_attachment(
        talk.turn.keys, talk.turn.worker, mime, data, talk.turn.now
    )
    talk.turn.session.add(picture)
    talk.turn.picture = short(picture.id)
    return answer(talk, question, short(picture.id))


def _finish(talk: Talk, state: Progress) -> list[Say]:
    """Act on the answers inside a savepoint; a lost race asks again."""
    turn, flow = talk.turn, talk.flow
    own = {k: v for k, v in state.seen.items() if k in flow.model_fields}
    extras = {k: v for k, v in state.seen.items() if k not in own}
    form = flow.model_construct(**own, extras=extras, subject=talk.row.subject)
    try:
        with turn.session.begin_nested():
            last = form.finish(turn)
            turn.session.flush()
    except AskAgain as again:
        return _again(talk, again.question, again.code)
    except IntegrityError as error:
        for constraint, (question, code) in flow.conflicts.items():
            if constraint in str(error.orig):
                return _again(talk, question, code)
        raise
    talk.end(State.DONE)
    return closing(turn, last)


def _again(talk: Talk, question: str, code: str) -> list[Say]:
    for q in talk.state.asked:
        if q.submit or q.name == question:
            talk.draft.answers.pop(q.name, None)
    return put(talk, question, before=Word("answers", code))


def _question(talk: Talk, state: Progress, question: Question) -> Say:
    """Make the message that puts a question."""
    names = [q.name for q in state.asked]
    message = Say(
        replace(
            question.asked_by(talk.flow.name),
            params={**_known(talk, state), **_own(question)},
        ),
        choices=_choices(talk, state, question),
        back=f"b:{short(talk.row.id)}" if names[0] != question.name else None,
        wish=question.how.wish,
        place=_place(talk, state, question),
        rows=_summary(talk, state) if question.submit else (),
        title=Word(talk.flow.name, "summary") if question.submit else None,
    )
    if question.how.private and not talk.turn.trusted:
        return _by_link(talk, question, message)
    return message


def _place(talk: Talk, state: Progress, question: Question) -> str | None:
    """Return a question's place among those this person has to answer."""
    names = [q.name for q in state.asked if q.name not in talk.draft.known]
    if question.name not in names:
        return None
    return f"{names.index(question.name) + 1}/{len(names)}"


def _own(question: Question) -> dict[str, Any]:
    return question.asks.params if question.asks else {}


def _known(talk: Talk, state: Progress) -> dict[str, Any]:
    """Return what the words of a question may use: earlier answers as they are shown."""
    return {
        q.name: q.shown(talk.turn, state.seen, state.seen[q.name])
        for q in state.asked
        if q.name in state.seen
    }


def _by_link(talk: Talk, question: Question, message: Say) -> Say:
    token = make_link(
        talk.turn.session,
        talk.row.id,
        question.name,
        talk.turn.now,
        talk.turn.rules.form_minutes,
    )
    minutes = {"minutes": talk.turn.rules.form_minutes}
    return replace(
        message,
        after=Word("common", "private_here", minutes),
        link=(Word("common", "private_link"), f"/form/{token}"),
        wish=None,
    )


def _summary(talk: Talk, state: Progress) -> tuple[tuple[Text, Text], ...]:
    return tuple(
        (
            q.labelled(talk.flow.name),
            q.shown(talk.turn, state.seen, state.seen[q.name]),
        )
        for q in state.asked
        if q.name in state.seen and q.how.shown
    )


def _choices(talk: Talk, state: Progress, question: Question) -> tuple[Choice, ...]:
    conversation = short(talk.row.id)

    def token(key: str) -> str:
        return f"q:{conversation}:{question.name}:{talk.row.showing}:{key}"

    if question.submit:
        return (
            Choice(Word(talk.flow.name, "submit"), token("submit")),
            Choice(Word("common", "edit"), f"l:{conversation}:0"),
            Choice(Word("common", "cancel"), f"x:{conversation}"),
        )
    last = _last_choices(talk, question, token)
    options = question.options(talk.turn, talk.flow.name, state.seen, talk.draft.query)
    page, more = page_of(options, talk.draft.page, PAGE - len(last))
    found = as_choices(_ticked(page, talk.draft.picked), token)
    if more:
        found.append(_more(f"m:{conversation}:{talk.draft.page + 1}"))
    return (*found, *last)


def _last_choices(talk: Talk, question: Question, token: Any) -> list[Choice]:
    last = []
    if talk.draft.query and question.how.own_words:
        own = Word("common", "own_words", {"typed": talk.draft.query})
        last.append(Choice(own, token(OWN_WORDS)))
    if question.how.many and talk.draft.picked:
        many = Word("common", "picked", {"count": len(talk.draft.picked)})
        last.append(Choice(many, token(DONE)))
    if question.how.optional:
        last.append(Choice(Word("common", "skip"), token(SKIP)))
    for name in question.how.also:
        label = Word(talk.flow.name, f"change_{name}")
        last.append(Choice(label, f"e:{short(talk.row.id)}:{name}"))
    return last


def _ticked(options: list[Option], picked: list[str]) -> list[Option]:
    return [
        replace(o, label=Word("common", "ticked", {"label": o.label}))
        if o.key in picked
        else o
        for o in options
    ]


def _more(press: str) -> Choice:
    return Choice(Word("common", "more"), press)
