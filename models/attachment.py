"""Attachments: pictures and documents a worker sent, sealed with the worker's key."""

from datetime import datetime

from sqlmodel import Field

from models.columns import BigId, new_id
from models.document import PDF
from models.filed import Filed
from models.sealing import Keyring
from models.worker import Worker


class Attachment(Filed, table=True):
    """One file of a worker's; a picture holds no camera data."""

    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)

    def open(self, keys: Keyring, worker: Worker) -> bytes:
        """Return a picture's bytes."""
        return self.inner(worker.open_key(keys))


def new_attachment(
    keys: Keyring, worker: Worker, mime: str, data: bytes, now: datetime
) -> Attachment:
    """Seal a picture of a worker's."""
    row = Attachment(
        id=new_id(),
        worker_id=worker.id,
        mime=mime,
        data=b"",
        size=len(data),
        at=now,
    )
    row.keep(worker.open_key(keys), data)
    return row


def new_document(
    keys: Keyring, worker: Worker, key: bytes, name: str, size: int, now: datetime
) -> Attachment:
    """Make the row of a document whose pieces are written under a key of its own."""
    row = Attachment(
        id=new_id(), worker_id=worker.id, mime=PDF, data=b"", size=size, at=now
    )
    row.keep(worker.open_key(keys), key, name)
    return row
