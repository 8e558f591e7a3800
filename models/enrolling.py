"""Enrolling people of a list: each becomes a member as one does who applied in a chat.

Whoever was enrolled has an application that stands approved, so that everything that
asks for one holds for them; it says how they agreed.  They have no chat that anything
can be sent to until they come, and then show who they are as anybody does who is back.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from models import audit
from models.application import (
    WAITING,
    Application,
    Standing,
    new_number,
    record,
)
from models.chat import Chat
from models.columns import new_id, short
from models.consent import agree
from models.import_rows import BadRow, Fault, Person
from models.member_import import (
    ImportPiece,
    MemberImport,
    Part,
    packed,
    pieces,
    put_pieces,
)
from models.place import Atlas
from models.review import enrol
from models.rules import Rules
from models.sealing import Keyring
from models.worker import Worker, new_worker

CHANNEL = "import"
"""The channel of who was never in a chat; nothing is sent on it."""

SCOPE = "join"
"""What the people of a list agreed to."""

UNKNOWN: dict[str, Any] = dict.fromkeys(
    (
        *("platform", "employer", "street", "belong", "home_district", "wished_union"),
        *("plate", "vehicle", "skills", "certificate"),
    )
)
"""The answers of the form to join that a list does not give."""

ASKED = 200
"""How many papers are looked for at once."""

Papers = Iterable[tuple[str, str]]


def known(
    session: Session, keys: Keyring, papers: Papers
) -> dict[tuple[str, str], str]:
    """Return which papers are those of a member, or of who has applied and waits."""
    listed = list(papers)
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(listed), ASKED):
        found |= _known(session, keys, listed[start : start + ASKED])
    return found


def _known(session: Session, keys: Keyring, papers: Papers) -> dict[Any, str]:
    tags = {
        (kind, tag): (kind, number)
        for kind, number in papers
        for tag in keys.tags("id_number", number)
    }
    wanted = {tag for _, tag in tags}
    applied = select(Application.id_type, Application.id_tag).where(
        col(Application.id_tag).in_(wanted), col(Application.standing).in_(WAITING)
    )
    members = select(Worker.id_type, Worker.id_tag).where(
        col(Worker.id_tag).in_(wanted), col(Worker.member_no).is_not(None)
    )
    found = {tags[row]: "applied" for row in session.exec(applied) if row in tags}
    found |= {tags[row]: "member" for row in session.exec(members) if row in tags}
    return found


def numbers_taken(session: Session, numbers: Collection[str]) -> set[str]:
    """Return which of these member numbers somebody has."""
    listed, found = sorted(numbers), set[str]()
    for start in range(0, len(listed), ASKED):
        some = col(Worker.member_no).in_(listed[start : start + ASKED])
        found |= {n for n in session.exec(select(Worker.member_no).where(some)) if n}
    return found


def enrol_some(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    rules: Rules,
    import_id: int,
    now: datetime,
) -> bool:
    """Make members of one piece of an import; False where no piece is left."""
    row = session.get(MemberImport, import_id, with_for_update=True)
    piece = next(iter(pieces(session, row, Part.GOOD)), None) if row else None
    if row is None or piece is None:
        return False
    sender = session.get_one(Worker, row.worker_id)
    people = [Person(**one) for one in json.loads(piece.load(sender.open_key(keys)))]
    refused = _not_new(session, keys, people)
    for one in people:
        if one not in refused:
            _enrol(session, keys, atlas, rules, row, one, now)
    row.written += len(people) - len(refused)
    _hand_back(session, sender.open_key(keys), row, piece, refused)
    return True


def _hand_back(
    session: Session,
    key: bytes,
    row: MemberImport,
    piece: ImportPiece,
    refused: list[Person],
) -> None:
    """Drop a piece; who became a member in the meantime is among the bad rows."""
    if refused:
        fault = Fault("id_number", "", "member")
        bad = [BadRow(0, asdict(one), [fault]).plain() for one in refused]
        put_pieces(session, row, key, Part.BAD, -1 - piece.n, packed(bad))
        row.good, row.bad = row.good - len(refused), row.bad + len(refused)
    session.delete(piece)
    session.add(row)
    session.flush()


def _not_new(session: Session, keys: Keyring, people: list[Person]) -> list[Person]:
    """Return those whose papers, or member number, somebody has by now."""
    taken = numbers_taken(session, {one.member_no for one in people} - {""})
    there = known(session, keys, [(one.id_type, one.id_number) for one in people])
    return [
        one
        for one in people
        if one.member_no in taken or (one.id_type, one.id_number) in there
    ]


def _enrol(
    session: Session,
    keys: Keyring,
    atlas: Atlas,
    rules: Rules,
    row: MemberImport,
    person: Person,
    now: datetime,
) -> None:
    """Make somebody a member, and write down that they agreed, as was stated."""
    worker = new_worker(keys, rules.language, now)
    session.add(worker)
    session.flush()
    chat = _no_chat(worker, now)
    session.add(chat)
    session.flush()
    application = _application(keys, atlas, worker, chat, person, now)
    record(session, keys, application, Standing.PLACED, now, row.staff_id)
    worker.member_no = person.member_no or None
    enrol(session, keys, worker, application, person.union, now)
    if person.since:
        worker.member_since = _morning(person.since, rules)
    stated = f"{row.consent}, {CHANNEL} {short(row.id)}"
    agree(session, worker.id, SCOPE, str(row.consent), stated, CHANNEL, now)
    audit.record(session, now, row.staff_id, "member.imported", worker.id, stated)


def _no_chat(worker: Worker, now: datetime) -> Chat:
    """Make the chat of who has none: it is stopped, so they are known unreachable."""
    return Chat(
        id=new_id(),
        channel=CHANNEL,
        bot="",
        address=short(worker.id),
        worker_id=worker.id,
        created_at=now,
        stopped_at=now,
    )


def _application(
    keys: Keyring,
    atlas: Atlas,
    worker: Worker,
    chat: Chat,
    person: Person,
    now: datetime,
) -> Application:
    """Make the application that stands for a membership from a list."""
    division = atlas.unions[person.union].division
    city = atlas.city_of(division)
    resident = person.id_type == "resident"
    facts = {
        **UNKNOWN,
        "consent": "agree",
        "full_name": person.name,
        "id_type": person.id_type,
        "resident_id": person.id_number if resident else None,
        "other_id": None if resident else person.id_number,
        "born": None if resident else person.born,
        "sex": None if resident else person.sex,
        "mobile": person.mobile,
        "group": person.group,
        "work_form": person.work_form,
        "city": city.code if city else division,
        "district": division,
        "migrant": None,
    }
    columns: dict[str, Any] = {"facts": b"", "id_tag": b"", "mobile_tag": b""}
    row = Application(
        **columns,
        tag_key=keys.current_index,
        id=new_id(),
        number=new_number(),
        worker_id=worker.id,
        chat_id=chat.id,
        standing=Standing.PLACED,
        union_code=person.union,
        wished_union=person.union,
        id_type=person.id_type,
        group=person.group,
        work_form=person.work_form,
        district=division,
        submitted_at=now,
        due=now.astimezone(UTC).date(),
    )
    row.tag(keys, facts)
    row.keep(keys, worker, facts)
    return row


def _morning(day: str, rules: Rules) -> datetime:
    """Return when a day began where the product is used."""
    return datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(rules.zone))
