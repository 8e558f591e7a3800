"""Read the settings, or stop with one line for each thing that is wrong with them.

First config.toml, then `ZHIGONG_<SECTION>__<KEY>`, then for a secret the file named by
`ZHIGONG_<SECTION>__<KEY>_FILE`. Names are checked before values. A line says where,
what is wrong, and what to write instead; it never repeats a secret.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterable, Iterator
from datetime import time
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from bot.config import ROOT, Config

PREFIX = "ZHIGONG_"
PATH_VARIABLE = "ZHIGONG_CONFIG"

Key = tuple[str, str]
Values = dict[str, dict[str, Any]]

SETTINGS: dict[str, dict[str, FieldInfo]] = {
    section: field.default.__class__.model_fields
    for section, field in Config.model_fields.items()
}
"""Every key of every section."""

SECRETS: set[Key] = {
    ("database", "url"),
    ("web", "metrics_token"),
    ("telegram", "token"),
    ("telegram", "webhook_secret"),
    ("keys", "wrapping"),
    ("keys", "index"),
}
"""What config.toml must not hold."""


class ConfigError(Exception):
    """The settings are wrong (permanent): each line says what to change."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read_config(path: Path | None = None) -> Config:
    """Return the settings of `path`, else of ZHIGONG_CONFIG, else of config.toml."""
    path = path or _path_in_environment()
    written = _read_toml(path or ROOT / "config.toml", must_exist=path is not None)
    secrets, unreadable = _secrets_in_files()
    misplaced = [*_unknown_keys(written), *_unknown_variables(), *unreadable]
    if misplaced:
        raise ConfigError(misplaced)
    for (section, key), secret in secrets.items():
        written.values.setdefault(section, {})[key] = secret
    try:
        return Config(**written.values)  # type: ignore[arg-type]
    except ValidationError as error:
        faults = error.errors(include_url=False)
        raise ConfigError([_explain(fault, written) for fault in faults]) from None


def variable(key: Key) -> str:
    """Return the environment variable that sets `key`."""
    return f"{PREFIX}{key[0]}__{key[1]}".upper()


class _Written:
    """What a settings file says, and in which line it says it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.values: Values = tomllib.loads(text)
        self.lines = dict(_lines(text))

    def where(self, section: str, key: str = "") -> str:
        line = self.lines.get((section, key)) or self.lines.get((section, ""))
        return f"{self.name}:{line}" if line else self.name


def _lines(text: str) -> Iterator[tuple[Key, int]]:
    section = ""
    for number, line in enumerate(text.splitlines(), start=1):
        name, equals, _ = line.partition("=")
        name = name.strip().replace('"', "")
        if name.startswith("["):
            section = name.strip("[]# ").split("]")[0].strip()
            yield (section, ""), number
        elif equals and not name.startswith("#"):
            yield (section, name) if section else _dotted(name), number


def _dotted(name: str) -> Key:
    section, _, key = name.partition(".")
    return section.strip(), key.strip()


def _path_in_environment() -> Path | None:
    named = os.environ.get(PATH_VARIABLE)
    return Path(named) if named else None


def _read_toml(path: Path, *, must_exist: bool) -> _Written:
    name = str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
    if not must_exist and not path.exists():
        return _Written(name, "")
    try:
        return _Written(name, path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{name}: cannot be read: {error.strerror}"]) from None
    except UnicodeDecodeError:
        raise ConfigError([f"{name}: is not UTF-8 text; save it as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"{name}: is not TOML: {error}"]) from None


def _secrets_in_files() -> tuple[dict[Key, str], list[str]]:
    secrets: dict[Key, str] = {}
    wrong: list[str] = []
    for key in SECRETS:
        named = f"{variable(key)}_FILE"
        if not (path := os.environ.get(named)):
            continue
        if os.environ.get(variable(key)):
            wrong.append(f"{named}: {variable(key)} is set too; keep one of the two")
        try:
            secrets[key] = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            wrong.append(f"{named}: the file {path} cannot be read as text")
    return secrets, wrong


def _unknown_keys(written: _Written) -> Iterator[str]:
    for section, keys in written.values.items():
        where = written.where(section)
        if section not in SETTINGS:
            yield f"{where}: [{section}] is no section{_instead(section, SETTINGS)}"
        elif not isinstance(keys, dict):
            yield f"{where}: {section} is a section; write [{section}] above its keys"
        else:
            yield from _unknown_in_section(written, section, keys)


def _unknown_in_section(
    written: _Written, section: str, keys: dict[str, Any]
) -> Iterator[str]:
    for key in keys:
        where = written.where(section, key)
        if (section, key) in SECRETS:
            name = variable((section, key))
            yield (
                f"{where}: {section}.{key} is a secret; remove this line and set "
                f"{name}, or set {name}_FILE to the path of a file that holds it"
            )
        elif key not in SETTINGS[section]:
            instead = _instead(key, SETTINGS[section])
            yield f"{where}: {section}.{key} is no setting{instead}"


def _unknown_variables() -> Iterator[str]:
    known = {
        variable((section, key)) for section, keys in SETTINGS.items() for key in keys
    }
    known |= {f"{variable(key)}_FILE" for key in SECRETS} | {PATH_VARIABLE}
    for name in os.environ:
        if name.upper().startswith(PREFIX) and name not in known:
            yield f"{name}: is no setting{_instead(name.upper(), known)}"


def _instead(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]}?" if close else "; remove it"


def _explain(fault: ErrorDetails, written: _Written) -> str:
    key = _culprit(fault)
    message = fault["msg"].removeprefix("Input ").removeprefix("String ")
    by_variable = key in SECRETS or variable(key) in os.environ
    where = variable(key) if by_variable else written.where(*key)
    return f"{where}: {'.'.join(key)} {message}; write {_example(key, by_variable)}"


def _culprit(fault: ErrorDetails) -> Key:
    named = fault.get("ctx", {}).get("key")
    section, key = named.split(".") if named else fault["loc"][:2]
    return str(section), str(key)


def _example(key: Key, by_variable: bool) -> str:
    field = SETTINGS[key[0]][key[1]]
    value = field.examples[0] if field.examples else field.default
    if by_variable:
        return f"{variable(key)}={value}"
    return f"{key[1]} = {literal(value)}"


def literal(value: Any) -> str:
    """Write `value` as config.toml would."""
    if isinstance(value, time):
        value = f"{value:%H:%M}"
    return json.dumps(value, ensure_ascii=False)


def make_folder(config: Config) -> None:
    """Make the folder of the embedded database, which nobody else may look into."""
    try:
        config.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            [f"product.data: {config.data} cannot be made: {error.strerror}"]
        ) from None
