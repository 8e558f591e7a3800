"""Cases: what workers turn to the union with, in the order in which they press.

What may be done about one is done by the operations that the chat's presses call, so
that who may, what is written down and what the worker is told are the same.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, func, select

from bot.console import case_acts, case_file, case_talk
from bot.console.case_file import PATH, at, badge
from bot.console.desk import Desk, Label, Text
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.pictured import as_it_is
from bot.console.sent_file import sent
from bot.console.views import Input, Line, List, View, choose
from handlers.question import label
from models import review
from models.case import OPEN, Case, Course
from models.case_docket import PRESSING
from models.case_kind import CaseKind
from models.identity import mask_name
from models.staff import OFFICER, SERVING
from models.worker import Worker

ORDER = (PRESSING, Case.opened_at, Case.id)
NEWEST = (Case.opened_at, Case.id)
NEAR = timedelta(days=7)
"""So long before its last safe day a case is shown as pressing."""

COURSES: dict[str, tuple[Course, ...]] = {
    "open": OPEN,
    **{course.value: (course,) for course in Course},
    "all": tuple(Course),
}
COURSE_NAMES: dict[str, Text] = {
    "open": Label("Not closed"),
    **{course.value: label(course) for course in Course},
    "all": Label("All"),
}
PRESSES: dict[str, tuple[Text, Callable[[Desk], Any]]] = {
    "urgent": (Label("Urgent"), lambda desk: col(Case.urgent)),
    "near": (
        Label("Last safe day near"),
        lambda desk: col(Case.safe_day) <= desk.today + NEAR,
    ),
    "late": (Label("Overdue"), lambda desk: Case.due < desk.today),
    "alike": (Label("Many name one employer"), lambda desk: col(Case.warned)),
}
WHOSE: dict[str, tuple[Text, Callable[[Desk], Any]]] = {
    "mine": (Label("With me"), lambda desk: Case.staff_id == desk.staff.id),
}


@dataclass(frozen=True)
class Asked:
    """What of the cases is asked for, as it stands in an address."""

    course: str = "open"
    kind: str = ""
    press: str = ""
    whose: str = ""

    @property
    def path(self) -> str:
        """The address of the list of them."""
        given = (f"{name}={value}" for name, value in vars(self).items() if value)
        return f"{PATH}?{'&'.join(given)}"

    def where(self, desk: Desk) -> tuple[Any, ...]:
        """Return what it asks of a case that is among those of who looks."""
        chosen = (PRESSES.get(self.press), WHOSE.get(self.whose))
        return (
            col(Case.union_code).in_(desk.unions),
            Case.worker_id != desk.worker.id,
            col(Case.course).in_(COURSES[self.course]),
            *((Case.kind == self.kind,) if self.kind else ()),
            *(condition(desk) for _, condition in filter(None, chosen)),
        )


def asked_of(desk: Desk) -> Asked:
    """Read what is asked for in the address; what is not offered is not asked."""

    def one(name: str, among: Iterable[str], usual: str = "") -> str:
        value = desk.query.get(name, usual)
        return value if value in among else usual

    return Asked(
        one("course", COURSES, "open"),
        one("kind", [*CaseKind]),
        one("press", PRESSES),
        one("whose", WHOSE),
    )


def list_(desk: Desk, row: str) -> View:
    """List cases: of the open ones what presses first, of the others the newest."""
    asked = asked_of(desk)
    over = not set(COURSES[asked.course]) & set(OPEN)
    query, after = select(Case).where(*asked.where(desk)), desk.query.get("after", "")
    order = NEWEST if over else ORDER
    rows, more = page_of(desk.session, query, order, after, newest_first=over)
    return List(
        Label("Cases"),
        (
            Label("Number"),
            Label("Kind"),
            Label("Name"),
            Label("Union"),
            Label("Last safe day"),
            Label("Asked for help"),
        ),
        tuple(_line(desk, row) for row in rows),
        Label("No cases here."),
        _filters(asked),
        after=more,
    )


def _filters(asked: Asked) -> tuple[Input, ...]:
    every: dict[str, Text] = {"": Label("All")}
    kinds = every | {kind.value: label(kind) for kind in CaseKind}
    presses = every | {name: text for name, (text, _) in PRESSES.items()}
    whose = every | {name: text for name, (text, _) in WHOSE.items()}
    return (
        choose("course", Label("State"), asked.course, COURSE_NAMES),
        choose("kind", Label("Kind"), asked.kind, kinds),
        choose("press", Label("What presses"), asked.press, presses),
        choose("whose", Label("With whom"), asked.whose, whose),
    )


def _line(desk: Desk, row: Case) -> Line:
    worker = desk.session.get_one(Worker, row.worker_id)
    name = review.who_is(desk.session, desk.kit.keys, worker)["name"]
    cells = (
        row.number,
        label(row.kind),
        mask_name(name),
        desk.union(row.union_code),
        str(row.safe_day) if row.safe_day and row.course in OPEN else "",
        desk.moment(row.opened_at),
    )
    return Line(at(row), cells, badge(desk, row))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what is to be seen to, by why; what cannot wait is late."""
    waiting = Course.WAITING.value
    for text, asked, late in (
        (Label("Urgent cases to take"), Asked(waiting, press="urgent"), True),
        (Label("Cases overdue"), Asked(waiting, press="late"), True),
        (Label("Last safe day near"), Asked(press="near"), True),
        (Label("Cases to take"), Asked(waiting), False),
        (Label("Cases with me"), Asked("taken", whose="mine"), False),
    ):
        yield from _counted(desk, text, asked, late)
    if desk.staff.role == OFFICER:
        yield from _counted(
            desk, Label("Many cases name one employer"), Asked(press="alike"), True
        )


def _counted(desk: Desk, text: Text, asked: Asked, late: bool) -> Iterable[Waiting]:
    counted = select(func.count(), func.min(Case.opened_at)).where(*asked.where(desk))
    count, since = desk.session.exec(counted).one()
    if count:
        yield Waiting(text, count, since, asked.path, late)


MINE = Rule(SERVING, case_file.own)
TAKEN = Rule(SERVING, case_talk.own)
ANYBODY = Rule(SERVING, whole)

CASES = Noun(
    "cases",
    Label("Cases"),
    (
        Page("", ANYBODY, list_),
        Page("{key}", MINE, case_file.show, case_file.note),
        Page(
            "{key}/file",
            Rule(SERVING, case_file.own_file),
            as_it_is,
        ),
        *(
            Form(f"{{key}}/{act.name}", MINE, act.show, act.do)
            for act in case_acts.ACTS
        ),
        Form(
            "{key}/reveal",
            Rule(SERVING, case_acts.own_called),
            case_acts.ask_reveal,
            case_acts.show_number,
        ),
        Page("{key}/talk", TAKEN, case_talk.show),
        Page("{key}/news", TAKEN, case_talk.news),
        Form("{key}/begin", TAKEN, case_talk.show, case_talk.begin),
        Form("{key}/say", TAKEN, case_talk.show, case_talk.say, sent, case_talk.owner),
        Form("{key}/end", TAKEN, case_talk.show, case_talk.end),
    ),
    waits,
)
