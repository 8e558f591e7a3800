"""Merging: who turns out to be somebody known becomes that one person.

What the stray worker had is sealed anew under the member's key, each value still bound
to its own row; then the stray goes.  `MOVED` is what goes over, `LEFT` what does not:
a new table that names a worker says here which.  Audit entries stay.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Table, bindparam, delete, select, update
from sqlmodel import Session, SQLModel, col
from sqlmodel import select as select_row

from models import correction, notice_answer, notice_total, quota, transfer
from models.application import OPEN, Application, Standing, hold, record
from models.credential import credential_of
from models.erasure import forget
from models.export_link import ExportLink
from models.nominee import Nominee, nominee_of
from models.preference import Preference
from models.result import take_out
from models.sealed import WORKER, holder_of, owned, sealed_columns
from models.sealing import Keyring, seal, unseal
from models.signup import make_way
from models.site import SiteRating
from models.staff import Staff
from models.worker import Worker

MOVED = {
    "application": "worker_id",
    "attachment": "worker_id",
    "case": "worker_id",
    "chat": "worker_id",
    "chat_link": "worker_id",
    "claim": "worker_id",
    "consent": "worker_id",
    "conversation": "worker_id",
    "correction": "worker_id",
    "credential": "worker_id",
    "export_link": "worker_id",
    "file_piece": "worker_id",
    "member_import": "worker_id",
    "message": "about_id",
    "nominee": "worker_id",
    "notice_answer": "worker_id",
    "objection": "worker_id",
    "poison": "worker_id",
    "preference": "worker_id",
    "site_fault": "worker_id",
    "site_rating": "worker_id",
    "transfer": "worker_id",
    "service_request": "worker_id",
    "voucher": "worker_id",
    "signup": "worker_id",
    "suggestion": "worker_id",
}
"""The tables whose rows go over, and the column that says whose they are."""

LEFT = {
    *("benefit_use", "console_link", "console_session", "link_code", "merge_wish"),
    *("staff", "tries", "voter"),
}
"""The tables whose rows stay behind, or of which `merge` itself decides."""


def merge(
    session: Session, keys: Keyring, stray: Worker, member: Worker, now: datetime
) -> int | None:
    """Make what a stray has the member's; return the staff position that went along.

    The caller holds the locks of both and of the stray's chats.
    """
    _settle_application(session, keys, stray, member, now)
    _settle_export(session, stray, member)
    _settle_choices(session, stray, member)
    transfer.end_open(session, stray.id, now)
    _settle_nominees(session, stray, member)
    correction.drop(session, stray.id, now)  # nobody decides it for who is no member
    notice_total.move(session, stray.id, member.id)
    notice_answer.move(session, stray.id, member.id)
    quota.add_uses(session, stray.id, member.id)
    make_way(session, stray.id, member.id)
    staff_id = _settle_position(session, stray, member)
    session.flush()
    stray_id, old, new = stray.id, stray.open_key(keys), member.open_key(keys)
    for table, columns in sealed_columns().items():
        theirs = table is not WORKER and holder_of(table) is WORKER
        for column in columns if theirs else ():
            _seal_anew(session, table, column, stray_id, old, new)
    for name, owner in MOVED.items():
        table = SQLModel.metadata.tables[name]
        goes = update(table).where(table.c[owner] == stray_id)
        session.execute(goes.values({owner: member.id}))
    forget(session, stray_id)
    return staff_id


def _settle_application(
    session: Session, keys: Keyring, stray: Worker, member: Worker, now: datetime
) -> None:
    """Withdraw the stray's open application where the member needs it no more."""
    row = _open_application(session, stray.id)
    needless = member.member_no is not None or _open_application(session, member.id)
    if row is not None and needless:
        hold(session, row)
        record(session, keys, row, Standing.WITHDRAWN, now)


def _open_application(session: Session, worker_id: int) -> Application | None:
    return session.exec(
        select_row(Application).where(
            Application.worker_id == worker_id, col(Application.standing).in_(OPEN)
        )
    ).first()


def _settle_position(session: Session, stray: Worker, member: Worker) -> int | None:
    """Give the stray's staff position to a member who has none."""
    held = {
        row.worker_id: row
        for row in session.exec(
            select_row(Staff).where(col(Staff.worker_id).in_([stray.id, member.id]))
        )
    }
    if stray.id not in held or member.id in held:
        return None
    held[stray.id].worker_id = member.id
    return held[stray.id].id


def _settle_export(session: Session, stray: Worker, member: Worker) -> None:
    """Drop the stray's way to their data where the member has one of their own."""
    link = session.get(ExportLink, stray.id)
    if link is not None and session.get(ExportLink, member.id) is not None:
        session.delete(link)


def _settle_choices(session: Session, stray: Worker, member: Worker) -> None:
    """Drop what the stray chose or rated where the member did so themselves."""
    own = session.get(Preference, stray.id)
    if own is not None and session.get(Preference, member.id) is not None:
        session.delete(own)
    own_way = credential_of(session, stray.id)
    if own_way is not None and credential_of(session, member.id) is not None:
        session.delete(own_way)
    rated = select_row(SiteRating.site_code).where(SiteRating.worker_id == member.id)
    twice = delete(SiteRating).where(
        col(SiteRating.worker_id) == stray.id, col(SiteRating.site_code).in_(rated)
    )
    session.exec(twice)


def _settle_nominees(session: Session, stray: Worker, member: Worker) -> None:
    """Drop the stray's rows in awards in which the member has one."""
    rows = session.exec(select_row(Nominee).where(Nominee.worker_id == stray.id))
    for row in rows.all():
        if nominee_of(session, row.award_id, member.id) is not None:
            take_out(session, row)


def _seal_anew(
    session: Session,
    table: Table,
    column: Column[Any],
    stray_id: int,
    old: bytes,
    new: bytes,
) -> None:
    """Seal a column of the stray's rows with another key; each keeps its place."""
    primary = list(table.primary_key)
    theirs = owned(table, select(*primary, column)).where(WORKER.c.id == stray_id)
    rows = []
    for *ids, value in session.execute(theirs).all():
        if value:  # what was emptied holds nothing
            place = "|".join([f"{table.name}.{column.name}", *map(str, ids)])
            at = {f"at_{c.name}": n for c, n in zip(primary, ids, strict=True)}
            rows.append({**at, "anew": seal(new, place, unseal(old, place, value))})
    if rows:
        change = update(table).where(*(c == bindparam(f"at_{c.name}") for c in primary))
        anew = change.values({column.name: bindparam("anew")})
        session.connection().execute(anew, rows)
