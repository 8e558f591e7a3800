"""Admitting nominees: a social worker reads the story, and confirms or refuses."""

from collections.abc import Iterator
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.deciding import LONGEST_REASON, reasons
from handlers.matter import Deciding, Matter
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, member_number, own_words
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import nominee as nominees
from models.award import Award, TooLate
from models.columns import short
from models.identity import mask_name
from models.nominee import CHANGEABLE, QUEUE, Candidacy, Nominee, NotThere
from models.staff import Staff
from models.worker import Worker

REFUSE_REASONS = reasons("not_qualified", "privacy", "unclear", "no_answer")


def _line(turn: Turn, row: Nominee) -> Word:
    award = turn.session.get_one(Award, row.award_id)
    waits = {
        "number": member_number(turn, row.worker_id),
        "award": turn.named(award),
        "days": days_since(turn, row.agreed_at or row.at),
    }
    return Word("admitting", "line", waits)


SOURCE = Source(QUEUE, "v:admit", _line)


def _award_of(turn: Turn, row: Nominee) -> Award:
    return turn.session.get_one(Award, row.award_id)


def _may_admit(turn: Turn, staff: Staff, row: Nominee) -> bool:
    return nominees.may_admit(turn.atlas, staff, _award_of(turn, row), row)


def _which(turn: Turn, row: Nominee, named: bool) -> dict[str, Any]:
    person = turn.session.get_one(Worker, row.worker_id)
    name = mask_name(person.unseal(turn.keys, "name") or "") if named else ""
    return {"award": turn.named(_award_of(turn, row)), "name": name}


MATTER = Matter(
    Nominee,
    others=Word("admitting", "not_yours"),
    settled=Word("admitting", "settled_already"),
    waits=lambda row: row.standing is Candidacy.PROPOSED,
    may=_may_admit,
    which=_which,
    too_late=(TooLate, NotThere),
)


def look(turn: Turn, arg: str) -> list[Say]:
    """Show a nominee with the story, and what may be decided."""
    return MATTER.look(turn, arg, "nominee.read", _shown)


def _shown(turn: Turn, row: Nominee) -> Say:
    award, person = _award_of(turn, row), turn.session.get_one(Worker, row.worker_id)
    story = own_words(turn, row.read(turn.keys, person, "story"))
    waits = MATTER.waits(row) and award.phase in CHANGEABLE
    return Say(
        Word("admitting", "look", {"text": story}),
        title=Word("admitting", "title", {"award": turn.named(award)}),
        rows=tuple(_rows(turn, row, person)),
        choices=_decisions(row) if waits else (),
        back=WAITING_LIST.press,
        about=person.id,
        image=row.photo_id if turn.trusted else None,
    )


def _rows(turn: Turn, row: Nominee, person: Worker) -> Iterator[tuple[Text, Text]]:
    name = person.unseal(turn.keys, "name") or ""
    yield Word("join", "label_full_name"), name if turn.trusted else mask_name(name)
    yield Word("admitting", "shown_name"), row.name(turn.keys, person)
    yield Word("my_application", "member_no"), person.member_no or ""
    yield from _eligible(turn, person)


def _eligible(turn: Turn, person: Worker) -> Iterator[tuple[Text, Text]]:
    """Yield what of a member decides whether they may be nominated."""
    group = turn.atlas.groups.get(person.group or "")
    if group is not None:
        yield Word("join", "label_group"), turn.named(group)
    union = turn.atlas.unions.get(person.union_code or "")
    if union is not None:
        yield Word("card", "union"), turn.named(union)
    since = Word("common", "day", {"at": person.member_since})
    yield Word("card", "since"), since


def _decisions(row: Nominee) -> tuple[Choice, ...]:
    key = short(row.id)
    return (
        Choice(Word("admitting", "confirm"), f"a:confirm_nominee:{key}"),
        Choice(Word("refuse_nominee", "name"), f"f:refuse_nominee:{key}"),
    )


def confirm(turn: Turn, arg: str) -> list[Say]:
    """Confirm a nominee, who then has a number and may be voted for."""

    def act(staff: Staff, row: Nominee) -> Say:
        by = (turn.session, turn.atlas, _award_of(turn, row), staff)
        nominees.confirm(*by, row, turn.now)
        return say("admitting", "confirmed", number=row.number).offering(WAITING_LIST)

    return [MATTER.decide(turn, arg, act)]


class RefuseNominee(Deciding):
    """Refuse a nominee, with a reason."""

    name: ClassVar[str] = "refuse_nominee"
    matter: ClassVar[Matter[Nominee]] = MATTER

    reason: Key = ask(offer=REFUSE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def finish(self, turn: Turn) -> Say:
        """Refuse the nominee, who is told why."""

        def act(staff: Staff, row: Nominee) -> Say:
            by = (turn.session, turn.keys, turn.atlas, _award_of(turn, row), staff)
            nominees.refuse(*by, row, self.reason, turn.now)
            return say("admitting", "refused").offering(WAITING_LIST)

        return MATTER.decide(turn, self.subject, act)
