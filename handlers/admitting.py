"""Admitting nominees: a social worker reads the story, and confirms or refuses."""

from collections.abc import Iterator
from typing import ClassVar

from handlers.answers import Key
from handlers.deciding import LONGEST_REASON, reasons
from handlers.flow import Flow
from handlers.question import Submit, ask
from handlers.queued import WAITING_LIST, Source, days_since, member_number, own_words
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import audit
from models import nominee as nominees
from models.award import Award, TooLate
from models.columns import long, short
from models.identity import mask_name
from models.nominee import CHANGEABLE, QUEUE, Candidacy, Nominee, NotThere
from models.staff import Staff, staff_of
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


def mine(turn: Turn, arg: str) -> tuple[Staff, Award, Nominee] | None:
    """Return the staff member, the award and the nominee they may decide on."""
    staff = staff_of(turn.session, turn.worker.id)
    row = turn.session.get(Nominee, long(arg))
    if staff is None or row is None:
        return None
    award = turn.session.get_one(Award, row.award_id)
    if not nominees.may_admit(turn.atlas, staff, award, row):
        return None
    return staff, award, row


def look(turn: Turn, arg: str) -> list[Say]:
    """Show a nominee with the story, and what may be decided."""
    found = mine(turn, arg)
    if found is None:
        return [_not_yours()]
    staff, award, row = found
    audit.record(turn.session, turn.now, staff.id, "nominee.read", row.id)
    person = turn.session.get_one(Worker, row.worker_id)
    name = person.unseal(turn.keys, "name") or ""
    story = row.read(turn.keys, person, "story")
    waits = row.standing is Candidacy.PROPOSED and award.phase in CHANGEABLE
    message = Say(
        Word("admitting", "look", {"text": own_words(turn, story)}),
        title=Word("admitting", "title", {"award": turn.named(award)}),
        rows=(
            (
                Word("join", "label_full_name"),
                name if turn.trusted else mask_name(name),
            ),
            (Word("admitting", "shown_name"), row.name(turn.keys, person)),
            (Word("my_application", "member_no"), person.member_no or ""),
            *_eligible(turn, person),
        ),
        choices=_decisions(row) if waits else (),
        back=WAITING_LIST.press,
        about=person.id,
        image=row.photo_id if turn.trusted else None,
    )
    return [message]


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
    found = mine(turn, arg)
    if found is None:
        return [_not_yours()]
    staff, award, row = found
    try:
        nominees.confirm(turn.session, turn.atlas, award, staff, row, turn.now)
    except (TooLate, NotThere):
        return [_settled()]
    done = say("admitting", "confirmed", number=row.number)
    return [done.offering(WAITING_LIST)]


class RefuseNominee(Flow):
    """Refuse a nominee, with a reason."""

    name: ClassVar[str] = "refuse_nominee"
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    reason: Key = ask(offer=REFUSE_REASONS, own_words=LONGEST_REASON, at_once=True)
    sure: Submit = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Turn away who may not decide on this nominee, or comes too late."""
        found = mine(turn, subject)
        if found is None:
            return [_not_yours()]
        return None if found[2].standing is Candidacy.PROPOSED else [_settled()]

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say whom, so that nobody decides about one and means another."""
        row = turn.session.get(Nominee, long(subject))
        if row is None:
            return super().title(turn, subject)
        award = turn.session.get_one(Award, row.award_id)
        person = turn.session.get_one(Worker, row.worker_id)
        name = mask_name(person.unseal(turn.keys, "name") or "") if named else ""
        return Word(cls.name, "title", {"award": turn.named(award), "name": name})

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep what is said while deciding as the nominee's data."""
        row = turn.session.get(Nominee, long(subject))
        return row.worker_id if row else None

    def finish(self, turn: Turn) -> Say:
        """Refuse the nominee, who is told why."""
        found = mine(turn, self.subject)
        if found is None:
            return _not_yours()
        staff, award, row = found
        by = (turn.session, turn.keys, turn.atlas, award, staff)
        try:
            nominees.refuse(*by, row, self.reason, turn.now)
        except (TooLate, NotThere):
            return _settled()
        return say("admitting", "refused").offering(WAITING_LIST)


def _not_yours() -> Say:
    return say("admitting", "not_yours").offering(WAITING_LIST)


def _settled() -> Say:
    return say("admitting", "settled_already").offering(WAITING_LIST)
