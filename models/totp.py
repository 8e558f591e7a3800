"""Codes that change every half minute, as phones' authenticator apps make them.

RFC 6238 as all of those apps understand it: SHA-1, six digits, thirty seconds.
"""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

SECONDS = 30
NEAR = (0, -1, 1)
"""How many steps a phone's clock may be off."""


def new_secret() -> str:
    """Draw a secret of 160 bits, as apps take it when it is typed."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def is_secret(text: str) -> bool:
    """Tell whether a text can be a secret of ours."""
    return len(text) == 32 and not set(text) - set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def code_at(secret: str, step: int) -> str:
    """Return the code of one half minute."""
    key = base64.b32decode(secret)
    digest = hmac.digest(key, step.to_bytes(8, "big"), "sha1")
    start = digest[-1] & 15
    number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**6:06d}"


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """Return the half minute a code is of, if it is near; None for a wrong code."""
    present, given = int(now.timestamp()) // SECONDS, code.encode()
    steps = [present + off for off in NEAR]
    fit = [hmac.compare_digest(code_at(secret, s).encode(), given) for s in steps]
    return next((s for s, fits in zip(steps, fit, strict=True) if fits), None)


def address(secret: str, holder: str, issuer: str) -> str:
    """Return the address an app reads from a QR code."""
    query = urlencode({"secret": secret, "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{quote(issuer)}:{quote(holder)}?{query}"
