"""The key each form of the console carries: made for this session, good once.

It is drawn when the form is shown and proves with a keyed hash that we made it for this
session, so another site's page cannot send one.  Nothing is kept of it until it comes
back; then `models.once` inserts it together with the effect, so a double click, a
resend after a lost answer, or a copy beside it finds it there and does nothing.
"""

import hashlib
import hmac
import secrets

from models.sealing import Keyring

PURPOSE = "console form"
FIELD = "once"
"""The hidden field that carries the key."""


def new_form(keys: Keyring, session_id: int) -> str:
    """Draw the key of a form for a session."""
    drawn = secrets.token_urlsafe(12)
    return f"{drawn}.{_proof(keys.derive(PURPOSE), session_id, drawn)}"


def is_ours(keys: Keyring, session_id: int, form: str) -> bool:
    """Tell whether we made the key of a form for this session."""
    drawn, _, proof = form.partition(".")
    made = (_proof(key, session_id, drawn) for key in keys.derived(PURPOSE))
    return any(hmac.compare_digest(one.encode(), proof.encode()) for one in made)


def _proof(key: bytes, session_id: int, drawn: str) -> str:
    text = f"{session_id}\0{drawn}".encode()
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:32]
