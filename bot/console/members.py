"""Members: who they are, found by exactly what is known of them; their place.

A person is looked for by a form, never by an address, so that no name or number stands
in a browser's history or a proxy's log; the address of what was found has random ids.
"""

from collections.abc import Iterable
from typing import Any

from sqlmodel import and_, col, func, or_, select

from bot.console import merging, reveal
from bot.console.application_list import PATH as APPLICATIONS
from bot.console.application_list import line as applied_line
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.member_list import (
    EXPORT,
    MOST,
    PATH,
    POOL,
    group_of,
    line,
    list_,
    mine_in,
)
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.views import (
    Detail,
    Do,
    Fill,
    Input,
    Line,
    Sheet,
    View,
    choose,
)
from handlers.question import label
from models import audit, review
from models.application import Application, CannotDecide, Standing, applications_of
from models.columns import long, short
from models.identity import (
    mask_id,
    mask_mobile,
    normalise_id,
    normalise_mobile,
    normalise_name,
)
from models.import_rows import ID_TYPES
from models.staff import SERVING
from models.worker import Worker

BACK = Do(Label("Members"), PATH)


def own(desk: Desk, key: str) -> Worker | None:
    """Return a member of one's own unions, but not oneself."""
    row = desk.session.get(Worker, long(key))
    if row is None or row.member_no is None or row.id == desk.worker.id:
        return None
    return row if row.union_code in desk.unions else None


def note(desk: Desk, row: Worker) -> None:
    """Write down that somebody looks at a member."""
    audit.record(desk.session, desk.now, desk.staff.id, "member.read", row.id)


def show(desk: Desk, row: Worker) -> View:
    """Show a member: who they are, masked, and how they joined."""
    at = f"{PATH}/{short(row.id)}"
    known = review.who_is(desk.session, desk.kit.keys, row)
    facts: tuple[tuple[Text, Text], ...] = (
        (Label("Member number"), row.member_no or ""),
        (Label("Member since"), desk.moment(row.member_since)[:10]),
        (Label("Union"), desk.union(row.union_code)),
        (Label("Occupation"), group_of(desk, row)),
        (Label("Name"), known["name"]),
        (Label("Mobile"), mask_mobile(known["mobile"])),
        (Label("ID number"), mask_id(known["id_number"])),
    )
    place = Do(Label("Place in a union"), f"{at}/place", kind="main")
    seen = Do(Label("Show the whole ID number"), f"{at}/reveal")
    same = Do(Label("Same person as another record"), f"{at}/merge")
    return Detail(
        Label("Member {number}", number=row.member_no),
        (
            Sheet(Label("The person"), facts),
            Sheet(Label("Applications"), lines=tuple(_applications(desk, row))),
        ),
        POOL if row.in_pool else None,
        actions=(*((place,) if row.in_pool else ()), seen, same),
        back=BACK,
    )


def _applications(desk: Desk, row: Worker) -> Iterable[Line]:
    for one in applications_of(desk.session, row.id):
        mine = review.may_review(desk.kit.atlas, desk.staff, one)
        path = f"/console/applications/{short(one.id)}" if mine else ""
        cells = (desk.moment(one.submitted_at), one.number, label(one.standing))
        yield Line(path, cells)


def ask_reveal(desk: Desk, row: Worker) -> View:
    """Ask why somebody has to see a member's whole ID number."""
    return reveal.ask(desk, row.member_no or "", _back(row))


def show_number(desk: Desk, row: Worker) -> Went:
    """Show a member's whole ID number, once."""
    number = row.unseal(desk.kit.keys, "id_number") or ""
    of = row.member_no or ""
    return reveal.show(desk, "member.revealed", row.id, number, of, _back(row))


def _back(row: Worker) -> Do:
    where = Label("Member {number}", number=row.member_no)
    return Do(where, f"{PATH}/{short(row.id)}")


def ask_place(desk: Desk, row: Worker) -> View:
    """Ask in which union somebody of the pool is to be."""
    unions = {code: desk.union(code) for code in sorted(desk.unions)}
    return Fill(
        Label("Place in a union"),
        Label("Place"),
        (choose("union", Label("Union"), "", {"": Label("Please choose"), **unions}),),
        rows=((Label("Member number"), row.member_no or ""),),
        why=Label("The member is told their union."),
        back=_back(row),
    )


def place(desk: Desk, row: Worker) -> Went:
    """Give a member in the pool their union."""
    union = desk.fields.get("union")
    if union not in desk.unions:
        raise Wrong(union=Label("Please choose a union."))
    joined = [
        one
        for one in applications_of(desk.session, row.id)
        if one.standing is Standing.POOL
    ]
    if not joined:
        raise Wrong.altogether(Label("This member has a union already."))
    by = (desk.session, desk.kit.keys, desk.staff, joined[0], union)
    try:
        review.place(*by, desk.now, desk.kit.rules.undo_seconds)
    except CannotDecide:
        raise Wrong.altogether(Label("This member has a union already.")) from None
    return Went(_back(row).path, Label("Placed. The member is told in a moment."))


def ask_find(desk: Desk, row: str) -> View:
    """Ask whom somebody is looking for."""
    return Fill(
        Label("Find a person"),
        Label("Find"),
        (
            Input(
                "q",
                Label("Name, member number, application number, mobile or ID number"),
                hint=Label("Whole and exact; only people of your unions are found."),
                longest=100,
            ),
        ),
        back=BACK,
    )


def find(desk: Desk, row: str) -> Went:
    """Find somebody by exactly what is known of them; that it was done is kept."""
    asked = desk.fields.get("q")[:100]
    members = _members(desk, asked)
    applied = _applied(desk, asked, members)
    audit.record(
        desk.session, desk.now, desk.staff.id, "person.searched", desk.staff.id
    )
    if members and applied:
        return Went(f"{PATH}/find", view=_both(desk, members, applied))
    if not members and not applied:
        raise Wrong(q=Label("Nobody of your unions is known by exactly this."))
    at, more = (PATH, "") if members else (APPLICATIONS, "show=all&")
    keys = [short(number) for number in members or applied]
    if len(keys) == 1:
        return Went(f"{at}/{keys[0]}")
    return Went(f"{at}?{more}among={'.'.join(keys)}")


def _both(desk: Desk, members: list[int], applied: list[int]) -> Detail:
    """List members and applicants who are known by the same."""
    session = desk.session
    people = (session.get_one(Worker, number) for number in members)
    rows = (session.get_one(Application, number) for number in applied)
    return Detail(
        Label("Several people are known by this"),
        (
            Sheet(Label("Members"), lines=tuple(line(desk, one) for one in people)),
            Sheet(
                Label("Applications"), lines=tuple(applied_line(desk, r) for r in rows)
            ),
        ),
        back=BACK,
    )


def _members(desk: Desk, asked: str) -> list[int]:
    """Return the members somebody may mean; each way is one look into an index."""
    keys = desk.kit.keys
    ids = col(Worker.id_tag).in_(keys.tags("id_number", normalise_id(asked)))
    ways: list[Any] = [
        Worker.member_no == normalise_id(asked),
        col(Worker.name_tag).in_(keys.tags("name", normalise_name(asked))),
        and_(col(Worker.id_type).in_([*ID_TYPES]), ids),
    ]
    if mobile := normalise_mobile(asked):
        ways.append(col(Worker.mobile_tag).in_(keys.tags("mobile", mobile)))
    mine = mine_in(desk, desk.unions, few=False)
    found = (
        desk.session.exec(select(Worker.id).where(way, *mine).limit(MOST))
        for way in ways
    )
    return sorted({number for some in found for number in some})[:MOST]


def _applied(desk: Desk, asked: str, members: list[int]) -> list[int]:
    """Return the applications somebody may mean, but for those of these members."""
    keys = desk.kit.keys
    ways: list[Any] = [
        Application.number == normalise_id(asked),
        col(Application.name_tag).in_(keys.tags("name", normalise_name(asked))),
        col(Application.id_tag).in_(keys.tags("id_number", normalise_id(asked))),
    ]
    if mobile := normalise_mobile(asked):
        ways.append(col(Application.mobile_tag).in_(keys.tags("mobile", mobile)))
    chosen = select(Application.id).where(
        col(Application.union_code).in_(desk.unions),
        col(Application.worker_id).not_in([desk.worker.id, *members]),
        or_(*ways),
    )
    newest = chosen.order_by(col(Application.submitted_at).desc()).limit(MOST)
    return list(desk.session.exec(newest))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count the members in the pool, who wait for a union."""
    counted = select(func.count(), func.min(Worker.member_since)).where(
        *mine_in(desk, desk.unions), col(Worker.in_pool)
    )
    count, since = desk.session.exec(counted).one()
    if since is not None:
        yield Waiting(Label("Members to place"), count, since, f"{PATH}?pool=pool")


MINE = Rule(SERVING, own)
ANYBODY = Rule(SERVING, whole)

MEMBERS = Noun(
    "members",
    Label("Members"),
    (
        Page("", ANYBODY, list_),
        Form("find", ANYBODY, ask_find, find),
        *EXPORT.pages(),
        Page("{key}", MINE, show, note),
        Form("{key}/place", MINE, ask_place, place),
        Form("{key}/merge", MINE, merging.ask, merging.propose),
        Form("{key}/reveal", MINE, ask_reveal, show_number),
    ),
    waits,
    search="find",
)
