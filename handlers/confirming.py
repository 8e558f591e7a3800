"""Confirming: a social worker says whether somebody is who they say they are.

Permission is checked at the moment of each press.  The name is masked: who asks must
name the code they were shown.  The mobile on record is there to be called.
"""

from handlers.matter import Matter
from handlers.phones import tell_others
from handlers.queued import WAITING_LIST, Source, days_since
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import reminder
from models.application import CannotDecide
from models.chat import Chat
from models.claim import QUEUE, Claim, Claimed, settle
from models.columns import short
from models.identity import dialled, mask_mobile, mask_name
from models.link import link, may_become
from models.review import who_is
from models.staff import Staff, answers_for
from models.worker import Worker

CONFIRMED = "confirmed"
"""The notice that a claim was confirmed."""


def _line(turn: Turn, row: Claim) -> Word:
    waits = {"code": row.code, "days": days_since(turn, row.at)}
    return Word("confirming", f"line_{row.asks}", waits)


SOURCE = Source(QUEUE, "v:claim", _line)


def _may_decide(turn: Turn, staff: Staff, claim: Claim) -> bool:
    """Tell whether a claim is theirs to decide, and neither by nor about themselves."""
    asker = turn.session.get_one(Chat, claim.chat_id).worker_id
    return (
        answers_for(turn.atlas, staff, claim.union_code)
        and claim.worker_id is not None
        and staff.worker_id not in (claim.worker_id, asker)
    )


MATTER = Matter(
    Claim,
    others=Word("confirming", "not_yours"),
    settled=Word("confirming", "settled_already"),
    waits=lambda row: row.standing is Claimed.WAITING,
    may=_may_decide,
)


def claim(turn: Turn, arg: str) -> list[Say]:
    """Show one claim, and what to make sure of before deciding."""
    return MATTER.look(turn, arg, "claim.read", _shown)


def _shown(turn: Turn, row: Claim) -> Say:
    return Say(
        Word("confirming", f"look_{row.asks}"),
        title=Word("confirming", "claim", {"code": row.code}),
        rows=_rows(turn, row),
        choices=_decisions(row) if MATTER.waits(row) else (),
        back=WAITING_LIST.press,
        about=row.worker_id,
    )


def _rows(turn: Turn, row: Claim) -> tuple[tuple[Text, Text], ...]:
    member = turn.session.get_one(Worker, row.worker_id)
    who = who_is(turn.session, turn.keys, member)
    return (
        (Word("join", "label_full_name"), mask_name(who["name"])),
        (Word("join", "label_mobile"), _mobile(turn, who["mobile"])),
        (
            Word("my_application", "union"),
            turn.named(turn.atlas.unions[row.union_code or ""]),
        ),
        (Word("my_application", "submitted"), Word("common", "day", {"at": row.at})),
        (Word("come_back", "claim_code"), row.code),
    )


def _mobile(turn: Turn, number: str) -> str:
    """Return the number to call, masked where the channel is not trusted."""
    return dialled(number) if turn.trusted else mask_mobile(number)


def _decisions(row: Claim) -> tuple[Choice, ...]:
    key = short(row.id)
    return (
        Choice(Word("confirming", f"confirm_{row.asks}"), f"a:confirm:{key}"),
        Choice(Word("confirming", "deny"), f"a:deny:{key}"),
    )


def confirm(turn: Turn, arg: str) -> list[Say]:
    """Let the asker in as the member, or take a member's guard away."""

    def act(staff: Staff, row: Claim) -> Say:
        return _confirmed(turn, staff, row).offering(WAITING_LIST)

    return [MATTER.decide(turn, arg, act)]


def _confirmed(turn: Turn, staff: Staff, row: Claim) -> Say:
    member = turn.session.get_one(Worker, row.worker_id)
    chat = turn.session.get_one(Chat, row.chat_id)
    asker = turn.session.get_one(Worker, chat.worker_id)
    if asker.id != member.id and not may_become(asker, member.id):
        return say("confirming", "cannot")
    if not settle(turn.session, row, staff, Claimed.APPROVED, turn.now):
        raise CannotDecide
    if asker.id != member.id:
        turn.settle()
        made, member = link(
            turn.session, turn.keys, chat, member.id, "person", turn.now
        )
        tell_others(turn, made)
    member.guarded_at = None
    reminder.schedule(turn.session, CONFIRMED, str(row.id), turn.now)
    return say("confirming", "confirmed")


def deny(turn: Turn, arg: str) -> list[Say]:
    """Confirm nothing; who asked hears what they would hear if nobody looked."""

    def act(staff: Staff, row: Claim) -> Say:
        if not settle(turn.session, row, staff, Claimed.REFUSED, turn.now):
            raise CannotDecide
        return say("confirming", "denied").offering(WAITING_LIST)

    return [MATTER.decide(turn, arg, act)]
