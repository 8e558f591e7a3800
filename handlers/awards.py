"""Awards in a chat: which there are, who is nominated, and voting.

A message that shows a nominee is about them: it goes with them, and out of voters'
chats once the ballots are counted.
"""

from collections.abc import Callable, Iterator

from handlers.card import has_card
from handlers.my_application import JOIN, MY_APPLICATION
from handlers.offers import PAGE, next_page, page_number, page_of
from handlers.question import label
from handlers.say import Choice, Say, Text, Word, say
from handlers.turn import Turn
from models import ballot
from models.award import SHOWN, Award, Phase, TooLate, awards_among
from models.ballot import CannotVote
from models.columns import long, short
from models.jury import SCORING, may_score
from models.nominee import CHANGEABLE, Candidacy, Nominee, nominee_of, numbers_of
from models.result import has_won, winners
from models.staff import JURY, SERVING, position_of
from models.worker import Worker

AWARDS = Choice(Word("awards", "name"), "v:awards:0")
SUGGEST = Choice(Word("suggest", "name"), "f:suggest:")
SUGGESTIONS = Choice(Word("suggest", "mine"), "v:suggestions:0")
JUDGE = Choice(Word("score", "jury"), "v:jury:0")

RESULTS = (Phase.NOTICE, Phase.OVER)
"""The phases in which the result may be read."""

Rows = Iterator[tuple[Text, Text]]


def awards(turn: Turn, arg: str) -> list[Say]:
    """List the awards of somebody's union, and the ways to suggest something."""
    rows = awards_among(turn.session, _unions(turn))
    held = position_of(turn.session, turn.worker.id)
    last = (
        *((JUDGE,) if held and held.role == JURY else ()),
        SUGGEST,
        SUGGESTIONS,
    )
    number = page_number(arg)
    shown, more = page_of(rows, number, PAGE - len(last))
    choices = [Choice(_line(turn, row), f"v:award:{short(row.id)}") for row in shown]
    if more:
        room = PAGE - len(last)
        choices.append(next_page("v:awards:", len(rows), number, room))
    words = Word("awards", "list" if rows else "none")
    return [Say(words, choices=(*choices, *last))]


def _unions(turn: Turn) -> set[str]:
    """Return the unions whose awards somebody may read: as a member, staff or juror."""
    held = position_of(turn.session, turn.worker.id)
    serves = held is not None and held.role in (JURY, *SERVING)
    own = turn.atlas.branch(held.union_code) if held and serves else set()
    return {*turn.atlas.line(turn.worker.union_code), *own}


def _line(turn: Turn, row: Award) -> Word:
    named = {"name": turn.named(row), "phase": label(row.phase)}
    return Word("awards", "line", named)


def award_at(turn: Turn, arg: str) -> Award | None:
    """Return the award with this key, if this person may read it."""
    row = turn.session.get(Award, long(arg))
    readable = (
        row is not None and row.phase in SHOWN and row.union_code in _unions(turn)
    )
    return row if readable else None


def unless_theirs(turn: Turn, row: Award) -> Say | None:
    """Return why somebody has no part in an award; None where they have."""
    if not has_card(turn):
        way = MY_APPLICATION if turn.latest else JOIN
        return say("awards", "members_only").offering(way)
    if not row.is_for(turn.atlas, turn.worker):
        return say("awards", "not_for_you").offering(AWARDS)
    return None


def gone() -> Say:
    """Say that there is no such award or nominee."""
    return say("awards", "gone").offering(AWARDS)


def award(turn: Turn, arg: str) -> list[Say]:
    """Show one award: where it stands, until when, and what may be done."""
    row = award_at(turn, arg)
    if row is None:
        return [gone()]
    own = nominee_of(turn.session, row.id, turn.worker.id)
    message = Say(
        Word("awards", f"phase_{row.phase}", _facts(turn, row)),
        after=_no_part(turn, row),
        title=turn.named(row),
        rows=tuple(_about(turn, row, own)),
        choices=tuple(_ways(turn, row, own)),
        back=AWARDS.press,
    )
    return [message]


def _no_part(turn: Turn, row: Award) -> Word | None:
    """Say why somebody has no part in what is going on, before they look for a way."""
    if row.phase not in (Phase.NOMINATING, Phase.VOTING):
        return None
    instead = unless_theirs(turn, row)
    return instead.text if instead else None


def _facts(turn: Turn, row: Award) -> dict[str, object]:
    return {
        "until": row.starts.get(_next(row.phase), row.over_at),
        "choices": row.choices,
        "winners": _count_winners(turn, row),
        "vote_share": row.vote_share,
        "jury_share": row.jury_share,
    }


def _count_winners(turn: Turn, row: Award) -> int:
    return len(winners(turn.session, row)) if row.phase in RESULTS else 0


def _next(phase: Phase) -> Phase:
    order = [*SHOWN, Phase.OVER]
    return order[order.index(phase) + 1]


def _about(turn: Turn, row: Award, own: Nominee | None) -> Rows:
    union = turn.atlas.unions[row.union_code]
    yield Word("awards", "union"), turn.named(union)
    yield Word("awards", "seats"), str(row.seats)
    if row.groups:
        groups = [turn.named(turn.atlas.groups[code]) for code in row.groups.split()]
        yield Word("awards", "groups"), Word("common", "joined", {"texts": groups})
    if row.phase is Phase.VOTING and unless_theirs(turn, row) is None:
        picks = ballot.picks_of(turn.session, turn.keys, row, turn.worker)
        yield Word("awards", "votes"), _votes(row, picks)
    if own is not None:
        yield Word("awards", "own"), label(own.standing)
    if row.is_counted:
        yield Word("awards", "ballots"), str(row.ballots)
        yield Word("awards", "digest"), row.digest


def _votes(row: Award, picks: list[int]) -> Word:
    used = {"used": len(picks), "left": row.choices - len(picks)}
    return Word("awards", "votes_left", used)


def _ways(turn: Turn, row: Award, own: Nominee | None) -> Iterator[Choice]:
    key = short(row.id)
    if row.phase is Phase.NOMINATING and unless_theirs(turn, row) is None:
        yield Choice(Word("nominate", "name"), f"f:nominate:{key}")
    if row.last_number:
        listed = Word("awards", "results" if row.phase in RESULTS else "nominees")
        yield Choice(listed, f"v:nominees:{key}")
    if row.phase is Phase.NOTICE and winners(turn.session, row):
        yield Choice(Word("object", "name"), f"f:object:{key}")
    runs = own is not None and own.standing in (Candidacy.PROPOSED, Candidacy.CONFIRMED)
    if own and runs and row.phase in CHANGEABLE:
        yield Choice(Word("nominate", "step_down"), f"a:nominee_no:{short(own.id)}")


def nominees(turn: Turn, arg: str) -> list[Say]:
    """List the nominees of an award, by number, or by place once there is a result."""
    key, _, page = arg.partition(".")
    row = award_at(turn, key)
    if row is None:
        return [gone()]
    ids = numbers_of(turn.session, row.id, by_place=row.phase in RESULTS)
    number = page_number(page)
    shown, more = page_of(ids, number)
    choices = [
        Choice(nominee_line(turn, row, found), f"v:nominee:{short(found)}")
        for found, _ in shown
    ]
    if more:
        choices.append(next_page(f"v:nominees:{key}.", len(ids), number))
    facts = {"count": len(ids), "winners": _count_winners(turn, row)}
    message = Say(
        Word("awards", "who_won" if row.phase in RESULTS else "who_runs", facts),
        title=turn.named(row),
        choices=tuple(choices),
        back=f"v:award:{key}",
    )
    return [message]


def nominee_line(turn: Turn, award: Award, nominee_id: int) -> Word:
    """Return a nominee as a choice: number, name, and the result once there is one."""
    row = turn.session.get_one(Nominee, nominee_id)
    named = _named(turn, row)
    if award.phase not in RESULTS:
        return Word("awards", "nominee_line", named)
    named |= {"place": row.place, "points": as_points(row.points)}
    named["won"] = has_won(award, row)
    return Word("awards", "result_line", named)


def name_of(turn: Turn, row: Nominee) -> str:
    """Return the name a nominee lets everybody read."""
    return row.name(turn.keys, turn.session.get_one(Worker, row.worker_id))


def as_points(hundredths: int) -> str:
    """Write hundredths of a point."""
    return f"{hundredths / 100:.2f}"


def nominee_at(turn: Turn, arg: str) -> tuple[Award, Nominee] | None:
    """Return a confirmed nominee and the award, if this person may read them."""
    row = turn.session.get(Nominee, long(arg))
    found = award_at(turn, short(row.award_id)) if row else None
    if row is None or found is None or row.standing is not Candidacy.CONFIRMED:
        return None
    return found, row


def nominee(turn: Turn, arg: str) -> list[Say]:
    """Show one nominee with the story, and let a voter vote."""
    found = nominee_at(turn, arg)
    if found is None:
        return [gone()]
    row, one = found
    person = turn.session.get_one(Worker, one.worker_id)
    turn.about = person.id
    message = Say(
        Word("awards", "story", {"text": one.read(turn.keys, person, "story")}),
        title=Word("awards", "nominee_line", _named(turn, one)),
        rows=tuple(_results(turn, row, one, person)),
        choices=tuple(_votings(turn, row, one)),
        back=f"v:nominees:{short(row.id)}",
        about=person.id,
        image=one.photo_id if turn.trusted else None,
    )
    return [message]


def _named(turn: Turn, row: Nominee) -> dict[str, object]:
    return {"number": row.number, "name": name_of(turn, row)}


def _results(turn: Turn, row: Award, one: Nominee, person: Worker) -> Rows:
    yield Word("awards", "award"), turn.named(row)
    if person.group in turn.atlas.groups:
        yield Word("join", "label_group"), turn.named(turn.atlas.groups[person.group])
    if row.phase in RESULTS:
        yield Word("awards", "place"), str(one.place)
        yield Word("awards", "votes_got"), str(one.votes)
        yield Word("awards", "jury_points"), as_points(one.jury_points)
        yield Word("awards", "points"), as_points(one.points)


def _votings(turn: Turn, row: Award, one: Nominee) -> Iterator[Choice]:
    key = short(one.id)
    if row.phase is Phase.VOTING and one.worker_id != turn.worker.id:
        yield from _vote_or_not(turn, row, one)
    held = position_of(turn.session, turn.worker.id)
    if row.phase in SCORING and may_score(turn.atlas, held, row, one):
        yield Choice(Word("score", "name"), f"f:score:{key}")
    following = _following(turn, row, one)
    if following is not None and row.phase not in RESULTS:
        yield Choice(Word("awards", "next"), f"v:nominee:{short(following)}")


def _vote_or_not(turn: Turn, row: Award, one: Nominee) -> Iterator[Choice]:
    if unless_theirs(turn, row) is None:
        picks = ballot.picks_of(turn.session, turn.keys, row, turn.worker)
        act = "unvote" if one.number in picks else "vote"
        yield Choice(Word("awards", f"do_{act}"), f"a:{act}:{short(one.id)}")


def _following(turn: Turn, row: Award, one: Nominee) -> int | None:
    """Return who stands below a nominee in the list; after the last comes the first."""
    ids = [found for found, _ in numbers_of(turn.session, row.id)]
    if len(ids) < 2:
        return None
    return ids[(ids.index(one.id) + 1) % len(ids)]


def vote(turn: Turn, arg: str) -> list[Say]:
    """Vote for a nominee; pressing twice is one vote."""
    return [_change(turn, arg, ballot.vote)]


def unvote(turn: Turn, arg: str) -> list[Say]:
    """Take a vote back."""
    return [_change(turn, arg, ballot.take_back)]


def _change(turn: Turn, arg: str, change: Callable[..., list[int]]) -> Say:
    """Change a ballot and say how many votes are left, or why it cannot be."""
    found = nominee_at(turn, arg)
    if found is None:
        return gone()
    row, one = found
    refused = unless_theirs(turn, row)
    if refused is not None:
        return refused
    everybody = Choice(Word("awards", "nominees"), f"v:nominees:{short(row.id)}")
    try:
        picks = change(turn.session, turn.keys, row, turn.worker, one, turn.now)
    except TooLate:
        return say("awards", "not_voting").offering(AWARDS)
    except CannotVote as refusal:
        return _cannot(turn, row, refusal).offering(everybody)
    turn.about = one.worker_id
    following = _following(turn, row, one)
    go_on = (Choice(Word("awards", "next"), f"v:nominee:{short(following or 0)}"),)
    facts = {"number": one.number, "votes": _votes(row, picks)}
    done = Word("awards", "voted" if one.number in picks else "unvoted", facts)
    message = Say(done, about=one.worker_id, back=f"v:nominee:{short(one.id)}")
    return message.offering(*(go_on if following else ()), everybody)


def _cannot(turn: Turn, row: Award, refusal: CannotVote) -> Say:
    """Say why a vote cannot be cast; who has none left may take one back here."""
    if refusal.code != "none_left":
        return Say(Word("awards", f"cannot_{refusal.code}"))
    picks = ballot.picks_of(turn.session, turn.keys, row, turn.worker)
    mine = [found for found, n in numbers_of(turn.session, row.id) if n in picks]
    choices = [
        Choice(nominee_line(turn, row, found), f"v:nominee:{short(found)}")
        for found in mine[: PAGE - 1]
    ]
    facts = {"count": row.choices}
    # Whom somebody votes for goes from the chat with the first of them.
    about = turn.session.get_one(Nominee, mine[0]).worker_id if mine else None
    words = Word("awards", "none_left", facts)
    return Say(words, choices=tuple(choices), about=about)
