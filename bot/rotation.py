"""Rotating keys while the product runs, in steps that a kill leaves repeatable.

A new key is held before it is used, and every process uses it before rows move to it;
the old one goes once nothing stands under it. So every value opens and everybody is
found all the while.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

from sqlalchemy import text
from sqlmodel import Session

from bot.app import alone
from bot.beside import database_of
from bot.config import Config
from bot.database import Database, in_transaction
from bot.key_file import KEY_FILE, RETIRED, encoded, replace_key_file, retire_all_but
from bot.keys import (
    KeysError,
    agree,
    are_given,
    in_use,
    load_keys,
    need_no_other,
    needed,
    note,
)
from bot.kit import clock
from bot.settings import variable
from models.presence import SECONDS, Presence, present
from models.rotation import MOVES, behind
from models.sealing import Keyring, new_key

Kind = Literal["wrapping", "index"]
Say = Callable[[str], object]
KINDS: tuple[Kind, ...] = ("wrapping", "index")

LOCK = "rotation.lock"
LOOK_SECONDS = 0.2
SETTLE_SECONDS = 2.0
"""A process may have read which keys to use, and not yet said that it is at work."""
PATIENCE = SECONDS + 5
"""Seconds until a process that was killed is no more taken for one at work."""


def rotate(config: Config, kinds: Sequence[Kind], say: Say) -> None:
    """Move everything to newer keys, or finish a rotation that was interrupted."""
    with alone(config, LOCK), database_of(config) as database:
        _rotate(config, database, kinds, say)


def _rotate(
    config: Config, database: Database, kinds: Sequence[Kind], say: Say
) -> None:
    before = in_transaction(database, lambda session: agree(session, load_keys(config)))
    keys = _newer(config, database, before, kinds)
    say(f"Moving to wrapping key {keys.current} and index key {keys.current_index}.")
    if are_given(config):
        _wait(database, lambda one: one.holds(keys.current, keys.current_index), say)
    in_transaction(database, lambda session: note(session, keys))
    time.sleep(SETTLE_SECONDS)
    while not _is_over(database, keys, say):
        time.sleep(LOOK_SECONDS)
    if not are_given(config):
        retire_all_but(config.data / KEY_FILE, _only_used(keys))
    for line in _farewell(config, keys):
        say(line)


def _newer(
    config: Config, database: Database, keys: Keyring, kinds: Sequence[Kind]
) -> Keyring:
    """Return the keyring as it is to be used; in a key file new keys are made."""
    if are_given(config):
        return _newer_given(database, keys, kinds)
    path = config.data / KEY_FILE
    if len(keys.wrapping) == len(keys.index) == 1:
        replace_key_file(path, _with_new_keys(keys, kinds))
    return load_keys(config)  # as they are in the file now, the newest in use


def _with_new_keys(keys: Keyring, kinds: Sequence[Kind]) -> Keyring:
    made = {kind: {next_number(held_of(keys, kind)): new_key()} for kind in kinds}
    return replace(
        keys,
        wrapping=made.get("wrapping", {}) | keys.wrapping,
        index=made.get("index", {}) | keys.index,
    )


def _newer_given(database: Database, keys: Keyring, kinds: Sequence[Kind]) -> Keyring:
    """Use the newest keys given; say what to give where there is no newer one."""
    used = {"wrapping": keys.current, "index": keys.current_index}
    newest: dict[str, int] = {kind: next(iter(held_of(keys, kind))) for kind in kinds}
    same = [kind for kind in kinds if newest[kind] == used[kind]]
    if same and not in_transaction(database, _is_unfinished):
        raise KeysError(_how_to_give_newer(keys, same))
    used |= newest
    return in_use(keys, f"{used['wrapping']} {used['index']}")


def _is_unfinished(session: Session) -> bool:
    return len(needed(session)) > len(KINDS)


def held_of(keys: Keyring, kind: Kind) -> dict[int, bytes]:
    """Return the keys of one kind, newest first."""
    return keys.wrapping if kind == "wrapping" else keys.index


def next_number(held: dict[int, bytes]) -> int:
    """Return the number of a new key."""
    return max(held, default=0) + 1


def fresh(kind: Kind, held: dict[int, bytes]) -> str:
    """Return the line that sets a new key, in front of those there are."""
    older = ",<the present value>" if held else ""
    entry = f"{next_number(held)}:{encoded(new_key())}"
    return f"{variable(('keys', kind))}={entry}{older}"


def _how_to_give_newer(keys: Keyring, kinds: Sequence[Kind]) -> list[str]:
    return [
        f"keys: no newer {' or '.join(kinds)} key is given than the one in use; put a "
        "new one in front of it, start every process again, then rotate again:",
        *(f"  {fresh(kind, held_of(keys, kind))}" for kind in kinds),
    ]


def _wait(database: Database, ready: Callable[[Presence], bool], say: Say) -> None:
    """Wait until every process at work is ready; refuse to go on without one."""
    until, told = time.monotonic() + PATIENCE, ""
    while lacking := _lacking(database, ready):
        if time.monotonic() > until:
            raise KeysError(
                [
                    f"keys: the process {name} does not have the keys to move to; "
                    "give it the same keys and start it again"
                    for name in lacking
                ]
            )
        if (names := ", ".join(lacking)) != told:
            say(f"Waiting for {names}.")
            told = names
        time.sleep(LOOK_SECONDS)


def _lacking(database: Database, ready: Callable[[Presence], bool]) -> list[str]:
    with Session(database.reading) as session:
        return [one.process for one in present(session, clock()) if not ready(one)]


def _is_over(database: Database, keys: Keyring, say: Say) -> bool:
    """Move what stands under other keys; tell whether nothing does any more."""
    _wait(database, lambda one: one.uses(keys.current, keys.current_index), say)
    moved, unreadable = _move(database, keys)
    if moved:
        say(f"Moved {moved} rows.")
    left = in_transaction(database, lambda session: _retire(session, keys))
    if unreadable and left == unreadable:
        raise KeysError(
            [
                f"keys: {left} rows cannot be opened with the keys here, so the old "
                "keys must stay; ./run keys check says more"
            ]
        )
    return left == 0


def _move(database: Database, keys: Keyring) -> tuple[int, int]:
    """Move all rows that nobody holds; leave the product as much time as we take."""
    moved, unreadable = 0, 0
    for move in MOVES:
        after = 0
        while True:
            began = time.monotonic()
            done = in_transaction(database, lambda s: move(s, keys, after))  # noqa: B023
            if done is None:
                break
            after, moved = done.last, moved + done.moved
            unreadable += done.unreadable
            time.sleep(time.monotonic() - began)
    return moved, unreadable


def _retire(session: Session, keys: Keyring) -> int:
    """Count what is left; where nothing is, the database needs the old keys no more."""
    if session.get_bind().dialect.name == "postgresql":
        # Whoever has begun to write with an old key is waited for, but not for long.
        session.execute(text("SET LOCAL lock_timeout = '1s'"))
        session.execute(text("LOCK TABLE worker, application IN EXCLUSIVE MODE"))
    late = [
        one
        for one in present(session, clock())
        if not one.uses(keys.current, keys.current_index)
    ]
    left = behind(session, keys) or len(late)
    if not left:
        need_no_other(session, keys)
    return left


def _only_used(keys: Keyring) -> Keyring:
    return replace(
        keys,
        wrapping={keys.current: keys.wrapping[keys.current]},
        index={keys.current_index: keys.index[keys.current_index]},
    )


def _farewell(config: Config, keys: Keyring) -> list[str]:
    """Say what became of the old keys, and what is left to do."""
    if not are_given(config):
        return [
            f"Done. Keep a copy of {config.data / KEY_FILE} elsewhere; the one you "
            "have is out of date.",
            f"The old keys are in {config.data / RETIRED}: keep it as long as you keep "
            "a backup made before now, then delete it.",
        ]
    old = [
        f"{number} from {variable(('keys', kind))}"
        for kind, used in (("wrapping", keys.current), ("index", keys.current_index))
        for number in held_of(keys, kind)  # type: ignore[arg-type]
        if number != used
    ]
    return [
        f"Done. Nothing needs the old keys: you may remove {' and '.join(old)} and "
        "start each process again when it suits you.",
        "Keep them elsewhere as long as you keep a backup made before now.",
    ]
