"""Attachments: a picture opens with its owner's key only."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from models.attachment import Attachment, new_attachment
from models.sealing import CannotOpen
from tests.models.cast import KEYS, NOW, meet

PICTURE = b"\xff\xd8\xff" + bytes(range(256)) * 100


def test_a_picture_is_kept_sealed_and_opened_again(session: Session) -> None:
    worker, _ = meet(session)
    kept = new_attachment(KEYS, worker, "image/jpeg", PICTURE, NOW)
    session.add(kept)
    session.commit()
    session.expunge_all()
    found = session.get_one(Attachment, kept.id)
    assert PICTURE[:64] not in found.data
    assert found.open(KEYS, worker) == PICTURE
    assert (found.mime, found.worker_id) == ("image/jpeg", worker.id)


def test_the_picture_of_another_does_not_open(session: Session) -> None:
    owner, _ = meet(session)
    other, _ = meet(session, "2")
    kept = new_attachment(KEYS, owner, "image/jpeg", PICTURE, NOW)
    with pytest.raises(CannotOpen):
        kept.open(KEYS, other)
