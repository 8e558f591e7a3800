"""Retention: how each kind of row goes once it was kept as long as it may be.

Every kind is one entry of KINDS; for how many days it is kept is its setting in
`[retention]`.  What is past is found by reading only, and goes in slices, each looked
at again by the transaction that drops it.  Audit entries always stay.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import exists, func, select
from sqlmodel import Session, col

from models import notice_total
from models.application import Application, Standing, Step
from models.arrival import Arrival, Poison
from models.attachment import Attachment
from models.award import Award, Phase
from models.benefit import Use
from models.case import OPEN as OPEN_CASE
from models.case import Case
from models.case_entry import CaseEntry
from models.case_file import CaseFile
from models.chat import Chat
from models.claim import Claim, Claimed
from models.columns import short
from models.console_link import ConsoleLink
from models.console_session import ConsoleSession
from models.conversation import Conversation, State
from models.correction import Correction, Wish
from models.dropping import AT_ONCE, Key, Kind, Search, delete_rows, found, rows_of
from models.erasure import forget
from models.event import Event
from models.export_link import ExportLink
from models.file_piece import FilePiece
from models.form_link import FormLink
from models.link_code import LinkCode
from models.message import Fate, Message
from models.nominee import Nominee, drop_nominee
from models.objection import Heard, Objection
from models.once import Once
from models.recipient import Recipient
from models.reminder import Reminder
from models.sealing import CannotOpen, Keyring
from models.service import PENDING, ServiceRequest
from models.signup import Signup
from models.site_fault import SiteFault
from models.staff import Invitation, Staff
from models.suggestion import Adoption, Suggestion
from models.transfer import OPEN, Transfer, TransferStep
from models.tries import Tries
from models.voucher import Held, Voucher
from models.worker import Worker

# Who ran in an award and has not won.

_AWARD_OVER = (
    select(col(Award.over_at))
    .where(
        col(Award.id) == col(Nominee.award_id),
        col(Award.phase).in_((Phase.OVER, Phase.CANCELLED)),
    )
    .scalar_subquery()
)


def _find_nominees(session: Session, keys: Keyring, before: datetime) -> Search:
    past = select(col(Nominee.id), _AWARD_OVER)
    return found(session, past.where(before > _AWARD_OVER, ~col(Nominee.won)))


def _drop_nominees(
    session: Session, keys: Keyring, before: datetime, rows: Sequence[Key]
) -> int:
    ids = [number for (number,) in rows]
    still = select(Nominee).where(
        col(Nominee.id).in_(ids), before > _AWARD_OVER, ~col(Nominee.won)
    )
    found = session.execute(still).scalars().all()
    for row in found:
        drop_nominee(session, row)
    return len(found)


# People who never applied, told of no case, serve no union, and have been silent.


def _strangers(before: datetime) -> Any:
    """Select those who are no member, applicant or staff, and said nothing since.

    Whoever told of a case stays as long as that is kept.
    """
    own = select(col(Chat.id)).where(col(Chat.worker_id) == col(Worker.id))
    return select(col(Worker.id), col(Worker.created_at)).where(
        col(Worker.created_at) < before,
        col(Worker.member_no).is_(None),
        ~exists().where(col(Application.worker_id) == col(Worker.id)),
        ~exists().where(col(Staff.worker_id) == col(Worker.id)),
        ~exists().where(col(Case.worker_id) == col(Worker.id)),
        ~exists().where(
            col(Conversation.worker_id) == col(Worker.id),
            col(Conversation.updated_at) >= before,
        ),
        ~exists().where(col(Message.chat_id).in_(own), col(Message.at) >= before),
    )


def _find_strangers(session: Session, keys: Keyring, before: datetime) -> Search:
    return found(session, _strangers(before))


def _drop_strangers(
    session: Session, keys: Keyring, before: datetime, rows: Sequence[Key]
) -> int:
    """Forget the strangers; one who writes at this moment is first waited for."""
    ids = [number for (number,) in rows]
    chats = (
        select(col(Chat.id)).where(col(Chat.worker_id).in_(ids)).order_by(col(Chat.id))
    )
    session.execute(chats.with_for_update())
    still = _strangers(before).where(col(Worker.id).in_(ids))
    found = [worker_id for worker_id, _ in session.execute(still)]
    for worker_id in found:
        forget(session, worker_id)
    return len(found)


# Pictures that no answer refers to: their application went, or another replaced them.


def _find_pictures(session: Session, keys: Keyring, before: datetime) -> Search:
    past = (
        select(col(Attachment.worker_id), col(Attachment.id), col(Attachment.at))
        .where(col(Attachment.at) < before)
        .order_by(col(Attachment.worker_id))
    )
    with session.execute(past, execution_options={"yield_per": AT_ONCE}) as rows:
        for worker_id, pictures in groupby(rows, itemgetter(0)):
            used = _used(session, keys, worker_id)
            for _, number, at in pictures:
                if used is not None and short(number) not in used:
                    yield (number,), at


def _drop_pictures(
    session: Session, keys: Keyring, before: datetime, rows: Sequence[Key]
) -> int:
    ids = [number for (number,) in rows]
    owners = select(col(Attachment.worker_id), col(Attachment.id)).where(
        col(Attachment.id).in_(ids)
    )
    unused = []
    for worker_id, number in session.execute(owners).all():
        used = _used(session, keys, worker_id)
        if used is not None and short(number) not in used:
            unused.append((number,))
    return delete_rows(session, Attachment, unused)


def _used(session: Session, keys: Keyring, worker_id: int) -> set[str] | None:
    """Return all a worker's answers that could be a picture's; None if any is shut."""
    worker = session.get_one(Worker, worker_id)
    applications = session.scalars(
        select(Application).where(col(Application.worker_id) == worker_id)
    )
    drafts = session.scalars(
        select(Conversation).where(
            col(Conversation.worker_id) == worker_id,
            col(Conversation.draft).is_not(None),
        )
    )
    shown = [
        number
        for table in (Nominee, SiteFault, Suggestion)
        for number in session.scalars(
            select(col(table.photo_id)).where(col(table.worker_id) == worker_id)
        )
    ]
    sent = session.scalars(
        select(col(CaseEntry.picture_id))
        .join(Case, col(Case.id) == col(CaseEntry.case_id))
        .where(col(Case.worker_id) == worker_id)
    )
    shown += sent
    try:
        answers = [row.load(keys, worker) for row in applications]
        answers += [row.load(keys, worker).answers for row in drafts]
    except CannotOpen:
        return None
    given = {str(value) for found in answers for value in found.values()}
    return given | {short(number) for number in shown if number is not None}


_DECIDED = (
    select(func.max(col(Step.at)))
    .where(col(Step.application_id) == col(Application.id))
    .scalar_subquery()
)
_MOVED = (
    select(func.max(col(TransferStep.at)))
    .where(col(TransferStep.transfer_id) == col(Transfer.id))
    .scalar_subquery()
)
_NEWEST = (
    select(col(Chat.last_number))
    .where(col(Chat.id) == col(Message.chat_id))
    .scalar_subquery()
)

_ENDED = (
    select(col(Event.ends_at))
    .where(col(Event.id) == col(Signup.event_id))
    .scalar_subquery()
)


# Copies of notices are counted as they go.


def _past_copies(before: datetime) -> tuple[Any, ...]:
    return (col(Recipient.fate) != Fate.WAITING, col(Recipient.at) < before)


def _find_copies(session: Session, keys: Keyring, before: datetime) -> Search:
    row = (col(Recipient.notice_id), col(Recipient.worker_id), col(Recipient.at))
    return found(session, select(*row).where(*_past_copies(before)))


def _drop_copies(
    session: Session, keys: Keyring, before: datetime, rows: Sequence[Key]
) -> int:
    return notice_total.drop(session, rows, *_past_copies(before))


KINDS = (
    rows_of(
        "applications",
        Application,
        _DECIDED,
        col(Application.standing).in_([Standing.REJECTED, Standing.WITHDRAWN]),
        along=(Step.application_id,),
        most=10,
    ),
    rows_of(
        "conversations",
        Conversation,
        col(Conversation.updated_at),
        col(Conversation.state).in_([State.DONE, State.CANCELLED, State.EXPIRED]),
        along=(FormLink.conversation_id,),
    ),
    rows_of(
        "messages",
        Message,
        col(Message.at),
        col(Message.fate) != Fate.WAITING,
        # Whoever comes back must find more than a blank page.
        col(Message.number) < _NEWEST,
    ),
    rows_of("poison", Poison, col(Poison.at), col(Poison.settled) != ""),
    rows_of("form_links", FormLink, col(FormLink.expires_at)),
    rows_of("export_links", ExportLink, col(ExportLink.expires_at)),
    rows_of("link_codes", LinkCode, col(LinkCode.expires_at)),
    rows_of("console_links", ConsoleLink, col(ConsoleLink.expires_at)),
    rows_of("console_sessions", ConsoleSession, col(ConsoleSession.seen_at)),
    rows_of("console_forms", Once, col(Once.at)),
    rows_of("tries", Tries, col(Tries.last_at)),
    rows_of(
        "claims", Claim, col(Claim.decided_at), col(Claim.standing) != Claimed.WAITING
    ),
    rows_of(
        "corrections",
        Correction,
        col(Correction.settled_at),
        col(Correction.standing) != Wish.WAITING,
    ),
    rows_of(
        "cases",
        Case,
        col(Case.closed_at),
        col(Case.course).not_in(OPEN_CASE),
        along=(CaseEntry.case_id, CaseFile.case_id),
        most=10,
    ),
    rows_of("site_faults", SiteFault, col(SiteFault.settled_at)),
    rows_of(
        "transfers",
        Transfer,
        _MOVED,
        col(Transfer.standing).not_in(OPEN),
        along=(TransferStep.transfer_id,),
        most=10,
    ),
    rows_of(
        "vouchers",
        Voucher,
        col(Voucher.settled_at),
        col(Voucher.standing) != Held.OPEN,
    ),
    rows_of(
        "services",
        ServiceRequest,
        col(ServiceRequest.settled_at),
        col(ServiceRequest.standing).not_in(PENDING),
    ),
    rows_of("benefit_uses", Use, col(Use.until)),
    rows_of("signups", Signup, _ENDED),
    rows_of(
        "suggestions",
        Suggestion,
        col(Suggestion.settled_at),
        col(Suggestion.standing) != Adoption.WAITING,
    ),
    Kind("nominees", _find_nominees, _drop_nominees, most=10),
    rows_of(
        "objections",
        Objection,
        col(Objection.settled_at),
        col(Objection.standing) != Heard.WAITING,
    ),
    rows_of("invitations", Invitation, col(Invitation.expires_at)),
    Kind("notices", _find_copies, _drop_copies),
    rows_of(
        "reminders",
        Reminder,
        col(Reminder.ended_at),
        col(Reminder.fate) != Fate.WAITING,
    ),
    Kind("strangers", _find_strangers, _drop_strangers, most=1),
    Kind("pictures", _find_pictures, _drop_pictures, most=20),
    rows_of(
        "pieces",
        FilePiece,
        col(FilePiece.at),
        *(
            ~exists().where(col(f.id) == FilePiece.file_id)
            for f in (Attachment, CaseFile)
        ),
        most=5,
    ),
    rows_of("arrivals", Arrival, col(Arrival.at)),
)
"""All kinds; pictures come after the applications and faults that referred to them,
pieces after the files whose they were."""
