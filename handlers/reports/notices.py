"""Notices, each with what became of its copies; they add up to whom it was for."""

from collections import Counter

from sqlmodel import Session, col, select

from handlers.question import label
from handlers.reports import Period, Table
from handlers.say import Text, Word
from models import notice_total
from models.message import Fate
from models.notice import Notice
from models.notice_answer import answers_to
from models.place import Atlas

COLUMNS = ("sent", "kept", "uncertain", "skipped", "failed", "waiting")


def notices(session: Session, atlas: Atlas, period: Period, language: str) -> Table:
    """Count what became of the notices sent in a period, the oldest first."""
    found = select(Notice).where(
        col(Notice.send_at) >= period.since,
        col(Notice.send_at) < period.until,
        col(Notice.slices) > 0,
    )
    rows, adds_up = [], True
    for one in session.exec(found.order_by(col(Notice.send_at), col(Notice.id))):
        sums = notice_total.sums_of(session, one.id)
        adds_up = adds_up and sum(sums.values()) == one.queued
        answers = sum(answers_to(session, one.id).values())
        rows.append(_row(one, sums, answers, language))
    columns = (
        Word("reports", "title"),
        Word("reports", "topic"),
        Word("reports", "recipients"),
        *(Word("reports", f"fate_{column}") for column in COLUMNS),
        Word("reports", "answered"),
        Word("reports", "reasons"),
    )
    return Table(Word("reports", "notices"), columns, tuple(rows), adds_up)


def _row(
    one: Notice, sums: notice_total.Sums, answers: int, language: str
) -> tuple[Text | int, ...]:
    counts: Counter[Fate] = Counter()
    for (fate, _), many in sums.items():
        counts[fate] += many
    why = sorted((reason, many) for (_, reason), many in sums.items() if reason)
    return (
        one.content.words(language)[0],
        label(one.topic),
        one.queued,
        *(counts[Fate(column)] for column in COLUMNS),
        answers,
        " ".join(f"{reason} {many}" for reason, many in why),
    )
