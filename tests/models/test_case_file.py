"""Files of a case: under the case's key, from wherever they were sent, till the end."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from models import document
from models.attachment import Attachment, new_attachment
from models.case_file import CaseFile, bring, files_of, new_case_file
from models.document import Document
from models.erasure import forget
from models.file_piece import FilePiece
from models.kept import files_about, kept_about
from models.merging import merge
from models.sealed import openings, sealed_columns
from models.sealing import CannotOpen
from models.withdrawal import withdraw_consent
from models.worker import Worker
from tests.models.casework import a_case, a_document
from tests.models.cast import KEYS, NOW, meet

PDF = b"%PDF-1.7 a contract"


def all_opens(session: Session) -> bool:
    return all(
        opens
        for table in sealed_columns()
        for _, opens in openings(session, KEYS, table)
    )


def test_what_was_sent_before_comes_over_under_its_id(session: Session) -> None:
    worker, _ = meet(session)
    sent = a_document(session, worker, "劳动合同.pdf", PDF)
    number, pieces = sent.id, [p.data for p in session.exec(select(FilePiece))]
    row = a_case(session, worker, picture_id=number)
    kept, key = session.get_one(CaseFile, number), row.open_key(KEYS)
    assert session.get(Attachment, number) is None
    assert kept.read(session, key) == PDF
    assert kept.document(key) == Document(number, "劳动合同.pdf", len(PDF))
    assert [p.data for p in session.exec(select(FilePiece))] == pieces
    with pytest.raises(CannotOpen):
        kept.inner(worker.open_key(KEYS))


def test_a_picture_is_no_document(session: Session) -> None:
    row = a_case(session)
    kept = new_case_file(KEYS, row, "image/jpeg", b"picture", NOW)
    key = row.open_key(KEYS)
    assert (kept.read(session, key), kept.document(key)) == (b"picture", None)
    assert kept.filename.endswith(".jpg")


def test_only_the_files_that_are_asked_for_are_loaded(session: Session) -> None:
    row, other = a_case(session), a_case(session)
    made = [new_case_file(KEYS, c, "image/jpeg", b"1", NOW) for c in (row, row, other)]
    session.add_all(made)
    session.flush()
    first, _, theirs = (one.id for one in made)
    assert [*files_of(session, row.id, [first, theirs])] == [first]
    assert files_of(session, row.id, []) == {}


def test_what_another_sent_does_not_come_into_a_case(session: Session) -> None:
    row, (other, _) = a_case(session), meet(session, "other")
    sent = a_document(session, other)
    assert bring(session, KEYS, row, sent.id) is None
    assert bring(session, KEYS, row, 0) is None
    assert session.get(Attachment, sent.id) is sent


def test_a_file_goes_along_when_two_turn_out_to_be_one(session: Session) -> None:
    stray, _ = meet(session, "stray")
    member, _ = meet(session, "member")
    told = a_document(session, stray, data=PDF)
    row = a_case(session, stray, picture_id=told.id)
    loose = a_document(session, stray, data=PDF)
    merge(session, KEYS, stray, member, NOW)
    kept = session.get_one(CaseFile, told.id)
    assert kept.read(session, row.open_key(KEYS)) == PDF
    assert loose.read(session, member.open_key(KEYS)) == PDF
    assert {piece.worker_id for piece in session.exec(select(FilePiece))} == {member.id}
    assert all_opens(session)


def test_nothing_is_left_of_who_is_erased(session: Session) -> None:
    worker, _ = meet(session)
    told = a_document(session, worker)
    a_case(session, worker, picture_id=told.id)
    a_document(session, worker)
    forget(session, worker.id)
    for table in (Attachment, CaseFile, FilePiece, Worker):
        assert session.exec(select(table)).all() == []


def test_who_withdraws_consent_takes_the_files_of_a_case_along(
    session: Session,
) -> None:
    worker, _ = meet(session)
    told = a_document(session, worker)
    a_case(session, worker, picture_id=told.id)
    withdraw_consent(session, KEYS, worker, True, NOW)
    assert session.exec(select(CaseFile)).all() == []


def test_somebody_is_given_their_files_and_those_of_their_cases(
    session: Session,
) -> None:
    worker, _ = meet(session)
    told = a_document(session, worker, "工资条.pdf").id
    a_case(session, worker, picture_id=told)
    own = new_attachment(KEYS, worker, "image/jpeg", b"picture", NOW)
    session.add(own)
    session.flush()
    theirs = files_about(session, worker.id)
    assert {*theirs} == {(told, document.PDF), (own.id, "image/jpeg")}
    rows = kept_about(session, KEYS, worker, ())
    assert [row["name"] for row in rows["case_file"]] == ["工资条.pdf"]
    assert "file_piece" not in rows
