"""Coming back: who is known already is let in on a new phone, in one of three ways.

Whoever is meant and whatever is wrong, a vain try takes the same steps, the same time
and the same words: nobody learns here whether an ID is a member's.
"""

from datetime import timedelta
from typing import Any, ClassVar

from handlers.answers import AnyId, LinkCode, Pin
from handlers.choices import WayBack
from handlers.flow import AskAgain, Flow
from handlers.my_application import MY_APPLICATION
from handlers.phones import PHONES, tell_others
from handlers.question import ask
from handlers.say import Say, Word, say
from handlers.turn import Turn
from models import reminder, tries
from models.claim import Asks, file_claim
from models.known import known_by
from models.link import link, may_become
from models.link_code import use_code
from models.message import Kind
from models.pin import fits

UNCONFIRMED = "unconfirmed"
"""The notice that nobody has confirmed a claim; the same where there was nobody."""


def _by_id(a: Any) -> bool:
    return a.way in (WayBack.PIN, WayBack.PERSON)


class ComeBack(Flow):
    """Let somebody known in on a new phone."""

    name: ClassVar[str] = "come_back"
    resumable: ClassVar[bool] = False

    way: WayBack = ask()
    code: LinkCode = ask(when=lambda a: a.way is WayBack.CODE)
    number: AnyId = ask(private=True, when=_by_id)
    pin: Pin = ask(private=True, shown=False, when=lambda a: a.way is WayBack.PIN)

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Tell a member that this chat is theirs already."""
        return _already() if turn.worker.member_no is not None else None

    def finish(self, turn: Turn) -> Say:
        """Let them in, ask again, or hand it on to a social worker."""
        if self.way is WayBack.PERSON:
            return self._by_person(turn)
        return self._by_pin(turn) if self.way is WayBack.PIN else self._by_code(turn)

    def _by_pin(self, turn: Turn) -> Say:
        known = known_by(turn.session, turn.keys, self.number)
        rows = _tries(turn, "pin", self.number)
        fit = fits(turn.keys, known.holder if known else None, self.pin)
        if known is None or not fit or tries.closed(rows):
            tries.count(rows, known.worker_id if known else None, turn.now)
            raise AskAgain("pin", "not_matched")
        return _let_in(turn, known.worker_id, "pin")

    def _by_code(self, turn: Turn) -> Say:
        rows = _tries(turn, "code")
        found = use_code(turn.session, turn.keys, self.code, turn.now)
        if found is None or tries.closed(rows):
            tries.count(rows, None, turn.now)
            raise AskAgain("code", "code_over")
        return _let_in(turn, found, "code")

    def _by_person(self, turn: Turn) -> Say:
        """Ask the social workers of the union, if there is such a member."""
        known = known_by(turn.session, turn.keys, self.number)
        rows = _tries(turn, "person", self.number)
        asked = None if tries.closed(rows) else known
        worker_id = known.worker_id if known else None
        tries.count(rows, worker_id, turn.now, tell=False)
        claim = file_claim(
            turn.session,
            Asks.COME_BACK,
            turn.chat.id,
            asked.worker_id if asked else None,
            asked.union_code if asked else None,
            turn.now,
        )
        days = turn.rules.review_days
        due = turn.now + timedelta(days=days)
        reminder.schedule(turn.session, UNCONFIRMED, str(claim.id), due)
        return Say(
            Word("come_back", "asked_a_person", {"days": days}),
            title=Word("come_back", "asked_title"),
            rows=((Word("come_back", "claim_code"), claim.code),),
            kind=Kind.RECEIPT,
        )


def _tries(turn: Turn, way: str, number: str = "") -> list[tries.Tries]:
    """Return how often this chat, and whoever, has tried this way in vain."""
    tried = {f"tries.{way}.chat": str(turn.chat.id)}
    if number:
        tried[f"tries.{way}.id"] = number
    return tries.held(turn.session, turn.keys, tried, turn.now)


def _let_in(turn: Turn, worker_id: int, way: str) -> Say:
    """Make this chat the member's, with all that was said in it."""
    if not may_become(turn.worker, worker_id):
        return _already()[0]
    turn.settle()
    made, member = link(turn.session, turn.keys, turn.chat, worker_id, way, turn.now)
    turn.belong_to(member, turn.chat)
    tell_others(turn, made)
    welcome = Say(Word("come_back", "welcome_back"), kind=Kind.RECEIPT)
    return welcome.offering(MY_APPLICATION, PHONES)


def _already() -> list[Say]:
    return [say("come_back", "already").offering(MY_APPLICATION, PHONES)]
