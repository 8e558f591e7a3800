"""Files in a case: whose they are, where they may be shown, and where they may not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlmodel import Session, select

from handlers.files import sent_words
from models.attachment import Attachment, new_attachment
from models.case import Case
from models.case_entry import Side, add_entry, entries_of
from models.case_file import CaseFile
from models.file_piece import FilePiece
from models.worker import Worker
from tests.handlers.members import make_member, worker_of
from tests.handlers.test_cases import deafen, met, press, talking
from tests.models.casework import a_document
from tests.papers import put
from tests.world import World

__all__ = ["met"]


def files(world: World) -> list[CaseFile]:
    return world.write(lambda s: list(s.exec(select(CaseFile))))


def test_a_document_goes_both_ways_under_the_case_s_key(met: World) -> None:
    row = talking(met)
    met.do("document", file=put(met, "工人", "工资条.pdf"))
    (heard,) = met.elsewhere["社工"]
    assert heard["document"][1:3] == ["工资条.pdf", "256 KB"]
    met.do("document", who="社工", file=put(met, "社工", "调解书.pdf"))
    (heard,) = met.elsewhere["工人"]
    assert heard["document"][1] == "调解书.pdf"
    assert {file.case_id for file in files(met)} == {row}
    own = met.history("工人", "worker")[-1]
    assert (own["document"][1], own["text"]) == ("工资条.pdf", "[文件]")


def of_another(world: World) -> int:
    """Let somebody else have sent a document."""
    world.do("hello", who="别人")

    def send(session: Session) -> int:
        worker = session.get_one(Worker, worker_of(world, "别人").id)
        return a_document(session, worker).id

    return world.write(send)


def test_a_document_of_another_is_not_carried(met: World) -> None:
    talking(met)
    theirs = of_another(met)
    (said,) = met.do("document", file=theirs)
    assert said["text"].startswith("这个传不过去")
    assert met.write(lambda s: s.get(Attachment, theirs)) is not None


def test_only_one_s_own_document_is_an_answer(met: World) -> None:
    met.say("求助")
    met.say("没有地方住")
    (said,) = met.do("document", file=of_another(met))
    assert "用不到" in said["text"]
    met.do("document", file=put(met, "工人"))
    assert met.asked() == "sure"
    met.say("取消")
    met.say("删掉，不填了")
    kept = met.write(lambda s: s.exec(select(Attachment.worker_id)).all())
    assert kept == [worker_of(met, "别人").id]


@pytest.mark.parametrize("kind", ["photo", "document"])
def test_the_words_with_a_file_go_with_it(met: World, kind: str) -> None:
    row = talking(met)
    data = b"picture" if kind == "photo" else b""
    given: dict[str, Any] = {"data": data, "mime": "image/jpeg"}
    if kind == "document":
        given = {"file": put(met, "工人")}
    met.do(kind, caption=" 这是工资条 440106199003070001 ", **given)
    (heard,) = met.elsewhere["社工"]
    assert heard["text"].endswith("这是工资条 " + "*" * 18)
    assert {"image", "document"} & {*heard}
    met.say("结束")
    (last,) = [value for _, value in press(met, "v:case", row)[-1]["rows"]][-1:]
    said = {"photo": "[图片]", "document": "[文件] 合同.pdf"}[kind]
    assert last == f"{said} 这是工资条 " + "*" * 18


def test_many_words_with_a_file_follow_it(met: World) -> None:
    talking(met)
    met.do("document", file=put(met, "工人"), caption="长" * 801)
    first, second = met.elsewhere["社工"]
    assert "document" in first
    assert "长" not in first["text"]
    assert second["text"].endswith("长" * 801)


def test_many_words_with_a_file_are_kept_where_nobody_hears_them(met: World) -> None:
    row = talking(met)
    deafen(met)
    told = met.do("document", who="社工", file=put(met, "社工"), caption="长" * 801)
    assert "收不到消息" in told[-1]["text"]
    case = met.write(lambda s: s.get_one(Case, row))
    key = case.open_key(met.kit.keys)
    *_, file, words = met.write(lambda s: entries_of(s, row))
    assert file.picture_id is not None
    assert words.read(key) == "长" * 801


def test_a_number_with_a_file_is_refused_where_it_is_when_typed(abroad: World) -> None:
    make_member(abroad, placed="440106")
    talking(abroad)
    number = put(abroad, "工人")
    (said,) = abroad.do("document", file=number, caption="440106199003070001")
    assert "440106199003070001" not in str(abroad.history("工人"))
    assert "社工" not in abroad.elsewhere
    assert said["text"]
    assert files(abroad) == []
    assert sent(abroad) == []
    abroad.do("document", file=put(abroad, "工人"), caption="这是工资条")
    (heard,) = abroad.elsewhere["社工"]
    assert "这是工资条" in heard["text"]
    assert "请在工作台上看" in heard["text"]


def test_it_is_said_how_large_a_file_may_be_on_its_channel(met: World) -> None:
    talking(met)
    assert "最大 7 MB" in met.do("document", "large:7")[-1]["text"]
    most = met.kit.rules.upload_mb
    assert f"最大 {most} MB" in met.do("document", "large")[-1]["text"]


def sent(world: World) -> list[int]:
    return world.write(lambda s: list(s.exec(select(Attachment.id))))


def test_the_second_document_of_an_album_is_not_kept(met: World) -> None:
    met.say("求助")
    met.say("没有地方住")
    first, second = put(met, "工人"), put(met, "工人")
    met.do("document", file=first)
    met.do("document", file=second)
    assert sent(met) == [first]


@pytest.mark.parametrize("who", ["工人", "社工"])
def test_a_document_that_comes_when_the_talk_is_over_is_not_kept(
    met: World, who: str
) -> None:
    talking(met)
    late = put(met, who)
    met.say("结束")
    met.do("document", who=who, file=late)
    assert late
    assert sent(met) == []


def test_nothing_is_kept_where_no_document_is_wanted(met: World) -> None:
    assert put(met, "工人") == 0
    assert "用不到" in met.do("document")[-1]["text"]
    met.say("提建议")
    met.say("安全")
    met.say("路口太暗")
    assert put(met, "工人") == 0
    assert put(met, "没来过") == 0
    assert met.write(lambda s: s.exec(select(FilePiece)).all()) == []


def test_a_talk_whose_case_is_gone_wants_none(met: World) -> None:
    talking(met)

    def erase(session: Session) -> None:
        row = session.exec(select(Case)).one()
        for entry in entries_of(session, row.id):
            session.delete(entry)
        session.delete(row)

    met.write(erase)
    assert put(met, "工人") == 0


@pytest.mark.parametrize("old", [False, True])
def test_the_last_picture_of_a_case_is_shown_with_it(met: World, old: bool) -> None:
    row = talking(met)
    if old:  # as it was before cases had files of their own

        def send(session: Session) -> None:
            keys, now = met.kit.keys, met.now
            worker = session.get_one(Worker, worker_of(met, "工人").id)
            made = new_attachment(keys, worker, "image/jpeg", b"picture", now)
            case = session.get_one(Case, row)
            session.add(made)
            session.flush()
            by = (session, keys, case, Side.WORKER, "", now)
            add_entry(*by, picture_id=made.id)

        met.write(send)
    else:
        met.do("photo", data=b"picture", mime="image/jpeg")
    met.say("结束")
    assert "image" in press(met, "v:case", row)[-1]


def test_the_last_document_of_a_case_is_offered_with_it(met: World) -> None:
    row = talking(met)
    met.do("document", file=put(met, "工人", "工资条.pdf"))
    met.say("结束")
    shown = press(met, "v:case", row)[-1]
    assert shown["document"][1] == "工资条.pdf"
    assert "[文件] 工资条.pdf" in [value for _, value in shown["rows"]]


def test_where_nothing_can_be_shown_it_is_said_where_it_lies(abroad: World) -> None:
    make_member(abroad, placed="440106")
    talking(abroad)
    abroad.do("document", file=put(abroad, "工人", "张三的工资条.pdf"))
    (heard,) = abroad.elsewhere["社工"]
    assert "document" not in heard
    assert "请在工作台上看" in heard["text"]
    assert "张三" not in str(heard)
    assert sent_words(None, b"").key == "sent_photo"
