"""Confirmation: what a social worker's yes or no to a claim does.

A yes lets who asked in as the member, or takes a member's guard away.
"""

from datetime import datetime

from sqlmodel import Session

from models import reminder
from models.application import CannotDecide
from models.chat import Chat
from models.claim import Claim, Claimed, settle
from models.errors import Failure
from models.link import Link, link, may_become
from models.place import Atlas
from models.sealing import Keyring
from models.staff import Staff, serves
from models.worker import Worker

CONFIRMED = "confirmed"
"""The kind of reminder that tells who asked that a claim was confirmed, by its id."""


class SomebodyElse(Failure):
    """Who asked is another member by now (permanent)."""


def may_confirm(session: Session, atlas: Atlas, staff: Staff, claim: Claim) -> bool:
    """Tell whether a claim is theirs to decide, and neither by nor about themselves."""
    asker = session.get_one(Chat, claim.chat_id).worker_id
    return (
        serves(atlas, staff, claim.union_code)
        and claim.worker_id is not None
        and staff.worker_id not in (claim.worker_id, asker)
    )


def confirm(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    staff: Staff,
    claim: Claim,
    now: datetime,
) -> Link | None:
    """Say yes to a claim; return the link that came of it, if one did.

    Raises CannotDecide, or SomebodyElse.
    """
    _require_theirs(session, atlas, staff, claim)
    member = session.get_one(Worker, claim.worker_id)
    chat = session.get_one(Chat, claim.chat_id)
    asker = session.get_one(Worker, chat.worker_id)
    is_stranger = asker.id != member.id
    if is_stranger and not may_become(asker, member.id):
        raise SomebodyElse
    _settle(session, staff, claim, Claimed.APPROVED, now)
    made = None
    if is_stranger:
        made, member = link(session, keys, chat, member.id, "person", now)
    member.guarded_at = None
    reminder.schedule(session, CONFIRMED, str(claim.id), now)
    return made


def deny(
    session: Session, atlas: Atlas, staff: Staff, claim: Claim, now: datetime
) -> None:
    """Say no; who asked hears what they would hear if nobody looked."""
    _require_theirs(session, atlas, staff, claim)
    _settle(session, staff, claim, Claimed.REFUSED, now)


def _require_theirs(session: Session, atlas: Atlas, staff: Staff, claim: Claim) -> None:
    if not may_confirm(session, atlas, staff, claim):
        raise CannotDecide


def _settle(
    session: Session, staff: Staff, claim: Claim, standing: Claimed, now: datetime
) -> None:
    if not settle(session, claim, staff, standing, now):
        raise CannotDecide
