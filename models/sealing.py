"""Sealing: how a sensitive value is kept, and how it is found again without being read.

Each worker has a key of their own, wrapped by a key that lives outside the database.
A sealed value is bound to the place it was made for (table, column, row), so a value
copied to another row does not open.  Equal values are found by a keyed hash, a *tag*.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from models.errors import Failure

VERSION = b"\x01"
NONCE = 12
KEPT_OPEN = 4096
"""How many workers' keys a process remembers."""


class CannotOpen(Failure):
    """A sealed value does not open: wrong key, wrong row or damaged (permanent)."""


def seal(key: bytes, place: str, value: bytes) -> bytes:
    """Encrypt `value` so that it opens only with `key` and only at `place`."""
    nonce = os.urandom(NONCE)
    return VERSION + nonce + _cipher(key).encrypt(nonce, value, place.encode())


def unseal(key: bytes, place: str, sealed: bytes) -> bytes:
    """Return what was sealed at `place`; raise CannotOpen for anything else."""
    if sealed[:1] != VERSION:
        raise CannotOpen
    try:
        return _cipher(key).decrypt(
            sealed[1 : 1 + NONCE], sealed[1 + NONCE :], place.encode()
        )
    except (InvalidTag, ValueError):
        raise CannotOpen from None


@lru_cache(maxsize=KEPT_OPEN)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


@dataclass(frozen=True)
class Keyring:
    """The keys outside the database by number, newest first: those that wrap, and those
    that make tags; one of each is current.

    What was made with another still opens and is still found.  `further` gives wrapping
    keys that came or went since the ring was read.
    """

    wrapping: dict[int, bytes] = field(repr=False)
    current: int
    index: dict[int, bytes] = field(repr=False)
    current_index: int = 1
    further: Callable[[], Mapping[int, bytes]] = field(
        default=dict, repr=False, compare=False
    )
    opened: dict[tuple[str, bytes], bytes] = field(
        default_factory=dict, repr=False, compare=False
    )

    def wrap(self, place: str, key: bytes) -> bytes:
        """Encrypt a worker's key with the current wrapping key."""
        return numbered(self.current) + seal(self.wrapping[self.current], place, key)

    def unwrap(self, place: str, wrapped: bytes, remember: bool = True) -> bytes:
        """Return a wrapped key; raise CannotOpen when its wrapping key is not here."""
        if not remember:
            return self._unwrap(place, wrapped)
        opened = self.opened.get((place, wrapped))
        if opened is None:
            opened = self._unwrap(place, wrapped)
            if len(self.opened) >= KEPT_OPEN:
                self.opened.clear()
            self.opened[place, wrapped] = opened
        return opened

    def _unwrap(self, place: str, wrapped: bytes) -> bytes:
        number = wrapped_by(wrapped)
        key = self.wrapping.get(number) or self.further().get(number)
        if key is None:
            raise CannotOpen("The wrapping key of this value is not in the keyring.")
        return unseal(key, place, wrapped[2:])

    def tag(self, column: str, value: str) -> bytes:
        """Hash `value` for an exact look-up; equal only within one column."""
        return _tag(self.index[self.current_index], column, value)

    def tags(self, column: str, value: str) -> list[bytes]:
        """Return the tags a row with this value may have, whichever key made them."""
        return [_tag(key, column, value) for key in self.index.values()]

    def derive(self, purpose: str) -> bytes:
        """Return a key for one purpose alone, which tells nothing of the others."""
        return _derived(self.index[self.current_index], purpose)

    def derived(self, purpose: str) -> list[bytes]:
        """Return the keys for a purpose that may have been used, the newest first."""
        return [_derived(key, purpose) for key in self.index.values()]


def _derived(key: bytes, purpose: str) -> bytes:
    return HKDFExpand(SHA256(), 32, f"zhigong {purpose}".encode()).derive(key)


def _tag(key: bytes, column: str, value: str) -> bytes:
    return hmac.new(key, f"{column}\0{value}".encode(), hashlib.sha256).digest()


def numbered(number: int) -> bytes:
    """Return how a wrapped key begins that the wrapping key of this number wraps."""
    return number.to_bytes(2, "big")


def wrapped_by(wrapped: bytes) -> int:
    """Return the number of the wrapping key that opens a wrapped key."""
    return int.from_bytes(wrapped[:2], "big")


def new_key() -> bytes:
    """Make a random 256-bit key."""
    return os.urandom(32)
