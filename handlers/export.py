"""Exporting: all that is kept about somebody, unmasked and in their language."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from handlers import FLOWS
from handlers.correct import label_of
from handlers.flow import questions
from handlers.join import Join
from handlers.my_application import reason_rows, reason_text
from handlers.my_data import about_person
from handlers.question import Question, label
from handlers.receipts import MY_DATA, receipt
from handlers.say import Say, Text, Word
from handlers.suggesting import answer_rows
from handlers.talk import opened
from handlers.turn import Turn
from models.application import Application, Step, applications_of, steps_of
from models.attachment import Attachment
from models.award import Award
from models.columns import long
from models.conversation import Conversation, unfinished_of
from models.correction import Correction, corrections_of
from models.nominee import Nominee, nominees_of
from models.suggestion import Suggestion, suggestions_of

OWN_FLOWS = {name for name, flow in FLOWS.items() if not flow.about_others}
"""The flows in which people say something about themselves."""

Rows = Iterator[tuple[Text, Text]]


@dataclass(frozen=True)
class Sheet:
    """A part of an export: what it is about, and rows of name and value."""

    title: Text
    rows: tuple[tuple[Text, Text], ...]


def sheets(turn: Turn) -> list[Sheet]:
    """Return what there is to read but the messages and the pictures."""
    session, worker = turn.session, turn.worker
    drafts = (r for r in unfinished_of(session, worker.id) if r.flow in OWN_FLOWS)
    met = (Word("export", "met"), _moment(worker.created_at))
    return [
        Sheet(Word("my_data", "name"), (*about_person(turn), met)),
        *(_application(turn, row) for row in applications_of(session, worker.id)),
        *(_correction(turn, row) for row in corrections_of(session, worker.id)),
        *(_suggestion(turn, row) for row in suggestions_of(session, worker.id)),
        *(_nominee(turn, row) for row in nominees_of(session, worker.id)),
        *(_draft(turn, row) for row in drafts),
    ]


def fetched(turn: Turn) -> Say:
    """Say in the chat that the export was fetched."""
    what, undo = Word("my_data", "exported"), Word("my_data", "exported_undo")
    text = Word("my_data", "exported_text")
    return receipt(turn, what, undo, text=text).offering(MY_DATA)


def _application(turn: Turn, row: Application) -> Sheet:
    union = turn.atlas.unions[row.union_code]
    facts = row.load(turn.keys, turn.worker)
    steps = steps_of(turn.session, row.id)
    return Sheet(
        Word("export", "application", {"number": row.number}),
        (
            (Word("my_application", "union"), turn.named(union)),
            *_plain_rows(turn, questions(Join), facts),
            *(line for step in steps for line in _step(turn, step)),
        ),
    )


def _step(turn: Turn, step: Step) -> Rows:
    yield _moment(step.at), label(step.standing)
    yield from reason_rows(turn, step)


def _correction(turn: Turn, row: Correction) -> Sheet:
    reason = row.read(turn.keys, turn.worker, "why")
    wish = row.load(turn.keys, turn.worker)
    settled = row.settled_at
    return Sheet(
        Word("correcting", "title", {"field": label_of(row.field)}),
        (
            *_plain_rows(turn, questions(Join), wish),
            (_moment(row.asked_at), Word("export", "wish_waiting")),
            *(
                ((_moment(settled), Word("export", f"wish_{row.standing}")),)
                if settled
                else ()
            ),
            *(((REASON, reason_text(reason)),) if reason else ()),
        ),
    )


def _suggestion(turn: Turn, row: Suggestion) -> Sheet:
    text = row.read(turn.keys, turn.worker, "text")
    return Sheet(
        Word("export", "suggestion", {"number": row.number}),
        (
            (Word("suggest", "label_aspect"), label(row.aspect)),
            (Word("suggest", "label_text"), text),
            (_moment(row.at), label(row.standing)),
            *answer_rows(turn, row),
        ),
    )


def _nominee(turn: Turn, row: Nominee) -> Sheet:
    award = turn.session.get_one(Award, row.award_id)
    story = row.read(turn.keys, turn.worker, "story")
    return Sheet(
        Word("export", "nominee", {"award": turn.named(award)}),
        (
            (Word("nominate", "label_story"), story),
            (_moment(row.at), label(row.standing)),
        ),
    )


REASON = Word("my_application", "reason")


def _draft(turn: Turn, row: Conversation) -> Sheet:
    """Return what somebody has filled in so far, but what was known before."""
    talk = opened(turn, row, FLOWS[row.flow])
    own = {name: talk.draft.answers[name] for name in talk.own}
    title = Word("export", "draft", {"what": talk.title})
    return Sheet(title, (*_plain_rows(turn, talk.state.asked, own, row.flow),))


def _plain_rows(
    turn: Turn, asked: Any, facts: dict[str, Any], flow: str = "join"
) -> Rows:
    """Yield facts as rows with nothing hidden."""
    for question in asked:
        value = facts.get(question.name)
        if value is not None and question.how.shown:
            yield question.labelled(flow), _plain(turn, question, facts, value)


def _plain(turn: Turn, question: Question, facts: dict[str, Any], value: Any) -> Text:
    if question.how.offer:
        return question.shown(turn, facts, value)
    sent = turn.session.get(Attachment, long(value)) if question.takes_picture else None
    return sent.filename if sent else str(value)


def _moment(at: object) -> Word:
    return Word("my_data", "moment", {"at": at})
