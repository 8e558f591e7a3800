"""The key file of the embedded database: made once, replaced whole, read by us alone.

Beside it lie the keys that rotations retired: what was backed up before they were is
opened with them, and nothing else.
"""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bot.settings import ConfigError
from models.sealing import Keyring, new_key

KEY_FILE = "keys.json"
RETIRED = "keys-retired.json"
FIRST = 1

Keys = dict[int, bytes]


class KeysError(ConfigError):
    """The keys are missing, exposed or not this database's (permanent)."""


def read_key_file(path: Path) -> Keyring:
    """Return the keys in `path`, which nobody else on this machine may read."""
    wrapping, index = _read(path)
    if not (wrapping and index):
        raise _damaged(path)
    further = partial(_further, path)
    return Keyring(wrapping, max(wrapping), index, max(index), further)


def make_key_file(path: Path) -> None:
    """Write the first keys; raise FileExistsError where there are some."""
    _write(path, {FIRST: new_key()}, {FIRST: new_key()}, os.link)


def replace_key_file(path: Path, keyring: Keyring) -> None:
    """Write `keyring` in the place of the keys in `path`, all of it or nothing."""
    _write(path, keyring.wrapping, keyring.index, os.replace)


def retire_all_but(path: Path, keyring: Keyring) -> None:
    """Leave only the keys of `keyring` in `path`; put the others beside it first."""
    older_wrapping, older_index = _retired(path)
    wrapping, index = _read(path)
    gone = (
        older_wrapping | _without(wrapping, keyring.wrapping),
        older_index | _without(index, keyring.index),
    )
    _write(path.with_name(RETIRED), *gone, os.replace)
    replace_key_file(path, keyring)


def _without(keys: Keys, others: Keys) -> Keys:
    return {number: key for number, key in keys.items() if number not in others}


def _further(path: Path) -> Keys:
    """Return every wrapping key there is by now, the retired ones too."""
    return _retired(path)[0] | _read(path)[0]


def _retired(path: Path) -> tuple[Keys, Keys]:
    beside = path.with_name(RETIRED)
    return _read(beside) if beside.exists() else ({}, {})


def _read(path: Path) -> tuple[Keys, Keys]:
    if path.stat().st_mode & 0o077:
        raise KeysError([f"{path}: others may read it; run: chmod 600 '{path}'"])
    try:
        kept = json.loads(path.read_bytes())
        wrapping, index = _numbered(kept["wrapping"]), _numbered(kept["index"])
    except (ValueError, KeyError, TypeError, AttributeError):
        raise _damaged(path) from None
    return wrapping, index


def _damaged(path: Path) -> KeysError:
    return KeysError([f"{path}: is damaged; restore it from its copy"])


def _numbered(kept: Any) -> Keys:
    """Return keys by number, newest first; one without a number is the first."""
    entries = {str(FIRST): kept} if isinstance(kept, str) else kept
    keys = {int(number): _decoded(text) for number, text in entries.items()}
    return dict(sorted(keys.items(), reverse=True))


def _write(
    path: Path, wrapping: Keys, index: Keys, place: Callable[[str, Path], None]
) -> None:
    kept = {
        kind: {number: encoded(key) for number, key in keys.items()}
        for kind, keys in (("wrapping", wrapping), ("index", index))
    }
    # mkstemp opens with O_EXCL and mode 0600.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w") as file:
            json.dump(kept, file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        place(draft, path)
    finally:
        Path(draft).unlink(missing_ok=True)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def encoded(key: bytes) -> str:
    """Write a key as settings and files hold it."""
    return base64.b64encode(key).decode()


def _decoded(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != len(new_key()):
        raise ValueError
    return key
