"""The member card: who somebody is to the union, with a code that others can check."""

from datetime import timedelta

from handlers.my_application import CARD, way_in
from handlers.say import Choice, Drawing, Say, Word, say
from handlers.turn import Turn
from models.card import make_code
from models.identity import mask_name

REFRESH = Choice(Word("card", "refresh"), CARD.press)


def has_card(turn: Turn) -> bool:
    """Tell whether this person is a member and may know it: it is past undoing."""
    since, wait = turn.worker.member_since, turn.rules.undo_seconds
    return since is not None and turn.now >= since + timedelta(seconds=wait)


def card(turn: Turn, arg: str) -> list[Say]:
    """Show the card of a member, with a new code."""
    if not has_card(turn):
        return [say("card", "none").offering(way_in(turn))]
    worker, minutes = turn.worker, turn.rules.card_minutes
    until = turn.now + timedelta(minutes=minutes)
    union = turn.atlas.unions[worker.union_code or ""]
    message = Say(
        Word("card", "show", {"minutes": minutes}),
        title=Word("card", "title", {"product": turn.rules.product(turn.language)}),
        rows=(
            (Word("card", "holder"), _name(turn)),
            (Word("card", "member_no"), worker.member_no or ""),
            (Word("card", "union"), turn.named(union)),
            (Word("card", "since"), Word("common", "day", {"at": worker.member_since})),
            (Word("card", "until"), Word("card", "moment", {"at": until})),
        ),
        drawing=Drawing("card", f"/card/{make_code(turn.keys, worker.id, until)}"),
        choices=(REFRESH,),
    )
    return [message]


def _name(turn: Turn) -> str:
    name = turn.worker.unseal(turn.keys, "name") or ""
    return name if turn.rules.card_name == "full" else mask_name(name)
