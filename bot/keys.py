"""The keys outside the database: from the environment, or from a file of our own.

Only an embedded database makes its own keys, once, before it exists itself; afterwards
a missing, exposed or different key stops the start. Load the keys before the database
is opened or migrated; then let them `agree` with it: it knows the fingerprint of each
key it needs, and which of them are in use.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from pydantic import SecretBytes
from sqlmodel import Session

from bot.config import Config
from bot.key_file import KEY_FILE, make_key_file, read_key_file
from bot.key_file import KeysError as KeysError
from bot.settings import make_folder
from models.fact import CURRENT, FINGERPRINT, recall, remember
from models.sealing import Keyring

log = logging.getLogger(__name__)


def are_given(config: Config) -> bool:
    """Tell whether the environment gives the keys, and not a file of our own."""
    return bool(config.keys.wrapping and config.keys.index)


def load_keys(config: Config) -> Keyring:
    """Return the keys given, else those of the key file, made on the first start."""
    if are_given(config):
        wrapping, index = _open(config.keys.wrapping), _open(config.keys.index)
        return Keyring(wrapping, next(iter(wrapping)), index, next(iter(index)))
    if not config.embedded:
        raise KeysError(_how_to_give_keys())
    path = config.data / KEY_FILE
    if not path.exists():
        _make(path, config)
    return read_key_file(path)


def _open(keys: Mapping[int, SecretBytes]) -> dict[int, bytes]:
    return {number: key.get_secret_value() for number, key in keys.items()}


def agree(session: Session, keys: Keyring) -> Keyring:
    """Refuse keys that are not this database's; return them as it uses them."""
    kept = recall(session, FINGERPRINT)
    check_keys(keys, kept)
    agreed = in_use(keys, recall(session, CURRENT) or _newest_known(keys, kept))
    note(session, agreed)
    return agreed


def note(session: Session, keys: Keyring) -> None:
    """Write down which keys are in use, and that the database needs them from now."""
    kept = needed(session)
    _remember(session, FINGERPRINT, fingerprint(keys, kept))
    _remember(session, CURRENT, current(keys))


def needed(session: Session) -> dict[str, str]:
    """Return the fingerprint of each key that the database needs, by its name."""
    marks: dict[str, str] = json.loads(recall(session, FINGERPRINT) or "{}")
    return marks


def need_no_other(session: Session, keys: Keyring) -> None:
    """Write down that the database needs the keys in use alone."""
    _remember(session, FINGERPRINT, fingerprint(keys))


def _remember(session: Session, name: str, value: str) -> None:
    """Keep a value where it is not kept yet: a start need not write."""
    if recall(session, name) != value:
        remember(session, name, value)


def current(keys: Keyring) -> str:
    """Return which keys are in use, as the database remembers it."""
    return f"{keys.current} {keys.current_index}"


def in_use(keys: Keyring, told: str) -> Keyring:
    """Return a keyring that uses the keys it is told to."""
    wrapping, index = map(int, told.split())
    return replace(keys, current=wrapping, current_index=index)


def follow(config: Config, keys: Keyring, told: str) -> Keyring:
    """Return a keyring that uses other keys; read them where it has them not yet."""
    wrapping, index = map(int, told.split())
    if wrapping not in keys.wrapping or index not in keys.index:
        keys = load_keys(config)
    return in_use(keys, told)


def _newest_known(keys: Keyring, kept: str | None) -> str:
    """Return the newest keys the database knows; those that are new wait their turn."""
    known = json.loads(kept or "{}")

    def newest(kind: str, held: Mapping[int, bytes]) -> int:
        here = [number for number in held if name_of(kind, number) in known]
        return (here or [*held])[0]

    return f"{newest('wrapping', keys.wrapping)} {newest('index', keys.index)}"


def held(keys: Keyring) -> list[str]:
    """Return the names of the keys that are here; those in use are marked."""
    used = {("wrapping", keys.current), ("index", keys.current_index)}
    kinds = (("wrapping", keys.wrapping), ("index", keys.index))
    return [
        f"{kind} {number}" + " (in use)" * ((kind, number) in used)
        for kind, held_ones in kinds
        for number in held_ones
    ]


def name_of(kind: str, number: int) -> str:
    """Return the name of a key: `keys.wrapping 2`."""
    return f"keys.{kind} {number}"


def fingerprint(keyring: Keyring, kept: Mapping[str, str] | None = None) -> str:
    """Return what tells the keys in use from others and gives none of them away."""
    have = dict(_fingers(keyring))
    used = (
        name_of("wrapping", keyring.current),
        name_of("index", keyring.current_index),
    )
    marks = dict(kept or {}) | {name: have[name] for name in used}
    return json.dumps(marks, sort_keys=True)


def check_keys(keyring: Keyring, kept: str | None) -> None:
    """Refuse a keyring that lacks a key of `kept`, the fingerprint in the database."""
    have = dict(_fingers(keyring))
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


def _fingers(keyring: Keyring) -> Iterator[tuple[str, str]]:
    for kind, held in (("wrapping", keyring.wrapping), ("index", keyring.index)):
        for number, key in held.items():
            yield name_of(kind, number), _finger(key)


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
        make_key_file(path)
    except FileExistsError:
        return  # another process made them in the meantime
    log.warning("made the keys of this database: keep a copy of %s elsewhere", path)


def _how_to_give_keys() -> list[str]:
    variables = ("ZHIGONG_KEYS__WRAPPING", "ZHIGONG_KEYS__INDEX")
    return [
        "keys: none are given, and a PostgreSQL database does not make its own; "
        "run these two lines once and keep what they print apart from the database:",
        *(f'  echo "{name}=$(openssl rand -base64 32)"' for name in variables),
    ]
