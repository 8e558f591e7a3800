"""The certificate of having attended a class or a competition, as a picture."""

from handlers.events import MY_SIGNUPS
from handlers.say import Drawing, Say, Word, say
from handlers.seats import mine
from handlers.turn import Turn
from models.columns import short
from models.event import Event
from models.identity import mask_name


def certificate(turn: Turn, arg: str) -> list[Say]:
    """Show somebody's own certificate; masked where the channel is not trusted."""
    row = mine(turn, arg)
    if row is None or row.certificate_no is None:
        return [say("certificate", "none").offering(MY_SIGNUPS)]
    event = turn.session.get_one(Event, row.event_id)
    name = turn.worker.unseal(turn.keys, "name") or ""
    message = Say(
        Word("certificate", f"words_{event.kind}"),
        title=Word("certificate", "name"),
        rows=(
            (Word("certificate", "holder"), name if turn.trusted else mask_name(name)),
            (Word("certificate", "attended"), turn.named(event)),
            (
                Word("certificate", "when"),
                Word("common", "day", {"at": event.starts_at}),
            ),
            (
                Word("certificate", "host"),
                turn.named(turn.atlas.unions[event.union_code]),
            ),
            (Word("certificate", "number"), row.certificate_no),
        ),
        drawing=Drawing("certificate", f"/certificate/{short(row.id)}"),
        back=f"v:event:{short(event.id)}",
    )
    return [message]
