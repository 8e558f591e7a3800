"""Every word the code says is there in every language, and renders.

The code is read, not run: `Word("flow", "key", …)` and `say("flow", "key", …)` name a
block; an f-string names every block it fits.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, meta, nodes

from bot.words import CHAT, LANGUAGES, Reader, text_of
from handlers import ACTS, FLOWS, VIEWS, choices
from handlers.dossiers import DOSSIERS
from handlers.flow import Flow, questions
from handlers.menu import COURTESIES
from handlers.offers import plain
from handlers.presses import PRESSES
from handlers.question import Question, label
from handlers.say import Word
from models.application import Standing
from models.data import rows

SOURCES = [
    *sorted(Path("handlers").rglob("*.py")),
    *sorted(Path("bot").rglob("*.py")),
]
CODED = {"Refused", "AskAgain"}
"""The errors whose last argument is the code of a refusal."""

FLOW_BLOCKS = {"name", "summary", "submit", "cancelled"}

LONGEST_ID = "z" * 12
MOST_SHOWINGS = 9999

SAMPLES: dict[str, Any] = {
    "at": datetime(2026, 11, 23, tzinfo=UTC),
    "ends": datetime(2026, 11, 23, 2, tzinfo=UTC),
    "due": date(2026, 11, 26),
    "since": date(2026, 12, 1),
    "names": ("甲", "乙"),
    "count": 2,
    "more": 2,
    "minutes": 30,
    "lines": (("时间", "今天"),),
    "until": date(2026, 12, 1),
    "flags": ("id_known", "mobile_known", "old", "province"),
    "texts": ("甲", "乙"),
    "days": 3,
    "chats": 2,
}
"""What a variable holds where any text would not do."""


@dataclass(frozen=True)
class Said:
    """A block the code names: a pattern, and the variables it is given if they show."""

    where: str
    flow: str
    key: str
    given: frozenset[str] | None

    @property
    def blocks(self) -> dict[str, frozenset[str]]:
        """The blocks it may be, with their variables."""
        file = blocks("zh-CN", self.flow)
        return {key: wanted for key, wanted in file.items() if self.fits(key)}

    def fits(self, block: str) -> bool:
        return re.fullmatch(self.key, block) is not None


@cache
def blocks(language: str, flow: str) -> dict[str, frozenset[str]]:
    """Return the blocks of a file and the variables each needs."""
    source = (CHAT / language / f"{flow}.txt").read_text("utf-8")
    environment = Environment(autoescape=True)
    environment.filters["day"] = str
    found = {}
    for block in environment.parse(source).find_all(nodes.Block):
        alone = nodes.Template(block.body, lineno=1).set_environment(environment)
        assert isinstance(alone, nodes.Template)
        found[block.name] = frozenset(meta.find_undeclared_variables(alone)) - {"self"}
    return found


def files(language: str) -> set[str]:
    return {path.stem for path in (CHAT / language).glob("*.txt")}


def said() -> Iterator[Said]:
    """Yield every block that the code names."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield from _said_by(node, node.func.id, f"{path}:{node.lineno}")


def _said_by(node: ast.Call, name: str, where: str) -> Iterator[Said]:
    arguments = [_pattern(a) for a in node.args]
    if name in ("Word", "say") and len(arguments) > 1:
        flow, key = arguments[:2]
        if flow is not None and key is not None:
            yield Said(where, flow.replace("\\", ""), key, _given(node))
    elif name in CODED and where.startswith("handlers") and arguments[-1] is not None:
        yield Said(where, "answers", arguments[-1], _given_beside(node))


def _pattern(node: ast.expr) -> str | None:
    """Return what a string may be as a pattern; None for what only running tells."""
    match node:
        case ast.Constant(value=str(text)):
            return re.escape(text)
        case ast.JoinedStr(values=parts):
            return "".join(_pattern(p) or r"\w+" for p in parts)
        case ast.IfExp(body=body, orelse=other):
            return f"(?:{_pattern(body)}|{_pattern(other)})"
    return None


def _given_beside(node: ast.Call) -> frozenset[str]:
    return frozenset(k.arg for k in node.keywords if k.arg)


def _given(node: ast.Call) -> frozenset[str] | None:
    """Return the names of the variables, if they are written beside the block."""
    if len(node.args) == 2:
        return _given_beside(node)
    given = node.args[2]
    if not isinstance(given, ast.Dict):
        return None
    return frozenset(str(k.value) for k in given.keys if isinstance(k, ast.Constant))


def of_flows() -> Iterator[tuple[str, str]]:
    """Yield the blocks that every flow must have."""
    for flow in FLOWS.values():
        yield from ((flow.name, key) for key in FLOW_BLOCKS)
        for question in questions(flow):
            yield flow.name, f"ask_{question.name}"
            yield flow.name, f"label_{question.name}"
            yield from ((flow.name, f"change_{name}") for name in question.how.also)


def enumerations() -> list[type[StrEnum]]:
    """Return every list of choices, and where an application may stand."""
    found = [c for c in vars(choices).values() if isinstance(c, type)]
    ours = [c for c in found if issubclass(c, StrEnum) and c is not StrEnum]
    return [Standing, *ours]


def needed() -> set[tuple[str, str]]:
    """Return the blocks named outright, by flows or by enumerations."""
    labels = {(w.flow, w.key) for e in enumerations() for w in map(label, e)}
    titled = {(f.name, "title") for f in FLOWS.values() if _names_its_subject(f)}
    listed = {("dossier", dossier.name) for dossier in DOSSIERS}
    return {*of_flows(), *labels, *titled, *listed}


def _names_its_subject(flow: type[Flow]) -> bool:
    return any("title" in vars(kind) for kind in flow.__mro__ if kind is not Flow)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_files(language: str) -> None:
    assert files(language) == files("zh-CN")


@pytest.mark.parametrize("flow", sorted(files("zh-CN")))
def test_every_block_has_the_same_variables_in_every_language(flow: str) -> None:
    first, *others = (blocks(language, flow) for language in LANGUAGES)
    assert all(other == first for other in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_question_flow_and_choice_has_its_words(language: str) -> None:
    missing = {(f, k) for f, k in needed() if k not in blocks(language, f)}
    assert missing == set()


def test_every_word_the_code_says_exists() -> None:
    assert [word for word in said() if not word.blocks] == []


def test_every_word_is_given_what_it_needs() -> None:
    wrong = [
        (word.where, key)
        for word in said()
        for key, wanted in word.blocks.items()
        if word.given is not None
        and not wanted <= word.given
        # The words of a question are given the earlier answers too.
        and not key.startswith("ask_")
    ]
    assert wrong == []


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.name)
def test_a_question_uses_only_answers_that_come_before_it(flow: type[Flow]) -> None:
    before: set[str] = set()
    for question in questions(flow):
        assert blocks("zh-CN", flow.name)[f"ask_{question.name}"] <= before
        if not question.how.when:
            before.add(question.name)


def test_no_word_is_there_for_nothing() -> None:
    patterns = list(said())
    unused = {
        (flow, key)
        for flow in files("zh-CN")
        for key in blocks("zh-CN", flow)
        if not any(word.flow == flow and word.fits(key) for word in patterns)
    }
    assert (
        unused - needed() - {("join", "consent_text"), ("nominate", "consent_text")}
        == set()
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", sorted(files("zh-CN")))
def test_every_word_renders(language: str, flow: str) -> None:
    for key, variables in blocks(language, flow).items():
        params = {name: SAMPLES.get(name, "示例") for name in variables}
        text = text_of(Word(flow, key, params), Reader(language))
        assert text
        assert "{" not in text


@pytest.mark.parametrize("flow", sorted(files("zh-CN")))
def test_chinese_words_are_polite_and_use_their_own_punctuation(flow: str) -> None:
    text = (CHAT / "zh-CN" / f"{flow}.txt").read_text("utf-8")
    assert "你" not in text
    assert re.findall(r"[\u4e00-\u9fff][,.!?;:()]", text) == []


def commands(language: str) -> dict[str, list[str]]:
    path = CHAT / language / "commands.toml"
    found: dict[str, list[str]] = tomllib.loads(path.read_text("utf-8"))
    return found


def command_words() -> list[str]:
    found = [words for name in LANGUAGES for words in commands(name).values()]
    return [plain(word) for words in found for word in words]


def test_no_command_word_means_two_things() -> None:
    words = command_words()
    assert sorted(words) == sorted(set(words))
    assert all(words)


def test_every_command_has_words_in_every_language() -> None:
    first, *others = (list(commands(language)) for language in LANGUAGES)
    assert all(other == first for other in others)
    assert all(words for name in LANGUAGES for words in commands(name).values())


def spoken(language: str) -> dict[str, dict[str, list[str]]]:
    path = CHAT / language / "spoken.toml"
    found: dict[str, dict[str, list[str]]] = tomllib.loads(path.read_text("utf-8"))
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_words_are_those_of_a_label_there_is(language: str) -> None:
    means = spoken(language)["means"]
    wrong = [
        at for at in means if at.split(".")[1] not in blocks(language, at.split(".")[0])
    ]
    assert wrong == []
    assert [*means] == [*spoken("zh-CN")["means"]]
    assert {t: [*names] for t, names in spoken(language).items() if t != "means"} == {
        "around": ["before", "after"],
        "doubts": ["words"],
        "urgent": ["words"],
        "names": ["before", "none"],
    }


@pytest.mark.parametrize("enumeration", enumerations(), ids=lambda e: e.__name__)
def test_no_word_means_two_choices_of_a_list(enumeration: type[StrEnum]) -> None:
    said = [
        plain(word)
        for member in enumeration
        for language in LANGUAGES
        for at in [f"labels.{label(member).key}"]
        for word in {*map(plain, spoken(language)["means"].get(at, []))}
    ]
    assert sorted(said) == sorted(set(said))


@pytest.mark.parametrize("press", commands("zh-CN"))
def test_every_command_does_something(press: str) -> None:
    kind, name = press.split(":")[:2]
    tables: dict[str, Container[str]] = {"f": FLOWS, "v": VIEWS, "a": ACTS}
    assert kind in PRESSES
    assert name in {"w": ("back", "cancel", *COURTESIES), **tables}[kind]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_choice_of_a_list_reads_like_a_command_or_another(language: str) -> None:
    words = {*command_words()}
    for enumeration in enumerations():
        labels = [plain(text_of(label(m), Reader(language))) for m in enumeration]
        assert len(set(labels)) == len(labels)
        assert not words & {*labels}


def keys_of(question: Question) -> Iterator[str]:
    """Yield the longest keys that options of a question may have."""
    yield "_done"
    if question.name in ("employer", "platform"):
        yield from (f"{LONGEST_ID}.{row['union']}" for row in rows("enterprises"))
    yield from (row["code"] for row in rows("unions") if "union" in question.name)
    yield from (f"-{q.name}" for q in questions(FLOWS["join"]))


@pytest.mark.parametrize("flow", FLOWS.values(), ids=lambda flow: flow.name)
def test_every_press_fits_a_button_with_the_longest_ids(flow: type[Flow]) -> None:
    for question in questions(flow):
        for key in keys_of(question):
            press = f"q:{LONGEST_ID}:{question.name}:{MOST_SHOWINGS}:{key}"
            assert len(press.encode()) <= 64, press
