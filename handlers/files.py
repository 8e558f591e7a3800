"""Files: a picture or a document that is sent, whose it is, what is wrong with it."""

from typing import Any

from sqlmodel import col, select

from handlers.say import Word
from handlers.talk import open_talk
from handlers.turn import Turn
from models.attachment import Attachment
from models.case import Case
from models.filed import Filed
from models.staff import Staff


def owner_of_next(turn: Turn) -> int | None:
    """Return whose a document will be that is sent here now; None where none is wanted.

    What is sent in a talk about a case belongs to its worker, whoever sends it.
    """
    if turn.chat.case_id is not None:
        row = turn.session.get(Case, turn.chat.case_id)
        return row.worker_id if row else None
    talk = open_talk(turn)
    question = talk.state.question(talk.row.asked) if talk else None
    return turn.worker.id if question and question.takes_document else None


def drop_unused(turn: Turn, sent_id: int) -> None:
    """Delete a document that was kept for this turn and came to no use in it."""
    sent = turn.session.get(Attachment, sent_id)
    if sent is not None and turn.document is None and _is_theirs(turn, sent):
        turn.session.delete(sent)


def _is_theirs(turn: Turn, sent: Attachment) -> bool:
    """Tell whether it is the sender's, or that of a worker whose case they have."""
    if sent.worker_id == turn.worker.id:
        return True
    having = select(Case.id).join(Staff, col(Staff.id) == col(Case.staff_id))
    case = having.where(
        Case.worker_id == sent.worker_id, Staff.worker_id == turn.worker.id
    )
    return turn.session.exec(case).first() is not None


def wrong(turn: Turn, fault: str) -> Word:
    """Say what is wrong with a file, and what to do instead."""
    kind, _, most = fault.partition(":")
    return Word("files", f"fault_{kind}", {"most": most or turn.rules.upload_mb})


def enclosed(row: Filed | None, key: bytes) -> dict[str, Any]:
    """Return how a message shows a file: its `image` or its `document`."""
    if row is None:
        return {}
    document = row.document(key)
    return {"document": document} if document else {"image": row.id}


def sent_words(row: Filed | None, key: bytes) -> Word:
    """Say that something was sent, in place of words."""
    if row is None or not row.is_document:
        return Word("common", "sent_photo")
    return Word("common", "document_sent", {"name": row.called(key)})
