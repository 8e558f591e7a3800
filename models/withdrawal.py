"""Withdrawal: a consent is taken back, and all that stands on it goes (PIPL 15, 47).

What is left is what needs no consent: the chat itself, the proof of what was agreed to
when, and of an application no more than its number, its union and its dates.
"""

from datetime import datetime

from sqlalchemy import delete
from sqlmodel import Session, col, select, update

from models import result, service, voucher
from models.application import (
    APPROVED,
    OPEN,
    Application,
    Standing,
    applications_of,
    hold,
    latest_of,
    record,
    steps_of,
)
from models.attachment import Attachment
from models.case import Case
from models.case_file import CaseFile
from models.chat import Chat, chats_of
from models.consent import Consent
from models.conversation import State, unfinished_of
from models.correction import Correction
from models.message import Message
from models.objection import Objection
from models.preference import Preference
from models.review import release
from models.sealing import Keyring
from models.signup import let_go
from models.site_fault import SiteFault
from models.suggestion import Suggestion
from models.transfer import Transfer, TransferStep, end_open, transfers_of
from models.worker import Worker

IDENTITY = (
    "name",
    "name_tag",
    "mobile",
    "mobile_tag",
    "id_type",
    "id_number",
    "id_tag",
    "sex",
    "born",
    "group",
    "pin",
)
"""The columns of a worker that say, or prove, who somebody is."""


def withdraw_consent(
    session: Session, keys: Keyring, worker: Worker, is_told: bool, now: datetime
) -> None:
    """End what a person agreed to, and with it the application or the membership.

    `is_told` says whether they know of an approval; nobody leaves what they never knew.
    """
    agreed = update(Consent).where(
        col(Consent.worker_id) == worker.id, col(Consent.withdrawn_at).is_(None)
    )
    session.exec(agreed.values(withdrawn_at=now))
    latest = latest_of(session, worker.id)
    if latest is not None:
        _close(session, keys, latest, is_told, now)
    for application in applications_of(session, worker.id):
        _empty(session, keys, worker, application)
    _end_drafts(session, worker.id, now)
    voucher.cancel_all(session, worker.id, now)
    service.withdraw_all(session, worker.id, now)
    let_go(session, worker.id)
    for column in IDENTITY:
        setattr(worker, column, None)
    release(worker)
    session.add(worker)
    _forget_transfers(session, worker.id, now)
    _end_greetings(session, worker.id)
    result.let_go(session, worker.id)
    for table in (Attachment, Correction, Objection, SiteFault, Suggestion):
        session.exec(delete(table).where(col(table.worker_id) == worker.id))
    cases = select(Case.id).where(Case.worker_id == worker.id)
    session.exec(delete(CaseFile).where(col(CaseFile.case_id).in_(cases)))
    own_chats = select(Chat.id).where(Chat.worker_id == worker.id)
    shown = delete(Message).where(
        col(Message.about_id) == worker.id, col(Message.chat_id).not_in(own_chats)
    )
    session.exec(shown)
    session.flush()


def _forget_transfers(session: Session, worker_id: int, now: datetime) -> None:
    """End what is open; what a transfer says of a job stood on the consent."""
    end_open(session, worker_id, now)
    ids = [row.id for row in transfers_of(session, worker_id)]
    session.exec(delete(TransferStep).where(col(TransferStep.transfer_id).in_(ids)))
    session.exec(delete(Transfer).where(col(Transfer.id).in_(ids)))


def _end_greetings(session: Session, worker_id: int) -> None:
    """Greet nobody on a birthday that we know no more."""
    preference = session.get(Preference, worker_id)
    if preference is not None:
        preference.greet_at = None
        session.add(preference)


def _close(
    session: Session, keys: Keyring, row: Application, is_told: bool, now: datetime
) -> None:
    """Withdraw an application, or end the membership that came of it."""
    hold(session, row)
    if row.standing in (*OPEN, *APPROVED):
        left = row.standing in APPROVED and is_told
        standing = Standing.LEFT if left else Standing.WITHDRAWN
        record(session, keys, row, standing, now)


def _empty(
    session: Session, keys: Keyring, worker: Worker, application: Application
) -> None:
    """Leave of an application what says nothing about anybody."""
    application.keep(keys, worker, {})
    application.tag(keys, {})
    session.add(application)
    for step in steps_of(session, application.id):
        step.why = None
        session.add(step)


def _end_drafts(session: Session, worker_id: int, now: datetime) -> None:
    """Erase what was being filled in, in every chat."""
    for row in unfinished_of(session, worker_id):
        row.end(State.CANCELLED, now)
        session.add(row)
    for chat in chats_of(session, worker_id):
        chat.conversation_id = None
        session.add(chat)
