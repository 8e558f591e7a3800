"""Files of a case: pictures and documents of either side, sealed under the case's key.

What was sent before there was a case, in the form that opens one, comes over with it
and keeps its id.  What cases had before that was sealed for them lies on as the
worker's attachment, and opens as such.
"""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Field, Session, col, select

from models.attachment import Attachment
from models.case import Case
from models.columns import BigId, new_id
from models.filed import Filed
from models.sealing import Keyring
from models.worker import Worker


class CaseFile(Filed, table=True):
    """One file of a case."""

    __tablename__ = "case_file"

    case_id: int = Field(foreign_key="case.id", sa_type=BigId, index=True)


def new_case_file(
    keys: Keyring, case: Case, mime: str, data: bytes, now: datetime
) -> CaseFile:
    """Seal a picture for a case."""
    row = CaseFile(
        id=new_id(), case_id=case.id, mime=mime, data=b"", size=len(data), at=now
    )
    row.keep(case.open_key(keys), data)
    return row


def bring(session: Session, keys: Keyring, case: Case, sent_id: int) -> CaseFile | None:
    """Make what the worker of a case sent a file of the case; None if it is not theirs.

    Only the row is sealed anew: the pieces of a document stay as they are.
    """
    sent = session.get(Attachment, sent_id)
    if sent is None or sent.worker_id != case.worker_id:
        return None
    own = session.get_one(Worker, sent.worker_id).open_key(keys)
    row = CaseFile(
        id=sent.id,
        case_id=case.id,
        mime=sent.mime,
        data=b"",
        size=sent.size,
        at=sent.at,
    )
    row.keep(case.open_key(keys), sent.inner(own), sent.called(own))
    session.delete(sent)
    session.add(row)
    session.flush()
    return row


def files_of(
    session: Session, case_id: int, numbers: Collection[int]
) -> dict[int, CaseFile]:
    """Return some files of a case, by id."""
    if not numbers:
        return {}
    found = select(CaseFile).where(
        col(CaseFile.case_id) == case_id, col(CaseFile.id).in_(numbers)
    )
    return {row.id: row for row in session.exec(found)}
