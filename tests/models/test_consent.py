"""Consent: what exactly somebody agreed to."""

from __future__ import annotations

import hashlib

from sqlmodel import Session

from models.consent import Consent, agree
from tests.models.cast import NOW, meet


def test_an_agreement_is_written_down_with_its_exact_text(session: Session) -> None:
    worker, _ = meet(session)
    text = "我同意处理身份证号。"
    kept = agree(session, worker.id, "join", "2026-11", text, "page", NOW)
    session.commit()
    session.expunge_all()
    found = session.get_one(Consent, kept.id)
    assert (found.scope, found.version, found.channel) == ("join", "2026-11", "page")
    assert found.text_hash == hashlib.sha256(text.encode()).digest()
    assert (found.at, found.withdrawn_at) == (NOW, None)


def test_each_agreement_is_an_entry_of_its_own(session: Session) -> None:
    worker, _ = meet(session)
    one, other = (
        agree(session, worker.id, "join", version, version, "page", NOW)
        for version in ("1", "2")
    )
    session.flush()
    assert one.id != other.id
    assert one.text_hash != other.text_hash
