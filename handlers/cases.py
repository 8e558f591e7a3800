"""Cases as their worker follows them: what was told, where it stands, what to do."""

from collections.abc import Iterator
from datetime import date

from handlers.files import sent_words
from handlers.hanging_up import tell_over
from handlers.offers import page_number
from handlers.question import label
from handlers.say import Choice, Say, Text, Word, say
from handlers.stars import star_choices, stars
from handlers.turn import Turn
from handlers.vouchers import SIZE, further
from models import case_following
from models.application import CannotDecide
from models.case import OPEN, Case, Course, chats_in
from models.case_docket import cases_of
from models.case_entry import CaseEntry, Side, last_entries
from models.case_file import CaseFile
from models.columns import long, short
from models.dispute import Stage, clocks
from models.identity import mask_ids
from models.message import Kind

ASK_HELP = Choice(Word("case", "name"), "f:case:")
MY_CASES = Choice(Word("cases", "mine"), "v:cases:0")

MOST_SHOWN = 5
"""How many of its last entries a case shows."""

LONGEST_SHOWN = 200
"""How many characters of an entry it shows."""

Rows = Iterator[tuple[Text, Text]]


def mine(turn: Turn, arg: str) -> Case | None:
    """Return a case of this person's."""
    row = turn.session.get(Case, long(arg))
    return row if row is not None and row.worker_id == turn.worker.id else None


def list_(turn: Turn, arg: str) -> list[Say]:
    """List this person's cases, the newest first."""
    number = page_number(arg)
    rows = cases_of(turn.session, turn.worker.id, number * SIZE, SIZE + 1)
    if not rows and number:
        return list_(turn, "0")
    if not rows:
        return [say("cases", "none").offering(ASK_HELP)]
    choices = [Choice(_line(row), f"v:my_case:{short(row.id)}") for row in rows[:SIZE]]
    choices += further(rows, f"v:cases:{number + 1}")
    return [say("cases", "list").offering(*choices, ASK_HELP)]


def _line(row: Case) -> Word:
    line = {
        "kind": label(row.kind),
        "number": row.number,
        "course": label(row.course),
    }
    return Word("cases", "line", line)


def look(turn: Turn, arg: str) -> list[Say]:
    """Show where a case stands, the last safe day first, and what can be done."""
    row = mine(turn, arg)
    return [followed(turn, row)] if row else [not_yours()]


def followed(turn: Turn, row: Case) -> Say:
    """Return a case as its worker follows it."""
    union = turn.named(turn.atlas.unions[row.union_code])
    stands = {"union": union, "due": row.due}
    return Say(
        Word("cases", f"is_{row.course}", stands),
        before=safe_day_words(row, turn.today),
        title=Word("cases", "title", {"kind": label(row.kind)}),
        rows=tuple(_rows(turn, row)),
        choices=(*_choices(row), MY_CASES),
        after=Word("cases", "no_advice") if row.relation else None,
    )


def safe_day_words(row: Case, today: date) -> Word | None:
    """Return the last safe day of a case, which is said before all else."""
    if row.course not in OPEN or row.safe_day is None:
        return None
    sues = row.stage is Stage.AWARDED
    late = "late" if row.safe_day < today else "sue" if sues else "claim"
    return Word("cases", f"safe_day_{late}", {"due": row.safe_day})


def _rows(turn: Turn, row: Case) -> Rows:
    yield Word("cases", "label_number"), row.number
    yield Word("cases", "label_course"), label(row.course)
    yield from dispute_rows(row)
    if turn.trusted:
        yield from _said(turn, row)
    if row.outcome is not None:
        yield Word("case_close", "label_outcome"), label(row.outcome)
    if turn.trusted and (answer := row.read_answer(turn.keys)):
        yield Word("case_close", "label_answer"), answer
    if row.rating is not None:
        yield Word("services", "label_rating"), stars(row.rating)


def dispute_rows(row: Case) -> Rows:
    """Yield what a dispute is about, its stage, and the days that matter."""
    if row.matter is not None:
        yield Word("case", "label_matter"), label(row.matter)
    if row.stage is not None and row.course in OPEN:
        yield Word("case_stage", "label_stage"), label(row.stage)
    for clock, day in (clocks(row.dispute) if row.dispute else {}).items():
        if row.course in OPEN:
            yield label(clock), Word("cases", "day", {"due": day})


def _said(turn: Turn, row: Case) -> Rows:
    yield Word("case", "label_story"), brief(row.load(turn.keys)["story"])
    for entry in last_entries(turn.session, row.id, MOST_SHOWN):
        if entry.side is not Side.NOTE:
            yield said_by(entry), words_of(turn, row, entry)


def said_by(entry: CaseEntry) -> Word:
    """Return who wrote an entry, and when."""
    return Word("cases", f"side_{entry.side}", {"at": entry.at})


def words_of(turn: Turn, row: Case, entry: CaseEntry, masked: bool = False) -> Text:
    """Return what an entry says, an ID number in it masked, behind the file it has."""
    key = row.open_key(turn.keys)
    words = entry.read(key)
    shown = brief(mask_ids(words) if masked else words)
    if entry.picture_id is None:
        return shown
    sent = sent_words(turn.session.get(CaseFile, entry.picture_id), key)
    return Word("cases", "file_and_words", {"file": sent, "words": shown})


def brief(words: str) -> str:
    """Return words short enough for a row."""
    cut = len(words) > LONGEST_SHOWN
    return f"{words[:LONGEST_SHOWN]}…" if cut else words


def _choices(row: Case) -> tuple[Choice, ...]:
    key = short(row.id)
    if row.course in OPEN:
        add = Choice(Word("case_add", "name"), f"f:case_add:{key}")
        return add, Choice(Word("cases", "withdraw"), f"a:withdraw_case:{key}")
    unrated = row.course is Course.CLOSED and row.rating is None
    return star_choices("rate_case", key) if unrated else ()


def withdraw(turn: Turn, arg: str) -> list[Say]:
    """Take a case back; asks once whether that is meant."""
    key, _, sure = arg.partition(".")
    row = mine(turn, key)
    if row is None:
        return [not_yours()]
    if row.course not in OPEN:
        return [followed(turn, row)]
    if not sure:
        yes = Choice(Word("cases", "withdraw_sure"), f"a:withdraw_case:{key}.sure")
        no = Choice(Word("cases", "withdraw_not"), f"v:my_case:{key}")
        return [say("cases", "withdraw_ask").offering(yes, no)]
    talking = chats_in(turn.session, row.id)
    try:
        case_following.withdraw(turn.session, row, turn.now)
    except CannotDecide:
        return [followed(turn, row)]
    tell_over(turn, row, talking)
    done = Say(Word("cases", "withdrawn", {"number": row.number}), kind=Kind.RECEIPT)
    return [done.offering(MY_CASES)]


def rate(turn: Turn, arg: str) -> list[Say]:
    """Keep how this person was served; another press changes it."""
    key, _, given = arg.partition(".")
    row = mine(turn, key)
    if row is None:
        return [not_yours()]
    if not case_following.rate(turn.session, row, page_number(given)):
        return [followed(turn, row)]
    given_stars = stars(page_number(given))
    return [say("cases", "rated", rating=given_stars).offering(MY_CASES)]


def not_yours() -> Say:
    """Say that there is no such case."""
    return say("cases", "not_yours").offering(MY_CASES)
