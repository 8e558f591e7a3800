"""A sealed file: a header anybody may read, and contents that only the keyring opens.

Its first line says what it is, the second is the header, the third the file's own key,
wrapped for this very header.  The contents are compressed and sealed in chunks, each
bound to its place and to whether it is the last: nothing can be changed, moved or cut
off unseen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from bot.settings import ConfigError
from models.sealing import CannotOpen, Keyring, new_key, seal, unseal

FIRST_LINE = b"zhigong backup 1\n"
KIND = b"zhigong backup "
LONGEST_LINE = 1 << 20
CHUNK = 1 << 16
"""How many compressed bytes are sealed together."""

SEALED_CHUNK = CHUNK + len(seal(new_key(), "", b""))
LEVEL = 1
"""Most of what is kept is sealed already: trying harder costs time for nothing."""


class BackupError(ConfigError):
    """A backup cannot be made, or not be used; each line says why (permanent)."""


class Sealer:
    """Writes a sealed file; without `finish` the file is not one."""

    def __init__(self, file: BinaryIO, header: dict[str, Any], keys: Keyring) -> None:
        self._file = file
        self._key = new_key()
        self._compressor = zlib.compressobj(LEVEL)
        self._held = bytearray()
        self._number = 0
        line = orjson.dumps(header)
        wrapped = base64.b64encode(keys.wrap(_place_of(line), self._key))
        file.write(FIRST_LINE + line + b"\n" + wrapped + b"\n")

    def write(self, data: bytes) -> None:
        """Add to the contents."""
        self._take(self._compressor.compress(data))

    def finish(self) -> None:
        """Seal what is left as the last chunk."""
        self._take(self._compressor.flush())
        self._seal(bytes(self._held), last=True)

    def _take(self, data: bytes) -> None:
        self._held += data
        while len(self._held) > CHUNK:
            self._seal(bytes(self._held[:CHUNK]), last=False)
            del self._held[:CHUNK]

    def _seal(self, chunk: bytes, last: bool) -> None:
        self._file.write(seal(self._key, _place_at(self._number, last), chunk))
        self._number += 1


def read_header(path: Path) -> dict[str, Any]:
    """Return the header, which is to be believed only where the file `is_ours`."""
    with path.open("rb") as file:
        line, _ = _start(path, file)
    try:
        header: dict[str, Any] = orjson.loads(line)
    except ValueError:
        raise damaged(path) from None
    return header


def is_ours(path: Path, keys: Keyring) -> bool:
    """Tell whether the keyring opens a file, whose header then is as it was written."""
    with path.open("rb") as file:
        try:
            _key(path, file, keys)
        except (CannotOpen, binascii.Error):
            return False
    return True


def read_lines(path: Path, keys: Keyring) -> Iterator[bytes]:
    """Yield the contents line by line; raise BackupError where they are damaged."""
    rest = b""
    decompressor = zlib.decompressobj()
    try:
        for chunk in _chunks(path, keys):
            *lines, rest = (rest + decompressor.decompress(chunk)).split(b"\n")
            yield from lines
    except (CannotOpen, binascii.Error, zlib.error):
        raise damaged(path) from None


def _chunks(path: Path, keys: Keyring) -> Iterator[bytes]:
    with path.open("rb") as file:
        key = _key(path, file, keys)
        number, sealed = 0, file.read(SEALED_CHUNK)
        while sealed or number == 0:
            following = file.read(SEALED_CHUNK)
            yield unseal(key, _place_at(number, last=not following), sealed)
            number, sealed = number + 1, following


def _key(path: Path, file: BinaryIO, keys: Keyring) -> bytes:
    line, wrapped = _start(path, file)
    return keys.unwrap(_place_of(line), base64.b64decode(wrapped, validate=True))


def _start(path: Path, file: BinaryIO) -> tuple[bytes, bytes]:
    """Read the header's line and the wrapped key."""
    first, line, wrapped = (file.readline(LONGEST_LINE) for _ in range(3))
    if first != FIRST_LINE:
        newer = first.startswith(KIND) and first[len(KIND) : -1].isdigit()
        why = "is of a newer program; update this one" if newer else "is no backup"
        raise BackupError([f"{path}: {why}"])
    return line.removesuffix(b"\n"), wrapped.removesuffix(b"\n")


def _place_of(header: bytes) -> str:
    return f"backup|{hashlib.sha256(header).hexdigest()}"


def _place_at(number: int, last: bool) -> str:
    return f"backup|{number}|{'last' if last else 'more'}"


def damaged(path: Path) -> BackupError:
    """Make the refusal of a file that is not as it was written."""
    return BackupError([f"{path}: is damaged or not complete; use another backup"])


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
