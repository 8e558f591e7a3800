"""A conversation at work: its row, flow and draft; which is open and which waits."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from handlers.flow import Flow, Progress, progress, questions
from handlers.offers import PAGE
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models.attachment import Attachment
from models.columns import long, short
from models.conversation import Conversation, Draft, State, paused_in, paused_of

ECHO = timedelta(seconds=5)
"""A second tap of the same button within this time is a slip of the finger."""


@dataclass
class Talk:
    """A conversation at work."""

    turn: Turn
    row: Conversation
    flow: type[Flow]
    draft: Draft
    _state: Progress | None = field(default=None, init=False, repr=False)

    @property
    def key(self) -> str:
        """The conversation's id as presses carry it."""
        return short(self.row.id)

    @property
    def title(self) -> Word:
        """What the form is called, where a message may be about somebody else."""
        return self.flow.title(self.turn, self.row.subject)

    @property
    def state(self) -> Progress:
        """How far it has come; worked out once until an answer changes."""
        if self._state is None:
            self._state = self.review(thorough=False)
        return self._state

    def review(self, thorough: bool) -> Progress:
        """Walk all questions; a thorough walk checks each answer as if given now."""
        subject, answers = self.row.subject, self.draft.answers
        return progress(self.turn, self.flow, subject, answers, thorough)

    def keep_answers(self, answers: dict[str, Any]) -> None:
        """Put answers into the draft."""
        self.draft.answers.update(answers)
        self._state = None

    def drop_answer(self, name: str) -> None:
        """Take an answer out of the draft."""
        self.draft.answers.pop(name, None)
        self._state = None

    @property
    def own(self) -> list[str]:
        """The names of the answers the person gave, beside those known before."""
        return [name for name in self.draft.answers if name not in self.draft.known]

    @property
    def is_fresh(self) -> bool:
        """Whether it was moved on so lately that a tap may be the echo of another."""
        return self.turn.now - self.row.updated_at < ECHO

    def keep(self) -> None:
        """Seal the draft back into the row."""
        self.row.keep(self.turn.keys, self.turn.worker, self.draft, self.turn.now)

    def end(self, state: State) -> None:
        """Close the conversation and erase its draft.

        What was said in it goes too, if it was without effect or `fleeting`.
        """
        if state is not State.DONE or self.flow.fleeting:
            self.turn.ended.append(self.row.id)
        if state is not State.DONE:
            for name in self.own:
                self.forget_file(name)
        was = self.row.state
        self.row.end(state, self.turn.now)
        if was is State.PAUSED:
            self.turn.session.flush()
        if self.turn.chat.conversation_id == self.row.id:
            self.turn.chat.conversation_id = None

    def forget_file(self, name: str) -> None:
        """Erase the picture or the document an own answer stands for, if it is one."""
        pictured = {q.name for q in questions(self.flow) if q.takes_picture}
        if name in self.own and name in pictured:
            key = str(self.draft.answers[name])
            sent = self.turn.session.get(Attachment, long(key))
            if sent is not None:
                self.turn.session.delete(sent)


def flow_named(name: str) -> type[Flow] | None:
    """Return a flow of the product; one that is no more may have left rows behind."""
    from handlers import FLOWS  # the table of all flows needs this module first

    return FLOWS.get(name)


def opened(turn: Turn, row: Conversation, flow: type[Flow]) -> Talk:
    """Return a stored conversation ready to go on."""
    return Talk(turn, row, flow, row.load(turn.keys, turn.worker))


def open_talk(turn: Turn) -> Talk | None:
    """Return the open conversation of this chat."""
    row = _open_row(turn)
    flow = flow_named(row.flow) if row else None
    return opened(turn, row, flow) if row and flow else None


def talk_of(turn: Turn, key: str) -> Talk | None:
    """Return the unfinished conversation of this chat with this id."""
    row = row_of(turn, key)
    flow = flow_named(row.flow) if row else None
    if row is None or flow is None or row.state not in (State.OPEN, State.PAUSED):
        return None
    return opened(turn, row, flow)


def row_of(turn: Turn, key: str) -> Conversation | None:
    """Return the conversation of this chat with this id, ended or not."""
    row = turn.session.get(Conversation, long(key))
    return row if row and row.chat_id == turn.chat.id else None


def paused_talk(turn: Turn, name: str, subject: str) -> Talk | None:
    """Return the paused conversation of a flow, to go on instead of starting anew."""
    row = paused_in(turn.session, turn.chat.id, name, subject)
    flow = flow_named(name)
    return opened(turn, row, flow) if row and flow else None


def last_paused(turn: Turn) -> Talk | None:
    """Return the conversation of this chat that was paused last."""
    row = paused_of(turn.session, turn.worker.id, turn.chat.id)
    flow = flow_named(row.flow) if row else None
    return opened(turn, row, flow) if row and flow else None


def pause(turn: Turn) -> None:
    """Set the open conversation aside; it is offered again when the next one ends."""
    row = _open_row(turn)
    if row is not None:
        flow = flow_named(row.flow)
        if flow is None or flow.resumable:
            row.state, row.updated_at = State.PAUSED, turn.now
        else:
            opened(turn, row, flow).end(State.CANCELLED)
        turn.chat.conversation_id = None
        turn.session.flush()


def reopen(talk: Talk) -> None:
    """Make a conversation the open one; another that was open is paused."""
    if talk.row.state is not State.OPEN:
        pause(talk.turn)
        talk.row.state = State.OPEN
        talk.turn.chat.conversation_id = talk.row.id


def with_resume(turn: Turn, message: Say, first: bool = False) -> Say:
    """Return a message with the choice to take up what was paused last.

    It stands instead of the choice to begin the same flow, which would do the same.
    Below a list that fills the screen there is no room; what follows has some.
    """
    held = turn.chat.conversation_id is not None or turn.chat.case_id is not None
    talk = None if held else last_paused(turn)
    if talk is None:
        return message
    what = talk.title
    resume = Choice(Word("common", "resume", {"what": what}), f"r:{talk.key}")
    if any(c.press == resume.press for c in message.choices):
        return message
    begin = f"f:{talk.flow.name}:{talk.row.subject}"
    others = tuple(c for c in message.choices if c.press != begin)
    if len(others) >= PAGE and not first:
        return message
    choices = (resume, *others) if first else (*others, resume)
    return replace(message, choices=choices)


def _open_row(turn: Turn) -> Conversation | None:
    if turn.chat.conversation_id is None:
        return None
    return turn.session.get(Conversation, turn.chat.conversation_id)
