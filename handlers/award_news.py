"""What is told of awards without being asked; the clock that carries them on."""

from datetime import datetime

from sqlmodel import Session

from handlers.awards import AWARDS
from handlers.my_application import reason_text
from handlers.nominating import answers
from handlers.reminders import Remind, Skip, nothing
from handlers.say import Choice, Say, Word
from handlers.turn import Turn
from models.award import Award, Phase
from models.chat import newest_chat
from models.columns import short
from models.election import RESULT, WON, advance, tell_result
from models.message import Kind
from models.nominee import ASKED, CHANGEABLE, SETTLED, Candidacy, Nominee
from models.objection import SETTLED as HEARD
from models.objection import Objection
from models.preference import Topic
from models.reminder import Reminder
from models.rules import Rules


def _carry_on(session: Session, rules: Rules, now: datetime) -> None:
    """Begin the phases that are due, and have those told who took part."""
    advance(session, now)
    tell_result(session, now)


TOLD = (
    *(Candidacy.CONFIRMED, Candidacy.REFUSED),
    *(Candidacy.LAPSED, Candidacy.STRUCK),
)
"""What became of a candidacy that its owner did not bring about."""


def _chat_of_nominee(session: Session, row: Reminder) -> int | None:
    found = session.get(Nominee, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _tell_asked(turn: Turn, row: Reminder) -> list[Say] | Skip:
    one = turn.session.get_one(Nominee, int(row.subject))
    award = turn.session.get_one(Award, one.award_id)
    if one.standing is not Candidacy.ASKED or award.phase not in CHANGEABLE:
        return "over"
    story = one.read(turn.keys, turn.worker, "story")
    terms = Word("nominate", "consent_text")
    return [
        Say(
            Word("award_news", "asked", {"story": story, "terms": terms}),
            title=turn.named(award),
            choices=answers(one),
            kind=Kind.REMINDER,
        )
    ]


def _tell_settled(turn: Turn, row: Reminder) -> list[Say] | Skip:
    one = turn.session.get_one(Nominee, int(row.subject))
    if one.standing not in TOLD:
        return "overtaken"
    award = turn.session.get_one(Award, one.award_id)
    said = {
        "number": one.number,
        "nominating": award.phase is Phase.NOMINATING,
    }
    reason = one.read(turn.keys, turn.worker, "why")
    why = ((Word("my_application", "reason"), reason_text(reason)),) if reason else ()
    message = Say(
        Word("award_news", f"nominee_{one.standing}", said),
        title=turn.named(award),
        rows=why,
        choices=(_to(award),),
        kind=Kind.RECEIPT,
    )
    return [message]


def _to(award: Award) -> Choice:
    return Choice(Word("nominate", "to_award"), f"v:award:{short(award.id)}")


def _chat_of_voter(session: Session, row: Reminder) -> int | None:
    return newest_chat(session, row.parts[0])


def _tell_result(turn: Turn, row: Reminder) -> list[Say] | Skip:
    award = turn.session.get(Award, int(row.parts[1]))
    if award is None or award.phase is not Phase.OVER:
        return "over"
    return [_news(turn, award, Word("award_news", "result"), Kind.REMINDER)]


def _tell_won(turn: Turn, row: Reminder) -> list[Say] | Skip:
    one = turn.session.get_one(Nominee, int(row.subject))
    award = turn.session.get_one(Award, one.award_id)
    return [_news(turn, award, Word("award_news", "won"), Kind.RECEIPT)]


def _news(turn: Turn, award: Award, text: Word, kind: Kind) -> Say:
    return Say(text, title=turn.named(award), choices=(_to(award),), kind=kind)


def _chat_of_objection(session: Session, row: Reminder) -> int | None:
    found = session.get(Objection, int(row.subject))
    return newest_chat(session, found.worker_id) if found else None


def _tell_heard(turn: Turn, row: Reminder) -> list[Say] | Skip:
    found = turn.session.get_one(Objection, int(row.subject))
    award = turn.session.get_one(Award, found.award_id)
    answer = found.read(turn.keys, turn.worker, "why")
    message = Say(
        Word("award_news", f"objection_{found.standing}"),
        title=turn.named(award),
        rows=((Word("settle", "label_answer"), answer),),
        choices=(AWARDS,),
        kind=Kind.RECEIPT,
    )
    return [message]


AWARD_NEWS = (
    Remind(ASKED, nothing, _chat_of_nominee, _tell_asked),
    Remind(SETTLED, nothing, _chat_of_nominee, _tell_settled),
    Remind(RESULT, _carry_on, _chat_of_voter, _tell_result, topic=Topic.NOTICES),
    Remind(WON, nothing, _chat_of_nominee, _tell_won),
    Remind(HEARD, nothing, _chat_of_objection, _tell_heard),
)
