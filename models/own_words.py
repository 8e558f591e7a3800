"""Own words: what somebody wrote, or was answered, sealed with that person's key."""

from sqlmodel import SQLModel

from models.sealing import Keyring, seal, unseal
from models.worker import Worker


class OwnWords(SQLModel):
    """What a row has that keeps words of, or to, the worker it is about."""

    def keep(self, keys: Keyring, worker: Worker, column: str, words: str) -> None:
        """Seal words into one of the columns."""
        sealed = seal(worker.open_key(keys), self._words_place(column), words.encode())
        setattr(self, column, sealed)

    def read(self, keys: Keyring, worker: Worker, column: str) -> str:
        """Open one of the columns; empty where nothing is kept."""
        sealed = getattr(self, column)
        if not sealed:
            return ""
        place = self._words_place(column)
        return unseal(worker.open_key(keys), place, sealed).decode()

    def _words_place(self, column: str) -> str:
        [number] = self.__mapper__.primary_key_from_instance(self)  # type: ignore[attr-defined]
        return f"{self.__tablename__}.{column}|{number}"
