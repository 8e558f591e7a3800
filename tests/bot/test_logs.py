"""Logging: whatever is logged, nothing private comes through."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.logs import Redacting, redact, set_up_logging

letters = st.text("ABCdefXYZ0189_-", min_size=30, max_size=45)
tokens = st.builds("{}:{}".format, st.integers(10**6, 10**10), letters)
ids = st.builds(
    "{:06}{:08}{:03}{}".format,
    st.integers(110000, 830000),
    st.integers(19300101, 20101231),
    st.integers(0, 999),
    st.sampled_from("0123456789Xx"),
)
mobiles = st.builds("1{}{:09}".format, st.integers(3, 9), st.integers(0, 10**9 - 1))
canaries = st.one_of(tokens, ids, mobiles)


class Unprintable:
    """A value that cannot be made into text."""

    def __str__(self) -> str:
        raise RuntimeError("13812345678")


Lines = Callable[[], str]


@pytest.fixture
def lines(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Lines]:
    """Read what was logged; take the set-up down again afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    yield lambda: capsys.readouterr().err
    logging.captureWarnings(capture=False)
    root.handlers[:] = handlers
    root.setLevel(level)


def written(message: object, *values: object, error: Exception | None = None) -> str:
    record = logging.LogRecord(
        "any",
        logging.INFO,
        "any.py",
        1,
        message,
        values,
        (type(error), error, None) if error else None,
    )
    return Redacting().format(record)


@given(st.text(), canaries, st.text())
def test_no_canary_comes_through_in_a_message(
    before: str, canary: str, after: str
) -> None:
    assert canary not in redact(f"{before}{canary}{after}")
    assert canary not in written(f"{before}{canary}{after}")


@given(canaries, canaries)
def test_no_canary_comes_through_in_an_argument(one: str, two: str) -> None:
    line = written("%s got %r", one, {"from": [two]})
    assert one not in line
    assert two not in line


@given(canaries, canaries)
def test_no_canary_comes_through_in_an_exception(one: str, two: str) -> None:
    error = ValueError(f"bad value {one}")
    error.__cause__ = KeyError(two)
    line = written("failed", error=error)
    assert "ValueError: bad value" in line
    assert "KeyError" in line
    assert one not in line
    assert two not in line


@given(canaries, canaries)
def test_two_canaries_side_by_side_do_not_save_each_other(one: str, two: str) -> None:
    text = redact(f"{one}{two}")
    assert one not in text
    assert two not in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "POST https://api.telegram.org/bot123456789:AAEhBOweik6ad9r_QXMENQjcrGbqCr"
            "4K-bc/getMe",
            "POST https://api.telegram.org/bot<token>/getMe",
        ),
        ("bot123456789%3AAAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc", "bot<token>"),
        ("id 44010419900101123X ok", "id <number> ok"),
        ("id 440104 19900101 1234", "id <number>"),
        ("call +8613812345678", "call <number>"),
        ("call +86 138-1234-5678", "call +86 <number>"),
        ("call 138 1234 5678", "call <number>"),
        ("１３８１２３４５６７８", "<number>"),
        (
            "postgresql+psycopg://union:hunter2@db/zhigong",
            "postgresql+psycopg://union:<password>@db/zhigong",
        ),
        ("redis://:hunter2@db", "redis://:<password>@db"),
    ],
)
def test_what_is_private_is_marked(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22 07:30:00,123 INFO bot.app: 64 messages in 1234567890 ns",
        "http://127.0.0.1:8080/chat/messages?after=1234567890",
        "update 987654321 from chat -123456789",
        "page 3/9, 100 %",
    ],
)
def test_what_is_not_private_is_left(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize("values", [("one",), (1, 2), (Unprintable(),)])
def test_a_record_that_cannot_be_written_only_says_where_it_is(
    values: tuple[object, ...],
) -> None:
    line = written("13812345678 %d", *values)
    assert line == "INFO any: TypeError at any.py:1"


def test_every_logger_is_redacted(lines: Lines) -> None:
    set_up_logging("INFO")
    logging.getLogger("some.library").info("from %s", "13812345678")
    assert lines().endswith("INFO some.library: from <number>\n")


@pytest.mark.parametrize(
    "name", ["httpx", "telegram", "telegram.ext", "uvicorn.access"]
)
def test_talkative_libraries_only_warn(lines: Lines, name: str) -> None:
    set_up_logging("INFO")
    logging.getLogger(name).info("chatter")
    logging.getLogger(name).warning("trouble")
    said = lines()
    assert "chatter" not in said
    assert "trouble" in said


def test_setting_up_twice_writes_once(lines: Lines) -> None:
    set_up_logging("INFO")
    set_up_logging("INFO")
    logging.getLogger("any").info("said")
    assert lines().count("said") == 1


def test_the_level_is_obeyed(lines: Lines) -> None:
    set_up_logging("ERROR")
    logging.getLogger("any").warning("unsaid")
    logging.getLogger("any").error("said")
    assert lines().endswith("ERROR any: said\n")


def test_a_warning_is_a_redacted_line(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        set_up_logging("INFO")
        warnings.warn("seen 13812345678", UserWarning, stacklevel=1)
    assert "UserWarning: seen <number>" in lines()


def test_an_unhandled_exception_is_a_redacted_line(lines: Lines) -> None:
    set_up_logging("INFO")
    sys.excepthook(ValueError, ValueError("13812345678"), None)
    said = lines()
    assert "CRITICAL root: unhandled exception" in said
    assert "ValueError: <number>" in said


def test_control_c_leaves_no_trace(lines: Lines) -> None:
    set_up_logging("INFO")
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert lines() == ""


def test_an_exception_in_a_thread_is_a_redacted_line(lines: Lines) -> None:
    def fail() -> None:
        raise ValueError("13812345678")

    set_up_logging("INFO")
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    assert "ValueError: <number>" in lines()
