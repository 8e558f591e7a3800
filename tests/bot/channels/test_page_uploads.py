"""Uploads on the page: what will do is kept and told, all else refused with reasons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlmodel import select
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.testclient import TestClient

from bot.channels.page.uploads import Uploads
from bot.database import Database, Writer
from bot.files import Files
from handlers.turn import Incoming
from models.attachment import Attachment
from models.file_piece import PIECE, FilePiece
from models.worker import Worker
from tests.handlers.members import make_member, worker_of
from tests.papers import pdf
from tests.torture.joining import photo
from tests.world import World

WHO = "工人"
ID = "an-id-of-the-browser"


@pytest.fixture
def world(sqlite: Database) -> World:
    """Give a world in which somebody is asked for a file."""
    world = World(sqlite)
    make_member(world, WHO, placed="440106")
    world.say("求助")
    world.say("没有地方住")
    return world


@pytest.fixture
def web(world: World) -> Iterator[TestClient]:
    async def admit(request: Request) -> tuple[str | None, Response]:
        stranger = "stranger" in request.headers
        return (None if stranger else WHO), Response(status_code=401)

    async def take(incoming: Incoming) -> Response:
        world.take(incoming)
        return JSONResponse({"file": incoming.file, "kind": incoming.kind})

    world.kit.writer = Writer(world.database)
    uploads = Uploads(world.kit, Files(world.kit), admit, take)
    with TestClient(Starlette(routes=uploads.routes())) as web:
        yield web
    world.kit.writer.close()


def send(
    web: TestClient, data: bytes, name: str = "合同.pdf", to: str = "document"
) -> Any:
    form, files = {"id": ID}, {"file": (name, data, "application/pdf")}
    return web.post(f"/chat/{to}", data=form, files=files)


def counted(world: World) -> tuple[int, int]:
    kept = world.write(lambda s: len(s.exec(select(Attachment.id)).all()))
    return kept, world.write(lambda s: len(s.exec(select(FilePiece.n)).all()))


def test_a_document_lies_in_pieces_before_it_is_told(
    world: World, web: TestClient
) -> None:
    data = pdf(size=2 * PIECE)
    assert send(web, data).status_code == 200
    assert world.asked() == "sure"
    assert counted(world) == (1, 3)
    row = world.write(lambda s: s.exec(select(Attachment)).one())
    key = worker_of(world, WHO).open_key(world.kit.keys)
    assert world.write(lambda s: row.read(s, key)) == data
    assert row.called(key) == "合同.pdf"
    send(web, data)  # the answer was lost, and the browser sends it again
    assert counted(world) == (1, 3)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "是空的"),
        (b"MZ\x90", "收不了"),
        (pdf()[:40], "不完整"),
        (pdf(b"/Encrypt 4 0 R "), "加了密码"),
        (pdf(b"/S /Launch "), "带有程序"),
    ],
)
def test_what_will_not_do_is_refused_and_the_form_stays(
    world: World, web: TestClient, data: bytes, words: str
) -> None:
    refused = send(web, data)
    assert refused.status_code == 415
    assert words in refused.json()["error"]
    assert (world.asked(), counted(world)) == ("photo", (0, 0))


def test_a_large_file_is_refused_before_it_is_read(web: TestClient) -> None:
    assert send(web, pdf(size=9 << 20)).status_code == 413


@pytest.mark.parametrize("to", ["photo", "document"])
def test_what_is_no_upload_is_refused(web: TestClient, to: str) -> None:
    at = f"/chat/{to}"
    assert web.post(at, headers={"stranger": "1"}).status_code == 401
    assert web.post(at, data={"id": ID}).status_code == 400
    files = {"file": ("a.pdf", pdf(), "application/pdf")}
    wrong = web.post(at, data={"id": "?"}, files=files)
    assert wrong.status_code == 400
    assert "刷新" in wrong.json()["error"]


def test_what_nobody_wants_is_told_and_not_kept(world: World, web: TestClient) -> None:
    world.say("取消")
    world.say("删掉，不填了")
    assert send(web, pdf()).status_code == 200
    assert counted(world) == (0, 0)


def test_a_photo_is_taken_and_a_bad_one_refused(world: World, web: TestClient) -> None:
    refused = send(web, b"none", "a.jpg", "photo")
    assert refused.status_code == 415
    assert "JPEG、PNG 或 WebP" in refused.json()["error"]
    assert send(web, photo(), "a.jpg", "photo").status_code == 200
    assert world.asked() == "sure"


def test_a_document_stops_where_its_owner_is_erased(
    world: World, web: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.files._add", lambda *by: False)
    send(web, pdf())
    monkeypatch.setattr("bot.files.owner_of_next", lambda turn: 1)
    send(web, pdf(), "b.pdf")
    assert world.asked() == "photo"
    assert world.write(lambda s: s.get(Worker, 1)) is None
