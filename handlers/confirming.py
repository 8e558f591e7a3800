"""Confirming: a social worker says whether somebody is who they say they are.

Permission is checked at the moment of each press.  The name is masked: who asks must
name the code they were shown.  The mobile on record is there to be called, until it is
decided.
"""

from collections.abc import Iterator

from handlers.dossier import ByPress, Dossier, settled, states_of
from handlers.matter import Matter
from handlers.phones import tell_others
from handlers.question import label
from handlers.queued import Source, days_since
from handlers.say import Say, Text, Word, say
from handlers.turn import Turn
from models.claim import QUEUE, Claim, Claimed
from models.confirmation import SomebodyElse, confirm, deny, may_confirm
from models.identity import dialled, mask_mobile, mask_name
from models.review import who_is
from models.staff import Staff
from models.worker import Worker


def _line(turn: Turn, row: Claim) -> Word:
    waits = {"code": row.code, "days": days_since(turn, row.at)}
    return Word("confirming", f"line_{row.asks}", waits)


SOURCE = Source(QUEUE, "v:claim", _line)


MATTER = Matter(
    Claim,
    others=Word("confirming", "not_yours"),
    settled=Word("confirming", "settled_already"),
    waits=lambda turn, row: row.standing is Claimed.WAITING,
    may=lambda turn, staff, row: may_confirm(turn.session, turn.atlas, staff, row),
    hindered={SomebodyElse: Word("confirming", "cannot")},
)


def _shown(turn: Turn, row: Claim) -> Say:
    """Show one claim, and what to make sure of before deciding."""
    look = Word("confirming", f"look_{row.asks}")
    return Say(
        look if MATTER.waits(turn, row) else MATTER.settled,
        title=Word("confirming", "claim", {"code": row.code}),
        rows=tuple(_rows(turn, row)),
    )


def _rows(turn: Turn, row: Claim) -> Iterator[tuple[Text, Text]]:
    member = turn.session.get_one(Worker, row.worker_id)
    who = who_is(turn.session, turn.keys, member)
    union = turn.named(turn.atlas.unions[row.union_code or ""])
    yield Word("join", "label_full_name"), mask_name(who["name"])
    if MATTER.waits(turn, row):
        yield Word("join", "label_mobile"), _mobile(turn, who["mobile"])
    yield Word("my_application", "union"), union
    yield Word("my_application", "submitted"), Word("common", "day", {"at": row.at})
    yield Word("come_back", "claim_code"), row.code


def _mobile(turn: Turn, number: str) -> str:
    """Return the number to call, masked where the channel is not trusted."""
    return dialled(number) if turn.trusted else mask_mobile(number)


def _confirm(turn: Turn, staff: Staff, row: Claim) -> Say:
    """Let the asker in as the member, or take a member's guard away."""
    turn.settle()
    made = confirm(turn.session, turn.keys, turn.atlas, staff, row, turn.now)
    if made is not None:
        tell_others(turn, made)
    return say("confirming", "confirmed")


def _deny(turn: Turn, staff: Staff, row: Claim) -> Say:
    """Confirm nothing."""
    deny(turn.session, turn.atlas, staff, row, turn.now)
    return say("confirming", "denied")


DOSSIER = Dossier(
    name="claims",
    noun="claim",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=lambda turn, row: (row.code, label(row.asks)),
    ways=(
        ByPress(
            "confirm", lambda row: Word("confirming", f"confirm_{row.asks}"), _confirm
        ),
        ByPress("deny", lambda row: Word("confirming", "deny"), _deny),
    ),
    states=states_of(Claim.standing, Claimed.APPROVED, Claimed.REFUSED, Claimed.OVER),
    history=lambda turn, row: settled(row.decided_at),
)
