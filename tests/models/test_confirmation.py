"""Confirmation: who may say whether somebody is who they say they are."""

from __future__ import annotations

import pytest
from sqlmodel import Session

from models.application import CannotDecide
from models.claim import Asks, Claim, Claimed, file_claim
from models.confirmation import confirm, deny, may_confirm
from models.place import Atlas
from models.staff import ADMINISTRATOR, OFFICER, PARTNER_CLERK, appoint
from models.worker import Worker
from tests.models.benefits import member
from tests.models.cast import KEYS, NOW, meet


def asked(session: Session) -> tuple[Claim, Worker, Worker]:
    """Let somebody ask to be let in as a member; give both."""
    worker, (stranger, chat) = member(session), meet(session, "new phone")
    told = (Asks.COME_BACK, chat.id, worker.id, "440106", NOW)
    return file_claim(session, *told), worker, stranger


@pytest.mark.parametrize(
    ("role", "union"),
    [(OFFICER, "440306"), (ADMINISTRATOR, "440106"), (PARTNER_CLERK, "440106")],
)
def test_who_does_not_serve_the_member_decides_nothing(
    session: Session, atlas: Atlas, role: str, union: str
) -> None:
    claim, _, _ = asked(session)
    other = appoint(session, role, union, NOW)
    with pytest.raises(CannotDecide):
        confirm(session, KEYS, atlas, other, claim, NOW)
    with pytest.raises(CannotDecide):
        deny(session, atlas, other, claim, NOW)
    assert claim.standing is Claimed.WAITING


def test_nobody_decides_who_they_are_themselves(session: Session, atlas: Atlas) -> None:
    claim, worker, stranger = asked(session)
    staff = appoint(session, OFFICER, "4401", NOW)
    assert may_confirm(session, atlas, staff, claim)
    for one in (worker, stranger):
        staff.worker_id = one.id
        assert not may_confirm(session, atlas, staff, claim)
    claim.worker_id = staff.worker_id = None
    assert not may_confirm(session, atlas, staff, claim)


def test_what_is_decided_is_not_decided_again(session: Session, atlas: Atlas) -> None:
    claim, worker, _ = asked(session)
    staff = appoint(session, OFFICER, "4401", NOW)
    made = confirm(session, KEYS, atlas, staff, claim, NOW)
    assert made is not None
    assert made.worker_id == worker.id
    with pytest.raises(CannotDecide):
        confirm(session, KEYS, atlas, staff, claim, NOW)
    with pytest.raises(CannotDecide):
        deny(session, atlas, staff, claim, NOW)
    assert claim.standing is Claimed.APPROVED
