"""Nominating oneself or a colleague for an award, and agreeing to be nominated.

Whatever number is given for a colleague, the answer is the same: nobody learns here who
is a member.  Whoever was meant is asked in a chat of their own.
"""

from typing import Any, ClassVar

from handlers.answers import Colleague, Photo, Words
from handlers.awards import AWARDS, award_at, gone, unless_theirs
from handlers.choices import Naming, Whom
from handlers.flow import Flow
from handlers.phones import too_new
from handlers.question import Submit, ask, label
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from models import consent, tries
from models import nominee as nominees
from models.award import Award, Phase, TooLate, require_phase
from models.columns import long, short
from models.message import Kind
from models.nominee import Candidacy, Nominee, NotThere, colleague

CONSENT_VERSION = "2026-11-22"
"""The version of the blocks `consent_text` in nominate.txt; change both together."""

COLLEAGUES = 5
"""How many colleagues one may nominate for an award in a day, known to us or not."""


def _self(a: Any) -> bool:
    return a.whom is Whom.SELF


class Nominate(Flow):
    """Nominate somebody; the nominee agrees, a social worker confirms."""

    name: ClassVar[str] = "nominate"
    has_subject: ClassVar[bool] = True

    whom: Whom = ask()
    number: Colleague = ask(when=lambda a: a.whom is Whom.COLLEAGUE)
    story: Words = ask()
    photo: Photo | None = ask(optional=True, wish="photo", when=_self)
    naming: Naming = ask(when=_self)
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who has no part in the award, and everybody out of its time."""
        row = award_at(turn, subject)
        if row is None:
            return [gone()]
        instead = unless_theirs(turn, row)
        if instead is None and row.phase is not Phase.NOMINATING:
            instead = say("nominate", "not_now").offering(AWARDS)
        return [instead] if instead else None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say for which award."""
        row = award_at(turn, subject)
        if row is None:
            return super().title(turn, subject)
        return Word(cls.name, "title", {"award": turn.named(row)})

    def finish(self, turn: Turn) -> Say:
        """Put somebody up."""
        row = turn.session.get_one(Award, long(self.subject))
        try:
            require_phase(row, turn.now, Phase.NOMINATING)  # before anybody is found
            if self.whom is Whom.SELF:
                return self._oneself(turn, row)
            return self._colleague(turn, row)
        except TooLate:
            return say("nominate", "not_now").offering(AWARDS)

    def _oneself(self, turn: Turn, row: Award) -> Say:
        own = (turn.session, turn.keys, row, turn.worker, self.story, turn.now)
        made = nominees.nominate(*own, oneself=True)
        if made is None:
            return say("nominate", "already").offering(_to(row))
        made.photo_id = long(self.photo) if self.photo else None
        _agree(turn, row, made, self.naming)
        return Say(Word("nominate", "done_self"), kind=Kind.RECEIPT).offering(_to(row))

    def _colleague(self, turn: Turn, row: Award) -> Say:
        if not _may_nominate(turn, row):
            return say("nominate", "too_many").offering(_to(row))
        found = colleague(turn.session, turn.keys, turn.atlas, row, self.number)
        if found is not None and found.id != turn.worker.id:
            theirs = (turn.session, turn.keys, row, found, self.story, turn.now)
            made = nominees.nominate(*theirs)
            if made is not None:
                nominees.ask(turn.session, made, turn.now)
        done = Say(Word("nominate", "done_colleague"), kind=Kind.RECEIPT)
        return done.offering(_to(row))


def _may_nominate(turn: Turn, award: Award) -> bool:
    """Count a nomination of a colleague, whoever is meant; False after too many."""
    who = {"nominate": f"{award.id}|{turn.worker.id}"}
    rows = tries.held(turn.session, turn.keys, who, turn.now)
    if tries.closed(rows):
        return False
    tries.count(rows, turn.worker.id, turn.now, tell=False, most=COLLEAGUES)
    return True


def _to(row: Award) -> Choice:
    return Choice(Word("nominate", "to_award"), f"v:award:{short(row.id)}")


def _agree(turn: Turn, award: Award, row: Nominee, naming: Naming) -> None:
    """Write down what a nominee agreed to, and let them run."""
    text = turn.vocabulary.documents[turn.language, "nominate.consent_text"]
    nominees.agree(turn.session, award, row, naming is Naming.FULL, turn.now)
    scope = _scope(award)
    if scope in {one.scope for one in consent.holds(turn.session, turn.worker.id)}:
        return  # only the name they allow is another
    consent.agree(
        turn.session,
        turn.worker.id,
        scope,
        CONSENT_VERSION,
        text,
        turn.chat.channel,
        turn.now,
    )


def _scope(award: Award) -> str:
    """Name what a nominee of one award agrees to: that voters read name and story."""
    return f"award.{short(award.id)}"


def answers(row: Nominee) -> tuple[Choice, ...]:
    """Return what somebody nominated may answer."""
    key = short(row.id)
    return (
        Choice(label(Naming.FULL), f"a:nominee_full:{key}"),
        Choice(label(Naming.MASKED), f"a:nominee_masked:{key}"),
        Choice(Word("nominate", "decline"), f"a:nominee_no:{key}"),
    )


def accept_full(turn: Turn, arg: str) -> list[Say]:
    """Agree to be nominated, under the full name."""
    return [_answer(turn, arg, Naming.FULL)]


def accept_masked(turn: Turn, arg: str) -> list[Say]:
    """Agree to be nominated, with only the family name shown."""
    return [_answer(turn, arg, Naming.MASKED)]


def decline(turn: Turn, arg: str) -> list[Say]:
    """Say no to a nomination, or step down."""
    return too_new(turn) or [_answer(turn, arg, None)]


def _sure(row: Nominee) -> Say:
    """Ask whether stepping down is meant: the story goes with it."""
    key = short(row.id)
    stay = Choice(Word("nominate", "stay"), f"v:award:{short(row.award_id)}")
    leave = Choice(Word("nominate", "sure_step_down"), f"a:nominee_no:{key}.sure")
    return say("nominate", "ask_step_down").offering(stay, leave)


def _answer(turn: Turn, arg: str, naming: Naming | None) -> Say:
    """Carry out a nominee's own answer; pressing again is harmless."""
    key, _, sure = arg.partition(".")
    row = turn.session.get(Nominee, long(key))
    if row is None or row.worker_id != turn.worker.id:
        return gone()
    award = turn.session.get_one(Award, row.award_id)
    try:
        if naming is None and row.standing is not Candidacy.ASKED and not sure:
            return _sure(row)
        if naming is None:
            nominees.decline(turn.session, award, row, turn.now)
            consent.end(turn.session, turn.worker.id, _scope(award), turn.now)
        else:
            _agree(turn, award, row, naming)
    except (TooLate, NotThere):
        return say("nominate", "too_late").offering(AWARDS)
    done = Word("nominate", "declined" if naming is None else f"agreed_{row.standing}")
    return Say(done, kind=Kind.RECEIPT).offering(_to(award))
