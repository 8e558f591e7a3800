"""Searching for canaries: in files as anybody could read them, in rows with the keys.

All canaries of a kind begin alike, so that a search for a few beginnings, in every way
a text may be written down, finds any of them anywhere.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import LargeBinary, Row, Table, select
from sqlmodel import Session, SQLModel

from models.attachment import Attachment
from models.case_file import CaseFile
from models.sealing import CannotOpen, Keyring, unseal

SEALED_FOR: dict[str, str] = {
    "worker.name": "id",
    "worker.mobile": "id",
    "worker.id_number": "id",
    "worker.born": "id",
    "worker.mark": "id",
    "worker.pin": "id",
    "application.facts": "worker_id",
    "application_step.why": "application_id",
    "attachment.data": "worker_id",
    "attachment.name": "worker_id",
    "chat.screen": "worker_id",
    "conversation.draft": "worker_id",
    "correction.why": "worker_id",
    "correction.wish": "worker_id",
    "credential.password": "worker_id",
    "credential.secret": "worker_id",
    "import_piece.data": "import_id",
    "message.body": "about_id",
    "nominee.story": "worker_id",
    "nominee.why": "worker_id",
    "objection.text": "worker_id",
    "objection.why": "worker_id",
    "poison.update": "worker_id",
    "case.answer": "id",
    "case.facts": "id",
    "case_entry.body": "case_id",
    "case_file.data": "case_id",
    "case_file.name": "case_id",
    "file_piece.data": "file_id",
    "service_request.why": "worker_id",
    "service_request.words": "worker_id",
    "signup.answers": "worker_id",
    "site_fault.words": "worker_id",
    "suggestion.text": "worker_id",
    "suggestion.why": "worker_id",
    "transfer.facts": "worker_id",
    "transfer_step.why": "transfer_id",
    "voucher.code": "worker_id",
}
"""The sealed columns, and where their row says whose key opens them."""

BELONGS = {
    "application_id": "application",
    "import_id": "member_import",
    "transfer_id": "transfer",
}
"""The tables whose rows say whose key opens those that refer to them."""

HASHES = {
    "audit_link.hash",
    "ballot.name_hash",
    "export_link.token_hash",
    "application.id_tag",
    "application.mobile_tag",
    "application.name_tag",
    "case.employer_tag",
    "consent.text_hash",
    "console_link.token_hash",
    "console_session.token_hash",
    "counted_ballot.name_hash",
    "form_link.token_hash",
    "invitation.token_hash",
    "link_code.code_tag",
    "once.key_hash",
    "tries.tag",
    "voucher.code_tag",
    "worker.id_tag",
    "worker.mobile_tag",
    "worker.name_tag",
}
"""Bytes that nothing opens."""

KEYS = {"case.key", "worker.key"}

PUBLISHED = {"notice_file.published"}
"""Bytes that everybody may read."""


def ways(text: str) -> dict[str, bytes]:
    """Return every way in which a text may lie in a file."""
    plain = text.encode()
    found = {
        "UTF-8": plain,
        "UTF-16": text.encode("utf-16-le"),
        "UTF-16 BE": text.encode("utf-16-be"),
        "GB 18030": text.encode("gb18030"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
        "JSON": text.encode("ascii", "backslashreplace"),
        "address": quote(text).encode(),
    }
    for shift in range(3):
        # Where a text lies among others decides how base64 writes it; cut the ends.
        whole = base64.b64encode(b"\0" * shift + plain)
        found[f"base64 {shift}"] = whole[shift + (shift > 0) : -4]
    return {way: form for way, form in found.items() if len(form) > 4}


def readable(
    folders: Iterable[Path], beginnings: Mapping[str, str]
) -> dict[tuple[str, str], list[Path]]:
    """Return what can be read in files without a key: (kind, way) and where."""
    forms = {
        form: (kind, way)
        for kind, text in beginnings.items()
        for way, form in ways(text).items()
    }
    found: dict[tuple[str, str], list[Path]] = {}
    for path in files(folders):
        data = path.read_bytes()
        for form in forms:
            if form in data:
                found.setdefault(forms[form], []).append(path)
    return found


def files(folders: Iterable[Path]) -> Iterator[Path]:
    """Yield every file below some folders."""
    for folder in folders:
        yield from (p for p in sorted(folder.rglob("*")) if p.is_file())


def size_of(folders: Iterable[Path]) -> int:
    """Return how many bytes there are below some folders."""
    return sum(path.stat().st_size for path in files(folders))


def holds(folders: Iterable[Path], values: Iterable[bytes]) -> int:
    """Count the values of which the very bytes lie in some file."""
    wanted = set(values)
    found: set[bytes] = set()
    for path in files(folders):
        data = path.read_bytes()
        found |= {value for value in wanted if value in data}
    return len(found)


Opened = dict[tuple[str, tuple[int, ...]], bytes]
"""What was sealed, by column and row."""


def open_all(session: Session, keys: Keyring) -> tuple[Opened, int]:
    """Open every sealed value there is; count those that do not open."""
    opened: Opened = {}
    closed = 0
    own = _own_keys(session, keys, "worker") | _own_keys(session, keys, "case")
    own |= _file_keys(session, own)
    authors = {column: _authors(session, name) for column, name in BELONGS.items()}
    for table, column in _byte_columns():
        whose = SEALED_FOR[column]
        for row in session.execute(
            select(table).where(table.c[_short(column)].is_not(None))
        ):
            sealed = getattr(row, _short(column))
            owner = getattr(row, whose)
            owner = authors[whose][owner] if whose in authors else owner
            place = tuple(getattr(row, c.name) for c in table.primary_key)
            try:
                value = unseal(own[owner], _seal_place(column, place), sealed)
            except (CannotOpen, KeyError):
                closed += 1
                continue
            opened[column, place] = value
    return opened, closed


def _byte_columns() -> Iterator[tuple[Table, str]]:
    """Yield the sealed columns; bytes nobody knows here are an error."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if (
                isinstance(column.type, LargeBinary)
                and name not in HASHES | KEYS | PUBLISHED
            ):
                yield table, name


def _short(column: str) -> str:
    return column.partition(".")[2]


def _seal_place(column: str, place: tuple[int, ...]) -> str:
    return "|".join([column, *map(str, place)])


def _own_keys(session: Session, keys: Keyring, name: str) -> dict[int, bytes]:
    table = SQLModel.metadata.tables[name]
    rows: Iterable[Row[tuple[int, bytes]]] = session.execute(
        select(table.c.id, table.c.key)
    )
    return {row.id: keys.unwrap(f"{name}.key|{row.id}", row.key) for row in rows}


def _file_keys(session: Session, own: dict[int, bytes]) -> dict[int, bytes]:
    """Return the keys of what lies in pieces, by file."""
    sent = session.scalars(select(Attachment).where(Attachment.is_a_document()))
    told = session.scalars(select(CaseFile).where(CaseFile.is_a_document()))
    found = {row.id: row.inner(own[row.worker_id]) for row in sent}
    return found | {row.id: row.inner(own[row.case_id]) for row in told}


def _authors(session: Session, name: str) -> dict[int, int]:
    table = SQLModel.metadata.tables[name]
    rows = session.execute(select(table.c.id, table.c.worker_id))
    return {row.id: row.worker_id for row in rows}
