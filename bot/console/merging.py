"""Merging: two records are one person's; one of staff says so, a second confirms.

Both are shown side by side, masked, with what they share and what goes along.  What is
merged is sealed anew and cannot be taken apart, hence the second person.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from sqlmodel import col, or_, select

from bot.console.desk import SEMICOLON, Desk, Label, Text, Went, Wrong
from bot.console.listing import page_of
from bot.console.noun import Form, Noun, Page, Rule, Waiting, whole
from bot.console.views import Detail, Do, Fill, Input, Line, List, Sheet, View
from handlers.phones import tell_others
from handlers.question import label
from models import audit, merge_wish, review
from models.application import Application, applications_of
from models.chat import Chat, chats_of
from models.columns import long, short
from models.identity import (
    mask_id,
    mask_mobile,
    mask_name,
    normalise_id,
    normalise_mobile,
)
from models.merge_wish import QUEUE, CannotMerge, MergeWish, Wished
from models.staff import SERVING
from models.worker import Worker

PATH = "/console/merges"
BACK = Do(Label("Records to merge"), PATH)
ORDER = (MergeWish.at, MergeWish.id)
FACTS: tuple[tuple[str, Label, Callable[[str], str]], ...] = (
    ("name", Label("Name"), mask_name),
    ("mobile", Label("Mobile"), mask_mobile),
    ("id_number", Label("ID number"), mask_id),
    ("born", Label("Year of birth"), lambda born: born[:4]),
)
"""What is known of somebody, and how it is shown."""

WHY: dict[str, Label] = {
    "alone": Label("A second person must confirm this: not who proposed it."),
    "no_member": Label("This record is no member's."),
    "not_yours": Label("One of the two is not in your care."),
    "same": Label("This is the same record."),
    "settled": Label("This is settled already."),
    "staff": Label("The other record works here. Please end that position first."),
    "waits": Label("One of the two waits to be merged already."),
}
GOES = Label(
    "Chats and their messages, applications, cases, vouchers, requests, sign-ups, "
    "transfers, suggestions, consents, pictures and ratings. What was used counts "
    "together; of two votes in a running award one stays."
)
STAYS_BEHIND = Label(
    "The other record's member number, membership and PIN, and what it chose where "
    "this one chose for itself: notices, quiet hours, ratings of a site, its part in "
    "an award. An open application of a member is withdrawn."
)
FINAL = Label(
    "This cannot be undone: everything is sealed anew and the other record's key is "
    "destroyed. The person is told in their other chats, and may object to the new one "
    "for seven days."
)


@contextmanager
def explained(field: str = "") -> Iterator[None]:
    """Say why two records cannot be merged."""
    try:
        yield
    except CannotMerge as error:
        raise Wrong(**{field: WHY[str(error.args[0])]}) from None


def ask(desk: Desk, row: Worker) -> View:
    """Ask which other record is this person's."""
    return Fill(
        Label("Same person as another record"),
        Label("Compare"),
        (
            Input(
                "q",
                Label("Of the other record: member number, application number or ID"),
                hint=Label("Whole and exact; this record stays, the other goes."),
            ),
        ),
        rows=((Label("Member number"), row.member_no or ""),),
        why=Label("Nothing happens yet. Another of staff must confirm."),
        back=Do(row.member_no or "", f"/console/members/{short(row.id)}"),
    )


def propose(desk: Desk, row: Worker) -> Went:
    """Propose that another record is merged into a member's."""
    asked = desk.fields.get("q")
    audit.record(
        desk.session, desk.now, desk.staff.id, "person.searched", desk.staff.id
    )
    others = [one for one in _meant(desk, asked) if one.id != row.id]
    if len(others) != 1:
        text = Label("Not exactly one other record is known by this.")
        raise Wrong(q=text)
    by = (desk.session, desk.kit.atlas, desk.staff, row, others[0])
    with explained("q"):
        wish = merge_wish.propose(*by, desk.now)
    return Went(
        f"{PATH}/{short(wish.id)}", Label("Proposed. A second person confirms.")
    )


def _meant(desk: Desk, asked: str) -> list[Worker]:
    """Return the people of one's own unions somebody may mean."""
    keys, number = desk.kit.keys, normalise_id(asked)
    tags = keys.tags("id_number", number)
    mobiles = keys.tags("mobile", normalise_mobile(asked) or "-")
    applied = select(Application.worker_id).where(
        or_(
            Application.number == number,
            col(Application.id_tag).in_(tags),
            col(Application.mobile_tag).in_(mobiles),
        )
    )
    found = select(Worker).where(
        or_(
            Worker.member_no == number,
            col(Worker.id_tag).in_(tags),
            col(Worker.id).in_(applied),
        )
    )
    return [
        one
        for one in desk.session.exec(found.limit(9))
        if merge_wish.may_see(desk.session, desk.kit.atlas, desk.staff, one)
    ]


def list_(desk: Desk, row: str) -> View:
    """List what waits for a second person."""
    waits = select(MergeWish).where(
        MergeWish.standing == Wished.WAITING,
        col(MergeWish.union_code).in_(desk.unions),
        MergeWish.worker_id != desk.worker.id,
        MergeWish.other_id != desk.worker.id,
    )
    rows, more = page_of(desk.session, waits, ORDER, desk.query.get("after", ""))
    return List(
        Label("Records to merge"),
        (Label("Member number"), Label("Union"), Label("Since")),
        tuple(_line(desk, one) for one in rows),
        Label("Nothing is to be merged."),
        after=more,
    )


def _line(desk: Desk, row: MergeWish) -> Line:
    number = desk.session.get_one(Worker, row.worker_id).member_no or ""
    cells = (number, desk.union(row.union_code), desk.moment(row.at))
    return Line(f"{PATH}/{short(row.id)}", cells)


def own(desk: Desk, key: str) -> MergeWish | None:
    """Return what waits, where both people are in one's care."""
    row = desk.session.get(MergeWish, long(key))
    if row is None or row.standing is not Wished.WAITING:
        return None
    people = (desk.session.get_one(Worker, n) for n in (row.worker_id, row.other_id))
    who = (desk.session, desk.kit.atlas, desk.staff)
    return row if all(merge_wish.may_see(*who, one) for one in people) else None


def note(desk: Desk, row: MergeWish) -> None:
    """Write down that somebody looks at two people."""
    for number in (row.worker_id, row.other_id):
        audit.record(desk.session, desk.now, desk.staff.id, "member.read", number)


def show(desk: Desk, row: MergeWish) -> View:
    """Show both records side by side, and what becomes of them."""
    member, other = _both(desk, row)
    at, mine = f"{PATH}/{short(row.id)}", row.staff_id == desk.staff.id
    merge = Do(Label("Merge"), f"{at}/confirm", kind="danger")
    return Detail(
        Label("Are these one person?"),
        (
            Sheet(Label("This record stays"), tuple(_facts(desk, member))),
            Sheet(Label("This one becomes part of it"), tuple(_facts(desk, other))),
            Sheet(Label("What they share"), text=_shared(desk, member, other)),
            Sheet(Label("What goes along"), text=GOES),
            Sheet(Label("What does not"), text=STAYS_BEHIND),
        ),
        notice=(WHY["alone"], FINAL) if mine else (FINAL,),
        actions=(
            *(() if mine else (merge,)),
            Do(Label("They are two people"), f"{at}/refuse"),
        ),
        back=BACK,
        beside=True,
    )


def _both(desk: Desk, row: MergeWish) -> tuple[Worker, Worker]:
    get = desk.session.get_one
    return get(Worker, row.worker_id), get(Worker, row.other_id)


def _facts(desk: Desk, worker: Worker) -> Iterable[tuple[Text, Text]]:
    known = review.who_is(desk.session, desk.kit.keys, worker)
    yield Label("Member number"), worker.member_no or Label("No member")
    yield Label("Member since"), desk.moment(worker.member_since)[:10]
    yield Label("Union"), desk.union(worker.union_code)
    for name, text, mask in FACTS:
        yield text, mask(known[name])
    applied = applications_of(desk.session, worker.id)
    told = (f"{one.number} {desk.text(label(one.standing))}" for one in applied)
    yield Label("Applications"), desk.joined(told, SEMICOLON)
    yield Label("Chats"), str(len(chats_of(desk.session, worker.id)))
    yield Label("Known since"), desk.moment(worker.created_at)[:10]


def _shared(desk: Desk, *both: Worker) -> Text:
    """Say what is equal in two records, of what is masked too."""
    one, two = (review.who_is(desk.session, desk.kit.keys, who) for who in both)
    same = [text for name, text, _ in FACTS if one[name] == two[name] != ""]
    return desk.joined(same) or Label("Nothing of what is known. Please look twice.")


def ask_confirm(desk: Desk, row: MergeWish) -> View:
    """Ask the second person once more."""
    member, other = _both(desk, row)
    return Fill(
        Label("Merge these records?"),
        Label("Merge"),
        why=FINAL,
        rows=(
            (Label("This record stays"), member.member_no or ""),
            (
                Label("This one becomes part of it"),
                _named(desk, other),
            ),
        ),
        danger=True,
        back=Do(Label("Are these one person?"), f"{PATH}/{short(row.id)}"),
    )


def _named(desk: Desk, worker: Worker) -> str:
    if worker.member_no:
        return worker.member_no
    return mask_name(review.who_is(desk.session, desk.kit.keys, worker)["name"])


def confirm(desk: Desk, row: MergeWish) -> Went:
    """Merge, as the second person."""
    by = (desk.session, desk.kit.keys, desk.kit.atlas, desk.staff, row)
    member = row.worker_id
    with explained():
        made = merge_wish.carry_out(*by, desk.now)
    if desk.session.get_one(Chat, made.chat_id).stopped_at is None:
        tell_others(desk.turn, made)
    return Went(f"/console/members/{short(member)}", Label("They are one record now."))


def ask_refuse(desk: Desk, row: MergeWish) -> View:
    """Ask whether they are two people."""
    return Fill(
        Label("Are they two people?"),
        Label("They are two people"),
        why=Label("Both records stay as they are."),
        back=Do(Label("Are these one person?"), f"{PATH}/{short(row.id)}"),
    )


def refuse(desk: Desk, row: MergeWish) -> Went:
    """Settle that nothing is merged."""
    with explained():
        merge_wish.refuse(desk.session, desk.staff, row, desk.now)
    return Went(PATH, Label("Both records stay as they are."))


def waits(desk: Desk) -> Iterable[Waiting]:
    """Count what waits for a second person."""
    who = (desk.session, desk.staff, desk.unions)
    for since, _ in QUEUE.oldest(*who, 1):
        yield Waiting(Label("Records to merge"), QUEUE.count(*who), since, PATH)


MINE = Rule(SERVING, own)

MERGES = Noun(
    "merges",
    Label("Records to merge"),
    (
        Page("", Rule(SERVING, whole), list_),
        Page("{key}", MINE, show, note),
        Form("{key}/confirm", MINE, ask_confirm, confirm),
        Form("{key}/refuse", MINE, ask_refuse, refuse),
    ),
    waits,
    under="members",
)
