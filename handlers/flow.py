"""What a flow is: a class whose annotated fields are the questions, in order.

The annotation says which answers are valid; `finish` acts on the complete answers.  The
next question is always the first one without a valid answer, so a flow may gain, lose,
rename or reorder questions while people are in the middle of it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo

from handlers.question import (
    Answers,
    Ask,
    Question,
    Refused,
    Stop,
    make_question,
)
from handlers.say import Say, Text, Word
from handlers.turn import Turn


class AskAgain(Exception):
    """Raised by `finish`: put a question again, saying why.

    What `finish` wrote before stays, such as the count of a vain try.
    """

    def __init__(self, question: str, code: str) -> None:
        super().__init__(question, code)
        self.question, self.code = question, code


class Flow(BaseModel):
    """A form in a chat; every flow is listed in `handlers.FLOWS`.

    What was begun and left is kept and offered again, unless it is not `resumable`.
    What is filled in `about_others` is no data of the person who fills it in, and is
    done at a firm word alone, not at a nod.
    Only a flow that `has_subject` may be begun with one.  What is said in a `fleeting`
    one is erased however it ends.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    resumable: ClassVar[bool] = True
    about_others: ClassVar[bool] = False
    has_subject: ClassVar[bool] = False
    fleeting: ClassVar[bool] = False

    extras: dict[str, Any] = {}
    subject: str = ""

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Return what to say instead of starting or finishing, or None to go on."""
        return None

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Return the answers already known."""
        return {}

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterable[Question]:
        """Return the questions that are rows or depend on answers, asked last.

        A generator sees in `seen` the answers to what it has asked so far.
        """
        return ()

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Return what this form is called, wherever it is shown or offered again.

        Its own messages are about its subject and go with that person; only there may
        the person be `named`.
        """
        return Word(cls.name, "summary")

    @classmethod
    def facts(cls, turn: Turn, subject: str) -> Iterable[tuple[Text, Text]]:
        """Return what is known of the subject, shown above the answers in the end."""
        return ()

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Return whose data is asked for, if not the data of who answers."""
        return None

    @classmethod
    def remarks(cls, turn: Turn, subject: str) -> dict[str, str]:
        """Return, by question, what was wrong before; kept while the flow runs."""
        return {}

    @classmethod
    def remark(cls, reason: str) -> Word:
        """Return how such a remark is said below its question."""
        raise NotImplementedError

    @classmethod
    def noted(cls, turn: Turn, subject: str, question: str, value: Any) -> None:
        """Keep what must be on record the moment it is answered, such as a consent."""

    def finish(self, turn: Turn) -> Say:
        """Act on the answers, in the transaction that closes the conversation.

        May raise AskAgain. A race that is lost to another process runs the whole
        transaction again, and then finds what the other wrote.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Progress:
    """How far a conversation has come: typed answers, what is asked, what is next.

    `seen` also holds the conversation's `subject`, for offers that depend on it.
    """

    seen: dict[str, Any]
    asked: list[Question]
    next: Question | None

    def question(self, name: str | None) -> Question | None:
        """Return the question of this name, if it may be put by now."""
        found = next((q for q in self.asked if q.name == name), None)
        reached = found is self.next or name in self.seen
        return found if reached else None


def progress(
    turn: Turn,
    flow: type[Flow],
    subject: str,
    answers: dict[str, Any],
    thorough: bool = True,
) -> Progress:
    """Walk the questions: keep the valid answers, stop at the first without one.

    `asked` goes on to the end, so that a person's place among all questions is known.
    Unless `thorough`, an answer that was checked when it was given need only still have
    its type and be on offer; a flow is finished after a thorough walk.
    """
    seen: dict[str, Any] = {"subject": subject}
    asked: list[Question] = []
    missing: Question | None = None
    earlier = Answers(seen)
    for question in _walk(turn, flow, seen):
        if question.how.when and not question.how.when(earlier):
            continue
        asked.append(question)
        if missing is None and not _is_answered(
            turn, question, seen, answers, thorough
        ):
            missing = question
    return Progress(seen, asked, missing)


def _is_answered(
    turn: Turn,
    question: Question,
    seen: dict[str, Any],
    answers: dict[str, Any],
    thorough: bool,
) -> bool:
    """Put a valid answer into `seen`."""
    if question.name not in answers:
        return False
    try:
        check = question.valid if thorough else question.kept
        seen[question.name] = check(turn, seen, answers[question.name])
    except (Refused, Stop):
        return False
    return True


def _walk(turn: Turn, flow: type[Flow], seen: dict[str, Any]) -> Iterable[Question]:
    """Yield a flow's questions, those that depend on answers just before the last."""
    own = questions(flow)
    yield from (q for q in own if not q.submit)
    yield from flow.more(turn, seen)
    yield from (q for q in own if q.submit)


@cache
def questions(flow: type[Flow]) -> tuple[Question, ...]:
    """Return the questions a flow's class declares."""
    return tuple(
        make_question(name, _annotation(field), how)
        for name, field in flow.model_fields.items()
        if (how := _how(field)) is not None
    )


def _how(field: FieldInfo) -> Ask | None:
    extra = field.json_schema_extra
    found: Any = extra.get("ask") if isinstance(extra, dict) else None
    return found if isinstance(found, Ask) else None


def _annotation(field: FieldInfo) -> Any:
    """Return a field's annotation with the metadata pydantic took out of it."""
    whole: Any = field.annotation
    for item in field.metadata:
        whole = Annotated[whole, item]
    return whole
