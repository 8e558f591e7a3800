"""The keys outside the database: from the environment, or from a file of our own.

Only an embedded database makes its own keys, once, before it exists itself; afterwards
a missing, exposed or different key stops the start. Load the keys before the database
is opened or migrated, then `check_keys` against the fingerprint it keeps.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from bot.config import Config
from bot.settings import ConfigError, make_folder
from models.sealing import Keyring, new_key

KEY_FILE = "keys.json"
FIRST = 1

log = logging.getLogger(__name__)


class KeysError(ConfigError):
    """The keys are missing, exposed or not this database's (permanent)."""


def load_keys(config: Config) -> Keyring:
    """Return the keys given, else those of the key file, made on the first start."""
    if config.keys.wrapping and config.keys.index:
        wrapping = {
            number: key.get_secret_value()
            for number, key in config.keys.wrapping.items()
        }
        current = next(iter(wrapping))
        return Keyring(wrapping, current, config.keys.index.get_secret_value())
    if not config.embedded:
        raise KeysError(_how_to_give_keys())
    path = config.data / KEY_FILE
    if not path.exists():
        _make(path, config)
    return read_key_file(path)


def read_key_file(path: Path) -> Keyring:
    """Return the keys in `path`, which nobody else on this machine may read."""
    if path.stat().st_mode & 0o077:
        raise KeysError([f"{path}: others may read it; run: chmod 600 '{path}'"])
    try:
        kept = json.loads(path.read_bytes())
        wrapping = {int(n): _decoded(key) for n, key in kept["wrapping"].items()}
        keyring = Keyring(wrapping, int(kept["current"]), _decoded(kept["index"]))
        keyring.wrapping[keyring.current]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysError([f"{path}: is damaged; restore it from its copy"]) from None
    return keyring


def replace_key_file(path: Path, keyring: Keyring) -> None:
    """Write `keyring` in the place of the keys in `path`, all of it or nothing."""
    _write(path, keyring, os.replace)


def fingerprint(keyring: Keyring) -> str:
    """Return what tells these keys from others and gives none of them away."""
    return json.dumps(_fingers(keyring), sort_keys=True)


def check_keys(keyring: Keyring, kept: str | None) -> None:
    """Refuse a keyring that lacks a key of `kept`, the fingerprint in the database."""
    have = _fingers(keyring)
    lacking = [
        name
        for name, mark in json.loads(kept or "{}").items()
        if have.get(name) != mark
    ]
    if lacking:
        raise KeysError(
            [
                f"keys: the database was written with another {' and '.join(lacking)}; "
                "give the keys it was written with, or restore their file"
            ]
        )


def _fingers(keyring: Keyring) -> dict[str, str]:
    fingers = {
        f"keys.wrapping {number}": _finger(key)
        for number, key in keyring.wrapping.items()
    }
    return {"keys.index": _finger(keyring.index), **fingers}


def _finger(key: bytes) -> str:
    return hmac.new(key, b"zhigong fingerprint", hashlib.sha256).hexdigest()[:16]


def _make(path: Path, config: Config) -> None:
    database = Path(config.database_url.removeprefix("sqlite:///"))
    if database.exists() and database.stat().st_size:
        raise KeysError(
            [
                f"{path}: is gone, and {database} cannot be read without it; "
                "restore it from its copy"
            ]
        )
    make_folder(config)
    try:
        _write(path, Keyring({FIRST: new_key()}, FIRST, new_key()), os.link)
    except FileExistsError:
        return  # another process made them in the meantime
    log.warning("made the keys of this database: keep a copy of %s elsewhere", path)


def _write(path: Path, keyring: Keyring, place: Callable[[str, Path], None]) -> None:
    text = json.dumps(
        {
            "wrapping": {n: _encoded(key) for n, key in keyring.wrapping.items()},
            "current": keyring.current,
            "index": _encoded(keyring.index),
        },
        indent=2,
    )
    # mkstemp opens with O_EXCL and mode 0600.
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
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


def _how_to_give_keys() -> list[str]:
    variables = ("ZHIGONG_KEYS__WRAPPING", "ZHIGONG_KEYS__INDEX")
    return [
        "keys: none are given, and a PostgreSQL database does not make its own; "
        "run these two lines once and keep what they print apart from the database:",
        *(f'  echo "{name}=$(openssl rand -base64 32)"' for name in variables),
    ]


def _encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _decoded(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != len(new_key()):
        raise ValueError
    return key
