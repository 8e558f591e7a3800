"""A case in the console: who, what, where it stands, all that was said, what to do now.

Names and numbers are masked; what was told in confidence is for who serves its union.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

from bot.console.desk import Desk, Label, Text
from bot.console.pictured import sent_file
from bot.console.records import position
from bot.console.views import Badge, Detail, Do, File, Line, Sheet, View
from handlers.cases import dispute_rows, safe_day_words
from handlers.handling import choices
from handlers.question import label
from handlers.say import Word
from handlers.stars import stars
from models import audit, review
from models.case import Case, Course
from models.case_entry import CaseEntry, Side, entries_of
from models.case_file import CaseFile, files_of
from models.case_filing import similar
from models.columns import long, short
from models.document import Document
from models.handling import has
from models.identity import mask_ids, mask_mobile, mask_name
from models.worker import Worker

PATH = "/console/cases"
BACK = Do(Label("Cases"), PATH)
TONES = {Course.WAITING: "wait", Course.TAKEN: "", Course.CLOSED: "good"}
WAYS = {
    "a:take_case": ("take", "main"),
    "a:talk": ("talk", "main"),
    "f:case_close": ("close", ""),
    "f:case_note": ("note", ""),
    "f:case_stage": ("stage", ""),
    "f:case_pass": ("pass", ""),
    "a:let_go_case": ("let-go", ""),
}
"""The page for each thing that the chat, too, offers to do, and how it looks."""

AT_ONCE = ("take", "let-go")
Facts = tuple[tuple[Text, Text], ...]


@dataclass(frozen=True)
class Said:
    """One entry of a case, as it is shown; `side` says how it looks."""

    n: int
    side: Side
    who: Text
    at: str
    words: str
    document: Document | None = None
    file: str = ""
    """The address of the picture or the document."""


@dataclass(frozen=True)
class Dossier(Detail):
    """All about one case, and what both sides said."""

    template: ClassVar[str] = "case"

    entries: tuple[Said, ...] = ()


def own(desk: Desk, key: str) -> Case | None:
    """Return a case one may see to."""
    row = desk.session.get(Case, long(key))
    may = row is not None and review.may_review(desk.kit.atlas, desk.staff, row)
    return row if may else None


def at(row: Case) -> str:
    """Return the address of a case."""
    return f"{PATH}/{short(row.id)}"


def back(row: Case) -> Do:
    """Return the way back to a case."""
    return Do(title(row), at(row))


def title(row: Case) -> Word:
    """Say which case it is."""
    return Word("handling", "title", {"kind": label(row.kind), "number": row.number})


def badge(desk: Desk, row: Case) -> Badge:
    """Say the one thing about a case that matters most in a list."""
    if row.course is Course.WAITING and row.urgent:
        return Badge(Label("Urgent"), "bad")
    if row.course is Course.WAITING and row.due < desk.today:
        return Badge(Label("Overdue"), "bad")
    if has(desk.staff, row):
        return Badge(Label("Yours"), "good")
    return Badge(label(row.course), TONES.get(row.course, ""))


def note(desk: Desk, row: Case) -> None:
    """Write down that somebody looks at a case."""
    audit.record(desk.session, desk.now, desk.staff.id, "case.read", row.id)


def show(desk: Desk, row: Case) -> View:
    """Show a case with all that was said, and what may be done."""
    return Dossier(
        title(row),
        tuple(sheet for sheet in _sheets(desk, row) if _says(sheet)),
        badge(desk, row),
        tuple(_notices(desk, row)),
        tuple(_ways(desk, row)),
        BACK,
        entries=entries(desk, row),
    )


def _says(sheet: Sheet) -> bool:
    return bool(sheet.rows or sheet.lines or sheet.text)


def _notices(desk: Desk, row: Case) -> Iterable[Text]:
    stands = "yours" if has(desk.staff, row) else row.course
    yield Word("handling", f"look_{stands}", {"due": row.due})
    if (day := safe_day_words(row, desk.today)) is not None:
        yield day
    if row.said_at is not None:
        yield Label("A talk goes on with the worker; the bot is silent meanwhile.")
    if warning := _warning(desk, row):
        yield warning


def _ways(desk: Desk, row: Case) -> Iterable[Do]:
    for choice in choices(desk.staff, row):
        name, kind = WAYS[choice.press.rpartition(":")[0]]
        yield Do(choice.label, f"{at(row)}/{name}", name in AT_ONCE, kind)
    if row.load(desk.kit.keys)["mobile"]:
        yield Do(Label("Show the whole phone number"), f"{at(row)}/reveal")


def _sheets(desk: Desk, row: Case) -> Iterable[Sheet]:
    facts = row.load(desk.kit.keys)
    yield Sheet(Label("The worker"), _filled(_worker(desk, row, facts["mobile"])))
    story = mask_ids(facts["story"])
    yield Sheet(Label("What was told"), _filled(_told(row, facts)), text=story)
    yield Sheet(Label("The dispute"), tuple(dispute_rows(row)))
    yield Sheet(Label("Similar cases"), lines=tuple(_similar_lines(desk, row)))
    yield Sheet(Label("Outcome"), _filled(_outcome(desk, row)))


def _filled(rows: Iterable[tuple[Text, Text]]) -> Facts:
    return tuple((name, value) for name, value in rows if value)


def _worker(desk: Desk, row: Case, mobile: str) -> Facts:
    worker = desk.session.get_one(Worker, row.worker_id)
    known = review.who_is(desk.session, desk.kit.keys, worker)
    return (
        (Label("Name"), mask_name(known["name"])),
        (Label("Mobile"), mask_mobile(mobile) if mobile else ""),
        (Label("Union"), desk.union(row.union_code)),
        (Label("Asked for help"), desk.moment(row.opened_at)),
        (Label("With"), position(desk, row.staff_id) if row.staff_id else ""),
    )


def _told(row: Case, facts: dict[str, str]) -> Facts:
    people = str(row.people) if row.relation is not None else ""
    return (
        (Word("case", "label_employer"), facts["employer"]),
        (Word("case", "label_people"), people),
    )


def _outcome(desk: Desk, row: Case) -> Facts:
    given = stars(row.rating) if row.rating else ""
    return (
        (
            Word("case_close", "label_outcome"),
            label(row.outcome) if row.outcome else "",
        ),
        (Word("case_close", "label_answer"), row.read_answer(desk.kit.keys)),
        (Word("services", "label_rating"), given),
    )


def _alike(desk: Desk, row: Case) -> list[Case]:
    """Return the similar cases about the same employer, once they are many."""
    if row.employer_tag is None:
        return []
    kit = desk.kit
    found = similar(desk.session, kit.keys, row, kit.rules, desk.now)
    return found if len(found) >= kit.rules.similar_cases else []


def _warning(desk: Desk, row: Case) -> Text:
    found, days = _alike(desk, row), desk.kit.rules.similar_days
    warning = Label(
        "Warning: in {days} days {count} similar cases name the same employer.",
        days=days,
        count=len(found),
    )
    return warning if found else ""


def _similar_lines(desk: Desk, row: Case) -> Iterable[Line]:
    for one in _alike(desk, row):
        if one.id != row.id and review.may_review(desk.kit.atlas, desk.staff, one):
            yield Line(
                at(one),
                (one.number, desk.union(one.union_code), desk.moment(one.opened_at)),
                badge(desk, one),
            )


def entries(desk: Desk, row: Case, after: int = 0) -> tuple[Said, ...]:
    """Return what was said behind a number, in order."""
    key = row.open_key(desk.kit.keys)
    found = entries_of(desk.session, row.id, after)
    numbers = [e.picture_id for e in found if e.picture_id is not None]
    files = files_of(desk.session, row.id, numbers)
    return tuple(_said(desk, row, entry, key, files) for entry in found)


def _said(
    desk: Desk, row: Case, entry: CaseEntry, key: bytes, files: dict[int, CaseFile]
) -> Said:
    who = position(desk, entry.staff_id) if entry.staff_id else Label("The worker")
    words, number = mask_ids(entry.read(key)), entry.picture_id
    said = Said(entry.n, entry.side, who, desk.moment(entry.at), words)
    if number is None:
        return said
    kept = files.get(number)
    document = kept.document(key) if kept else None
    return replace(said, document=document, file=f"{at(row)}/file?n={entry.n}")


def own_file(desk: Desk, key: str) -> File | None:
    """Return a file of a case one may see to: that of an entry, or the first."""
    row, n = own(desk, key), desk.query.get("n", "")
    found = entries_of(desk.session, row.id) if row else []
    asked = (one.picture_id for one in found if n in ("", str(one.n)))
    return sent_file(desk, next(filter(None, asked), 0))
