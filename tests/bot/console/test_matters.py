"""Matters in the console: each kind listed, read and decided as in the chat."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from bot.words import Reader, text_of
from handlers.answers import LONGEST_WORDS
from handlers.dossiers import DOSSIERS
from models import nominee as nominees
from models.audit import AuditEntry
from models.award import Award
from models.chat import Chat
from models.claim import Claim, Claimed
from models.columns import long, short
from models.correction import Correction, Wish, wish_for
from models.nominee import Candidacy, Nominee
from models.objection import Heard, Objection
from models.queue import Queue
from models.service import Served, ServiceRequest, rate
from models.site_fault import SiteFault
from models.staff import OFFICER, Staff
from models.transfer import Moving, Transfer
from models.worker import Worker

from .house import House, words_of
from .matter_rows import MATTERS, a_chat, a_member, transfer
from .test_records import wrong

SEEN = "/console/{}/{}"


def row_of(house: House, table: type[Any], key: str) -> Any:
    """Return a row as it is now."""
    return house.world.write(lambda s: s.get_one(table, long(key)))


def acts(house: House, key: str) -> list[str]:
    """Return what is written down about a row, in order."""
    about = col(AuditEntry.subject_id) == long(key)
    found = select(AuditEntry.action).where(about).order_by(col(AuditEntry.id))
    return list(house.world.write(lambda s: list(s.exec(found))))


@pytest.mark.parametrize("kind", [dossier.name for dossier in DOSSIERS])
def test_what_waits_is_counted_listed_and_read(sqlite_house: House, kind: str) -> None:
    house = sqlite_house
    rows = MATTERS[kind](house, "")
    browser = house.appoint(OFFICER)
    at = SEEN.format(kind, rows.own)
    for page in ("/console/today", f"/console/{kind}"):
        shown = browser.get(page).text
        assert f'href="{at}"' in shown, page
        assert rows.foreign not in shown
    assert f'href="/console/{kind}"' in browser.get("/console/matters").text
    assert at not in browser.get(f"/console/{kind}?union=440103").text
    browser.read(at)
    [of] = [dossier for dossier in DOSSIERS if dossier.name == kind]
    assert acts(house, rows.own) == [of.read]
    happened = browser.get("/console/deeds")
    assert f'class="row" href="{at}"' in happened.text
    assert f"{text_of(of.title, Reader('zh-CN'))} · 查看" in words_of(happened)


@pytest.mark.parametrize(
    ("kind", "press", "reason", "said"),
    [
        ("corrections", "approve_correction", "", "已更正"),
        ("corrections", "refuse", "unclear", "没有更正"),
        ("claims", "confirm", "", "已确认"),
        ("claims", "deny", "", "没有确认"),
        ("faults", "settle_fault", "", "已处理"),
        ("transfers", "refuse_move", "unsettled", "不同意转接"),
        ("requests", "accept_service", "", "受理"),
        ("requests", "decline_service", "no_place", "不受理"),
        ("nominees", "confirm_nominee", "", "已确认参评"),
        ("nominees", "refuse_nominee", "privacy", "没有确认"),
    ],
)
def test_what_was_done_is_called_as_where_it_was_done(
    sqlite_house: House, kind: str, press: str, reason: str, said: str
) -> None:
    key = MATTERS[kind](sqlite_house, "").own
    browser, at = sqlite_house.appoint("social_worker"), SEEN.format(kind, key)
    browser.do(f"{at}/{press}", **({"reason": reason} if reason else {}))
    assert f" {said} 您" in browser.read(at).partition("变更记录")[2]
    happened = sqlite_house.appoint(OFFICER).read(f"/console/deeds?subject={key}")
    assert f" · {said} " in happened


def test_what_a_colleague_decides_meanwhile_is_not_counted(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    MATTERS["corrections"](sqlite_house, "")
    browser = sqlite_house.appoint("social_worker")
    assert "/console/corrections/" in browser.get("/console/today").text
    monkeypatch.setattr(Queue, "oldest", lambda *whatever: [])
    shown = browser.get("/console/today")
    assert shown.status_code == 200
    assert "/console/corrections/" not in shown.text


def test_a_correction_is_made_and_no_more_refused(house: House) -> None:
    key = MATTERS["corrections"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("corrections", key)
    assert "张三 → 李四" in browser.read(at)
    assert "已更正" in browser.do(f"{at}/approve_correction")
    row = row_of(house, Correction, key)
    assert row.standing is Wish.APPROVED
    worker = house.world.write(lambda s: s.get_one(Worker, row.worker_id))
    assert worker.unseal(house.world.kit.keys, "name") == "李四"
    late = browser.send(f"{at}/refuse", reason="unclear")
    assert late.status_code == 422
    assert "已经有结果了" in words_of(late)
    for shown in (late, browser.get(f"{at}/refuse")):
        assert 'name="reason"' not in shown.text
        assert "处理时间" in shown.text
    assert acts(house, key).count("correction.read") == 4
    assert browser.send(f"{at}/approve_correction").status_code == 422
    assert row_of(house, Correction, key).standing is Wish.APPROVED
    assert acts(house, key).count("correction.approved") == 1
    assert at not in browser.get("/console/corrections").text
    assert at in browser.get("/console/corrections?show=approved").text
    assert at in browser.get("/console/corrections?show=all").text
    assert at not in browser.get("/console/corrections?show=refused").text
    words = browser.read(at)
    assert "李*" in words
    assert "李四" not in words


def test_of_a_settled_correction_only_the_wish_is_shown(sqlite_house: House) -> None:
    house = sqlite_house
    key = MATTERS["corrections"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("corrections", key)
    browser.do(f"{at}/refuse", reason="unclear")
    words = browser.read(at)
    assert "李*" in words
    assert "张" not in words


def test_a_reason_is_asked_for_where_one_is_needed(house: House) -> None:
    key = MATTERS["corrections"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("corrections", key)
    assert wrong(browser.send(f"{at}/refuse")) == {"reason"}
    assert wrong(browser.send(f"{at}/refuse", reason="never")) == {"reason"}
    assert wrong(browser.send(f"{at}/refuse", reason="=")) == {"reason_words"}
    long_words = {"reason": "=", "reason_words": "长" * 501}
    assert wrong(browser.send(f"{at}/refuse", **long_words)) == {"reason_words"}
    assert row_of(house, Correction, key).standing is Wish.WAITING
    words = browser.do(f"{at}/refuse", reason="=", reason_words="照片不清")
    assert "没有更正" in words
    assert "照片不清" in words
    assert row_of(house, Correction, key).standing is Wish.REFUSED


def test_an_id_that_is_a_member_s_already_is_explained(house: House) -> None:
    browser = house.appoint("social_worker")

    def clash(session: Session) -> str:
        one, other = (a_member(session, house, n, "440106") for n in (1, 2))
        keys, now = house.world.kit.keys, house.world.now
        wish = {"resident_id": other.unseal(keys, "id_number")}
        told = (a_chat(session, one), "resident_id", wish, now)
        return short(wish_for(session, keys, one, *told).id)

    key = house.world.write(clash)
    answer = browser.send(f"{SEEN.format('corrections', key)}/approve_correction")
    assert answer.status_code == 422
    assert "这个证件号码已经是会员" in words_of(answer)
    assert row_of(house, Correction, key).standing is Wish.WAITING


def test_who_comes_back_is_let_in_as_the_member(house: House) -> None:
    key = MATTERS["claims"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("claims", key)
    words = browser.read(at)
    assert "张*" in words
    assert "张三" not in words
    assert "手机号" in words
    assert "已确认" in browser.do(f"{at}/confirm")
    assert "手机号" not in browser.read(at)
    row = row_of(house, Claim, key)
    assert row.standing is Claimed.APPROVED
    chat = house.world.write(lambda s: s.get_one(Chat, row.chat_id))
    assert chat.worker_id == row.worker_id
    assert browser.send(f"{at}/deny").status_code == 422


def test_who_is_another_member_by_now_is_not_let_in(house: House) -> None:
    key = MATTERS["claims"](house, "").own

    def join(session: Session) -> None:
        row = session.get_one(Claim, long(key))
        asker = session.get_one(Chat, row.chat_id).worker_id
        session.get_one(Worker, asker).member_no = "00000000000009"

    house.world.write(join)
    browser, at = house.appoint("social_worker"), SEEN.format("claims", key)
    answer = browser.send(f"{at}/confirm")
    assert answer.status_code == 422
    assert "已经是另一位会员" in words_of(answer)
    assert row_of(house, Claim, key).standing is Claimed.WAITING
    assert "没有确认" in browser.do(f"{at}/deny")


def test_a_fault_is_put_right_and_told(house: House) -> None:
    key = MATTERS["faults"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("faults", key)
    assert "没有打扫" in browser.read(at)
    assert browser.get(f"{at}/picture").headers["content-type"] == "image/jpeg"
    assert "会告诉报告的人" in browser.do(f"{at}/settle_fault")
    assert row_of(house, SiteFault, key).settled_at is not None
    assert at in browser.get("/console/faults?show=settled").text
    assert "settle_fault" not in browser.get(at).text
    assert acts(house, key).count("site_fault.settled") == 1


def test_a_transfer_is_let_go_undone_and_refused(house: House) -> None:
    key = MATTERS["transfers"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("transfers", key)
    words = browser.read(at)
    assert "会自动转给湘桥区总工会" in words
    assert "已同意转出" in browser.do(f"{at}/release_move")
    assert "receive_move" not in browser.get(at).text
    assert "已经有结果了" in words_of(browser.send(f"{at}/release_move"))
    others = browser.send(f"{at}/receive_move")
    assert others.status_code == 422
    assert "不在您负责的范围内" in words_of(others)
    assert "已撤销，没有通知本人" in browser.do(browser.undo(at))
    assert row_of(house, Transfer, key).standing is Moving.REQUESTED
    assert "（已撤销）" in browser.read(at)
    browser.do(f"{at}/refuse_move", reason="unsettled")
    undo = browser.undo(at)
    house.world.wait(timedelta(minutes=2))
    assert browser.send(undo).status_code == 422
    assert "撤销刚才的决定" not in browser.read(at)
    assert row_of(house, Transfer, key).standing is Moving.REFUSED
    words = browser.read(at)
    assert "张*" in words
    assert "张三" not in words


def test_who_let_go_does_not_undo_what_another_received(sqlite_house: House) -> None:
    house = sqlite_house
    key = MATTERS["transfers"](house, "").own
    old, at = house.appoint("social_worker"), SEEN.format("transfers", key)
    new = house.appoint("social_worker", "4451", "乙")
    old.do(f"{at}/release_move")
    undo = old.undo(at)
    new.do(f"{at}/receive_move")
    late = old.send(undo)
    assert late.status_code == 422
    assert "这之后情况又有变化" in words_of(late)
    assert row_of(house, Transfer, key).standing is Moving.RECEIVED
    assert "已撤销" in new.do(new.undo(at))
    assert row_of(house, Transfer, key).standing is Moving.RELEASED


def test_a_transfer_that_is_late_says_so(sqlite_house: House) -> None:
    house = sqlite_house
    key = MATTERS["transfers"](house, "").own
    browser = house.appoint("social_worker")
    assert "已超时" not in browser.read("/console/transfers")

    def pass_by(session: Session) -> None:
        row = session.get_one(Transfer, long(key))
        row.due -= timedelta(days=9)

    house.world.write(pass_by)
    assert "已超时" in browser.read("/console/transfers")
    assert 'class="late"' in browser.get("/console/today").text


def test_what_is_released_waits_for_the_other_union_alone(sqlite_house: House) -> None:
    house = sqlite_house
    key = MATTERS["transfers"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("transfers", key)
    browser.do(f"{at}/release_move")
    assert at not in browser.get("/console/transfers").text
    assert at in browser.get("/console/transfers?show=released").text
    assert at in browser.get("/console/transfers?show=all").text
    other = house.appoint("social_worker", "4451", "乙")
    assert at in other.get("/console/transfers").text


def test_one_that_is_late_is_seen_behind_one_that_waits_for_longer(
    sqlite_house: House,
) -> None:
    house = sqlite_house

    def ask(session: Session) -> list[str]:
        return [short(transfer(session, house, n, "440106")) for n in (1, 2)]

    older, newer = house.world.write(ask)

    def pass_by(session: Session) -> None:
        session.get_one(Transfer, long(older)).requested_at -= timedelta(days=9)
        session.get_one(Transfer, long(newer)).due -= timedelta(days=9)

    browser = house.appoint("social_worker")
    assert 'class="late"' not in browser.get("/console/today").text
    house.world.write(pass_by)
    assert 'class="late"' in browser.get("/console/today").text


def test_a_request_goes_from_accepted_to_rated(house: House) -> None:
    key = MATTERS["requests"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("requests", key)
    assert "想换份工作" in browser.read(at)
    assert browser.send(f"{at}/finish_service").status_code == 422
    assert "已受理" in browser.do(f"{at}/accept_service")
    assert "已经有结果了" in words_of(browser.send(f"{at}/accept_service"))
    assert at in browser.get("/console/requests").text
    assert at in browser.get("/console/requests?show=accepted").text
    words = browser.read(at)
    assert "张三" in words
    assert "手机号" in words
    browser.do(f"{at}/finish_service")
    assert row_of(house, ServiceRequest, key).standing is Served.DONE
    house.world.write(lambda s: rate(s, s.get_one(ServiceRequest, long(key)), 4))
    words = browser.read(at)
    assert words.count("已办好") == 1
    assert "已办好，已评价" in words
    assert "本人评价" in words
    assert "张*" in words
    assert "张三" not in words
    assert "手机号" not in words
    assert browser.send(f"{at}/decline_service", reason="no_place").status_code == 422


def test_a_nominee_is_read_and_confirmed(house: House) -> None:
    key = MATTERS["nominees"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("nominees", key)
    words = browser.read(at)
    assert "三十年如一日 请核对" in words
    assert "本人同意参评" in words
    assert "张三" in words
    words = browser.do(f"{at}/confirm_nominee")
    assert "编为 1 号" in words
    assert "三十年如一日 这份提名已经有结果了" in words
    assert "请核对" not in words
    assert "张*" in words
    assert "张三" not in words
    assert row_of(house, Nominee, key).standing is Candidacy.CONFIRMED
    assert browser.send(f"{at}/refuse_nominee", reason="privacy").status_code == 422


def test_who_is_nominated_anew_after_a_refusal_is_not_decided_on(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    key = MATTERS["nominees"](house, "").own
    browser, at = house.appoint("social_worker"), SEEN.format("nominees", key)
    assert "处理时间" in browser.do(f"{at}/refuse_nominee", reason="privacy")

    def try_again(session: Session) -> None:
        row = session.get_one(Nominee, long(key))
        award = session.get_one(Award, row.award_id)
        who, now = session.get_one(Worker, row.worker_id), house.world.now
        own = (session, house.world.kit.keys, award, who, "四十年如一日", now)
        assert nominees.nominate(*own, oneself=True) is row
        nominees.agree(session, award, row, False, now)

    house.world.write(try_again)
    words = browser.read(at)
    assert "四十年如一日" in words
    assert "处理时间" not in words


def test_an_objection_is_kept_from_an_officer_it_is_against(house: House) -> None:
    key = MATTERS["objections"](house, "").own
    browser, at = house.appoint(OFFICER), SEEN.format("objections", key)

    def be_the_winner(session: Session) -> None:
        row = session.get_one(Objection, long(key))
        officer = session.exec(select(Staff).where(Staff.role == OFFICER)).one()
        winner = session.get_one(Nominee, row.nominee_id)
        assert officer.worker_id is not None
        winner.worker_id = officer.worker_id

    def be_gone(session: Session) -> None:
        session.get_one(Objection, long(key)).nominee_id = None

    assert at in browser.get("/console/today").text
    house.world.write(be_the_winner)
    assert browser.get(at).status_code == 404
    for page in ("today", "objections", "objections?show=all"):
        assert at not in browser.get(f"/console/{page}").text
    house.world.write(be_gone)
    assert at in browser.get("/console/today").text


def test_an_objection_is_an_officer_s_to_settle(house: House) -> None:
    key = MATTERS["objections"](house, "").own
    at = SEEN.format("objections", key)
    worker = house.appoint("social_worker")
    assert worker.get(at).status_code == 403
    assert "objections" not in worker.get("/console/matters").text
    browser = house.appoint(OFFICER)
    assert "他不是我们行业的 请向当事人和单位核实" in browser.read(at)
    nothing = browser.send(f"{at}/settle")
    assert wrong(nothing) == {"verdict", "answer"}
    assert "请从列表里选一个" in words_of(nothing)
    assert "原因" not in words_of(nothing)
    assert nothing.text.count(" required") == 3
    assert f'maxlength="{LONGEST_WORDS}"' in nothing.text
    said = {"verdict": "upheld", "answer": "核实过了"}
    assert "异议成立" in browser.do(f"{at}/settle", **said)
    row = row_of(house, Objection, key)
    assert row.standing is Heard.UPHELD
    struck = house.world.write(lambda s: s.get_one(Nominee, row.nominee_id))
    assert struck.standing is Candidacy.STRUCK
    words = browser.read(at)
    assert "核实过了" in words
    assert "他不是我们行业的 这份异议已经处理过了" in words
    assert "请向当事人" not in words
