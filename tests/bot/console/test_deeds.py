"""What happened: acts are found by who may see them, and the chain says how it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlmodel import select

from bot.config import ROOT
from bot.console.words_of_deeds import NOUNS, deed_of
from models import audit, chain
from models.audit import AuditEntry
from models.columns import long, short
from models.staff import ADMINISTRATOR, OFFICER, Staff

from .house import Colleague, House
from .rows import ELSEWHERE, UNION, applications, partners

ALL = "/console/deeds"
LITERAL = re.compile(r'"([a-z_]+)\.([a-z_]+)"')


def searched(browser: Colleague, **asked: str) -> str:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return browser.read(f"{ALL}?{query}").partition("对象编号")[2]


def test_an_officer_finds_who_looked_at_an_application(house: House) -> None:
    rows = applications(house, "社工")
    worker = house.appoint("social_worker", UNION, "看的人")
    worker.read(f"/console/applications/{rows.own}")
    here = house.appoint(OFFICER, UNION, "本市")
    found = searched(here, subject=rows.own)
    assert "入会申请 · 查看" in found
    assert "广州市总工会 社工" in found
    away = house.appoint(OFFICER, ELSEWHERE, "外市")
    assert "这段时间没有这样的操作" in away.read(f"{ALL}?subject={rows.own}")


def test_a_row_leads_to_all_that_happened_to_it(sqlite_house: House) -> None:
    rows = applications(sqlite_house, "社工")
    browser = sqlite_house.appoint(OFFICER)
    browser.read(f"/console/applications/{rows.own}")
    assert f'href="{ALL}?subject={rows.own}"' in browser.get(ALL).text


def test_an_act_leads_to_what_it_is_about(sqlite_house: House) -> None:
    house = sqlite_house
    rows = applications(house, "社工")
    browser, admin = (house.appoint(role) for role in (OFFICER, ADMINISTRATOR))
    at = f"/console/applications/{rows.own}"
    browser.read(at)
    partners(house, "社工")
    browser.do("/console/partners/shop-4401/end")
    listed = browser.get(ALL).text
    assert f'class="row" href="{at}"' in listed
    assert 'class="row" href="/console/partners/shop-4401"' in listed
    others = admin.get(ALL).text
    assert at not in others
    assert 'class="row" href="/console/staff/' in others


def test_what_colleagues_do_is_for_administrators(sqlite_house: House) -> None:
    house = sqlite_house
    officer, admin = (house.appoint(role) for role in (OFFICER, ADMINISTRATOR))
    assert "工作台 · 登录" not in searched(officer, noun="console")
    found = searched(admin, noun="console")
    assert found.count("工作台 · 登录") == 2
    away = house.appoint(ADMINISTRATOR, ELSEWHERE, "外市")
    assert searched(away, noun="console").count("工作台 · 登录") == 1


def test_it_searches_by_position_and_day(sqlite_house: House) -> None:
    house = sqlite_house
    admin = house.appoint(ADMINISTRATOR)
    house.appoint(OFFICER)
    of = house.world.write(
        lambda s: short(s.exec(select(Staff.id).where(Staff.role == OFFICER)).one())
    )
    assert searched(admin, actor=of).count("工作台 · 登录") == 1
    assert "没有这样的操作" in admin.read(f"{ALL}?actor=nobody-here")
    assert "没有这样的操作" in admin.read(f"{ALL}?subject=nobody-here")
    today = f"{house.world.now:%Y-%m-%d}"
    assert "登录" in searched(admin, since=today, until=today)
    assert "没有这样的操作" in admin.read(f"{ALL}?until=2026-11-01")


@pytest.mark.parametrize("day", ["tomorrow", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_what_is_no_day_limits_nothing(sqlite_house: House, day: str) -> None:
    admin = sqlite_house.appoint(ADMINISTRATOR)
    assert "登录" in searched(admin, since=day, until=day)


def test_by_itself_and_without_words_it_stands_as_written(sqlite_house: House) -> None:
    house = sqlite_house
    rows = applications(house, "社工")
    world = house.world

    def work(session: object) -> None:
        note = (world.now, None, "application.painted", long(rows.own), "document")
        audit.record(session, *note)  # type: ignore[arg-type]
        gone = (world.now, 12345, "application.revealed", long(rows.own), "own_words")
        audit.record(session, *gone)  # type: ignore[arg-type]

    world.write(work)
    found = searched(house.appoint(OFFICER), subject=rows.own)
    assert "application.painted" in found
    assert "系统自动" in found
    assert "自己写的原因" in found
    assert short(12345) in found


def test_the_chain_says_how_far_it_is_sealed(
    sqlite_house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = sqlite_house
    monkeypatch.setattr(type(house.world.kit.config), "heads", tmp_path / "heads.txt")
    admin = house.appoint(ADMINISTRATOR)
    shown = admin.read(f"{ALL}/chain")
    assert "正在封存" in shown
    assert "还没有" in shown

    def seal(session: object) -> tuple[int, str]:
        newest = session.exec(select(AuditEntry.id)).all()[-1]  # type: ignore[attr-defined]
        count = chain.seal(session, newest)  # type: ignore[arg-type]
        return count, chain.head(session).hash.hex()  # type: ignore[arg-type]

    many, head = house.world.write(seal)
    (tmp_path / "heads.txt").write_text(f"2026-11-22 {many} {head}\n")
    shown = admin.read(f"{ALL}/chain")
    assert "全部已封存" in shown
    assert shown.count(head) == 2
    assert f"已封存的记录 {many}" in shown


def test_every_act_in_the_sources_has_words() -> None:
    calls = re.compile(r"audit\.record\((.*?)\)\n", re.S)
    written = {
        found
        for floor in ("bot", "handlers", "models")
        for path in (ROOT / floor).rglob("*.py")
        for call in calls.findall(path.read_text("utf-8"))
        for found in LITERAL.findall(call)
    }
    assert len(written) > 30
    missing = {".".join(one) for one in written if one[0] not in NOUNS}
    missing |= {action for action in map(".".join, written) if not deed_of(action)}
    assert missing == set(), "give them words in bot/console/words_of_deeds.py"


@pytest.mark.parametrize("form", ["place", "pool", "undo"])
def test_a_form_around_a_person_s_page_is_a_look_at_them(
    sqlite_house: House, form: str
) -> None:
    rows = applications(sqlite_house, "社工")
    browser = sqlite_house.appoint(OFFICER)
    browser.read(f"/console/applications/{rows.own}/{form}")
    assert "入会申请 · 查看" in searched(browser, subject=rows.own)
