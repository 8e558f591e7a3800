"""Attachments: pictures a worker sent, sealed with the worker's key."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from models.columns import BigId, Utc, new_id
from models.sealing import Keyring, seal, unseal
from models.worker import Worker


class Attachment(SQLModel, table=True):
    """One picture; the bytes are sealed and hold no camera data."""

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, index=True)
    mime: str
    data: bytes
    at: datetime = Field(sa_type=Utc)

    def open(self, keys: Keyring, worker: Worker) -> bytes:
        """Return the picture's bytes."""
        return unseal(worker.open_key(keys), f"attachment.data|{self.id}", self.data)


def new_attachment(
    keys: Keyring, worker: Worker, mime: str, data: bytes, now: datetime
) -> Attachment:
    """Seal a picture of a worker's."""
    key, number = worker.open_key(keys), new_id()
    sealed = seal(key, f"attachment.data|{number}", data)
    return Attachment(id=number, worker_id=worker.id, mime=mime, data=sealed, at=now)
