"""My application: where it stands, who looks at it until when, and taking it back."""

from collections.abc import Mapping

from handlers.offers import OWN_WORDS
from handlers.question import label
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import review
from models.application import (
    OPEN,
    WAITING,
    Application,
    CannotDecide,
    Standing,
    Step,
    steps_of,
)
from models.message import Kind

MY_APPLICATION = Choice(Word("my_application", "name"), "v:my_application:")
JOIN = Choice(Word("join", "name"), "f:join:")
CARD = Choice(Word("card", "name"), "v:card:")
FIX = Choice(Word("my_application", "fix"), "f:join:")
WITHDRAW = Choice(Word("my_application", "withdraw"), "a:withdraw:")


def way_in(turn: Turn) -> Choice:
    """Return what leads somebody to membership: joining, or where that stands."""
    return MY_APPLICATION if turn.latest else JOIN


def members_only(turn: Turn, what: str) -> Word:
    """Say that something is for members, and how long it takes to be one."""
    said = {
        "what": Word("my_application", f"to_{what}"),
        "applied": turn.latest is not None,
        "days": turn.rules.review_days,
    }
    return Word("my_application", "members_only", said)


def my_application(turn: Turn, arg: str) -> list[Say]:
    """Show the worker's newest application, its history and what can be done now."""
    row = turn.latest
    if row is None:
        return [say("my_application", "none").offering(JOIN)]
    standing = as_told(turn, row)
    union = turn.atlas.unions[row.union_code]
    message = Say(
        Word("my_application", f"standing_{standing}", {"due": row.due}),
        title=Word("my_application", "name"),
        rows=(
            (Word("my_application", "number"), row.number),
            (Word("my_application", "standing"), label(standing)),
            (Word("my_application", "union"), turn.named(union)),
            (
                Word("my_application", "submitted"),
                Word("common", "day", {"at": row.submitted_at}),
            ),
            *_member_rows(turn, standing),
            *_reason_rows(turn, row, standing),
        ),
        choices=_choices(standing),
    )
    return [message]


def as_told(turn: Turn, row: Application) -> Standing:
    """Return the standing the worker knows; a decision shows with its notice."""
    if row.standing in OPEN and row.standing is not Standing.RETURNED:
        return row.standing
    last = steps_of(turn.session, row.id)[-1]
    told = last.staff_id is None or review.is_told(turn.session, last)
    return row.standing if told else Standing.IN_REVIEW


def _member_rows(turn: Turn, standing: Standing) -> tuple[tuple[Text, Text], ...]:
    if standing not in (Standing.POOL, Standing.PLACED) or not turn.worker.member_no:
        return ()
    return ((Word("my_application", "member_no"), turn.worker.member_no),)


def _reason_rows(
    turn: Turn, row: Application, standing: Standing
) -> tuple[tuple[Text, Text], ...]:
    if standing not in (Standing.RETURNED, Standing.REJECTED):
        return ()
    return reason_rows(turn, steps_of(turn.session, row.id)[-1])


def reason_rows(turn: Turn, step: Step) -> tuple[tuple[Text, Text], ...]:
    """Return the reasons of a decision, a row for each field found wrong."""
    return rows_of(step.reasons(turn.keys, turn.worker))


def rows_of(reasons: Mapping[str, str]) -> tuple[tuple[Text, Text], ...]:
    """Return reasons as rows: what is wrong, and why."""
    return tuple((_reason_label(name), reason_text(r)) for name, r in reasons.items())


def reason_text(reason: str) -> Text:
    """Return a reason: the reviewer's own words, or the ready-made ones of its key."""
    if reason.startswith(OWN_WORDS):
        return reason[1:]
    return Word("reviewing", f"reason_{reason}")


def _reason_label(field: str) -> Word:
    if not field:
        return Word("my_application", "reason")
    return Word("join", f"label_{field}")


def _choices(standing: Standing) -> tuple[Choice, ...]:
    if standing is Standing.RETURNED:
        return (FIX, WITHDRAW)
    if standing in WAITING:
        return (WITHDRAW,)
    if standing in (Standing.REJECTED, Standing.WITHDRAWN, Standing.LEFT):
        return (JOIN,)
    return (CARD,)


def withdraw(turn: Turn, arg: str) -> list[Say]:
    """Take the application back; asks once whether that is meant."""
    row = turn.latest
    if row is None or as_told(turn, row) not in OPEN:
        return my_application(turn, "")
    if arg != row.number:
        sure = Choice(
            Word("my_application", "withdraw_sure"), f"a:withdraw:{row.number}"
        )
        keep = Choice(Word("my_application", "withdraw_not"), MY_APPLICATION.press)
        return [say("my_application", "withdraw_ask").offering(keep, sure)]
    try:
        review.withdraw(turn.session, turn.keys, row, turn.now)
    except CannotDecide:
        return [say("my_application", "withdraw_late").offering(MY_APPLICATION)]
    done = Say(Word("my_application", "withdrawn_now"), kind=Kind.RECEIPT)
    return [done.offering(JOIN)]
