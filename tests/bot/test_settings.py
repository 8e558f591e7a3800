"""The settings: read from three places, and refused with a line that helps."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import ROOT, Config
from bot.settings import (
    SECRETS,
    SETTINGS,
    ConfigError,
    literal,
    read_config,
    variable,
)

TOKEN = "123456789:" + "A" * 35
KEY = "A" * 43 + "="

Write = Callable[[str], Path]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.upper().startswith("ZHIGONG_"):
            monkeypatch.delenv(name)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str) -> Path:
        path = tmp_path / "config.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    assert len(refused.value.lines) == 1, refused.value.lines
    return str(refused.value).removeprefix(f"{path.parent}/")


# The file that comes with the product


def shipped() -> str:
    return (ROOT / "config.toml").read_text(encoding="utf-8")


def test_the_shipped_file_is_the_defaults() -> None:
    assert read_config() == Config()


def test_the_shipped_file_has_every_key_under_its_comment() -> None:
    lines = shipped().splitlines()
    for section, keys in SETTINGS.items():
        for key, field in keys.items():
            if (section, key) in SECRETS:
                continue
            default = list(field.default) if field.default == () else field.default
            at = lines.index(f"{key} = {literal(default)}", lines.index(f"[{section}]"))
            assert lines[at - 1] == f"# {field.description}"


def test_the_shipped_file_names_each_secret_and_holds_none() -> None:
    values = tomllib.loads(shipped())
    for section, key in SECRETS:
        assert f"{section}.{key}" in shipped()
        assert key not in values.get(section, {})


def test_every_secret_of_the_table_is_kept_out_of_the_file() -> None:
    def hides(kind: Any) -> bool:
        return "Secret" in repr(kind) or any(map(hides, get_args(kind)))

    found = {
        (section, key)
        for section, keys in SETTINGS.items()
        for key, field in keys.items()
        if hides(field.annotation)
    }
    assert found == SECRETS


# Where a setting comes from


def test_a_file_is_read(write: Write) -> None:
    config = read_config(write('[web]\nport = 9000\n[quiet]\nend = "07:30"\n'))
    assert config.web.port == 9000
    assert config.quiet.end == time(7, 30)


def test_the_environment_goes_before_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_WEB__PORT", "9001")
    config = read_config(write('[web]\nport = 9000\nhost = "0.0.0.0"\n'))
    assert (config.web.port, config.web.host) == (9001, "0.0.0.0")  # noqa: S104


def test_the_environment_names_the_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_CONFIG", str(write("[web]\nport = 9002\n")))
    assert read_config().web.port == 9002


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    line = refusal(tmp_path / "none.toml")
    assert line == "none.toml: cannot be read: No such file or directory"


def test_the_usual_file_may_be_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.settings.ROOT", tmp_path)
    assert read_config() == Config()


def test_a_secret_comes_from_a_file_the_environment_names(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN_FILE", str(tmp_path / "token"))
    config = read_config(write('[telegram]\nprivate_answers = "link"\n'))
    assert config.telegram.token.get_secret_value() == TOKEN
    assert config.telegram.enabled


def test_an_empty_name_of_a_secrets_file_is_no_file(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN_FILE", "")
    assert not read_config(write("")).telegram.enabled


def test_networks_are_listed_with_commas(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_WEB__TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8")
    networks = read_config(write("")).web.trusted_proxies
    assert [str(network) for network in networks] == ["127.0.0.1/32", "10.0.0.0/8"]


# Names that are wrong


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "[web]\nhost = 'a'\nprot = 1\n",
            "config.toml:3: web.prot is no setting; did you mean port?",
        ),
        (
            "# note = 1\n[wbe]\nport = 1\n",
            "config.toml:2: [wbe] is no section; did you mean web?",
        ),
        ("[zzz]\n", "config.toml:1: [zzz] is no section; remove it"),
        (
            "web = 8080\n",
            "config.toml:1: web is a section; write [web] above its keys",
        ),
        (
            "web.prot = 8080\n",
            "config.toml:1: web.prot is no setting; did you mean port?",
        ),
        (
            f'[telegram]\n"token" = "{TOKEN}"\n',
            "config.toml:2: telegram.token is a secret; remove this line and set "
            "ZHIGONG_TELEGRAM__TOKEN, or set ZHIGONG_TELEGRAM__TOKEN_FILE to the path "
            "of a file that holds it",
        ),
    ],
)
def test_a_wrong_name_in_the_file_is_refused(
    write: Write, text: str, line: str
) -> None:
    assert refusal(write(text)) == line


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("ZHIGONG_WEB__PROT", "is no setting; did you mean ZHIGONG_WEB__PORT?"),
        ("zhigong_web__port", "is no setting; did you mean ZHIGONG_WEB__PORT?"),
        ("ZHIGONG_WEB", "is no setting; did you mean ZHIGONG_WEB__PORT?"),
        ("ZHIGONG_WEB__PORT_FILE", "is no setting; did you mean ZHIGONG_WEB__PORT?"),
        ("ZHIGONG_" + "Q" * 40, "is no setting; remove it"),
    ],
)
def test_a_wrong_variable_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str, line: str
) -> None:
    monkeypatch.setenv(name, "1")
    assert refusal(write("")) == f"{name}: {line}"


def test_a_secret_given_twice_is_refused(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN", TOKEN)
    assert refusal(write("")) == (
        "ZHIGONG_TELEGRAM__TOKEN_FILE: ZHIGONG_TELEGRAM__TOKEN is set too; "
        "keep one of the two"
    )


def test_a_secrets_file_that_cannot_be_read_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN_FILE", "/nowhere/token")
    assert refusal(write("")) == (
        "ZHIGONG_TELEGRAM__TOKEN_FILE: the file /nowhere/token cannot be read as text"
    )


# Values that are wrong


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            '[web]\nport = "80a"\n',
            "config.toml:2: web.port should be a valid integer, unable to parse string "
            "as an integer; write port = 8080",
        ),
        (
            "[web]\n\nport = 70000\n",
            "config.toml:3: web.port should be less than or equal to 65535; "
            "write port = 8080",
        ),
        (
            'product.zone = "Mars/Base"\n',
            "config.toml:1: product.zone is not a time zone of the IANA list; "
            'write zone = "Asia/Shanghai"',
        ),
        (
            '[product]\nzone = "../etc"\n',
            "config.toml:2: product.zone is not a time zone of the IANA list; "
            'write zone = "Asia/Shanghai"',
        ),
        (
            '[web]\nbase_url = "http://home.example.org"\n',
            "config.toml:2: web.base_url is not an https:// address; "
            'write base_url = "https://home.example.org"',
        ),
        (
            '[web]\nbase_url = "https://home.example.org/chat"\n',
            "config.toml:2: web.base_url must end after the host and port; "
            'write base_url = "https://home.example.org"',
        ),
        (
            '[web]\ntrusted_proxies = "proxy"\n',
            "config.toml:2: web.trusted_proxies value is not a valid IPv4 or IPv6 "
            'network; write trusted_proxies = "127.0.0.1"',
        ),
        (
            '[telegram]\nbase_url = "https://api.telegram.org/"\n',
            "config.toml:2: telegram.base_url must be an http(s) address that ends in "
            '/bot; write base_url = "https://api.telegram.org/bot"',
        ),
        (
            '[telegram]\nmode = "push"\n',
            "config.toml:2: telegram.mode should be 'polling' or 'webhook'; "
            'write mode = "polling"',
        ),
        (
            "[join]\nminimum_age = 70\n",
            "config.toml:1: join.check_age must be above join.minimum_age; "
            "write check_age = 65",
        ),
        (
            "[drafts]\nkeep_days = 1\n",
            "config.toml:2: drafts.keep_days must be later than drafts.remind_hours; "
            "write keep_days = 30",
        ),
        (
            '[quiet]\nstart = "25:00"\n',
            "config.toml:2: quiet.start should be in a valid time format, hour value "
            'is outside expected range of 0-23; write start = "21:00"',
        ),
    ],
)
def test_a_wrong_value_in_the_file_is_refused(
    write: Write, text: str, line: str
) -> None:
    assert refusal(write(text)) == line


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        (
            "WEB__PORT",
            "http",
            "web.port should be a valid integer, unable to parse string as an integer; "
            "write ZHIGONG_WEB__PORT=8080",
        ),
        (
            "DATABASE__URL",
            "mysql://a:b@c/d",
            "database.url must start with postgresql:// or sqlite:///; write "
            "ZHIGONG_DATABASE__URL=postgresql://user:password@localhost/zhigong",
        ),
        (
            "TELEGRAM__TOKEN",
            "hunter2",
            "telegram.token does not look like a bot token (123456789:AA…) as "
            "BotFather gives; write ZHIGONG_TELEGRAM__TOKEN=the line of BotFather that "
            "looks like 123456789:AA…",
        ),
        (
            "TELEGRAM__WEBHOOK_SECRET",
            "hunter2",
            "telegram.webhook_secret must be 16 to 256 letters, digits, _ and -; write "
            'ZHIGONG_TELEGRAM__WEBHOOK_SECRET="$(openssl rand -hex 32)"',
        ),
    ],
)
def test_a_wrong_value_in_the_environment_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str, value: str, line: str
) -> None:
    monkeypatch.setenv(f"ZHIGONG_{name}", value)
    assert refusal(write("")) == f"ZHIGONG_{name}: {line}"


@pytest.mark.parametrize(
    ("wrapping", "fault"),
    [
        ("hunter2", "is not base64"),
        ("QUJD", "must be 32 bytes in base64, not 3"),
        (f"1:{KEY},1:{KEY}", "has two keys of the number 1"),
        (f"70000:{KEY}", "must be number:base64 entries, numbers from 0 to 65535"),
        (f"new:{KEY}", "must be number:base64 entries, numbers from 0 to 65535"),
    ],
)
def test_a_wrong_key_is_refused_and_not_repeated(
    write: Write, monkeypatch: pytest.MonkeyPatch, wrapping: str, fault: str
) -> None:
    monkeypatch.setenv("ZHIGONG_KEYS__WRAPPING", wrapping)
    monkeypatch.setenv("ZHIGONG_KEYS__INDEX", KEY)
    line = refusal(write(""))
    assert line.startswith(f"ZHIGONG_KEYS__WRAPPING: keys.wrapping {fault}; write ")
    assert wrapping not in line


@pytest.mark.parametrize("given_alone", ["INDEX", "WRAPPING"])
def test_one_key_without_the_other_is_refused(
    write: Write, monkeypatch: pytest.MonkeyPatch, given_alone: str
) -> None:
    monkeypatch.setenv(f"ZHIGONG_KEYS__{given_alone}", KEY)
    assert "keys.index and keys.wrapping must be given together" in refusal(write(""))


def test_keys_are_read_newest_first(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_KEYS__WRAPPING", f"2:{KEY}, {KEY}")
    monkeypatch.setenv("ZHIGONG_KEYS__INDEX", KEY)
    keys = read_config(write("")).keys
    assert list(keys.wrapping) == [2, 1]
    assert keys.wrapping[1].get_secret_value() == bytes(32)


def test_telegram_needs_a_choice_about_private_answers(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN", TOKEN)
    line = refusal(write('[telegram]\nprivate_answers = ""\n'))
    assert line.startswith("config.toml:2: telegram.private_answers must be chosen")
    assert "servers are abroad" in line
    assert line.endswith('write private_answers = "link"')


def test_a_webhook_needs_its_secret_and_an_address(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write('[telegram]\nmode = "webhook"\nprivate_answers = "typed"\n')
    monkeypatch.setenv("ZHIGONG_TELEGRAM__TOKEN", TOKEN)
    assert refusal(path).startswith("ZHIGONG_TELEGRAM__WEBHOOK_SECRET: ")
    monkeypatch.setenv("ZHIGONG_TELEGRAM__WEBHOOK_SECRET", "a" * 16)
    assert refusal(path) == (
        "config.toml: web.base_url is needed, because telegram.mode is webhook; "
        'write base_url = "https://home.example.org"'
    )
    monkeypatch.setenv("ZHIGONG_WEB__BASE_URL", "https://home.example.org/")
    assert read_config(path).web.base_url == "https://home.example.org"


def test_all_that_is_wrong_is_said_at_once(write: Write) -> None:
    with pytest.raises(ConfigError) as refused:
        read_config(write("[web]\nport = 0\nupload_mb = 0\n[join]\ncheck_age = 1\n"))
    assert len(str(refused.value).splitlines()) == 3


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"[web\n", "is not TOML: Expected ']' at the end of a table declaration"),
        (b"\xff\xfe", "is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_a_file_that_is_not_toml_is_refused(
    tmp_path: Path, content: bytes, fault: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    assert refusal(path).startswith(f"config.toml: {fault}")


@given(st.text(max_size=60))
def test_no_text_is_anything_but_settings_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "config.toml"
    path.write_text(text, encoding="utf-8", errors="replace")
    try:
        assert isinstance(read_config(path), Config)
    except ConfigError as refused:
        assert all("\n" not in line for line in refused.lines)


# What follows from the settings


def test_nothing_given_means_an_embedded_database_in_the_data_folder() -> None:
    config = Config()
    assert config.embedded
    assert config.data == ROOT / "data"
    assert config.database_url == f"sqlite:///{ROOT}/data/zhigong.db"
    assert config.address == "http://localhost:8080"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_any_postgresql_address_gets_our_driver(
    write: Write, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("ZHIGONG_DATABASE__URL", f"{scheme}://u:p@h/d")
    config = read_config(write(""))
    assert config.database_url == "postgresql+psycopg://u:p@h/d"
    assert not config.embedded


def test_settings_never_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Config().web.port = 1  # type: ignore[misc]


def test_no_secret_is_shown(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        ("database", "url"): "postgresql://u:hunter2@h/d",
        ("web", "metrics_token"): "hunter2" * 4,
        ("telegram", "token"): TOKEN,
        ("telegram", "webhook_secret"): "hunter2" * 3,
        ("keys", "wrapping"): KEY,
        ("keys", "index"): KEY,
    }
    assert set(given) == SECRETS
    for key, secret in given.items():
        monkeypatch.setenv(variable(key), secret)
    config = read_config(write('[telegram]\nprivate_answers = "link"\n'))
    shown = f"{config} {config!r} {config.model_dump_json()}"
    assert not any(secret in shown for secret in (TOKEN, "hunter2", KEY, "\\x00"))


@pytest.mark.parametrize("more", ["&z={zoom}", "&z={0}", "&z={", "&z={lat.x.y}"])
def test_a_map_s_address_has_no_other_braces(write: Write, more: str) -> None:
    link = f"https://map.example/?at={{lat}},{{lon}}{more}"
    line = refusal(write(f'[sites]\nmap_link = "{link}"\n'))
    assert line.startswith("config.toml:2: sites.map_link has other braces than")
