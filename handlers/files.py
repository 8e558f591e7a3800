"""Files: a picture or a document that is sent, whose it is, what is wrong with it."""

from typing import Any

from handlers.say import Word
from handlers.talk import open_talk
from handlers.turn import Turn
from models.case import Case
from models.filed import Filed


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


def wrong(turn: Turn, fault: str) -> Word:
    """Say what is wrong with a file, and what to do instead."""
    return Word("files", f"fault_{fault}", {"most": turn.rules.upload_mb})


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
