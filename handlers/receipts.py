"""Receipts: what was done with somebody's data, when, and whether it can be undone."""

from handlers.say import Choice, Say, Text, Word
from handlers.turn import Turn
from models.message import Kind

MY_DATA = Choice(Word("my_data", "name"), "v:my_data:")


def receipt(
    turn: Turn, what: Text, undo: Word, *more: tuple[Text, Text], text: Word
) -> Say:
    """Make a receipt; `more` are rows between what was done and when."""
    return Say(
        text,
        title=Word("my_data", "receipt"),
        rows=(
            (Word("my_data", "what"), what),
            *more,
            (Word("my_data", "when"), Word("my_data", "moment", {"at": turn.now})),
            (Word("my_data", "undo"), undo),
        ),
        kind=Kind.RECEIPT,
    )
