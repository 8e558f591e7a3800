"""What happened: who did what to which row, when and why; and the chain's state.

An officer finds the acts on rows of their unions; an administrator those, and all that
positions of these unions do.  Nobody reads more here than ids, acts and reasons.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from bot.auditing import read_heads
from bot.console.desk import Desk, Label, Text
from bot.console.drawing import ROLES
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, whole
from bot.console.views import Badge, Detail, Do, Input, Line, List, Sheet, View, choose
from bot.console.words_of_deeds import KEPT_AT, NOUNS, SEARCHED, deed_of
from handlers.revealing import WHY
from models import audited, chain
from models.audit import AuditEntry
from models.columns import long, short
from models.staff import ADMINISTRATOR, JURY, OFFICER, Staff

PATH = "/console/deeds"
ORDER = (AuditEntry.id,)
DAYS = 30
"""So many days are searched where nothing is said of time or row."""

SAID: Mapping[str, Text] = {
    "own_words": Label("in own words"),
    "link": Label("by the link in the chat"),
    "password": Label("by password"),
}
"""What a detail says, where it is no code or number."""

WHO: Mapping[str, Text] = {**ROLES, JURY: Label("Jury")}


Things = Mapping[str, tuple[Noun, Page[Any] | Form[Any]]]
"""The page about one row of each part of the console."""


def things_of(nouns: tuple[Noun, ...]) -> Things:
    """Return which page shows a row of each noun."""
    return {
        noun.name: (noun, page)
        for noun in nouns
        for page in noun.pages
        if page.path == "{key}"
    }


def list_(things: Things, desk: Desk, row: str) -> View:
    """List acts, the newest first."""
    query = desk.query
    noun = query.get("noun", "") if query.get("noun") in NOUNS else ""
    actor, subject = query.get("actor", ""), query.get("subject", "")
    usual = "" if subject else str(desk.today - timedelta(days=DAYS))
    since, until = query.get("since", usual), query.get("until", "")
    after_last = _midnight(desk, until)
    asked = audited.asked_for(
        noun,
        # Of what is no id nothing is found: -1 is nobody's.
        (long(actor) or -1) if actor else 0,
        (long(subject) or -1) if subject else 0,
        _midnight(desk, since),
        after_last and after_last + timedelta(days=1),
    )
    of_mine = audited.of_rows
    if desk.staff.role == ADMINISTRATOR:
        of_mine = audited.of_branch
    chosen = select(AuditEntry).where(of_mine(desk.unions), *asked)
    rows, more = page_of(desk.session, chosen, ORDER, query.get("after", ""), True)
    return List(
        Label("What happened"),
        (Label("When"), Label("What"), Label("Row"), Label("By whom"), Label("Why")),
        tuple(_line(things, desk, row) for row in rows),
        Label("Nothing of this kind happened then."),
        (
            choose("noun", Label("Concerning"), noun, {"": Label("All"), **SEARCHED}),
            _field("actor", Label("Position"), actor),
            _field("subject", Label("Row"), subject),
            _field("since", Label("From"), since, "date"),
            _field("until", Label("Up to"), until, "date"),
        ),
        after=more,
        actions=(Do(Label("State of the chain"), f"{PATH}/chain"),),
    )


def _field(name: str, label: Label, value: str, kind: str = "text") -> Input:
    return Input(name, label, kind, value, required=False, longest=12)


def _midnight(desk: Desk, day: str) -> datetime | None:
    """Return when a day of the address begins there; None for what is no day."""
    try:
        found = date.fromisoformat(day)
    except ValueError:
        return None
    if not 2000 <= found.year < 3000:
        return None
    return datetime.combine(found, time(), ZoneInfo(desk.kit.rules.zone))


def _line(things: Things, desk: Desk, row: AuditEntry) -> Line:
    """Show an act; it leads to what it is about, where that is theirs to see."""
    about = short(row.subject_id) if row.subject_id else ""
    cells = (
        desk.moment(row.at),
        deed(desk, row.action),
        about,
        _who(desk, row),
        _why(desk, row.detail),
    )
    all_of_it = {2: f"{PATH}?subject={about}"} if about else {}
    return Line(_thing(things, desk, row), cells, links=all_of_it)


def _thing(things: Things, desk: Desk, row: AuditEntry) -> str:
    """Return where the row of an act is shown, to who may see it there."""
    name = row.action.partition(".")[0]
    is_coded = name in audited.CODED
    key = row.detail.partition(" ")[0] if is_coded else short(row.subject_id or 0)
    if KEPT_AT.get(name) not in things:
        return ""
    noun, page = things[KEPT_AT[name]]
    may = desk.staff.role in page.rule.roles and page.rule.own(desk, key) is not None
    return noun.address(page).replace("{key}", key) if may else ""


def deed(desk: Desk, action: str) -> str:
    """Say what was done, and to what; an act without words stands as it is written."""
    noun, done = action.partition(".")[0], deed_of(action)
    if noun not in NOUNS or done is None:
        return action
    return f"{desk.text(NOUNS[noun])} · {desk.text(done)}"


def _who(desk: Desk, row: AuditEntry) -> Text:
    """Name the position; who held it then is nobody's to read here."""
    if row.actor_id is None:
        return Label("by itself")
    staff = desk.session.get(Staff, row.actor_id)
    if staff is None:
        return short(row.actor_id)
    role = desk.text(WHO.get(staff.role, staff.role))
    return f"{desk.union(staff.union_code)} {role} {short(staff.id)}"


def _why(desk: Desk, detail: str) -> Text:
    reasons = {option.key: option.label for option in WHY.options(desk.turn, None)}
    return {**SAID, **reasons}.get(detail, detail)


def show_chain(desk: Desk, row: str) -> View:
    """Show how far the acts are sealed, and which head was written down last."""
    head = chain.head(desk.session)
    last = desk.session.get(AuditEntry, head.entry_id)
    waiting = select(func.count()).where(col(AuditEntry.id) > head.entry_id)
    open_ = desk.session.exec(waiting).one()
    rows: list[tuple[Text, Text]] = [
        (Label("Acts that are sealed"), str(head.n)),
        (Label("Sealed up to"), desk.moment(last.at) if last else ""),
        (Label("Acts not sealed yet"), str(open_)),
        (Label("The chain's head"), head.hash.hex() if head.n else ""),
    ]
    badge = Badge(Label("All is sealed"), "good")
    if open_:
        badge = Badge(Label("Being sealed"), "wait")
    return Detail(
        Label("State of the chain"),
        (
            Sheet(Label("The chain"), tuple(rows)),
            Sheet(Label("Written down outside the database"), _noted(desk)),
        ),
        badge,
        notice=(
            Label(
                "Each act is chained to the one before, so none can be changed or "
                "taken out unseen. ./run audit verify checks all of them."
            ),
        ),
        back=Do(Label("What happened"), PATH),
    )


def _noted(desk: Desk) -> tuple[tuple[Text, Text], ...]:
    """Return the last head in the file of heads, which operators copy elsewhere."""
    path = desk.kit.config.heads
    heads = read_heads(path)[0] if path.exists() else []
    if not heads:
        return ((Label("Last head"), Label("none yet")),)
    last = heads[-1]
    return (
        (Label("Day"), str(last.day)),
        (Label("Acts up to then"), str(last.n)),
        (Label("Last head"), last.hash.hex()),
    )


MAY = Rule((OFFICER, ADMINISTRATOR), whole)


def over(nouns: tuple[Noun, ...]) -> Noun:
    """Make the noun whose acts lead to the rows of the others."""
    page = Page("", MAY, partial(list_, things_of(nouns)))
    return Noun("deeds", Label("What happened"), (page, Page("chain", MAY, show_chain)))
