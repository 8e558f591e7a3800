"""Files on the page: each is shown to who may see it, and to nobody else."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta

import pytest
import zxingcpp
from PIL import Image
from sqlmodel import Session, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.channels.page import history
from bot.channels.page.shown_files import ShownFiles
from bot.channels.page.visitor import Gate
from bot.database import Database
from models import notice
from models.attachment import new_attachment
from models.case_file import CaseFile
from models.chat import Chat
from models.columns import new_id, short
from models.document import PDF, Enclosed
from models.message import Fate
from models.nominee import Candidacy, Nominee
from models.notice_file import enclose
from models.recipient import Recipient
from models.site import Site
from models.site_fault import What, report
from models.staff import Staff
from models.worker import Worker
from tests.electing import hold_election
from tests.models.casework import a_case
from tests.models.cast import KEYS, NOW, meet
from tests.models.noticing import letter
from tests.papers import pdf, put
from tests.world import World

PICTURE = Enclosed("image/jpeg", b"picture")
TOKEN, STRANGER = "a" * 43, "b" * 43
WHO = hashlib.sha256(TOKEN.encode()).hexdigest()


@pytest.fixture
def world(sqlite: Database) -> World:
    """Give a world with one member, whose newest message is a card."""
    world = World(sqlite)
    world.appoint("4401")
    world.fill("sure", WHO)
    world.say("提交", WHO)
    for typed in ("待审", "1", "通过，进周转库"):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))
    world.say("会员卡", WHO)
    return world


@pytest.fixture
def web(world: World) -> Iterator[TestClient]:
    config = world.kit.config
    routes = ShownFiles(world.kit, Gate(config)).routes()
    yield TestClient(Starlette(routes=routes), cookies={"zhigong": TOKEN})


def newest(world: World) -> history.Row:
    """Give the newest message as the page is told of it."""

    def look(session: Session) -> history.Row:
        chat = session.exec(select(Chat).where(Chat.address == WHO)).one()
        return history.messages(session, world.kit, chat)[0][-1]

    return world.write(look)


def test_a_card_is_an_address_that_gives_its_picture(
    world: World, web: TestClient
) -> None:
    row = newest(world)
    assert row["drawing"] == f"/chat/drawing/{row['number']}"
    answer = web.get(row["drawing"])
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "no-store"
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(answer.content)))
    assert code.text == world.screens[WHO][-1]["drawing"][1]


def test_the_address_of_the_code_is_in_the_picture_alone(world: World) -> None:
    address = world.screens[WHO][-1]["drawing"][1]
    assert address not in str(newest(world))


@pytest.mark.parametrize("cookie", ["", STRANGER, TOKEN[:-1]])
def test_nobody_else_sees_it(world: World, web: TestClient, cookie: str) -> None:
    web.cookies = {"zhigong": cookie}
    assert web.get(newest(world)["drawing"]).status_code == 404


@pytest.mark.parametrize("number", ["0", "1", "2147483648", "9" * 30, "x", "-1"])
def test_what_is_no_drawing_is_not_there(web: TestClient, number: str) -> None:
    assert web.get(f"/chat/drawing/{number}").status_code == 404


@pytest.mark.parametrize(("union", "status"), [("4401", 200), ("4403", 404)])
def test_who_puts_a_site_right_sees_what_a_stranger_photographed(
    world: World, web: TestClient, union: str, status: int
) -> None:
    """Whoever reports a broken shower need not have applied anywhere."""
    world.appoint(union, WHO)

    def report_(session: Session) -> int:
        worker, _ = meet(session, "a driver from elsewhere")
        picture = new_attachment(KEYS, worker, "image/jpeg", b"x", NOW)
        session.add(picture)
        site = session.get_one(Site, "gz-by-dh")
        report(session, KEYS, worker, site, What.BROKEN, "", picture.id, NOW)
        return picture.id

    key = short(world.write(report_))
    assert web.get(f"/chat/photo/{key}").status_code == status


@pytest.mark.parametrize(("union", "status"), [("4401", 200), ("4403", 404)])
def test_who_confirms_a_nominee_sees_the_portrait_before_voters_do(
    world: World, web: TestClient, union: str, status: int
) -> None:
    award = hold_election(world)

    def propose(session: Session) -> int:
        worker, _ = meet(session, "a cleaner")
        picture = new_attachment(KEYS, worker, "image/jpeg", b"x", NOW)
        session.add(picture)
        session.add(
            Nominee(
                id=new_id(),
                award_id=award.id,
                worker_id=worker.id,
                standing=Candidacy.PROPOSED,
                story=b"",
                photo_id=picture.id,
                at=NOW,
            )
        )
        return picture.id

    key = short(world.write(propose))
    world.appoint(union, WHO)
    assert web.get(f"/chat/photo/{key}").status_code == status


def test_a_picture_of_a_case_is_seen_by_who_serves_there_alone(world: World) -> None:
    world.appoint("4403", "深圳社工")
    world.do("hello", who="路人")
    files = ShownFiles(world.kit, Gate(world.kit.config))

    def look(session: Session) -> list[bool]:
        chats = {
            who: session.exec(select(Chat).where(Chat.address == who)).one()
            for who in ("路人", "社工", "深圳社工", WHO)
        }
        teller = session.get_one(Worker, chats["路人"].worker_id)
        made = new_attachment(KEYS, teller, "image/jpeg", b"picture", world.now)
        session.add(made)
        session.flush()
        a_case(session, teller, union_code="4401", picture_id=made.id)
        viewers = (chat.worker_id for chat in chats.values())
        return [files._may_look(session, viewer, made.id) for viewer in viewers]

    assert world.write(look) == [True, True, False, False]


def test_the_picture_of_a_notice_is_shown_to_who_got_it(
    world: World, web: TestClient
) -> None:
    def send(session: Session) -> int:
        staff, now = session.exec(select(Staff)).first(), world.now
        assert staff is not None
        atlas, said = world.kit.atlas, letter(union_code="4401")
        row = notice.write(session, atlas, staff, said, now)
        enclose(session, atlas, staff, row, PICTURE, now)
        number = row.content.picture
        chat = session.exec(select(Chat).where(Chat.address == WHO)).one()
        copy = Recipient(
            notice_id=row.id, worker_id=chat.worker_id, fate=Fate.KEPT, at=now
        )
        session.add(copy)
        return number

    key = short(world.write(send))
    assert web.get(f"/chat/photo/{key}").content == b"picture"
    web.cookies = {"zhigong": STRANGER}
    assert web.get(f"/chat/photo/{key}").status_code == 404


def test_a_document_of_a_case_is_saved_by_its_worker_until_it_is_gone(
    world: World, web: TestClient
) -> None:
    for said in ("求助", "没有地方住"):
        world.say(said, WHO)
    number = put(world, WHO, "合同 1.pdf", pdf())
    world.do("document", who=WHO, file=number)
    world.say("提交", WHO)
    key = short(number)
    saved = web.get(f"/chat/document/{key}")
    assert (saved.content, saved.headers["content-type"]) == (pdf(), PDF)
    assert saved.headers["content-disposition"] == (
        "attachment; filename=\"__ 1.pdf\"; filename*=UTF-8''%E5%90%88%E5%90%8C%201.pdf"
    )
    web.cookies = {"zhigong": STRANGER}
    assert web.get(f"/chat/document/{key}").status_code == 404

    def look(session: Session) -> list[str | None]:
        chat = session.exec(select(Chat).where(Chat.address == WHO)).one()
        rows, _ = history.messages(session, world.kit, chat)
        return [row["document"]["url"] for row in rows if "document" in row]

    assert world.write(look) == [f"/chat/document/{key}"]
    world.write(lambda s: s.delete(s.get_one(CaseFile, number)))
    assert world.write(look) == []
