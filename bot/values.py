"""The kinds of value a setting may have: addresses, tokens, keys, networks.

Each takes the text an operator wrote and gives back the value, or says what is wrong.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    IPvAnyNetwork,
    SecretBytes,
    SecretStr,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import NoDecode

KEY_BYTES = 32
LOCAL_HOSTS = {"localhost", "127.0.0.1", "::1"}


def wrong(message: str, key: str | None = None) -> PydanticCustomError:
    """Make the refusal of a value, or of the value of another `key`."""
    return PydanticCustomError("wrong", "{message}", {"message": message, "key": key})


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("is not a time zone of the IANA list") from None
    return name


def _public_address(url: str) -> str:
    if not url:
        return url
    parts = urlsplit(url.rstrip("/"))
    local = parts.scheme == "http" and parts.hostname in LOCAL_HOSTS
    if not parts.hostname or not (parts.scheme == "https" or local):
        raise wrong("is not an https:// address")
    if parts.path or parts.query or parts.fragment:
        raise wrong("must end after the host and port")
    return url.rstrip("/")


def _telegram_address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.path.endswith("/bot"):
        raise wrong("must be an http(s) address that ends in /bot")
    return url


def _database_url(url: SecretStr) -> SecretStr:
    value = url.get_secret_value()
    if value.startswith(("postgres://", "postgresql://")):
        value = re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", value)
    if value and not value.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise wrong("must start with postgresql:// or sqlite:///")
    return SecretStr(value)


def _telegram_token(token: SecretStr) -> SecretStr:
    value = token.get_secret_value()
    if value and not re.fullmatch(r"[0-9]{6,}:[A-Za-z0-9_-]{30,}", value):
        raise wrong("does not look like a bot token (123456789:AA…) as BotFather gives")
    return token


def _shared_secret(secret: SecretStr) -> SecretStr:
    value = secret.get_secret_value()
    if value and not re.fullmatch(r"[A-Za-z0-9_-]{16,256}", value):
        raise wrong("must be 16 to 256 letters, digits, _ and -")
    return secret


def _split_at_commas(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return [part.strip() for part in value.split(",") if part.strip()]


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise wrong("is not base64") from None
    if len(key) != KEY_BYTES:
        raise wrong(f"must be {KEY_BYTES} bytes in base64, not {len(key)}")
    return key


def _numbered_keys(value: Any) -> Any:
    """Read `2:base64,1:base64`, newest first; a key without a number is number 1."""
    if not isinstance(value, str):
        return value
    keys: dict[int, bytes] = {}
    for entry in _split_at_commas(value):
        number, _, text = entry.rpartition(":")
        if not re.fullmatch(r"[0-9]{0,5}", number) or int(number or 1) > 0xFFFF:
            raise wrong("must be number:base64 entries, numbers from 0 to 65535")
        if int(number or 1) in keys:
            raise wrong(f"has two keys of the number {int(number or 1)}")
        keys[int(number or 1)] = _key(text)
    return keys


Zone = Annotated[str, AfterValidator(_known_zone)]
PublicAddress = Annotated[str, AfterValidator(_public_address)]
TelegramAddress = Annotated[str, AfterValidator(_telegram_address)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database_url)]
TelegramToken = Annotated[SecretStr, AfterValidator(_telegram_token)]
SharedSecret = Annotated[SecretStr, AfterValidator(_shared_secret)]
Networks = Annotated[
    tuple[IPvAnyNetwork, ...], NoDecode, BeforeValidator(_split_at_commas)
]
NumberedKeys = Annotated[
    dict[int, SecretBytes], NoDecode, BeforeValidator(_numbered_keys)
]
