"""Notices: how a letter reads to one person, what they choose, and those they got."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from sqlmodel import Session

from handlers.preferences import change_of
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.turn import Turn, Vocabulary, named
from models import notice_answer, recipient
from models.chat import newest_chat
from models.columns import long, short
from models.letter import Letter, fill
from models.message import Fate, Kind
from models.notice import TEST, Notice, NoticeState
from models.place import Atlas
from models.reminder import Reminder
from models.staff import Staff

SHOWN = 8
"""How many notices the list goes back."""

ARRIVED = (Fate.SENT, Fate.KEPT, Fate.UNCERTAIN)
"""What somebody may have read and may read again."""

FRIEND = Word("notices", "label_friend")
"""What we call who has told us no name."""

NOTICES = Choice(Word("notices", "name"), "v:notices:")


class Reads(Protocol):
    """What of a person fills the blanks of a letter."""

    @property
    def union_code(self) -> str | None: ...

    @property
    def group(self) -> str | None: ...

    @property
    def member_no(self) -> str | None: ...


def values_of(
    atlas: Atlas, vocabulary: Vocabulary, person: Reads, name: str | None, language: str
) -> dict[str, str]:
    """Return what fills a letter's blanks for one person."""
    union = atlas.unions.get(person.union_code or "")
    group = atlas.groups.get(person.group or "")
    return {
        "name": name or vocabulary.documents[language, f"{FRIEND.flow}.{FRIEND.key}"],
        "union": named(union, language) if union else "",
        "group": named(group, language) if group else "",
        "member_no": person.member_no or "",
    }


def letter(
    content: Letter, notice_id: int, language: str, values: Mapping[str, str]
) -> Say:
    """Say a letter; it leaves whatever the person was asked on their screen."""
    title, text = (fill(words, values) for words in content.words(language))
    return Say(
        Word("notices", "text", {"text": text}),
        title=title,
        link=_link(content, language),
        image=content.picture or None,
        document=content.document,
        choices=(*_options(content, notice_id, language), _turn_off(content)),
        kind=Kind.BROADCAST,
        beside=True,
    )


def _link(content: Letter, language: str) -> tuple[str, str] | None:
    if not content.link:
        return None
    english = content.link_label_en if language == "en" else ""
    return english or content.link_label, content.link


def _options(content: Letter, notice_id: int, language: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(
            option.named(language),
            option.way or f"a:answer_notice:{short(notice_id)}.{number}",
        )
        for number, option in enumerate(content.options)
    )


def _turn_off(content: Letter) -> Choice:
    return change_of(content.topic, turn_on=False)


def _own_values(turn: Turn) -> dict[str, str]:
    name = turn.worker.unseal(turn.keys, "name")
    return values_of(turn.atlas, turn.vocabulary, turn.worker, name, turn.language)


def notices(turn: Turn, arg: str) -> list[Say]:
    """List the notices somebody got lately."""
    got = _got(turn)
    choices = tuple(
        Choice(_title(turn, row.content), f"v:notice:{short(row.id)}") for row in got
    )
    words = Word("notices", "list") if got else Word("notices", "none")
    return [Say(words, choices=choices, back="v:menu:")]


def _got(turn: Turn) -> list[Notice]:
    copies = recipient.of_worker(turn.session, turn.worker.id, ARRIVED, SHOWN)
    rows = [turn.session.get_one(Notice, copy.notice_id) for copy in copies]
    return [row for row in rows if row.state is not NoticeState.RECALLED]


def _title(turn: Turn, content: Letter) -> str:
    return fill(content.words(turn.language)[0], _own_values(turn))


def notice(turn: Turn, arg: str) -> list[Say]:
    """Show a notice somebody got once more, and what they answered."""
    row = next((row for row in _got(turn) if row.id == long(arg)), None)
    if row is None:
        return notices(turn, "")
    content = row.content
    said = letter(content, row.id, turn.language, _own_values(turn))
    chosen = notice_answer.answer_of(turn.session, row.id, turn.worker.id)
    after = None
    if chosen is not None:
        label = content.options[chosen].named(turn.language)
        after = Word("notices", "you_chose", {"answer": label})
    again = replace(said, kind=Kind.REPLY, beside=False)
    return [replace(again, after=after, back=NOTICES.press)]


def answer_notice(turn: Turn, arg: str) -> list[Say]:
    """Keep what somebody chose; pressing again or another is harmless."""
    key, _, number = arg.partition(".")
    row = turn.session.get(Notice, long(key))
    choice = int(number) if number.isascii() and number.isdigit() else -1
    if row is None or not _may_answer(turn, row):
        return [Say(Word("notices", "not_yours")).offering(NOTICES)]
    taken = notice_answer.answer(turn.session, row, turn.worker.id, choice, turn.now)
    if not taken:
        return [Say(Word("notices", "too_late")).offering(NOTICES)]
    label = row.content.options[choice].named(turn.language)
    kept = Word("notices", "kept", {"answer": label})
    again = Choice(Word("notices", "choose_again"), f"v:notice:{short(row.id)}")
    return [Say(kept, kind=Kind.RECEIPT).offering(again)]


def _may_answer(turn: Turn, row: Notice) -> bool:
    """Tell whether somebody was asked: a button may have been passed on."""
    copy = turn.session.get(recipient.Recipient, (row.id, turn.worker.id))
    return copy is not None


# The author's own look at a notice, before anybody else gets it.


def _chat(session: Session, row: Reminder) -> int | None:
    found = session.get(Notice, int(row.subject))
    tester = session.get(Staff, found.tester_id) if found else None
    return newest_chat(session, tester.worker_id) if tester else None


def _tell(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = turn.session.get_one(Notice, int(row.subject))
    if found.state is not NoticeState.TESTED:
        return "changed"
    said = letter(found.content, found.id, turn.language, _own_values(turn))
    return [Say(Word("notices", "test"), kind=Kind.REMINDER, beside=True), said]


TESTED = Remind(TEST, nothing, _chat, _tell, hurried=True)
