"""What a question is: its annotation says which answers are valid, `ask` how it is put.

An answer that will not do raises `Refused`; one that ends the whole flow raises `Stop`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import GenericAlias
from typing import Any, get_args, get_origin

from pydantic import Field, TypeAdapter, ValidationError

from handlers.offers import OWN_WORDS, Offer, Option
from handlers.say import Text, Word
from handlers.turn import Turn
from models.identity import mask_id


class Submit(StrEnum):
    """The annotation of a last question that shows every answer and waits for a yes."""

    SUBMIT = "submit"


class Stop(Exception):
    """Raised while checking an answer: the flow ends and keeps nothing, saying why."""

    def __init__(self, word: Word) -> None:
        super().__init__(word.key)
        self.word = word


class Refused(ValueError):
    """An answer that is not valid; `code` names the block in answers.txt saying why."""

    def __init__(self, code: str, **seen: Any) -> None:
        super().__init__(code)
        self.code, self.seen = code, seen

    @property
    def word(self) -> Word:
        """What is said to who gave it."""
        return Word("answers", self.code, self.seen)


@dataclass(frozen=True)
class Shown:
    """Metadata of an answer type: how a value is shown, and in full where it may be."""

    show: Callable[[Any], Text]
    full: Callable[[Any], Text] | None = None


class Counted:
    """Metadata of an answer type: a number typed is the answer, never a choice."""


@dataclass(frozen=True)
class Ask:
    """How a question is put; see `ask`."""

    when: Callable[[Any], bool] | None = None
    offer: Offer | None = None
    own_words: int = 0
    at_once: bool = False
    many: bool = False
    optional: bool = False
    private: bool = False
    wish: str | None = None
    locate: Callable[[Turn, float, float], dict[str, Any] | None] | None = None
    also: tuple[str, ...] = ()
    shown: bool = True
    unknown: Callable[[Turn, str], Word | None] | None = None


def ask(**how: Any) -> Any:
    """Declare a question.

    `when` puts it only to those whose earlier answers satisfy it; `offer` lists the
    possible answers, `own_words` allows others too of so many characters, taken
    `at_once` or else offered where a search found nothing; `many` allows several;
    `optional` can be skipped; `private` never travels over a channel that is not
    trusted; `wish` asks the channel for a phone, location, photo or file; `locate`
    answers from a location; `also` names questions whose answer may be changed from
    here; one that is not `shown` stays out of the summary; `unknown` says more of what
    was not found.
    """
    extra: dict[str, Any] = {"ask": Ask(**how)}
    return Field(default=None, json_schema_extra=extra)


@dataclass(frozen=True)
class Question:
    """One question of a flow."""

    name: str
    how: Ask
    check: TypeAdapter[Any]
    reader: TypeAdapter[Any]
    submit: bool = False
    show: Shown | None = None
    asks: Word | None = None
    label: Text | None = None
    counted: bool = False

    @property
    def takes_picture(self) -> bool:
        """Whether a picture answers it."""
        return self.how.wish in ("photo", "file")

    @property
    def takes_document(self) -> bool:
        """Whether a document answers it, too."""
        return self.how.wish == "file"

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
            raise Refused("not_on_offer")
        value = self._typed(turn, answer)
        if self.how.offer:
            self._check_offer(self.how.offer, turn, seen, answer)
        return value

    def kept(self, turn: Turn, seen: dict[str, Any], answer: Any) -> Any:
        """Return the typed value of an answer that was valid when it was given.

        The next word of somebody in the middle of a long form would else check a dozen
        answers anew, which is most of the time an update takes.
        """
        if answer is None and self.how.optional:
            return None
        try:
            value = self.reader.validate_python(answer)
        except ValidationError:
            raise Refused("not_on_offer") from None
        if self.how.offer:
            self._check_offer(self.how.offer, turn, seen, answer)
        return value

    def _check_offer(
        self, offer: Offer, turn: Turn, seen: dict[str, Any], answer: Any
    ) -> None:
        for key in answer if self.how.many else [answer]:
            if self.how.own_words and str(key).startswith(OWN_WORDS):
                self._check_length(str(key).removeprefix(OWN_WORDS))
            elif not offer.find(turn, Answers(seen), str(key)):
                raise Refused("not_on_offer")

    def _check_length(self, words: str) -> None:
        if len(words) > self.how.own_words:
            raise Refused("too_long", count=len(words), longest=self.how.own_words)

    def _typed(self, turn: Turn, answer: Any) -> Any:
        try:
            return self.check.validate_python(answer, context={"turn": turn})
        except ValidationError as error:
            cause = error.errors()[0].get("ctx", {}).get("error")
            refused = cause if isinstance(cause, Refused) else Refused("not_on_offer")
            raise refused from None

    def options(
        self, turn: Turn, seen: dict[str, Any], query: str = ""
    ) -> list[Option]:
        """Return the answers on offer now; with a `query` those it may mean."""
        offer = self.how.offer
        return offer.options(turn, Answers(seen), query) if offer else []

    def shown(
        self, turn: Turn, seen: dict[str, Any], answer: Any, in_full: bool = False
    ) -> Text:
        """Return an answer as it is shown, some `in_full` where the channel is trusted.

        That is in one's own form, and to a reviewer, who may have to call.
        """
        if answer is None:
            return Word("common", "skipped")
        offer = self.how.offer
        if offer:
            keys = answer if self.how.many else [answer]
            return joined(*(_label_of(offer, turn, seen, str(k)) for k in keys))
        if self.show is None:
            return str(answer)
        full = self.show.full if in_full and turn.trusted else None
        return (full or self.show.show)(answer)

    def masked(self, answer: str) -> str:
        """Return a private answer, valid or not, as the history may keep it."""
        if self.show is None:
            return mask_id(answer)
        return str((self.show.full or self.show.show)(answer))


def _label_of(offer: Offer, turn: Turn, seen: dict[str, Any], key: str) -> Text:
    if key.startswith(OWN_WORDS):
        return key.removeprefix(OWN_WORDS)
    option = offer.find(turn, Answers(seen), key)
    return option.label if option else key


def joined(*texts: Text) -> Text:
    """Return several texts as one, joined as the reader's language joins them."""
    return texts[0] if len(texts) == 1 else Word("common", "joined", {"texts": texts})


class Answers:
    """Earlier answers as attributes; a question not asked reads as None."""

    __slots__ = ("_seen",)

    def __init__(self, seen: Mapping[str, Any]) -> None:
        self._seen = seen

    def __getattr__(self, name: str) -> Any:
        return self._seen.get(name)


def make_question(
    name: str,
    annotation: Any,
    how: Ask,
    asks: Word | None = None,
    label: Text | None = None,
) -> Question:
    """Build a question; an enumeration is an offer of its members."""
    kind = _bare(annotation)
    is_enum = isinstance(kind, type) and issubclass(kind, StrEnum)
    if is_enum and how.offer is None and kind is not Submit:
        how = replace(how, offer=_members(kind))
    metadata = _metadata(annotation)
    show = next((m for m in metadata if isinstance(m, Shown)), None)
    return Question(
        name=name,
        how=how,
        check=TypeAdapter(annotation),
        reader=TypeAdapter(_unchecked(annotation)),
        submit=kind is Submit,
        show=show,
        asks=asks,
        label=label,
        counted=Counted in metadata,
    )


def _members(kind: type[StrEnum]) -> Offer:
    """Offer the members of an enumeration; their labels are in labels.txt."""
    options = [Option(m.value, label(m)) for m in kind]
    return Offer(lambda turn, answers: options)


def label(member: StrEnum) -> Word:
    """Return the label of an enumeration's member."""
    return Word("labels", f"{type(member).__name__.lower()}_{member.value}")


def _bare(annotation: Any) -> Any:
    """Return the type below `| None`, `list` and Annotated."""
    inner = [a for a in get_args(annotation) if a is not type(None)]
    return _bare(inner[0]) if inner else annotation


def _unchecked(annotation: Any) -> Any:
    """Return an annotation's type without None and without what checks its values."""
    inner = [a for a in get_args(annotation) if a is not type(None)]
    if not inner:
        return annotation
    kind = _unchecked(inner[0])
    return GenericAlias(list, (kind,)) if get_origin(annotation) is list else kind


def _metadata(annotation: Any) -> list[Any]:
    found = list(getattr(annotation, "__metadata__", ()))
    for argument in get_args(annotation):
        found += _metadata(argument)
    return found
