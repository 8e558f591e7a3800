"""Stories: conversations as plain text, played against the real step and compared.

    # a remark                     > 入会            the worker types
    channels: page typing          >[提交]           presses the button of that label
    ! 过 1 天                      >>[提交]          the same without a pause
    社工> 待审                     >(照片)           does something else, see DEEDS
    ! 成为工会会员 440111           ! 任命收银员 drug-baiyun
    ! 办活动 家政节 2 48           something happens, see HAPPENINGS

The lines in between are what the bot answers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from models.message import Body
from tests.casework import dismiss, erase_all, save_reply_of
from tests.electing import hold_election, make_members
from tests.handlers.hosts import call_off, hold_event, put_off
from tests.handlers.members import make_member
from tests.papers import put
from tests.world import World

STORIES = Path(__file__).parent / "stories"
CHANNELS = ("page", "typing")
"""Where a story is told that does not say where."""

UNITS = {"秒": "seconds", "分钟": "minutes", "小时": "hours", "天": "days"}
LINE = re.compile(r"(?P<who>\w*)(?P<mark>>>?)\s*(?P<deed>.*)")

DIGEST = re.compile("^[0-9a-f]{64}$")
"""What chance alone decides."""

CHANNEL = re.compile("^(网页|Chat page|link|typing)[，,] ?")
"""Where a chat is, which a story that is told everywhere leaves out."""

Deed = Callable[[World, str, str], list[Body]]

DEEDS: dict[str, Deed] = {
    "打开": lambda world, who, arg: world.do("hello", who=who),
    "扫码": lambda world, who, arg: world.do("start", arg, who),
    "照片": lambda world, who, arg: world.do(
        "photo", who=who, data=b"picture", mime="image/jpeg"
    ),
    "文件": lambda world, who, arg: world.do(
        "document", who=who, file=put(world, who, arg)
    ),
    "坏文件": lambda world, who, arg: world.do("document", arg, who),
    "坏照片": lambda world, who, arg: world.do("photo", who=who),
    "位置": lambda world, who, arg: world.do(
        "location", who=who, lat=float(arg.split()[0]), lon=float(arg.split()[1])
    ),
    "名片": lambda world, who, arg: world.do("contact", arg, who),
    "语音": lambda world, who, arg: world.do("other", who=who),
    "群聊": lambda world, who, arg: world.do("group", who=who),
    "拉黑": lambda world, who, arg: world.do("stop", who=who),
    "取消拉黑": lambda world, who, arg: world.do("return", who=who),
    "填到": lambda world, who, arg: fill(world, who, *arg.split()),
    "安全网页": lambda world, who, arg: world.fill_form(arg, who),
}


HAPPENINGS: dict[str, Callable[..., object]] = {
    "会员": make_members,
    "设评选": hold_election,
    "常用语": save_reply_of,
    "撤职": dismiss,
    "删除资料": erase_all,
    "成为会员": make_member,
    "成为工会会员": lambda world, union: make_member(world, placed=union),
    "开放体检": lambda world, days: world.open_slot(timedelta(days=int(days))),
    "停办": lambda world, code: world.close_benefit(code),
    "办活动": hold_event,
    "活动改期": put_off,
    "活动取消": call_off,
}
"""What happens beside the conversation and is not heard at once."""


def fill(world: World, who: str, until: str, *other: str) -> list[Body]:
    """Join up to a question; `mobile=…` and the like are other answers than usual."""
    answers = dict(pair.split("=", 1) for pair in other)
    return world.fill(until, who, **answers)


def channels_of(story: Path) -> tuple[str, ...]:
    """Return the channels a story is told on."""
    found = re.search(r"^channels: (.+)$", story.read_text("utf-8"), re.MULTILINE)
    return tuple(found[1].split()) if found else CHANNELS


def script_of(story: Path) -> Iterator[str]:
    """Yield the lines of a story that are not answers."""
    for line in story.read_text("utf-8").splitlines():
        if line.startswith(("#", "!", "channels:")) or LINE.fullmatch(line):
            yield line


def play(world: World, story: Path) -> str:
    """Play a story's script and return the whole story as it now goes."""
    told = [line for line in script_of(story) if line.startswith(("#", "channels:"))]
    for line in script_of(story):
        if line.startswith("!"):
            told += ["", line, *_happen(world, line.removeprefix("!").strip())]
        elif not line.startswith(("#", "channels:")):
            told += ["", line, *_do(world, line), *_heard_elsewhere(world)]
    return "\n".join(told) + "\n"


def _do(world: World, line: str) -> list[str]:
    found = LINE.fullmatch(line)
    assert found is not None
    who, deed = found["who"] or "工人", found["deed"]
    if found["mark"] == ">" and not deed.startswith("["):
        return lines_of(_act(world, who, deed))
    label = deed.strip("[]")
    tap = world.tap if found["mark"] == ">" else world.tap_at_once
    return lines_of(tap(label, who)) or ["（没有回话）"]


def _heard_elsewhere(world: World) -> Iterator[str]:
    """Yield what other people hear at once of what somebody did."""
    for who, bodies in world.elsewhere.items():
        yield from (f"（{who}收到）", *lines_of(bodies))
    world.elsewhere = {}


def _act(world: World, who: str, deed: str) -> list[Body]:
    name, _, arg = deed.strip("()").partition(" ")
    if deed.startswith("(") and name in DEEDS:
        return DEEDS[name](world, who, arg)
    return world.say(deed, who)


def _happen(world: World, event: str) -> list[str]:
    """Let time pass, or somebody be appointed; tell what people then hear."""
    if event.startswith("任命社工 "):
        return lines_of(world.appoint(*event.split()[1:]))
    if event.startswith("任命主管 "):
        return lines_of(world.appoint(event.split()[1], "主管", "officer"))
    if event.startswith("任命收银员 "):
        return lines_of(world.appoint_clerk(*event.split()[1:]))
    if event.startswith("任命评委 "):
        return lines_of(world.appoint(event.split()[1], "评委", "jury"))
    name, _, rest = event.partition(" ")
    if name in HAPPENINGS:
        HAPPENINGS[name](world, *rest.split())
        return []
    _, number, unit = event.split()
    heard = world.wait(timedelta(**{UNITS[unit]: float(number)}))
    return [
        line
        for who, bodies in heard.items()
        for line in ("" if who == "工人" else f"（{who}收到）", *lines_of(bodies))
        if line
    ]


def lines_of(bodies: list[Body]) -> list[str]:
    """Return messages as lines, without what chance decides."""
    return [line for body in bodies for line in _lines(body)]


def _lines(body: Body) -> Iterator[str]:
    if "title" in body:
        yield f"【{body['title']}】"
    yield from (
        f"  {label}：{DIGEST.sub('…', CHANNEL.sub('', value))}"
        for label, value in body.get("rows", [])
    )
    place = f"（{body['place']}）" if "place" in body else ""
    yield from f"{place}{body['text']}".splitlines()
    if "link" in body:
        yield f"  ↗ {body['link'][0]}"
    if "wish" in body:
        yield f"  ＋ {body['wish'][1]}"
    if "document" in body:
        yield f"  ▤ {body['document'][1]}（{body['document'][2]}）"
    if "image" in body or "drawing" in body:
        yield "  ▣"
    for number, label, _ in body.get("choices", []):
        yield f"  {'·' if number is None else number} {label}"
