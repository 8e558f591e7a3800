"""Vouchers: one right, found by its code, used once, given back where it is not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import Session, select

from bot.database import Database, in_transaction
from models import quota, voucher
from models.audit import AuditEntry
from models.benefit import OPEN, Benefit, Hurdle, MayNot, Use, Why
from models.clerk import Counter, counter_of
from models.erasure import erase, forget
from models.partner import (
    NoSuchPartner,
    Partner,
    nearest_first,
    open_partner,
    partners_of,
)
from models.reminder import Reminder
from models.staff import revoke, staff_of
from models.tally import Counted, Tally
from models.voucher import (
    LETTERS,
    CannotRedeem,
    Denied,
    Held,
    Voucher,
    find,
    grouped,
    new_code,
    read_typed,
    vouchers_of,
)
from models.worker import Worker
from tests.models.benefits import MEDICINE, PHARMACY, TODAY, clerk, member, take, taken
from tests.models.benefits import person as person_for
from tests.models.cast import KEYS, NOW, Meet, Runner, race

LATER = NOW + timedelta(days=31)
DAY = timedelta(days=1)


def deny(session: Session, at: Counter, row: Voucher, now: Any = NOW) -> Denied:
    with pytest.raises(CannotRedeem) as refused:
        voucher.redeem(session, at, row, 1250, now)
    return refused.value.why


def tallied(session: Session) -> list[tuple[Counted, int]]:
    session.flush()
    return [(row.what, row.saved) for row in session.exec(select(Tally))]


def uses(session: Session, worker: Worker) -> dict[str, int]:
    session.expire_all()
    found = session.exec(select(Use).where(Use.worker_id == worker.id))
    return {use.period: use.used for use in found}


def fates(session: Session, kind: str) -> list[tuple[str, str]]:
    session.expire_all()
    found = session.exec(select(Reminder).where(Reminder.kind == kind))
    return [(row.fate.value, row.reason) for row in found]


def test_a_code_is_made_of_letters_nobody_mistakes() -> None:
    code = new_code()
    assert len(code) == 10
    assert set(code) <= set(LETTERS)
    assert not set("0O1IL2Z5SB") & set(LETTERS)
    assert grouped("346789ACDE") == "346 789 ACDE"


@pytest.mark.parametrize("typed", ["346 789 acde", "346-789-ACDE", " 346789ACDE\n"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_typed(typed) == "346789ACDE"


@pytest.mark.parametrize("typed", ["", "346789ACD", "346789ACDEF", "146789ACDE"])
def test_what_can_be_no_code_is_none(typed: str) -> None:
    assert read_typed(typed) is None


def test_a_voucher_is_found_by_its_code_and_by_no_other(session: Session) -> None:
    worker = member(session)
    row = take(session, worker)
    code = row.read(KEYS, worker)
    assert find(session, KEYS, code) is row
    assert find(session, KEYS, new_code()) is None
    assert code.encode() not in row.code + row.code_tag
    assert tallied(session) == [(Counted.ISSUED, 0)]
    assert fates(session, voucher.ENDING) == [("waiting", "")]


def test_issuing_takes_from_all_from_the_share_and_holds_one_open(
    session: Session,
) -> None:
    worker = member(session)
    take(session, worker)
    assert taken(session) == 1
    assert uses(session, worker) == {OPEN: 1, "2026-11": 1}
    with pytest.raises(MayNot) as refused:
        take(session, worker)
    assert refused.value.why == Hurdle(Why.HAS_ONE)
    assert taken(session) == 1


def test_a_short_voucher_has_no_reminder_of_its_end(session: Session) -> None:
    session.get_one(Benefit, MEDICINE).valid_days = 2
    take(session, member(session))
    assert fates(session, voucher.ENDING) == []


def test_a_clerk_redeems_a_voucher_once(session: Session) -> None:
    worker, at = member(session), clerk(session)
    row = take(session, worker)
    voucher.redeem(session, at, row, 1250, NOW)
    assert (row.standing, row.saved, row.settled_at) == (Held.USED, 1250, NOW)
    assert row.staff_id == at.staff.id
    assert deny(session, at, row) is Denied.USED
    assert uses(session, worker) == {OPEN: 0, "2026-11": 1}
    assert taken(session) == 1
    assert sorted(tallied(session)) == [(Counted.ISSUED, 0), (Counted.REDEEMED, 1250)]
    assert fates(session, voucher.ENDING) == [("skipped", "used")]
    assert fates(session, voucher.USED_NOW) == [("waiting", "")]
    actions = session.exec(select(AuditEntry.action, AuditEntry.actor_id)).all()
    assert ("voucher.redeemed", at.staff.id) in actions


def test_who_loses_a_race_at_the_counter_changes_nothing(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, at = take(session, member(session)), clerk(session)
    monkeypatch.setattr(voucher, "_settle", lambda *_, **__: False)
    assert deny(session, at, row) is Denied.USED
    assert tallied(session) == [(Counted.ISSUED, 0)]


def test_another_partner_s_clerk_learns_nothing_of_what_became_of_it(
    session: Session,
) -> None:
    row, other = take(session, member(session)), clerk(session, "drug-tianhe")
    assert deny(session, other, row) is Denied.OTHER_PARTNER
    voucher.redeem(session, clerk(session), row, 100, NOW)
    assert deny(session, other, row) is Denied.OTHER_PARTNER


def test_nobody_redeems_their_own(session: Session) -> None:
    at = clerk(session)
    worker = session.get_one(Worker, at.staff.worker_id)
    worker.member_no, worker.union_code = "1", "440106"
    worker.member_since = NOW - DAY
    assert deny(session, at, take(session, worker)) is Denied.OWN


def test_a_cancelled_voucher_is_free_again_and_cannot_be_used(
    session: Session,
) -> None:
    worker = member(session)
    row = take(session, worker)
    assert voucher.cancel(session, row, NOW)
    assert not voucher.cancel(session, row, NOW)
    assert taken(session) == 0
    assert uses(session, worker) == {OPEN: 0, "2026-11": 0}
    assert deny(session, clerk(session), row) is Denied.CANCELLED
    assert fates(session, voucher.ENDING) == [("skipped", "cancelled")]
    assert take(session, worker).id != row.id


def test_what_nobody_used_in_time_ends_and_is_free_again(session: Session) -> None:
    worker = member(session)
    row = take(session, worker)
    voucher.lapse(session, NOW)
    assert deny(session, clerk(session), row, LATER) is Denied.EXPIRED
    voucher.lapse(session, LATER)
    voucher.lapse(session, LATER)
    assert row.standing is Held.EXPIRED
    assert taken(session) == 0
    assert deny(session, clerk(session), row, LATER) is Denied.EXPIRED
    assert fates(session, voucher.LAPSED) == [("waiting", "")]


def test_lapsing_leaves_alone_what_was_settled_a_moment_ago(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(session, member(session))
    monkeypatch.setattr(voucher, "_settle", lambda *_, **__: False)
    voucher.lapse(session, LATER)
    assert fates(session, voucher.LAPSED) == []


@pytest.mark.parametrize("how", ["left", "guarded"])
def test_who_is_no_member_any_more_or_not_surely_one_uses_nothing(
    session: Session, how: str
) -> None:
    worker = member(session)
    row = take(session, worker)
    if how == "left":
        worker.member_no = None
    else:
        worker.guarded_at = NOW
    assert deny(session, clerk(session), row) is Denied.NO_MEMBER


@pytest.mark.parametrize("what", ["benefit", "partner"])
def test_what_is_given_no_more_is_closed(session: Session, what: str) -> None:
    row, at = take(session, member(session)), clerk(session)
    if what == "benefit":
        session.get_one(Benefit, MEDICINE).active = False
    else:
        session.get_one(Partner, PHARMACY).active = False
    assert deny(session, at, row) is Denied.CLOSED


def test_a_person_s_vouchers_come_open_ones_first(session: Session) -> None:
    worker = member(session)
    cancelled = take(session, worker)
    voucher.cancel(session, cancelled, NOW)
    held = take(session, worker)
    assert vouchers_of(session, worker.id, 0, 9) == [held, cancelled]
    assert vouchers_of(session, worker.id, 1, 1) == [cancelled]
    assert voucher.open_one(session, worker.id, MEDICINE) is held
    voucher.cancel_all(session, worker.id, NOW)
    assert voucher.open_one(session, worker.id, MEDICINE) is None


def test_a_quota_lost_to_another_takes_nothing_from_the_rest(session: Session) -> None:
    worker = member(session)
    who, given = person_for(session, worker), session.get_one(Benefit, MEDICINE)
    given.quota = 1
    session.flush()
    for wanted, change in (
        (Why.NONE_LEFT, {"taken": 1}),
        (Why.HAS_ONE, {OPEN: 1}),
        (Why.USED_UP, {"2026-11": 1}),
    ):
        _let_another_take(session, worker, change)
        with pytest.raises(MayNot) as refused:
            quota.take(session, given, who, worker.id)
        assert refused.value.why.why is wanted
        assert uses(session, worker).get(OPEN, 0) == change.get(OPEN, 0)
        assert taken(session) == change.get("taken", 0)


def _let_another_take(session: Session, worker: Worker, change: dict[str, int]) -> None:
    """Change the rows behind the back of who has read them."""
    tables = Benefit.__table__, Use.__table__  # type: ignore[attr-defined]
    benefits, theirs = tables
    session.execute(benefits.update().values(taken=change.get("taken", 0)))
    session.execute(theirs.delete())
    for period in change.keys() - {"taken"}:
        row = {"worker_id": worker.id, "benefit_code": MEDICINE, "period": period}
        session.execute(theirs.insert().values(**row, used=1))
    given = session.get_one(Benefit, MEDICINE)
    session.refresh(given)
    given.__dict__["taken"] = 0  # as it was read before


def test_what_has_no_limit_is_not_counted(session: Session) -> None:
    given = session.get_one(Benefit, MEDICINE)
    given.quota, given.share = None, None
    worker = member(session)
    row = take(session, worker)
    voucher.redeem(session, clerk(session), row, 1, NOW)
    take(session, worker)
    assert uses(session, worker) == {OPEN: 1, "2026-11": 2}
    assert taken(session) == 0


def test_what_was_taken_without_a_limit_widens_no_later_one(session: Session) -> None:
    given = session.get_one(Benefit, MEDICINE)
    given.quota, first, second = None, member(session, "1"), member(session, "2")
    free = take(session, first)
    given.quota = 1
    session.flush()
    limited = take(session, second)
    voucher.cancel(session, free, NOW)
    assert (free.counted, limited.counted, taken(session)) == (False, True, 1)
    given.quota = None
    session.flush()
    voucher.cancel(session, limited, NOW)
    assert taken(session) == 0


def test_what_is_used_while_its_owner_goes_is_not_given_back(session: Session) -> None:
    worker = member(session)
    row = take(session, worker)
    at = clerk(session)
    voucher.redeem(session, at, row, 1, NOW)
    row.__dict__["standing"] = Held.OPEN  # as it was read before
    forget(session, worker.id)
    assert taken(session) == 1


def test_who_is_erased_gives_back_what_they_had_and_is_counted_still(
    session: Session,
) -> None:
    worker = member(session)
    take(session, worker)
    chat = _chat_of(session, worker)
    erase(session, KEYS, worker, chat, NOW, NOW.date())
    assert taken(session) == 0
    assert session.exec(select(Voucher)).all() == []
    assert [what for what, _ in tallied(session)].count(Counted.ISSUED) == 1


def _chat_of(session: Session, worker: Worker) -> Any:
    from models.chat import Chat

    return session.exec(select(Chat).where(Chat.worker_id == worker.id)).one()


def test_a_clerk_is_no_staff_of_the_union(session: Session) -> None:
    at = clerk(session)
    assert at.staff.worker_id is not None
    assert staff_of(session, at.staff.worker_id) is None
    revoke(session, at.staff, NOW)
    session.flush()
    assert counter_of(session, at.staff.worker_id) is None


def test_partners_stand_nearest_first(session: Session) -> None:
    places = partners_of(session, MEDICINE)
    near = nearest_first(places, 23.135, 113.361)
    assert near[0][1].code == "drug-tianhe"
    assert near == sorted(near, key=lambda pair: pair[0])
    here = partners_of(session, MEDICINE, "440111")
    assert [p.code for p in here] == [PHARMACY, "drug-renhe"]


def test_a_partner_that_ended_gives_nothing(session: Session) -> None:
    open_partner(session, PHARMACY).active = False
    session.flush()
    assert PHARMACY not in {p.code for p in partners_of(session, MEDICINE)}
    for code in (PHARMACY, "nowhere"):
        with pytest.raises(NoSuchPartner):
            open_partner(session, code)


def redeeming(row_id: int, clerk_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        row, at = session.get_one(Voucher, row_id), counter_of(session, clerk_id)
        assert at is not None
        meet()
        try:
            voucher.redeem(session, at, row, 100, NOW)
        except CannotRedeem as refused:
            return refused.why.value
        return "redeemed"

    return run


def cancelling(row_id: int) -> Runner:
    def run(session: Session, meet: Meet) -> str:
        row = session.get_one(Voucher, row_id)
        meet()
        return "cancelled" if voucher.cancel(session, row, NOW) else "too late"

    return run


def test_of_two_counters_at_once_one_wins(database: Database) -> None:
    row_id = in_transaction(database, lambda s: take(s, member(s)).id)
    clerks = in_transaction(
        database, lambda s: [clerk(s).staff.worker_id or 0 for _ in range(4)]
    )
    done = race(database, *(redeeming(row_id, one) for one in clerks))
    assert sorted(done) == ["redeemed", "used", "used", "used"]


def test_a_voucher_is_used_or_cancelled_and_never_both(database: Database) -> None:
    row_id = in_transaction(database, lambda s: take(s, member(s)).id)
    one = in_transaction(database, lambda s: clerk(s).staff.worker_id or 0)
    done = {*race(database, redeeming(row_id, one), cancelling(row_id))}
    assert done in ({"redeemed", "too late"}, {"cancelled"})
    with Session(database.reading) as session:
        row = session.get_one(Voucher, row_id)
        assert row.standing in (Held.USED, Held.CANCELLED)
        given = session.get_one(Benefit, MEDICINE)
        assert given.taken == int(row.standing is Held.USED)


def test_a_voucher_is_good_to_the_end_of_its_last_day(session: Session) -> None:
    row = take(session, member(session))
    last = row.until.astimezone(ZoneInfo("Asia/Shanghai"))
    assert (last.hour, last.minute) == (23, 59)
    assert (last.date() - TODAY).days == 30
