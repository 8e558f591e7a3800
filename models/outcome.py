"""Outcomes: what becomes of copies of a notice, many settled by one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import text
from sqlmodel import Session

from models.message import Fate

LEASE_SECONDS = 60
"""How long a row that was claimed may be on its way: longer than any request takes."""

INTERRUPTED = "interrupted"
"""Why it is uncertain what became of a row whose process was killed."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of one copy; `at` is when, or for one that waits, until when."""

    worker_id: int
    fate: Fate
    at: datetime
    reason: str = ""
    claimed: bool = False
    chat_id: int | None = None
    number: int | None = None
    external_id: str | None = None


def lease_end(now: datetime) -> datetime:
    """Return until when a copy claimed now may be on its way."""
    return now + timedelta(seconds=LEASE_SECONDS)


_READ = {
    "sqlite": """(SELECT json_extract(value, '$[0]') AS notice_id,
            json_extract(value, '$[1]') AS worker_id,
            json_extract(value, '$[2]') AS fate, json_extract(value, '$[3]') AS reason,
            substr(json_extract(value, '$[4]'), 1, 26) AS at,
            json_extract(value, '$[5]') AS claimed,
            json_extract(value, '$[6]') AS chat_id,
            json_extract(value, '$[7]') AS number,
            json_extract(value, '$[8]') AS external_id
        FROM json_each(:rows))""",
    "postgresql": """(SELECT (value ->> 0)::bigint AS notice_id,
            (value ->> 1)::bigint AS worker_id, value ->> 2 AS fate,
            value ->> 3 AS reason, (value ->> 4)::timestamptz AS at,
            (value ->> 5)::boolean AS claimed, (value ->> 6)::bigint AS chat_id,
            (value ->> 7)::integer AS number, value ->> 8 AS external_id
        FROM json_array_elements(CAST(:rows AS json)))""",
}
"""How outcomes are read as a table: all are settled by one statement, and the database
begins with them, since nothing else tells it the notice."""

_SETTLE = {
    dialect: text(f"""
        UPDATE notice_recipient SET fate = new.fate, reason = new.reason, at = new.at,
            claimed = new.claimed, chat_id = new.chat_id, number = new.number,
            external_id = new.external_id
        FROM {read} AS new
        WHERE notice_recipient.notice_id = new.notice_id
            AND notice_recipient.worker_id = new.worker_id
            AND (notice_recipient.fate = '{Fate.WAITING}'
                OR notice_recipient.reason = '{INTERRUPTED}')
    """)  # noqa: S608 - made of our own words
    for dialect, read in _READ.items()
}


def settle(session: Session, notice_id: int, outcomes: Sequence[Outcome]) -> None:
    """Write down what became of copies; what is over stays so.

    Only one given up too early is corrected by who sent it.
    """
    if outcomes:
        rows = orjson.dumps([_row(notice_id, one) for one in outcomes]).decode()
        connection = session.connection()
        connection.execute(_SETTLE[connection.dialect.name], {"rows": rows})


def _row(notice_id: int, one: Outcome) -> list[Any]:
    at = one.at.astimezone(UTC).isoformat(" ", "microseconds")
    found = (one.claimed, one.chat_id, one.number, one.external_id)
    return [notice_id, one.worker_id, one.fate, one.reason, at, *found]
