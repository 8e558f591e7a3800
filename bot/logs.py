"""Logging: plain lines on standard error, with everything private taken out.

The formatter redacts, because only there have arguments, exceptions and stacks become
text: whatever a library logs, and whatever it raises, passes through here.
"""

from __future__ import annotations

import logging
import re
import sys
import threading
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
NOISY = ("alembic", "apscheduler", "httpx", "telegram", "uvicorn.access")
"""Loggers that say too much at INFO; httpx even prints the bot's token."""

PRIVATE = (
    # A bot token, also inside an address.
    (re.compile(r"\d{6,}(?::|%3[Aa])[A-Za-z0-9_-]{30,}"), "<token>"),
    # A password in an address.
    (re.compile(r"(://[^:/@\s]*):[^/@\s]+@"), r"\1:<password>@"),
    # A resident ID, a mobile, or any other number long enough to be a person's.
    (re.compile(r"\+?\d{11,}[Xx]?"), "<number>"),
    # A mobile and an ID as people space them.
    (re.compile(r"1[3-9]\d[ -]\d{4}[ -]\d{4}"), "<number>"),
    (re.compile(r"\d{6}[ -]\d{8}[ -]\d{3}[\dXx]"), "<number>"),
)


def redact(text: str) -> str:
    """Return `text` without tokens, passwords, ID numbers and phone numbers."""
    for pattern, mark in PRIVATE:
        text = pattern.sub(mark, text)
    return text


class Redacting(logging.Formatter):
    """Write a record as text and redact all of it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a record that cannot be written only says where it is."""
        try:
            return redact(super().format(record))
        except Exception as error:
            place = f"{record.pathname}:{record.lineno}"
            return (
                f"{record.levelname} {record.name}: {type(error).__name__} at {place}"
            )


def set_up_logging(level: str) -> None:
    """Send every log record, warning and unhandled exception through one handler."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Redacting(FORMAT))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_unhandled
    threading.excepthook = _log_unhandled_in_thread


def _log_unhandled(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.critical("unhandled exception", exc_info=(kind, error, trace))


def _log_unhandled_in_thread(raised: threading.ExceptHookArgs) -> None:
    _log_unhandled(
        raised.exc_type, raised.exc_value or raised.exc_type(), raised.exc_traceback
    )
