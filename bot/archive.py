"""The archive of one person's data: a zip of JSON, HTML and pictures, made as it goes.

Each slice is read in a session of its own, so that a slow net holds up nothing.
"""

import base64
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson
from sqlmodel import Session

from bot.files import document_of, file_of
from bot.kit import Kit
from bot.pages import pieces_of
from bot.words import text_of
from handlers.export import OWN_FLOWS, sheets
from handlers.my_data import channel_name
from models.chat import Chat, chats_of
from models.columns import short
from models.document import PDF, Enclosed
from models.kept import Rows, files_about, kept_about, messages_about
from models.worker import Worker

File = tuple[str, Iterable[bytes]]
Sent = tuple[int, str]
"""The id and the type of a file that the person sent."""


class _Sink:
    """What a zip is written to: it keeps what was not taken yet."""

    def __init__(self) -> None:
        self._kept: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep some bytes."""
        self._kept.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: there is nothing between."""

    def close(self) -> None:
        """Do nothing: what is kept may still be taken."""

    def taken(self) -> bytes:
        """Return what was written since, and forget it."""
        data, self._kept = b"".join(self._kept), []
        return data


def archive_of(
    kit: Kit, worker_id: int, chat_id: int, now: datetime
) -> Iterator[bytes]:
    """Yield the zip of a person's data, piece by piece."""
    made = now.astimezone(ZoneInfo(kit.rules.zone))
    return zipped(_Export(kit, worker_id, chat_id, now).files(), made)


def zipped(files: Iterable[File], made: datetime) -> Iterator[bytes]:
    """Yield a zip of files that are themselves made piece by piece."""
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, parts in files:
            entry = zipfile.ZipInfo(name, made.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            with archive.open(entry, "w") as file:
                for part in parts:
                    file.write(part)
                    if data := sink.taken():
                        yield data
    yield sink.taken()


class _Export:
    """One person's data, on its way out."""

    def __init__(self, kit: Kit, worker_id: int, chat_id: int, now: datetime) -> None:
        self.kit, self.worker_id, self.chat_id, self.now = kit, worker_id, chat_id, now

    def files(self) -> Iterator[File]:
        """Yield each file of the archive."""
        with self._session() as session:
            files = files_about(session, self.worker_id)
        yield "my-data.html", self._html(files)
        yield "my-data.json", self._json()
        for number, mime in files:
            if found := self._file(number):
                yield _path_of(number, mime), [found.data]

    def _session(self) -> Session:
        return Session(self.kit.database.reading, expire_on_commit=False)

    def _worker(self, session: Session) -> Worker:
        return session.get_one(Worker, self.worker_id)

    def _json(self) -> Iterator[bytes]:
        """Yield every row as erasure would find it, then the messages."""
        with self._session() as session:
            worker = self._worker(session)
            kept = kept_about(session, self.kit.keys, worker, OWN_FLOWS)
        made = {"made_at": self.now.isoformat(), **kept}
        yield orjson.dumps(made, option=orjson.OPT_INDENT_2)[:-2]
        yield b',\n  "message": ['
        between = b"\n    "
        for row in self._messages():
            yield between + orjson.dumps(row)
            between = b",\n    "
        yield b"\n  ]\n}\n"

    def _messages(self) -> Iterator[dict[str, object]]:
        with self._session() as session:
            chats = [chat.id for chat in chats_of(session, self.worker_id)]
        for chat_id in chats:
            yield from self._messages_in(chat_id)

    def _messages_in(self, chat_id: int) -> Iterator[dict[str, object]]:
        """Yield what was said in a chat up to this export."""
        after = 0
        while rows := self._slice(chat_id, after):
            yield from rows
            after = rows[-1]["number"]

    def _slice(self, chat_id: int, after: int) -> Rows:
        with self._session() as session:
            worker = self._worker(session)
            return messages_about(session, self.kit.keys, worker, chat_id, after)

    def _html(self, files: list[Sent]) -> Iterator[bytes]:
        """Yield the same to read, in the person's language, needing no other file."""
        with self._session() as session:
            worker = self._worker(session)
            chat = session.get_one(Chat, self.chat_id)
            turn = self.kit.turn(session, chat, worker, self.now, trusted=True)
            reader = self.kit.reader(worker)
            parts = [
                {
                    "title": text_of(sheet.title, reader),
                    "rows": [
                        (text_of(k, reader), text_of(v, reader)) for k, v in sheet.rows
                    ],
                }
                for sheet in sheets(turn)
            ]
            chats = [
                (text_of(channel_name(c.channel), reader), c.id)
                for c in chats_of(session, worker.id)
            ]
        zone = ZoneInfo(self.kit.rules.zone)
        html = pieces_of(
            "export_file",
            reader.language,
            name=self.kit.rules.product(reader.language),
            made=self.now.astimezone(zone),
            sheets=parts,
            pictures=self._pictures(files),
            documents=self._documents(files),
            chats=((name, self._said(at, zone)) for name, at in chats),
        )
        return (piece.encode() for piece in html)

    def _said(self, chat_id: int, zone: ZoneInfo) -> Iterator[dict[str, object]]:
        for row in self._messages_in(chat_id):
            at = datetime.fromisoformat(str(row["at"])).astimezone(zone)
            yield {**row, "at": f"{at:%Y-%m-%d %H:%M}"}

    def _file(self, number: int) -> Enclosed | None:
        with self._session() as session:
            return file_of(session, self.kit, number)

    def _pictures(self, files: list[Sent]) -> Iterator[tuple[str, str]]:
        """Yield each picture as the page itself can hold it."""
        for number, mime in files:
            if mime != PDF and (found := self._file(number)):
                coded = base64.b64encode(found.data).decode()
                yield short(number), f"data:image/jpeg;base64,{coded}"

    def _documents(self, files: list[Sent]) -> Iterator[tuple[str, str]]:
        """Yield each document's name and where it lies beside the page."""
        for number, mime in files:
            with self._session() as session:
                found = document_of(session, self.kit, number)
            if found:
                yield found.name, _path_of(number, mime)


def _path_of(number: int, mime: str) -> str:
    """Return where a file lies in the archive."""
    kind, end = ("documents", "pdf") if mime == PDF else ("pictures", "jpg")
    return f"{kind}/{short(number)}.{end}"
