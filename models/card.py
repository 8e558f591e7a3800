"""The member card's code: which member, until when, and a signature of ours.

Nothing is stored: a code is made when the card is shown and ends by itself.  What is
changed, foreign or too old is not told apart, nor does it take longer to refuse.
"""

import base64
import hashlib
import hmac
import re
import struct
from datetime import UTC, datetime

from sqlmodel import Session

from models.sealing import Keyring
from models.worker import Worker

FIELDS = struct.Struct(">QI")
"""The worker's id, and the second in which the code ends."""

MARK = 15
"""How many bytes of the signature are kept: 120 bits, and no character left over."""

_SHAPE = re.compile(r"[A-Za-z0-9_-]{36}")


def make_code(keys: Keyring, worker_id: int, until: datetime) -> str:
    """Make the code of a member's card."""
    fields = FIELDS.pack(worker_id, int(until.timestamp()))
    return base64.urlsafe_b64encode(
        fields + _mark(keys.derive("card"), fields)
    ).decode()


def read_code(keys: Keyring, code: str, now: datetime) -> tuple[int, datetime]:
    """Return whose code it is, until when; 0, the id of nobody, for any other text."""
    packed = _unpacked(code)
    fields, mark = packed[: FIELDS.size], packed[FIELDS.size :]
    worker_id, ends = FIELDS.unpack(fields)
    genuine = False
    for key in keys.derived("card"):  # every one, so that all codes take as long
        genuine |= hmac.compare_digest(_mark(key, fields), mark)
    good = genuine & (now.timestamp() < ends)
    return worker_id * good, datetime.fromtimestamp(ends, UTC)


def holder(
    session: Session, keys: Keyring, code: str, now: datetime
) -> tuple[Worker, datetime] | None:
    """Return the member who holds a card and until when; None for any other code."""
    worker_id, until = read_code(keys, code, now)
    worker = session.get(Worker, worker_id)  # asked for nobody, too: it takes as long
    return (worker, until) if worker and worker.member_no else None


def _unpacked(code: str) -> bytes:
    shaped = code if _SHAPE.fullmatch(code) else "A" * 36
    return base64.urlsafe_b64decode(shaped)


def _mark(key: bytes, fields: bytes) -> bytes:
    return hmac.new(key, fields, hashlib.sha256).digest()[:MARK]
