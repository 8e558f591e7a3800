"""Importing members in the console: check, put right, confirm, written bit by bit."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import timedelta
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import Session, col, select

from bot import importing
from bot.console.import_words import REFUSED, WHY
from bot.console.imports import PATH
from bot.sheets import reading
from bot.sheets.writing import workbook
from models import enrolling, member_import
from models.audit import AuditEntry
from models.chat import Chat
from models.link import link
from models.member_import import KEPT, ImportPiece, MemberImport
from models.worker import Worker
from tests.models.listing import HEADS, line

from .house import Colleague, House, words_of

SLICE = 0.02
"""How long one transaction may take, in seconds, on a quiet machine."""


def sweep(house: House) -> None:
    """Let the leader do what there is to do."""
    asyncio.run(importing.sweep(house.world.kit, house.world.now))


def send(browser: Colleague, data: bytes, **other: str) -> str:
    """Send a list; return the path of its page."""
    fields = {"once": browser.key(), "union": "4401", "consent": "paper", **other}
    done = browser.client.post(f"{PATH}/new", data=fields, files={"file": data})
    assert done.status_code == 303, words_of(done)
    return str(done.headers["location"])


def members(house: House) -> int:
    found = select(Worker.id).where(col(Worker.member_no).is_not(None))
    return len(house.world.write(lambda s: s.exec(found).all()))


def rows_of(data: bytes) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [list(row) for row in book.get_sheet_by_index(0).iter_rows()]


def csv(*lines: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in (HEADS, *lines)).encode("gb18030")


@pytest.fixture
def browser(house: House) -> Colleague:
    return house.appoint("officer")


def test_a_list_is_checked_put_right_and_written(
    house: House, browser: Colleague
) -> None:
    path = send(browser, csv(line(1), line(2, mobile="12345"), line(3)))
    assert "正在检查名单" in browser.read(path)
    sweep(house)
    words = browser.read(path)
    assert "第 3 行" in words
    assert "不是 11 位手机号" in words
    assert members(house) == 0
    bad = rows_of(browser.get(f"{path}/bad.xlsx").content)
    assert [row[2] for row in bad] == ["证件号码", line(2)[1]]
    assert "手机号：不是 11 位手机号" in bad[1][-1]
    assert "导入 2 人" in words
    browser.do(f"{path}/confirm")
    assert "正在写入会员" in browser.read(path)
    sweep(house)
    assert "已写入 2 人" in browser.read(path)
    assert members(house) == 2
    right = [["13900000002" if cell == "12345" else cell for cell in bad[1]]]
    again = send(browser, workbook(bad[0], right))
    sweep(house)
    browser.do(f"{again}/confirm")
    sweep(house)
    assert members(house) == 3
    assert "张*" in browser.read("/console/members")


def test_what_is_shown_of_a_bad_row_is_masked(house: House, browser: Colleague) -> None:
    number = line(1)[1][:17]
    path = send(browser, csv(line(1, name="欧阳", id_number=number, mobile="1")))
    sweep(house)
    words = browser.read(path)
    assert number not in words
    assert "欧阳" not in words


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"MZ\0\0\0", "不是 XLSX 表格"),
        (b"a,b\n1,2", "缺少这些列"),
        (b"PK\x03\x04", "文件损坏"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    house: House, browser: Colleague, data: bytes, said: str
) -> None:
    path = send(browser, data)
    sweep(house)
    assert said in browser.read(path)
    assert browser.send(f"{path}/confirm").status_code == 422
    kept = house.world.write(lambda s: s.exec(select(ImportPiece)).all())
    assert kept == []


def test_nothing_is_asked_of_the_wrong_fields(browser: Colleague) -> None:
    wrong = browser.send(f"{PATH}/new", union="4403", consent="")
    assert wrong.status_code == 422
    words = words_of(wrong)
    for said in ("请选择文件", "请选择工会", "请选择他们是怎样同意的"):
        assert said in words


def test_a_list_none_of_which_is_good_is_not_confirmed(
    house: House, browser: Colleague
) -> None:
    path = send(browser, csv(line(1, name="1")))
    sweep(house)
    assert "没有一行正确" in browser.read(path)
    assert "导入 0 人" not in browser.read(path)


def test_a_list_that_waits_shows_today_and_goes_at_a_word(
    house: House, browser: Colleague
) -> None:
    path = send(browser, csv(line(1)))
    sweep(house)
    assert "待确认的名单" in browser.read("/console/today")
    browser.do(f"{path}/drop")
    sweep(house)
    assert browser.get(path).status_code == 404
    assert "没有发过会员名单" in browser.read(PATH)


def test_a_list_goes_by_itself_after_a_day(house: House, browser: Colleague) -> None:
    path = send(browser, csv(line(1)))
    sweep(house)
    house.world.wait(KEPT + timedelta(minutes=1))
    sweep(house)
    assert house.world.write(lambda s: s.exec(select(MemberImport)).all()) == []
    assert path


def test_a_list_is_taken_up_by_who_comes_after_a_kill(
    house: House, browser: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = send(browser, csv(*(line(number) for number in range(1, 20))))

    def killed(*given: object) -> None:
        raise RuntimeError

    for name in ("check_done", "finish"):
        with monkeypatch.context() as patch:
            patch.setattr(member_import, name, killed)
            sweep(house)
        sweep(house)
        if name == "check_done":
            browser.do(f"{path}/confirm")
    assert members(house) == 19
    assert "已写入 19 人" in browser.read(path)


def test_the_template_is_read_as_a_list(house: House, browser: Colleague) -> None:
    (heads,) = rows_of(browser.get(f"{PATH}/template.xlsx").content)
    assert heads[0] == "姓名*"
    told = [*("李四", "护照", "E1234567", "1990-03-07", "男", "13900000000")]
    row = [*told, "保安", "单位职工", "440111", "2019-03-01", "GZ1"]
    path = send(browser, workbook(heads, [row]))
    sweep(house)
    assert "导入 1 人" in browser.read(path)


def test_what_is_done_with_a_list_is_written_down(
    house: House, browser: Colleague
) -> None:
    path = send(browser, csv(line(1), line(2, name="1")))
    sweep(house)
    browser.get(f"{path}/bad.xlsx")
    browser.do(f"{path}/confirm")
    sweep(house)
    found = select(AuditEntry.action).order_by(col(AuditEntry.id))
    actions = house.world.write(lambda s: s.exec(found).all())
    assert [a for a in actions if a.startswith(("import", "member.i"))] == [
        *("import.sent", "import.bad_rows", "import.confirmed"),
        *("member.imported", "import.done"),
    ]


def test_every_reason_has_its_words() -> None:
    assert set(REFUSED) == {*reading.REASONS, reading.UNREADABLE}
    assert len(WHY) == 19


def test_a_slice_is_short(sqlite_house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured is this thread's own work, the shortest: others may be at work, too."""
    house = sqlite_house
    browser = house.appoint("officer")
    path = send(browser, csv(*(line(number) for number in range(1, 90))))
    sweep(house)
    browser.do(f"{path}/confirm")
    spent: list[float] = []

    def enrol_some(session: Session, *given: Any) -> bool:
        began = time.thread_time()
        some = enrolling.enrol_some(session, *given)
        session.flush()
        spent.append(time.thread_time() - began)
        return some

    monkeypatch.setattr(importing, "enrol_some", enrol_some)
    sweep(house)
    spent.sort()
    assert spent[1] < SLICE * 2  # the last finds nothing left


def test_who_was_imported_finds_their_membership_when_they_come(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    browser = house.appoint("officer")
    path = send(browser, csv(line(1)))
    sweep(house)
    browser.do(f"{path}/confirm")
    sweep(house)
    house.world.say("你好")

    def come_back(session: Session) -> None:
        chat = session.exec(select(Chat).where(Chat.address == "工人")).one()
        numbered = col(Worker.member_no).is_not(None)
        member = session.exec(select(Worker.id).where(numbered)).one()
        link(session, house.world.kit.keys, chat, member, "person", house.world.now)

    house.world.write(come_back)
    assert "会员证号" in str(house.world.say("我的申请"))
    assert "会员名单" in str(house.world.say("我的资料"))
