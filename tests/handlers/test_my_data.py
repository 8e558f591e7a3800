"""My data: what is shown, who may correct what, and what ends with a consent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import Session, select

from handlers.my_data import LANGUAGES
from handlers.my_data import my_data as view
from handlers.turn import Turn
from models.application import Application
from models.attachment import Attachment
from models.chat import Chat
from models.columns import new_id
from models.consent import Consent
from models.correction import Correction, Wish
from models.message import Body, Kind, Message
from models.staff import Staff
from models.worker import Worker
from tests.handlers.test_my_application import applied, decided
from tests.world import World


def member(world: World, **answers: str) -> None:
    world.appoint("4401")
    world.fill("sure", **answers)
    world.say("提交")
    decided(world)
    world.wait(timedelta(minutes=1))


def rows(said: list[Body]) -> dict[str, str]:
    return dict(said[-1].get("rows", []))


def labels(said: list[Body]) -> list[str]:
    return [label for _, label, _ in said[-1].get("choices", [])]


def worker(world: World, who: str = "工人") -> Worker:
    def look(session: Session) -> Worker:
        chat = session.exec(select(Chat).where(Chat.address == who)).one()
        return session.get_one(Worker, chat.worker_id)

    return world.write(look)


def facts(world: World) -> dict[str, object]:
    row = world.write(lambda s: s.exec(select(Application)).one())
    return row.load(world.kit.keys, worker(world))


def unsealed(world: World, column: str) -> str | None:
    return worker(world).unseal(world.kit.keys, column)


def correct(world: World, choice: str, *typed: str) -> list[Body]:
    world.say("更正资料")
    said = world.tap(choice)
    for text in typed:
        said = world.say(text)
    return said


def test_it_is_in_the_menu_of_whoever_has_given_anything(world: World) -> None:
    assert "我的资料" not in labels(world.say("菜单"))
    world.fill("full_name")
    assert "我的资料" in labels(world.say("菜单"))


def test_what_is_shown_is_masked(world: World) -> None:
    member(world)
    text = str(world.say("我的资料"))
    for hidden in ("张三", "440106199003070001", "13812345678"):
        assert hidden not in text
    assert rows(world.say("我的资料"))["姓名"] == "张*"


def test_every_chat_and_every_language_has_a_name(turn: Turn) -> None:
    for channel in ("telegram", "other"):
        turn.session.add(
            Chat(
                id=new_id(),
                channel=channel,
                bot="",
                address="1",
                worker_id=turn.worker.id,
                created_at=turn.now,
            )
        )
    (message,) = view(turn, "")
    values = str(message.rows)
    assert "channel_page" in values
    assert "channel_telegram" in values
    assert "'other'" in values
    assert LANGUAGES[turn.language] in values


def test_a_social_worker_sees_the_position_too(world: World) -> None:
    world.appoint("4401")
    assert rows(world.say("我的资料", "社工"))["工作人员"] == "广州市总工会"


def test_what_is_of_an_abandoned_flow_is_not_named(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    import handlers

    world.fill("full_name")
    assert rows(world.say("我的资料"))["没填完的"] == "入会申请"
    monkeypatch.delitem(handlers.FLOWS, "join")
    assert "没填完的" not in rows(world.say("我的资料"))


def test_a_mobile_is_changed_at_once_and_everywhere(world: World) -> None:
    member(world)
    said = correct(world, "手机号：138****5678", "13987654321")
    assert rows(said)["手机号"] == "139****4321"
    assert facts(world)["mobile"] == unsealed(world, "mobile") == "+8613987654321"
    kept = worker(world)
    assert kept.mobile_tag == world.kit.keys.tag("mobile", "+8613987654321")
    kind = world.write(lambda s: [m.kind for m in world.messages_of(s, "工人")][-1])
    assert kind is Kind.RECEIPT


def test_a_refused_answer_changes_nothing(world: World) -> None:
    member(world)
    correct(world, "手机号：138****5678", "12345")
    assert facts(world)["mobile"] == "+8613812345678"


def test_another_occupation_lets_go_of_what_no_longer_fits(world: World) -> None:
    member(world, plate="粤A12345")
    correct(world, "职业：货车司机", "快递员")
    assert facts(world)["plate"] is None
    assert facts(world)["group"] == worker(world).group == "courier"
    assert "车牌号" not in str(labels(world.say("更正资料")))


def test_a_place_is_chosen_from_the_city_down(world: World) -> None:
    member(world)
    said = correct(world, "区县：白云区", "潮州", "湘桥", "跳过")
    assert "所在的工会不变" in said[-1]["text"]
    row = world.write(lambda s: s.exec(select(Application)).one())
    assert facts(world)["district"] == row.district
    assert facts(world)["city"] == "4451"
    assert worker(world).union_code == "440111"


def test_where_somebody_lives_is_corrected_alone(world: World) -> None:
    member(world, belong="住的地方", home_district="花都区")
    said = correct(world, "居住区县：广州市花都区", "白云区")
    row = world.write(lambda s: s.exec(select(Application)).one())
    assert row.district == "440111"
    assert rows(said)["居住区县"] == "广州市白云区"


def pictures(world: World) -> int:
    return len(world.write(lambda s: s.exec(select(Attachment)).all()))


def test_a_certificate_is_replaced_and_the_old_one_is_gone(world: World) -> None:
    world.appoint("4401")
    world.fill("certificate", group="家政服务员")
    world.do("photo", data=b"one", mime="image/jpeg")
    world.say("提交")
    decided(world)
    world.wait(timedelta(minutes=1))
    before = facts(world)["certificate"]
    world.say("更正资料")
    world.tap("看更多")
    world.tap("证书：已收到照片")
    world.do("photo", data=b"two", mime="image/jpeg")
    assert facts(world)["certificate"] not in (None, before)
    assert pictures(world) == 1
    correct(world, "看更多")
    world.tap("证书：已收到照片")
    world.say("跳过")
    assert (facts(world)["certificate"], pictures(world)) == (None, 0)


def test_a_picture_that_is_gone_is_no_hindrance(world: World) -> None:
    world.appoint("4401")
    world.fill("certificate", group="家政服务员")
    world.do("photo", data=b"one", mime="image/jpeg")
    world.say("提交")
    decided(world)
    world.wait(timedelta(minutes=1))

    def lose(session: Session) -> None:
        session.delete(session.exec(select(Attachment)).one())

    world.write(lose)
    world.say("更正资料")
    world.tap("看更多")
    world.tap("证书：已收到照片")
    assert "回执" in world.say("跳过")[-1]["title"]


def test_what_is_no_longer_on_offer_stays_as_it_was(world: World) -> None:
    member(world)
    groups = world.kit.atlas.groups
    groups["truck_driver"] = groups["truck_driver"].model_copy(
        update={"until": groups["truck_driver"].since}
    )
    from handlers.places import _groups_on

    _groups_on.cache_clear()
    said = correct(world, "手机号：138****5678", "13987654321")
    _groups_on.cache_clear()
    assert said[-1]["title"] == "回执"
    assert facts(world)["group"] == "truck_driver"


@pytest.mark.parametrize("press", ["f:correct:skills", "f:correct:zzz", "f:correct:"])
def test_what_there_is_not_is_not_corrected(world: World, press: str) -> None:
    member(world)
    assert world.do("press", press)[0]["text"].startswith("这一项没有")


def test_who_waits_is_told_to_withdraw_or_wait(world: World) -> None:
    applied(world)
    assert labels(world.say("更正资料")) == ["撤回申请", "我的申请"]
    assert labels(world.do("press", "f:correct:mobile"))[0] == "撤回申请"


def test_while_an_approval_is_not_told_nothing_is_corrected(world: World) -> None:
    world.appoint("4401")
    applied(world)
    decided(world)
    assert labels(world.say("更正资料")) == ["撤回申请", "我的申请"]


def test_what_came_back_is_corrected_where_it_was_asked(world: World) -> None:
    world.appoint("4401")
    applied(world)
    decided(world, "退回修改")
    for typed in ("姓名", "选好了（1 项）", "1", "退回"):
        world.say(typed, "社工")
    world.wait(timedelta(minutes=1))
    assert labels(world.say("更正资料"))[0] == "修改后再提交"


def test_who_never_applied_is_offered_to(world: World) -> None:
    assert labels(world.say("更正资料")) == ["我要入会", "我的资料"]


def wishes(world: World) -> list[Correction]:
    return world.write(lambda s: list(s.exec(select(Correction)).all()))


def test_a_name_waits_for_a_social_worker(world: World) -> None:
    member(world)
    correct(world, "姓名：张*", "李四")
    assert unsealed(world, "name") == "张三"
    said = world.say("待审", "社工")
    number = (worker(world).member_no or "")[-4:]
    assert labels(said) == [f"会员证号末四位 {number} · 更正资料 · 不到 1 天"]
    world.say("1", "社工")
    world.say("核对无误，更正", "社工")
    assert unsealed(world, "name") == facts(world)["full_name"] == "李四"
    heard = world.wait(timedelta(seconds=1))["工人"]
    assert heard[0]["text"] == "核对好了，您的资料已经更正。"
    again = world.do("press", _press(world, "a:approve_correction"), "社工")
    assert again[0]["text"].startswith("这份更正申请已经有结果了")
    shown = world.do("press", _press(world, "v:correction"), "社工")
    assert labels(shown) == ["返回"]
    late = world.do("press", _press(world, "f:refuse"), "社工")
    assert late[0]["text"].startswith("这份更正申请已经有结果了")


def _press(world: World, press: str) -> str:
    from models.columns import short

    return f"{press}:{short(wishes(world)[-1].id)}"


@pytest.mark.parametrize("seen", ["v:correction", "a:approve_correction", "f:refuse"])
def test_another_union_s_correction_is_not_settled(world: World, seen: str) -> None:
    member(world)
    correct(world, "姓名：张*", "李四")

    def move(session: Session) -> None:
        staff = session.exec(select(Staff)).one()
        staff.union_code = "4451"
        session.add(staff)

    world.write(move)
    said = world.do("press", _press(world, seen), "社工")
    assert said[0]["text"].startswith("这份更正申请不在您负责的范围内")
    assert wishes(world)[-1].standing is Wish.WAITING


def test_nobody_settles_their_own_correction(world: World) -> None:
    member(world)
    world.appoint("4401", "工人")
    correct(world, "姓名：张*", "李四")
    assert "现在没有" in world.say("待审")[0]["text"]
    said = world.do("press", _press(world, "a:approve_correction"))
    assert said[0]["text"].startswith("这份更正申请不在您负责的范围内")


def test_an_id_another_member_has_is_not_approved(world: World) -> None:
    member(world)
    world.fill("sure", "乙", resident_id="440306197506150005")
    world.say("提交", "乙")
    decided(world)
    world.wait(timedelta(minutes=1))
    correct(world, "证件：4401**********0001", "1", "440306197506150005")
    world.say("待审", "社工")
    world.say("1", "社工")
    said = world.say("核对无误，更正", "社工")
    assert said[0]["text"].startswith("不能通过：这个证件号码已经是会员")


def test_a_passport_takes_the_place_of_an_id(world: World) -> None:
    member(world)
    correct(world, "证件：4401**********0001", "护照", "E12345678", "1990-03-07", "男")
    said = world.say("待审", "社工") and world.say("1", "社工")
    assert rows(said)["证件类型"] == "身份证（含港澳台居住证） → 护照"
    assert rows(said)["证件号码"] == "E1*****78"
    world.say("核对无误，更正", "社工")
    kept = worker(world)
    assert (kept.id_type, unsealed(world, "id_number")) == ("passport", "E12345678")
    assert unsealed(world, "born") == "1990-03-07"


def test_on_an_untrusted_channel_the_reviewer_sees_no_full_name(
    abroad: World,
) -> None:
    member(abroad)
    correct(abroad, "姓名：张*", "李四")
    abroad.say("待审", "社工")
    assert rows(abroad.say("1", "社工"))["姓名"] == "张* → 李*"
    abroad.say("更正资料")
    abroad.tap("证件：4401**********0001")
    assert "link" in abroad.say("1")[-1]


def test_a_wish_is_taken_back_once(world: World) -> None:
    member(world)
    correct(world, "姓名：张*", "李四")
    drop = world.screens["工人"][-1]["choices"][0][2]
    assert world.do("press", drop)[-1]["title"] == "回执"
    assert world.do("press", drop)[-1]["text"].startswith("这份更正申请已经有结果了")
    assert "已经有结果了" in world.do("press", "a:drop_correction:")[-1]["text"]


def test_a_wish_dropped_while_a_reviewer_writes_is_not_refused(world: World) -> None:
    member(world)
    correct(world, "姓名：张*", "李四")
    drop = world.screens["工人"][-1]["choices"][0][2]
    for typed in ("待审", "1", "不更正", "1"):
        world.say(typed, "社工")
    world.do("press", drop)
    said = world.say("确定不更正", "社工")
    assert said[0]["text"].startswith("这份更正申请已经有结果了")


def test_a_language_changed_here_has_a_receipt(world: World) -> None:
    world.say("我的资料")
    assert world.tap("语言：换成 English")[-1]["title"] == "Receipt"
    assert worker(world).language == "en"
    assert world.do("press", "a:my_language:tlh")[-1]["title"] == "Receipt"
    assert worker(world).language == "en"


def consents(world: World) -> list[Consent]:
    return world.write(lambda s: list(s.exec(select(Consent)).all()))


def test_a_consent_is_withdrawn_only_when_that_is_meant(world: World) -> None:
    applied(world)
    world.say("撤回同意")
    world.tap("不撤回")
    assert consents(world)[0].withdrawn_at is None
    world.say("撤回同意")
    assert world.tap("确定撤回")[-1]["title"] == "回执"
    assert consents(world)[0].withdrawn_at == world.now
    assert facts(world) == {}


def test_an_old_press_withdraws_no_newer_consent(world: World) -> None:
    world.fill("full_name")
    world.say("撤回同意")
    world.tap("确定撤回")
    world.fill("full_name")
    assert "确定撤回吗" in world.tap("确定撤回")[-1]["text"]
    assert [row.withdrawn_at is None for row in consents(world)].count(True) == 1


def test_who_never_agreed_has_nothing_to_withdraw(world: World) -> None:
    assert "没有还在生效的同意" in world.say("撤回同意")[-1]["text"]


def test_without_the_consent_nobody_stays_a_member(world: World) -> None:
    member(world)
    world.say("撤回同意")
    assert labels(world.screens["工人"]) == ["不撤回", "撤回同意并退会"]
    world.tap("撤回同意并退会")
    kept = worker(world)
    assert kept.member_no is None
    assert {kept.name, kept.id_tag, kept.mobile_tag} == {None}
    assert rows(world.say("我的申请"))["进度"] == "已退会"
    assert "更正" not in labels(world.say("我的资料"))


def test_reviewers_keep_nothing_of_who_withdrew(world: World) -> None:
    member(world)
    world.say("撤回同意")
    world.tap("撤回同意并退会")
    about = worker(world).id

    def shown(session: Session) -> list[Message]:
        rows = world.messages_of(session, "社工")
        return [row for row in rows if row.about_id == about]

    assert world.write(shown) == []


def test_an_approval_on_its_way_is_never_told(world: World) -> None:
    world.appoint("4401")
    applied(world)
    decided(world)
    world.say("撤回同意")
    world.tap("确定撤回")
    assert world.wait(timedelta(minutes=1)) == {}
    assert rows(world.say("我的申请"))["进度"] == "已撤回"


def test_who_withdrew_is_not_reminded_to_agree(world: World) -> None:
    world.fill("full_name")
    world.say("撤回同意")
    world.tap("确定撤回")
    world.say("入会")
    assert world.wait(timedelta(hours=25)) == {}
    world.say("取消")
    world.say("入会")
    world.say("同意，开始填写")
    assert "工人" in world.wait(timedelta(hours=25))


def test_a_wish_that_went_with_the_consent_is_not_told(world: World) -> None:
    member(world)
    correct(world, "姓名：张*", "李四")
    for typed in ("待审", "1", "核对无误，更正"):
        world.say(typed, "社工")
    world.say("撤回同意")
    world.tap("撤回同意并退会")
    assert world.wait(timedelta(minutes=1)) == {}
