"""Cases for tests: told by somebody, seen to by somebody."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlmodel import Session

from models.attachment import Attachment, new_document
from models.case import Case
from models.case_filing import Told, open_case
from models.case_kind import CaseKind
from models.chat import newest_chat
from models.columns import new_id
from models.dispute import Matter, Relation
from models.file_piece import write_piece
from models.rules import Rules
from models.sealing import new_key
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet

TODAY = date(2026, 11, 20)
RULES = Rules()


def a_case(
    session: Session, worker: Worker | None = None, now: Any = NOW, **told: Any
) -> Case:
    """Let somebody open a case, of hardship unless told otherwise."""
    given: dict[str, Any] = {
        "kind": CaseKind.HELP,
        "union_code": "440106",
        "story": "家里有困难。",
    }
    if worker is None:
        worker, _ = meet(session, f"teller {new_id()}")
    made = Told(**given | told)
    chat_id = newest_chat(session, worker.id) or 0
    return open_case(session, KEYS, worker, chat_id, made, RULES, now, TODAY)


def a_dispute(session: Session, **told: Any) -> Case:
    """Let somebody open a case about wages they did not get."""
    given: dict[str, Any] = {
        "kind": CaseKind.RIGHTS,
        "matter": Matter.WAGES,
        "relation": Relation.EMPLOYED,
        "since": date(2026, 6, 30),
        "employer": "示例公司",
    }
    return a_case(session, **given | told)


def a_document(
    session: Session, worker: Worker, name: str = "合同.pdf", data: bytes = b"%PDF-"
) -> Attachment:
    """Let somebody send a document that lies in two pieces."""
    key, half = new_key(), len(data) // 2
    row = new_document(KEYS, worker, key, name, len(data), NOW)
    session.add(row)
    for n, part in enumerate((data[:half], data[half:])):
        write_piece(session, row.id, worker.id, n, key, part, NOW)
    session.flush()
    return row
