"""Admitting nominees: a social worker reads the story, and confirms or refuses."""

from collections.abc import Iterator
from typing import Any, ClassVar

from handlers.answers import Key
from handlers.choices import Naming
from handlers.deciding import LONGEST_REASON, reasons
from handlers.dossier import (
    ByForm,
    ByPress,
    Dossier,
    Facts,
    reason_of,
    settled,
    states_of,
)
from handlers.matter import Deciding, Matter
from handlers.question import Submit, ask, label
from handlers.queued import Source, days_since, member_number, own_words
from handlers.say import Say, Text, Word, say
from handlers.turn import Turn
from models import nominee as nominees
from models.award import Award, TooLate
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


def _waits(turn: Turn, row: Nominee) -> bool:
    is_time = _award_of(turn, row).phase in CHANGEABLE
    return is_time and row.standing is Candidacy.PROPOSED


MATTER = Matter(
    Nominee,
    others=Word("admitting", "not_yours"),
    settled=Word("admitting", "settled_already"),
    waits=_waits,
    may=_may_admit,
    which=_which,
    too_late=(TooLate, NotThere),
)


def _shown(turn: Turn, row: Nominee) -> Say:
    """Show a nominee with the story, and what to make sure of before deciding."""
    award, person = _award_of(turn, row), turn.session.get_one(Worker, row.worker_id)
    story = own_words(turn, row.read(turn.keys, person, "story"))
    then = Word("admitting", "check") if MATTER.waits(turn, row) else MATTER.settled
    return Say(
        Word("admitting", "look", {"text": story, "then": then}),
        title=Word("admitting", "title", {"award": turn.named(award)}),
        rows=tuple(_rows(turn, row, person)),
    )


def _rows(turn: Turn, row: Nominee, person: Worker) -> Iterator[tuple[Text, Text]]:
    name = person.unseal(turn.keys, "name") or ""
    in_full = turn.trusted and MATTER.waits(turn, row)
    yield Word("join", "label_full_name"), name if in_full else mask_name(name)
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


def _confirm(turn: Turn, staff: Staff, row: Nominee) -> Say:
    """Confirm a nominee, who then has a number and may be voted for."""
    by = (turn.session, turn.atlas, _award_of(turn, row), staff)
    nominees.confirm(*by, row, turn.now)
    return say("admitting", "confirmed", number=row.number)


class RefuseNominee(Deciding):
    """Refuse a nominee, with a reason."""

    name: ClassVar[str] = "refuse_nominee"
    matter: ClassVar[Matter[Nominee]] = MATTER

    reason: Key = ask(offer=REFUSE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    def decide(self, turn: Turn, staff: Staff, row: Nominee) -> Say:
        """Refuse the nominee, who is told why."""
        by = (turn.session, turn.keys, turn.atlas, _award_of(turn, row), staff)
        nominees.refuse(*by, row, self.reason, turn.now)
        return say("admitting", "refused")


def _called(turn: Turn, row: Nominee) -> tuple[Text, Text]:
    number = member_number(turn, row.worker_id)
    return f"…{number}", turn.named(_award_of(turn, row))


def _history(turn: Turn, row: Nominee) -> Facts:
    """Tell to what the nominee agreed and when, and what was decided."""
    yield Word("dossier", "agreed"), Word("my_data", "moment", {"at": row.agreed_at})
    yield Word("dossier", "naming"), label(_naming(row))
    yield from settled(row.decided_at)
    if row.number is not None:
        yield Word("dossier", "number"), str(row.number)
    yield from reason_of(turn, row)


def _naming(row: Nominee) -> Naming:
    return Naming.FULL if row.in_full else Naming.MASKED


DOSSIER = Dossier(
    name="nominees",
    noun="nominee",
    source=SOURCE,
    matter=MATTER,
    show=_shown,
    called=_called,
    union=lambda turn, row: _award_of(turn, row).union_code,
    ways=(
        ByPress("confirm_nominee", lambda row: Word("admitting", "confirm"), _confirm),
        ByForm(RefuseNominee),
    ),
    states=states_of(
        Nominee.standing,
        *(Candidacy.CONFIRMED, Candidacy.REFUSED, Candidacy.DECLINED),
        *(Candidacy.LAPSED, Candidacy.STRUCK),
    ),
    history=_history,
    photo=lambda row: row.photo_id,
)
