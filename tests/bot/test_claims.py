"""Claims: leases are renewed, what nobody holds is taken over, and nothing else."""

from __future__ import annotations

from sqlmodel import Session, select

from bot.channels import Outgoing
from bot.claims import Settled, settle, stop_chat, sweep, take_back
from bot.database import in_transaction
from bot.kit import Kit, clock
from models.columns import new_id
from models.message import Fate, Kind
from models.reminder import Reminder

from .mail import ago, row_of, waiting

OTHER = "other"


def swept(kit: Kit, known: set[tuple[int, int]] | None = None) -> list[Outgoing]:
    now = clock()
    return in_transaction(kit.database, lambda s: sweep(s, kit, known or set(), now))


def key(message: Outgoing) -> tuple[int, int]:
    return message.chat_id, message.number


def test_what_is_in_memory_is_renewed_and_not_taken_again(kit: Kit) -> None:
    message = waiting(kit, lease_until=ago(1))
    assert swept(kit, {key(message)}) == []
    row = row_of(kit, message)
    assert row.lease_until is not None
    assert row.lease_until > clock()
    assert row.attempt == 1


def test_what_was_left_to_us_is_found(kit: Kit) -> None:
    message = waiting(kit, attempt=0)
    (found,) = swept(kit)
    assert key(found) == key(message)
    assert found.body == {"text": "您好"}
    assert (found.attempt, row_of(kit, message).attempt) == (1, 1)


def test_what_may_still_be_on_its_way_into_memory_is_let_be(kit: Kit) -> None:
    waiting(kit, at=clock())
    assert swept(kit) == []


def test_what_another_holds_is_taken_only_when_its_lease_has_run_out(kit: Kit) -> None:
    waiting(kit, "live", holder=OTHER)
    dead = waiting(kit, "dead", holder=OTHER, lease_until=ago(1))
    (found,) = swept(kit)
    assert key(found) == key(dead)
    assert row_of(kit, dead).holder == kit.process
    assert swept(kit, {key(found)}) == []


def test_a_dead_process_s_begun_reminder_becomes_uncertain(kit: Kit) -> None:
    facts = {"holder": OTHER, "lease_until": ago(1)}
    begun = waiting(kit, "begun", Kind.REMINDER, attempt=1, **facts)
    fresh = waiting(kit, "fresh", Kind.REMINDER, **facts)
    assert [key(m) for m in swept(kit)] == [key(fresh)]
    row = row_of(kit, begun)
    assert (row.fate, row.reason) == (Fate.UNCERTAIN, "interrupted")


def test_what_is_taken_back_is_in_order(kit: Kit) -> None:
    messages = [waiting(kit, address) for _ in range(3) for address in "ab"]
    found = in_transaction(kit.database, lambda s: take_back(s, kit, clock()))
    assert len(found) == len(messages)
    for address in "ab":
        assert [m.number for m in found if m.address == address] == [1, 2, 3]


def test_nothing_settled_is_ever_taken(kit: Kit) -> None:
    for fate in Fate:
        if fate is not Fate.WAITING:
            waiting(kit, fate, fate=fate, lease_until=ago(1))
    assert swept(kit) == []
    assert in_transaction(kit.database, lambda s: take_back(s, kit, clock())) == []


def test_a_reminder_ends_as_its_message_did(kit: Kit) -> None:
    begun = waiting(kit, "begun", Kind.REMINDER, attempt=1, holder=OTHER)
    lost = waiting(kit, "lost", Kind.REMINDER, attempt=1)
    for message in (begun, lost):
        in_transaction(kit.database, lambda s, m=message: _remind(s, m))  # type: ignore[misc]
    in_transaction(kit.database, lambda s: settle(s, [_refused(lost)]))
    in_transaction(kit.database, lambda s: stop_chat(s, *key(begun), clock()))
    with Session(kit.database.reading) as session:
        rows = session.exec(select(Reminder)).all()
    found = {row.chat_id: (row.fate, row.reason) for row in rows}
    assert found[lost.chat_id] == (Fate.FAILED, "refused")
    assert found[begun.chat_id] == (Fate.FAILED, "stopped")


def _remind(session: Session, message: Outgoing) -> None:
    row = Reminder(id=new_id(), kind="x", subject=message.address, due=clock())
    row.fate, row.chat_id, row.number = Fate.SENT, message.chat_id, message.number
    session.add(row)


def _refused(message: Outgoing) -> Settled:
    return Settled(message.chat_id, message.number, Fate.FAILED, "refused")
