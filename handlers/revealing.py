"""Revealing: a reviewer sees a whole ID number, says why, and an audit entry has it.

The number stands in the chat only while this form is open.  Permission is checked each
time it is about to be shown.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.choices import Seen
from handlers.deciding import LONGEST_REASON, reasons
from handlers.matter import Deciding, Matter
from handlers.offers import OWN_WORDS
from handlers.question import Ask, Question, ask, make_question
from handlers.queued import WAITING_LIST
from handlers.reviewing import MATTER, application, facts_of
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models import audit
from models.application import Application, id_number_of
from models.columns import long

WHY = reasons("document", "registry", "duplicate")
SEEN = make_question("seen", Seen, Ask(shown=False), label=Word("reveal", "label_seen"))


class Reveal(Deciding):
    """Show the whole ID number of an application in review, once a reason is given."""

    name: ClassVar[str] = "reveal"
    matter: ClassVar[Matter[Application]] = MATTER
    resumable: ClassVar[bool] = False
    fleeting: ClassVar[bool] = True

    reason: Key = ask(offer=WHY, own_words=LONGEST_REASON, at_once=True)

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse where the number would pass through the servers of others, too."""
        if not turn.trusted:
            return [say("reveal", "not_here").offering(WAITING_LIST)]
        return super().refuse(turn, subject)

    @classmethod
    def more(cls, turn: Turn, seen: dict[str, Any]) -> Iterator[Question]:
        """Show the number with the last question, to who may still see it."""
        subject = seen["subject"]
        if "reason" in seen and cls.refuse(turn, subject) is None:
            row = turn.session.get_one(Application, long(subject))
            number = id_number_of(facts_of(turn, row))
            yield replace(SEEN, asks=Word("reveal", "ask_seen", {"number": number}))

    @classmethod
    def noted(cls, turn: Turn, subject: str, question: str, value: Any) -> None:
        """Write down who sees whose number and why, before it is shown.

        Own words may say anything about anybody, so that they were own is all we keep.
        """
        found = MATTER.mine(turn, subject)
        if question == "reason" and found and cls.refuse(turn, subject) is None:
            staff, row = found
            why = "own_words" if value.startswith(OWN_WORDS) else value
            audit.record(
                turn.session, turn.now, staff.id, "application.revealed", row.id, why
            )

    def finish(self, turn: Turn) -> Say:
        """Go back to the application; the number goes from the chat."""
        return application(turn, self.subject)[0]
