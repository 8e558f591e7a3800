"""PINs: the six digits by which somebody known comes back on a new phone.

Only an argon2id hash is kept, sealed on the worker's row.  Six digits are soon tried
out by who holds a bare hash, whatever it costs; so the seal is the protection, and the
hash is as dear as the one thread that writes can bear: about 7 ms and 8 MiB.
"""

import re
from functools import cache
from itertools import pairwise

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError

from models.identity import halved
from models.sealing import Keyring, new_key, seal, unseal
from models.worker import Worker

DIGITS = 6
HASHER = PasswordHasher(time_cost=2, memory_cost=8 * 1024, parallelism=1)

Holder = tuple[int, bytes, bytes]
"""Whose PIN it is: a worker's id, wrapped key and sealed PIN."""


def read_pin(text: str) -> str | None:
    """Return the PIN somebody typed, in whatever width and spacing; None for no PIN."""
    pin = re.sub(r"[\s-]", "", halved(text[: 4 * DIGITS]))
    is_pin = len(pin) == DIGITS and pin.isascii() and pin.isdigit()
    return pin if is_pin else None


def is_trivial(pin: str, number: str, mobile: str, born: str) -> bool:
    """Tell whether a PIN is the first that somebody else would try."""
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = len({pin[:2], pin[2:4], pin[4:]}) == 1 or pin[:3] == pin[3:]
    own = "".join(re.findall(r"\d", born))
    birth = {own[2:], own[:6], own[4:] + own[2:4], own[6:] + own[4:6] + own[2:4]}
    tails = {number[-DIGITS:], number.rstrip("X")[-DIGITS:], mobile[-DIGITS:]}
    return (
        steps <= {0} or steps <= {1} or steps <= {9} or halves or pin in birth | tails
    )


def set_pin(keys: Keyring, worker: Worker, pin: str) -> None:
    """Keep a PIN; one set before counts no more."""
    worker.pin = worker.seal(keys, "pin", HASHER.hash(pin))


def fits(keys: Keyring, holder: Holder | None, pin: str) -> bool:
    """Tell whether a PIN is the holder's; where nobody holds one it takes as long."""
    place, key, sealed = _opened(keys, holder) if holder else _nobody()
    kept = unseal(key, place, sealed).decode()
    try:
        HASHER.verify(kept, pin)
    except VerifyMismatchError:
        return False
    return holder is not None


def _opened(keys: Keyring, holder: Holder) -> tuple[str, bytes, bytes]:
    worker_id, wrapped, sealed = holder
    key = keys.unwrap(f"worker.key|{worker_id}", wrapped)
    return f"worker.pin|{worker_id}", key, sealed


@cache
def _nobody() -> tuple[str, bytes, bytes]:
    """Make the PIN of nobody, which nothing fits, once."""
    key = new_key()
    return "nobody", key, seal(key, "nobody", HASHER.hash(key.hex()).encode())
