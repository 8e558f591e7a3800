"""What a flow is: a class whose annotated fields are the questions, in order.

The annotation says which answers are valid; `finish` acts on the complete answers.  The
next question is always the first one without a valid answer, so a flow may gain, lose,
rename or reorder questions while people are in the middle of it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from handlers.offers import OWN_WORDS, Offer, Option
from handlers.say import Say, Text, Word
from handlers.turn import Turn


class Submit(StrEnum):
    """The annotation of a last question that shows every answer and waits for a yes."""

    SUBMIT = "submit"


class AskAgain(Exception):
    """Raised by `finish`: undo its effects and put this question again, with a reason."""

    def __init__(self, question: str, code: str) -> None:
        super().__init__(question, code)
        self.question, self.code = question, code


class Stop(Exception):
    """Raised while checking an answer: the flow ends here, with a message, keeping nothing."""

    def __init__(self, word: Word) -> None:
        super().__init__(word.key)
        self.word = word


class Refused(ValueError):
    """An answer that is not valid; `code` names the block in answers.txt that says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Shown:
    """Metadata of an answer type: how a value is shown, e.g. masked."""

    show: Callable[[Any], Text]


@dataclass(frozen=True)
class Ask:
    """How a question is put; see `ask`."""

    when: Callable[[Any], bool] | None = None
    offer: Offer | None = None
    own_words: bool = False
    many: bool = False
    optional: bool = False
    private: bool = False
    wish: str | None = None
    locate: Callable[[Turn, float, float], dict[str, Any] | None] | None = None
    also: tuple[str, ...] = ()
    shown: bool = True


def ask(**how: Any) -> Any:
    """Declare a question.

    `when` puts it only to those whose earlier answers satisfy it; `offer` lists the
    possible answers, `own_words` allows others too, `many` several at once; `optional`
    can be skipped; `private` never travels over a channel that is not trusted; `wish`
    asks the channel for a phone, location or photo button; `locate` answers from a
    location; `also` names questions whose answer may be changed from here; one that is
    not `shown` stays out of the summary.
    """
    return Field(default=None, json_schema_extra={"ask": Ask(**how)})  # type: ignore[dict-item]


@dataclass(frozen=True)
class Question:
    """One question of a flow."""

    name: str
    how: Ask
    check: TypeAdapter[Any]
    submit: bool = False
    show: Callable[[Any], Text] | None = None
    asks: Word | None = None
    label: Text | None = None

    def asked_by(self, flow: str) -> Word:
        """Return the words that put this question."""
        return self.asks or Word(flow, f"ask_{self.name}")

    def labelled(self, flow: str) -> Text:
        """Return the short name of this question."""
        return self.label or Word(flow, f"label_{self.name}")

    def valid(self, turn: Turn, seen: dict[str, Any], answer: Any) -> Any:
        """Return the typed value of a stored answer; raise Refused or Stop."""
        if answer is None:
            if self.how.optional:
                return None
            raise Refused("nothing_to_skip")
        if self.how.offer:
            self._offered(turn, seen, answer)
        return self._typed(turn, answer)

    def _offered(self, turn: Turn, seen: dict[str, Any], answer: Any) -> None:
        offer = self.how.offer
        for key in answer if self.how.many else [answer]:
            own = self.how.own_words and str(key).startswith(OWN_WORDS)
            if not own and offer and not offer.find(turn, Answers(seen), str(key)):
                raise Refused("not_on_offer")

    def _typed(self, turn: Turn, answer: Any) -> Any:
        try:
            return self.check.validate_python(answer, context={"turn": turn})
        except ValidationError as error:
            cause = error.errors()[0].get("ctx", {}).get("error")
            code = cause.code if isinstance(cause, Refused) else "not_understood"
            raise Refused(code) from None

    def options(
        self, turn: Turn, flow: str, seen: dict[str, Any], query: str = ""
    ) -> list[Option]:
        """Return the answers on offer now."""
        if self.how.offer is None:
            return []
        return self.how.offer.options(turn, Answers(seen), query)

    def shown(self, turn: Turn, seen: dict[str, Any], answer: Any) -> Text:
        """Return an answer as it is shown to the person who gave it."""
        if answer is None:
            return Word("common", "skipped")
        if self.how.offer:
            keys = answer if self.how.many else [answer]
            return Joined(tuple(self._label(turn, seen, str(k)) for k in keys))
        return self.show(answer) if self.show else str(answer)

    def _label(self, turn: Turn, seen: dict[str, Any], key: str) -> Text:
        if key.startswith(OWN_WORDS):
            return key[1:]
        assert self.how.offer
        option = self.how.offer.find(turn, Answers(seen), key)
        return option.label if option else key


def Joined(texts: tuple[Text, ...]) -> Text:
    """Return several texts as one, joined as the reader's language joins them."""
    if len(texts) == 1:
        return texts[0]
    return Word("common", "joined", {"texts": texts})


class Answers(SimpleNamespace):
    """Earlier answers as attributes; a question not asked reads as None."""

    def __init__(self, seen: dict[str, Any]) -> None:
        super().__init__(**seen)

    def __getattr__(self, name: str) -> None:
        return None


class Flow(BaseModel):
    """A form in a chat; every flow is listed in `handlers.FLOWS`."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    name: ClassVar[str]
    conflicts: ClassVar[dict[str, tuple[str, str]]] = {}

    extras: dict[str, Any] = {}
    subject: str = ""

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Return what to say instead of starting, or None to start."""
        return None

    @classmethod
    def prefill(cls, turn: Turn, subject: str) -> dict[str, Any]:
        """Return the answers already known."""
        return {}

    @classmethod
    def more(cls, turn: Turn, subject: str, seen: dict[str, Any]) -> list[Question]:
        """Return the questions that are rows or depend on answers; asked before the end."""
        return []

    @classmethod
    def noted(cls, turn: Turn, question: str, value: Any) -> None:
        """Keep what must be on record the moment it is answered, such as a consent."""

    def finish(self, turn: Turn) -> Say:
        """Act on the answers, in the transaction that closes the conversation."""
        raise NotImplementedError


@dataclass(frozen=True)
class Progress:
    """How far a conversation has come: typed answers, who is asked, what is next."""

    seen: dict[str, Any]
    asked: list[Question]
    next: Question | None

    def question(self, name: str | None) -> Question | None:
        """Return the question of this name if it is put to this person."""
        return next((q for q in self.asked if q.name == name), None)


def progress(
    turn: Turn, flow: type[Flow], subject: str, answers: dict[str, Any]
) -> Progress:
    """Walk the questions: keep the valid answers, stop at the first without one.

    `asked` goes on to the end, so that a person's place among all questions is known.
    """
    seen: dict[str, Any] = {}
    asked: list[Question] = []
    missing: Question | None = None
    for question in _walk(turn, flow, subject, seen):
        if question.how.when and not question.how.when(Answers(seen)):
            continue
        asked.append(question)
        if missing is not None:
            continue
        try:
            if question.name not in answers:
                raise Refused("unanswered")
            seen[question.name] = question.valid(turn, seen, answers[question.name])
        except Refused:
            missing = question
    return Progress(seen, asked, missing)


def _walk(
    turn: Turn, flow: type[Flow], subject: str, seen: dict[str, Any]
) -> Iterable[Question]:
    """Yield a flow's questions, those that depend on answers just before the last."""
    own = questions(flow)
    last = [q for q in own if q.submit]
    yield from (q for q in own if not q.submit)
    yield from flow.more(turn, subject, seen)
    yield from last


@cache
def questions(flow: type[Flow]) -> tuple[Question, ...]:
    """Return the questions a flow's class declares."""
    return tuple(
        make_question(name, _annotation(field), field.json_schema_extra["ask"])
        for name, field in flow.model_fields.items()
        if isinstance(field.json_schema_extra, dict)
        and "ask" in field.json_schema_extra
    )


def _annotation(field: Any) -> Any:
    for_checking = field.annotation
    for item in field.metadata:
        for_checking = Annotated[for_checking, item]
    return for_checking


def make_question(
    name: str,
    annotation: Any,
    how: Ask,
    asks: Word | None = None,
    label: Text | None = None,
) -> Question:
    """Build a question: the adapter once, the offer of an enumeration from its members."""
    kind = _bare(annotation)
    is_enum = isinstance(kind, type) and issubclass(kind, StrEnum)
    if is_enum and how.offer is None and kind is not Submit:
        how = Ask(**{**how.__dict__, "offer": _members(kind)})
    return Question(
        name=name,
        how=how,
        check=TypeAdapter(annotation),
        submit=kind is Submit,
        show=next(
            (m.show for m in _metadata(annotation) if isinstance(m, Shown)), None
        ),
        asks=asks,
        label=label,
    )


def _members(kind: type[StrEnum]) -> Offer:
    """Offer the members of an enumeration; their labels are in labels.txt."""
    options = [Option(m.value, label(m)) for m in kind]
    return Offer(lambda turn, answers: options)


def label(member: StrEnum) -> Word:
    """Return the label of an enumeration's member."""
    return Word("labels", f"{type(member).__name__.lower()}_{member.value}")


def _bare(annotation: Any) -> Any:
    """Return the type below `| None` and Annotated."""
    inner = [a for a in get_args(annotation) if a is not type(None)]
    return _bare(inner[0]) if inner else annotation


def _metadata(annotation: Any) -> list[Any]:
    found = list(getattr(annotation, "__metadata__", ()))
    for argument in get_args(annotation):
        found += _metadata(argument)
    return found
