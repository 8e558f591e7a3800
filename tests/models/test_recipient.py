"""Recipients: each copy ends once, and the sums add up whatever goes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models import notice_total, outcome, recipient, retention
from models.columns import new_id
from models.erasure import forget
from models.kept import kept_about
from models.merging import merge
from models.message import Fate
from models.notice import Notice
from models.outcome import Outcome
from models.phoning import to_phone
from models.place import Atlas
from models.recipient import Recipient
from models.worker import Worker
from tests.models.cast import KEYS, NOW, meet, reviewer
from tests.models.noticing import LATER, begun, copy_of, fates, member

LEASE = timedelta(seconds=outcome.LEASE_SECONDS)


@pytest.fixture
def row(session: Session, atlas: Atlas) -> Notice:
    for _ in range(4):
        member(session)
    return begun(session, atlas, reviewer(session))


def people(session: Session, row: Notice) -> list[int]:
    return sorted(recipient.next_due(session, row.id, NOW, 99))


def end(session: Session, row: Notice, one: int, fate: Fate, **facts: object) -> None:
    end_ = Outcome(one, fate, NOW, **facts)  # type: ignore[arg-type]
    outcome.settle(session, row.id, [end_])


def copy(session: Session, row: Notice, one: int) -> Recipient:
    return copy_of(session, row, session.get_one(Worker, one))


def test_a_claim_that_is_not_settled_is_uncertain_and_not_claimed_again(
    session: Session, row: Notice
) -> None:
    one = people(session, row)[0]
    end(session, row, one, Fate.WAITING)
    until = outcome.lease_end(NOW)
    outcome.settle(
        session, row.id, [Outcome(one, Fate.WAITING, until, claimed=True, chat_id=7)]
    )
    assert one not in recipient.next_due(session, row.id, NOW, 99)
    assert one not in recipient.next_due(session, row.id, NOW + LEASE, 99)
    found = copy(session, row, one)
    assert (found.fate, found.reason) == (Fate.UNCERTAIN, outcome.INTERRUPTED)


def test_who_sent_it_corrects_what_was_given_up_too_early(
    session: Session, row: Notice
) -> None:
    one, other, *_ = people(session, row)
    end(session, row, one, Fate.UNCERTAIN, reason=outcome.INTERRUPTED)
    end(session, row, other, Fate.UNCERTAIN, reason="no_answer")
    for each in (one, other):
        end(session, row, each, Fate.SENT, external_id="5")
    assert copy(session, row, one).fate is Fate.SENT
    assert copy(session, row, other).fate is Fate.UNCERTAIN


def test_what_is_over_stays_so(session: Session, row: Notice) -> None:
    one = people(session, row)[0]
    end(session, row, one, Fate.SENT)
    end(session, row, one, Fate.FAILED, reason="error")
    assert copy(session, row, one).fate is Fate.SENT


def test_nothing_is_written_of_nobody(session: Session, row: Notice) -> None:
    outcome.settle(session, row.id, [])
    assert fates(session, row) == {"waiting": 4}


def test_what_is_on_its_way_is_not_skipped(session: Session, row: Notice) -> None:
    one = people(session, row)[0]
    until = outcome.lease_end(NOW)
    outcome.settle(session, row.id, [Outcome(one, Fate.WAITING, until, claimed=True)])
    assert recipient.skip_some(session, row.id, "called_off", NOW, limit=2) == 2
    assert recipient.skip_some(session, row.id, "called_off", NOW) == 1
    assert recipient.skip_some(session, row.id, "called_off", NOW) == 0
    assert recipient.waits(session, row.id)
    end(session, row, one, Fate.SENT)
    assert not recipient.waits(session, row.id)
    assert fates(session, row) == {"sent": 1, "skipped": 3}


def test_who_cannot_be_reached_is_on_the_phone_list(
    session: Session, row: Notice
) -> None:
    one, other, third, _ = people(session, row)
    end(session, row, one, Fate.SKIPPED, reason="stopped")
    end(session, row, other, Fate.SKIPPED, reason="no_chat")
    end(session, row, third, Fate.SKIPPED, reason="opted_out")
    found = select(Recipient.worker_id).where(*to_phone(row.id))
    assert sorted(session.exec(found)) == sorted([one, other])


def test_a_person_reads_what_they_got_and_exports_it(
    session: Session, atlas: Atlas, row: Notice
) -> None:
    one = people(session, row)[0]
    end(session, row, one, Fate.SENT)
    worker = session.get_one(Worker, one)
    assert [r.notice_id for r in recipient.of_worker(session, one)] == [row.id]
    assert recipient.of_worker(session, one, [Fate.KEPT]) == []
    told = kept_about(session, KEYS, worker, [])["notice_recipient"]
    assert told == [
        {
            "at": NOW.isoformat(),
            "fate": "sent",
            "reason": "",
            "title": "停水通知",
            "text": "明天停水，请提前接水。",
        }
    ]


def test_who_is_erased_is_counted_and_gone(session: Session, row: Notice) -> None:
    one, other, *_ = people(session, row)
    end(session, row, one, Fate.SENT)
    for each in (one, other):
        forget(session, each)
    assert session.get(Recipient, (row.id, one)) is None
    assert notice_total.sums_of(session, row.id) == {
        (Fate.WAITING, ""): 2,
        (Fate.SENT, ""): 1,
        (Fate.SKIPPED, "erased"): 1,
    }


def test_two_who_are_one_person_have_one_copy(
    session: Session, atlas: Atlas, row: Notice
) -> None:
    one = people(session, row)[0]
    stray, _ = meet(session, "stray")
    another = Notice(**{**row.model_dump(), "id": new_id()})
    session.add(another)
    for notice_id in (row.id, another.id):
        session.add(
            Recipient(
                notice_id=notice_id, worker_id=stray.id, fate=Fate.WAITING, at=NOW
            )
        )
    session.flush()
    notice_total.move(session, stray.id, one)
    session.expire_all()
    copies = recipient.of_worker(session, one)
    assert {copy.notice_id for copy in copies} == {row.id, another.id}
    assert notice_total.sums_of(session, row.id)[Fate.SKIPPED, "same_person"] == 1


def test_merging_carries_copies_along(session: Session, row: Notice) -> None:
    member_ = session.get_one(Worker, people(session, row)[0])
    stray, _ = meet(session, "stray")
    twin = Recipient(notice_id=row.id, worker_id=stray.id, fate=Fate.SENT, at=NOW)
    session.add(twin)
    session.flush()
    merge(session, KEYS, stray, member_, NOW)
    assert len(recipient.of_worker(session, member_.id)) == 1


def test_copies_kept_long_enough_go_and_are_still_counted(
    session: Session, row: Notice
) -> None:
    kind = next(kind for kind in retention.KINDS if kind.name == "notices")
    for one in people(session, row)[:3]:
        end(session, row, one, Fate.SENT)
    past = [key for key, _ in kind.find(session, KEYS, LATER)]
    assert len(past) == 3
    assert kind.drop(session, KEYS, LATER, past[:2]) == 2
    assert kind.drop(session, KEYS, LATER, past) == 1
    session.expire_all()
    assert fates(session, row) == {"sent": 3, "waiting": 1}


def test_what_a_page_has_shown_is_sent(session: Session, row: Notice) -> None:
    one, other, third, _ = people(session, row)
    for number, each in enumerate((one, other), 4):
        end(session, row, each, Fate.KEPT, chat_id=7, number=number)
    end(session, row, third, Fate.KEPT, chat_id=8, number=1)
    recipient.follow(session, 7, 4)
    found = [copy(session, row, each).fate for each in (one, other, third)]
    assert found == [Fate.SENT, Fate.KEPT, Fate.KEPT]
    assert recipient.in_chats(session, row.id, [one, other]) == {7: 5}
