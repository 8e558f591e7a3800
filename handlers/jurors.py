"""The jury in a chat: the awards it scores, the nominees, and a score for each."""

from typing import ClassVar

from handlers.answers import Points
from handlers.awards import AWARDS, JUDGE, gone, name_of, nominee_at, nominee_line
from handlers.flow import Flow
from handlers.offers import next_page, page_number, page_of
from handlers.question import ask
from handlers.say import Choice, Say, Word, say
from handlers.turn import Turn
from models import jury as juries
from models.award import Award, TooLate
from models.columns import long, short
from models.jury import SCORING, given_by, may_score, to_judge
from models.nominee import Nominee, NotThere, numbers_of
from models.staff import JURY, Staff, answers_for, position_of


def _juror(turn: Turn) -> Staff | None:
    held = position_of(turn.session, turn.worker.id)
    return held if held is not None and held.role == JURY else None


def jury(turn: Turn, arg: str) -> list[Say]:
    """List the awards a juror scores now; there are few at a time."""
    staff = _juror(turn)
    if staff is None:
        return [say("score", "not_jury").offering(AWARDS)]
    rows = to_judge(turn.session, turn.atlas.branch(staff.union_code))
    if not rows:
        return [say("score", "nothing").offering(AWARDS)]
    shown, more = page_of(rows, page_number(arg))
    choices = [Choice(turn.named(r), f"v:judging:{short(r.id)}") for r in shown]
    if more:
        choices.append(next_page("v:jury:", len(rows), page_number(arg)))
    return [say("score", "which").offering(*choices)]


def judging(turn: Turn, arg: str) -> list[Say]:
    """List the nominees of an award with what this juror gave them."""
    key, _, page = arg.partition(".")
    staff, award = _juror(turn), turn.session.get(Award, long(key))
    if staff is None or award is None or award.phase not in SCORING:
        return [say("score", "nothing").offering(AWARDS)]
    if not answers_for(turn.atlas, staff, award.union_code):
        return [gone()]
    ids = numbers_of(turn.session, award.id)
    given = given_by(turn.session, award.id, staff.id)
    shown, more = page_of(ids, page_number(page))
    choices = [
        Choice(
            Word(
                "score",
                "line",
                {"who": nominee_line(turn, award, one), "points": given.get(one)},
            ),
            f"v:nominee:{short(one)}",
        )
        for one, _ in shown
    ]
    if more:
        press = f"v:judging:{key}."
        choices.append(next_page(press, len(ids), page_number(page)))
    done = {"given": len(given), "count": len(ids), "until": award.notice_at}
    message = Say(
        Word("score", "progress", done), title=turn.named(award), back=JUDGE.press
    )
    return [message.offering(*choices)]


def _scored(turn: Turn, arg: str) -> tuple[Staff, Award, Nominee] | None:
    found, staff = nominee_at(turn, arg), _juror(turn)
    if found is None or staff is None or not may_score(turn.atlas, staff, *found):
        return None
    return staff, *found


class Score(Flow):
    """Give a nominee points; the newest count."""

    name: ClassVar[str] = "score"
    about_others: ClassVar[bool] = True
    has_subject: ClassVar[bool] = True

    points: Points = ask()

    @classmethod
    def refuse(cls, turn: Turn, subject: str) -> list[Say] | None:
        """Refuse who is not on this jury, or comes at the wrong time."""
        found = _scored(turn, subject)
        if found is None:
            return [say("score", "not_jury").offering(AWARDS)]
        if found[1].phase not in SCORING:
            return [say("score", "nothing").offering(AWARDS)]
        return None

    @classmethod
    def title(cls, turn: Turn, subject: str, named: bool = False) -> Word:
        """Say whom, so that nobody scores one and means another."""
        row = turn.session.get(Nominee, long(subject))
        if row is None:
            return super().title(turn, subject)
        name = name_of(turn, row) if named else ""
        return Word(cls.name, "title", {"number": row.number, "name": name})

    @classmethod
    def about(cls, turn: Turn, subject: str) -> int | None:
        """Keep the juror's words as the nominee's data."""
        row = turn.session.get(Nominee, long(subject))
        return row.worker_id if row else None

    def finish(self, turn: Turn) -> Say:
        """Keep the score."""
        found = _scored(turn, self.subject)
        if found is None:
            return gone()
        staff, award, row = found
        score = (turn.atlas, award, staff, row, self.points, turn.now)
        try:
            juries.give(turn.session, *score)
        except (TooLate, NotThere):
            return say("score", "nothing").offering(AWARDS)
        back = Choice(Word("score", "go_on"), f"v:judging:{short(award.id)}")
        facts = {"number": row.number, "points": self.points}
        return Say(Word("score", "done", facts), about=row.worker_id).offering(back)
