"""Exports: all of one person's data, nothing of another's, by a one-time link."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from datetime import timedelta
from typing import Any

import orjson
import pytest
from sqlalchemy import LargeBinary, Table
from sqlmodel import Session, SQLModel, col, select
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.archive import archive_of, zipped
from bot.database import Database, Writer
from bot.export import Exports
from bot.files import file_of
from bot.inbox import keep_poison
from bot.kit import Kit
from bot.step import Written
from handlers.turn import Incoming
from models import handling
from models.arrival import Poison
from models.audit import AuditEntry
from models.case import Case
from models.case_following import add
from models.chat import Chat
from models.columns import short
from models.document import Enclosed
from models.erasure import belongings
from models.export_link import ExportLink
from models.file_piece import PIECE
from models.kept import APART, LEFT_OUT, is_given
from models.message import Body
from models.place import read_atlas
from models.staff import Staff
from models.worker import Worker
from tests.handlers.members import PIN, UNKNOWN, set_pin, try_pin
from tests.handlers.test_my_application import applied, decided
from tests.papers import pdf, put
from tests.world import ANSWERS, World

JSON, HTML = "my-data.json", "my-data.html"
OTHER = {
    "full_name": "李四光",
    "resident_id": "440306197506150005",
    "mobile": "13911112222",
    "plate": "粤B54321",
}
CANARIES = [*OTHER.values(), "李四", "139****2222", "4403****"]
"""What another person says, and how others might be shown it."""


@pytest.fixture
def world(database: Database) -> World:
    world = World(database)
    world.appoint("4401")
    return world


def token(said: list[Body]) -> str:
    return said[-1]["link"][1].rsplit("/", 1)[1]


def ids(world: World, who: str) -> tuple[int, int]:
    def look(session: Session) -> tuple[int, int]:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        return chat.worker_id, chat.id

    return world.write(look)


def files_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def exported(world: World, who: str = "工人") -> dict[str, bytes]:
    pieces = archive_of(world.kit, *ids(world, who), world.now)
    return files_of(b"".join(pieces))


def whole(files: dict[str, bytes]) -> str:
    return "\n".join(data.decode(errors="replace") for data in files.values())


def domestic(world: World) -> None:
    """Join as somebody who also sends a picture, and is in the middle of more."""
    world.fill("certificate", group="家政服务员")
    world.do("photo", data=b"\xff\xd8picture", mime="image/jpeg")
    world.say("提交")
    decided(world)
    world.wait(timedelta(minutes=1))
    world.say("更正资料")
    world.tap("姓名：张*")
    world.say("张三丰")
    world.say("更正资料")
    world.tap("职业：家政服务员")
    world.say("货车司机")


def test_all_that_a_person_said_is_in_it(world: World) -> None:
    domestic(world)
    files = exported(world)
    text = files[HTML].decode()
    for said in (
        "张三",
        "440106199003070001",
        "+8613812345678",
        "家政服务员",
        "张三丰",
    ):
        assert said in text
        assert said in files[JSON].decode() or said == "家政服务员"
    pictures = [data for name, data in files.items() if name.startswith("pictures/")]
    assert pictures == [b"\xff\xd8picture"]
    assert "data:image/jpeg;base64,/9hwaWN0dXJl" in text
    kept = orjson.loads(files[JSON])
    (draft,) = (row["draft"] for row in kept["conversation"] if row["draft"])
    assert draft["answers"]["group"] == "truck_driver"
    assert kept["application"][0]["facts"]["full_name"] == "张三"
    assert kept["correction"][0]["wish"]["full_name"] == "张三丰"
    assert [m["side"] for m in kept["message"]][:2] == ["worker", "bot"]


def test_documents_of_a_case_and_of_a_draft_are_in_it(world: World) -> None:
    paper = pdf(size=PIECE)
    for said in ("求助", "家里很难"):
        world.say(said)
    world.do("document", file=put(world, "工人", "合同.pdf", paper))
    for said in ("跳过", "广州", "白云", "提交", "求助", "还有一件"):
        world.say(said)
    draft = put(world, "工人", "收据.pdf", paper)
    world.do("document", file=draft)
    files = exported(world)
    papers = [data for name, data in files.items() if name.startswith("documents/")]
    assert papers == [paper, paper]
    text = files[HTML].decode()
    assert "合同.pdf: documents/" in text
    assert f"{short(draft)}.pdf" in text
    kept = orjson.loads(files[JSON])
    assert [row["name"] for row in kept["case_file"]] == ["合同.pdf"]
    assert [row["name"] for row in kept["attachment"]] == ["收据.pdf"]


def test_only_what_holds_a_file_reads_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def noted(session: Session, kit: Kit, number: int) -> Enclosed | None:
        read.append(number)
        return file_of(session, kit, number)

    domestic(world)
    for said in ("求助", "家里很难"):
        world.say(said)
    world.do("document", file=put(world, "工人"))
    monkeypatch.setattr("bot.archive.file_of", noted)
    files = exported(world)
    assert {name[-3:] for name in files if name not in (JSON, HTML)} == {"jpg", "pdf"}
    assert sorted(Counter(read).values()) == [1, 2]  # the page holds the picture too


def test_a_case_is_in_it_without_what_staff_note(world: World) -> None:
    for said in ("求助", "家里很难", "跳过", "跳过", "广州", "白云", "提交"):
        world.say(said)

    def note(session: Session) -> None:
        [row], [staff] = session.exec(select(Case)), session.exec(select(Staff))
        by = (session, world.kit.keys, read_atlas(session), staff)
        handling.note(*by, row, "同事才看", world.now)
        add(session, world.kit.keys, row, "还有一句", None, world.now)

    world.write(note)
    kept = orjson.loads(exported(world)[JSON])
    assert [row["facts"]["story"] for row in kept["case"]] == ["家里很难"]
    assert [row["body"] for row in kept["case_entry"]] == ["还有一句"]


def test_it_fetches_nothing_from_anywhere(world: World) -> None:
    domestic(world)
    text = exported(world)[HTML].decode()
    assert "http://" not in text
    assert "https://" not in text
    assert "<script" not in text


def test_it_is_in_the_person_s_own_language(world: World) -> None:
    applied(world)
    world.say("English")
    text = exported(world)[HTML].decode()
    assert '<html lang="en">' in text
    assert "Member worker" not in text
    assert "ID number" in text


def test_markup_in_words_stays_words(world: World) -> None:
    world.say("<script>alert(1)</script>")
    text = exported(world)[HTML].decode()
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_nothing_of_another_person_is_in_it(world: World) -> None:
    applied(world)
    world.fill("sure", "李", **OTHER)
    world.say("提交", "李")
    text = whole(exported(world))
    assert [c for c in CANARIES if c in text] == []
    assert all(c in whole(exported(world, "李")) for c in ("李四光", "粤B54321"))


def test_a_reviewer_s_export_holds_nothing_of_who_they_reviewed(world: World) -> None:
    applied(world, "社工")
    world.fill("sure", "李", **OTHER)
    world.say("提交", "李")
    for typed in ("待审", "1", "退回修改", "姓名", "选好了（1 项）"):
        world.say(typed, "社工")
    world.say("李四光写错了", "社工")
    text = whole(exported(world, "社工"))
    assert [c for c in CANARIES if c in text] == []
    assert "440106199003070001" in text


def test_what_failed_is_in_it(world: World) -> None:
    world.say("您好")
    failing = Incoming("page", "", "工人", "x", "text", text="没有处理的话")
    world.write(lambda s: keep_poison(s, world.kit, world.cans, failing, world.now))
    kept = orjson.loads(exported(world)[JSON])
    assert kept["poison"][0]["update"]["text"] == "没有处理的话"

    def empty(session: Session) -> None:
        row = session.exec(select(Poison)).one()
        row.update = b""
        session.add(row)

    world.write(empty)
    assert orjson.loads(exported(world)[JSON])["poison"][0]["update"] is None


def test_a_long_history_comes_in_slices(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.kept.SLICE", 3)
    for n in range(9):
        world.say(f"第{n}句话")
    text = exported(world)[HTML].decode()
    assert all(f"第{n}句话" in text for n in range(9))


def test_it_is_made_piece_by_piece() -> None:
    given: list[int] = []

    def parts() -> Any:
        for n in range(100):
            given.append(n)
            yield bytes([n]) * 100_000 + str(n).encode()

    pieces = zipped([("a", parts())], World.now)
    next(pieces)
    assert len(given) < 50


def test_a_pin_is_in_nobody_s_export(world: World) -> None:
    applied(world)
    set_pin(world)
    kept = orjson.loads(exported(world)[JSON])
    assert "pin" not in kept["worker"][0]
    assert PIN not in whole(exported(world))


def test_an_export_does_not_tell_whether_there_is_such_a_member(world: World) -> None:
    applied(world)
    kept = {}
    for who, number in (("甲", ANSWERS["resident_id"]), ("乙", UNKNOWN)):
        world.do("press", "f:come_back:", who)
        world.say("3", who)
        world.say(number, who)
        kept[who] = orjson.loads(exported(world, who)[JSON])
        (claim,) = kept[who]["claim"]
        assert sorted(claim) == ["asks", "at", "chat_id", "code", "id"]
    assert [*kept["甲"]] == [*kept["乙"]]


def test_a_link_that_was_cut_is_in_the_export_of_its_member_alone(
    world: World,
) -> None:
    applied(world)
    set_pin(world)
    try_pin(world, "小偷", PIN, ANSWERS["resident_id"])
    world.wait(timedelta(seconds=1))
    world.tap("不是我")
    mine, theirs = (
        orjson.loads(exported(world, who)[JSON])["chat_link"]
        for who in ("工人", "小偷")
    )
    assert [row["way"] for row in mine] == ["pin"]
    assert theirs == []


@pytest.mark.parametrize("table", sorted(belongings(1), key=str), ids=str)
def test_every_sealed_column_that_erasure_deletes_can_be_given(table: Table) -> None:
    """A new sealed column of a person must be sealed as its place says, or left out."""
    known = {
        *("worker.name", "worker.mobile", "worker.id_number", "worker.born"),
        *("worker.mark", "application.facts", "application_step.why"),
        *("conversation.draft", "correction.wish", "correction.why"),
        *("poison.update", "site_fault.words", "signup.answers"),
        *("transfer.facts", "transfer_step.why", "nominee.story", "nominee.why"),
        *("objection.text", "objection.why", "suggestion.text", "suggestion.why"),
        *("service_request.words", "service_request.why", "voucher.code"),
        *("case.facts", "case.answer", "case_entry.body"),
        *("attachment.name", "case_file.name"),
    }
    if table.name not in APART:
        sealed = {
            str(c)
            for c in table.columns
            if isinstance(c.type, LargeBinary) and is_given(c)
        }
        assert sealed <= known


def test_what_is_left_out_exists() -> None:
    columns = {str(c) for t in SQLModel.metadata.sorted_tables for c in t.columns}
    assert columns >= LEFT_OUT
    assert {t.name for t in belongings(1)} >= APART


@pytest.fixture
def page(world: World) -> Any:
    """Give the export's pages, with a clock that is the world's."""
    writer = Writer(world.database)
    world.kit.writer = writer
    put: list[Written] = []
    exports = Exports(world.kit, world.cans, put.append)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("bot.export.clock", lambda: world.now)
        with TestClient(Starlette(routes=[*exports.routes()])) as client:
            client.put_ = put  # type: ignore[attr-defined]
            yield client
    writer.close()


def entries(world: World) -> list[str]:
    found = select(AuditEntry.action).where(AuditEntry.action == "data.exported")
    return world.write(lambda s: list(s.exec(found)))


def test_looking_uses_nothing_up_and_fetching_works_once(
    world: World, page: TestClient
) -> None:
    applied(world)
    link = token(world.say("导出资料"))
    for _ in range(3):
        shown = page.get(f"/export/{link}")
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert f"/export/{link}" in shown.text
    assert entries(world) == []
    got = page.post(f"/export/{link}")
    assert got.headers["content-type"] == "application/zip"
    assert got.headers["cache-control"] == "no-store"
    assert "my-data-20261123.zip" in got.headers["content-disposition"]
    assert "张三" in files_of(got.content)[HTML].decode()
    assert entries(world) == ["data.exported"]
    assert "刚刚从网页上下载" in world._heard("工人", 0)[-1]["text"]
    again = page.post(f"/export/{link}")
    assert again.status_code == page.get(f"/export/{link}").status_code == 410
    assert "链接已失效" in again.text
    assert entries(world) == ["data.exported"]


def test_it_is_fetched_once_a_day(world: World, page: TestClient) -> None:
    applied(world)
    link = token(world.say("导出资料"))
    assert "link" in world.say("导出资料")[0]
    assert page.get(f"/export/{link}").status_code == 410  # a newer one was made
    link = token(world.screens["工人"])
    page.post(f"/export/{link}")
    assert world.say("导出资料")[0]["text"].startswith("今天您已经导出过了")
    world.now += timedelta(days=1)
    assert "link" in world.say("导出资料")[0]


def test_a_broken_download_does_not_cost_the_day(world: World) -> None:
    applied(world)
    link = token(world.say("导出资料"))
    exports = Exports(world.kit, world.cans, lambda written: None)
    assert world.write(lambda s: exports.claim(s, link, world.now)) is not None
    assert world.write(lambda s: exports.claim(s, link, world.now)) is None
    assert "link" in world.say("导出资料")[0]


def test_an_old_link_is_over(world: World, page: TestClient) -> None:
    link = token(world.say("导出资料"))
    world.now += timedelta(minutes=31)
    got = page.post(f"/export/{link}")
    assert (got.status_code, entries(world)) == (410, [])


@pytest.mark.parametrize("link", ["x", "a" * 32, "密" * 32, "'; --"])
def test_a_link_nobody_made_is_over(world: World, page: TestClient, link: str) -> None:
    assert page.get(f"/export/{link}").status_code == 410
    got = page.post(f"/export/{link}")
    assert (got.status_code, entries(world)) == (410, [])


def test_only_the_hash_of_a_link_is_kept(world: World) -> None:
    link = token(world.say("导出资料"))
    row = world.write(lambda s: s.exec(select(ExportLink)).one())
    assert link.encode() not in row.token_hash


def test_a_person_erased_meanwhile_gets_nothing_more(world: World) -> None:
    from models.erasure import forget

    applied(world)
    worker_id, chat_id = ids(world, "工人")
    pieces = archive_of(world.kit, worker_id, chat_id, world.now)
    next(pieces)
    world.write(lambda s: forget(s, worker_id))
    gone = select(Worker).where(col(Worker.id) == worker_id)
    assert world.write(lambda s: s.exec(gone).first()) is None
    with pytest.raises(Exception, match="No row was found"):
        list(pieces)
