"""Faults of sites: sealed, for the union of the site, settled once."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from models import reminder, site_fault
from models.application import CannotDecide
from models.attachment import new_attachment
from models.columns import short
from models.place import Atlas
from models.retention import _used
from models.site import Site
from models.site_fault import (
    SETTLED,
    SiteFault,
    What,
    faults_of,
    open_faults,
    report,
    settle,
)
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet, reviewer, waiting


def told(session: Session, words: str = "没有热水") -> tuple[Worker, SiteFault]:
    worker, _ = meet(session)
    picture = new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW)
    session.add(picture)
    site = session.get_one(Site, "gz-by-dh")
    row = report(session, KEYS, worker, site, What.BROKEN, words, picture.id, NOW)
    return worker, row


def test_its_words_are_sealed_and_open_again(session: Session) -> None:
    worker, row = told(session)
    assert row.words is not None
    assert "没有热水".encode() not in row.words
    assert row.read(KEYS, worker, "words") == "没有热水"


def test_no_words_are_needed(session: Session) -> None:
    worker, row = told(session, "")
    assert (row.words, row.read(KEYS, worker, "words")) == (None, "")


def test_it_waits_for_the_union_of_the_site(session: Session, atlas: Atlas) -> None:
    worker, row = told(session)
    assert waiting(session, site_fault.QUEUE, atlas.branch("4401")) == [row]
    assert waiting(session, site_fault.QUEUE, atlas.branch("4403")) == []
    assert open_faults(session, worker.id) == 1
    assert faults_of(session, worker.id) == [row]


def test_it_is_settled_once_and_its_reporter_told(
    session: Session, atlas: Atlas
) -> None:
    worker, row = told(session)
    staff = reviewer(session)
    settle(session, atlas, staff, row, NOW)
    assert (row.settled_at, row.staff_id) == (NOW, staff.id)
    assert reminder.waits(session, SETTLED, str(row.id))
    assert open_faults(session, worker.id) == 0
    with pytest.raises(CannotDecide):
        settle(session, atlas, staff, row, NOW)


def test_another_union_s_staff_cannot_settle_it(session: Session, atlas: Atlas) -> None:
    _, row = told(session)
    with pytest.raises(CannotDecide):
        settle(session, atlas, reviewer(session, "4403"), row, NOW)


def test_its_picture_is_kept_as_long_as_it_is(session: Session) -> None:
    worker, row = told(session)
    assert row.photo_id is not None
    used = _used(session, KEYS, worker.id)
    assert used is not None
    assert short(row.photo_id) in used
