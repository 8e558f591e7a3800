"""Filing: somebody opens a case; its union is told, and warned where many are alike."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from models.application import new_number
from models.case import Case, Course
from models.case_docket import open_cases
from models.case_entry import Side, add_entry
from models.case_file import bring
from models.case_kind import DISPUTES, KINDS, CaseKind
from models.case_news import WARNED, announce, officers, recall_safe_day, tell_staff
from models.columns import new_id
from models.dispute import Matter, Relation, Stage, safe_day
from models.errors import Failure
from models.identity import normalise_text
from models.rules import Rules
from models.sealing import Keyring, new_key
from models.workdays import add_workdays
from models.worker import Worker, hold_id

MOST_OPEN = 5
"""How many cases of one person may be open at a time."""

MOST_PEOPLE = 100_000


class TooMany(Failure):
    """This person has as many open cases as they may have (permanent)."""


@dataclass(frozen=True)
class Told:
    """What somebody tells when they open a case."""

    kind: CaseKind
    union_code: str
    story: str
    mobile: str = ""
    employer: str = ""
    people: int = 1
    matter: Matter | None = None
    relation: Relation | None = None
    since: date | None = None
    picture_id: int | None = None
    urgent: bool = False


def open_case(
    session: Session,
    keys: Keyring,
    worker: Worker,
    chat_id: int,
    told: Told,
    rules: Rules,
    now: datetime,
    today: date,
) -> Case:
    """Open a case, have the union told, and recall its last safe day in time.

    Raises TooMany where as many are open; never for what is urgent.
    """
    if not told.urgent and open_cases(session, worker.id) >= MOST_OPEN:
        raise TooMany
    row = _made(keys, worker, chat_id, told, rules, now, today)
    session.add(row)
    session.flush()
    sent = bring(session, keys, row, told.picture_id or 0)
    if sent is not None:
        add_entry(session, keys, row, Side.WORKER, "", now, picture_id=sent.id)
    announce(session, row, now)
    recall_safe_day(session, row, now, today)
    _warn(session, keys, row, rules, now)
    return row


def _made(
    keys: Keyring,
    worker: Worker,
    chat_id: int,
    told: Told,
    rules: Rules,
    now: datetime,
    today: date,
) -> Case:
    """Make the row of a case."""
    number = new_id()
    row = Case(
        id=number,
        number=new_number(),
        worker_id=worker.id,
        chat_id=chat_id,
        union_code=told.union_code,
        kind=told.kind,
        urgent=told.urgent,
        key=keys.wrap(f"case.key|{number}", new_key()),
        facts=b"",
        people=told.people,
        matter=told.matter,
        relation=told.relation,
        since=told.since,
        opened_at=now,
        due=add_workdays(today, KINDS[told.kind].days(rules.case_days)),
    )
    if told.kind in DISPUTES and told.relation is not None:
        row.stage, row.stage_on = Stage.NEGOTIATION, today
        row.safe_day = safe_day(row.dispute) if row.dispute else None
    facts = {"story": told.story, "mobile": told.mobile}
    row.keep(keys, facts | {"employer": normalise_text(told.employer)})
    row.tag(keys)
    return row


def _warn(
    session: Session, keys: Keyring, row: Case, rules: Rules, now: datetime
) -> None:
    """Warn the officers once so many similar cases name one employer.

    Two that come at the same instant take turns, or neither would see the other.
    """
    if row.employer_tag is None:
        return
    hold_id(session, [row.employer_tag])
    found = similar(session, keys, row, rules, now)
    if len(found) >= rules.similar_cases and not any(one.warned for one in found):
        row.warned = True
        session.add(row)
        tell_staff(session, WARNED, row, officers(session, row), now)


def similar(
    session: Session, keys: Keyring, row: Case, rules: Rules, now: datetime
) -> list[Case]:
    """Return the cases of late of the same kind and matter about the same employer."""
    employer = row.load(keys)["employer"]
    found = select(Case).where(
        col(Case.employer_tag).in_(keys.tags("employer", employer)),
        Case.opened_at > now - timedelta(days=rules.similar_days),
        Case.kind == row.kind,
        Case.course != Course.WITHDRAWN,
        col(Case.matter).is_(None) if row.matter is None else Case.matter == row.matter,
    )
    return list(session.exec(found.order_by(col(Case.opened_at))))
