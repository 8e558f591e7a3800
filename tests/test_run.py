"""`./run`: which words there are, and what each starts, with a stand-in for Python."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-dev.lock")


class Checkout:
    """A copy of the script in a folder of its own, with spaces in its path."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".venv/bin").mkdir(parents=True)
        shutil.copy(ROOT / "run", folder)
        for lock in LOCKS:
            (folder / lock).write_text(f"# {lock}\n")
            shutil.copy(folder / lock, folder / ".venv")
        self.stand_in(".venv/bin/python", 'echo python "$@"')

    def stand_in(self, name: str, line: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def run(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.folder / "run", *words],
            cwd="/",
            env={"PATH": os.environ["PATH"], **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "a checkout")


def test_no_words_print_the_words_there_are(checkout: Checkout) -> None:
    done = checkout.run()
    assert done.returncode == 0
    for word in ("demo", "serve", "test", "lint", "torture", "bench", "lock"):
        assert f"./run {word} " in done.stdout


@pytest.mark.parametrize(
    ("words", "started"),
    [
        (["demo"], "-m bot demo"),
        (["--help"], "-m bot --help"),
        (["import", "my members.csv"], "-m bot import my members.csv"),
        (["test", "tests/bot", "-q"], "-m pytest tests/bot -q"),
        (["torture", "--kills", "9"], "-m tests.torture --kills 9"),
        (["bench"], "-m tests.bench"),
        (["screenshots"], "-m tests.screenshots"),
    ],
)
def test_a_word_starts_its_program_from_any_folder(
    checkout: Checkout, words: list[str], started: str
) -> None:
    assert checkout.run(*words).stdout == f"python {started}\n"


def test_the_exit_status_is_the_programs(checkout: Checkout) -> None:
    checkout.stand_in(".venv/bin/python", "exit 7")
    assert checkout.run("demo").returncode == 7


def test_the_whole_test_checks_everything_and_then_the_coverage(
    checkout: Checkout,
) -> None:
    done = checkout.run("test")
    programs = [line.split()[2] for line in done.stdout.splitlines()]
    assert programs == ["ruff", "ruff", "mypy", "pytest"]
    gate = (checkout.folder / ".venv/coverage.txt").read_text()
    assert "--include=handlers/*,models/* --fail-under=100" in gate


@pytest.mark.parametrize(
    "broken", ["ruff", "mypy", "importlinter", "pytest", "coverage"]
)
def test_the_whole_test_fails_with_any_of_its_checks(
    checkout: Checkout, broken: str
) -> None:
    line = f'case "$*" in *" {broken} "*|*" {broken}."*|*" {broken}") exit 1; esac'
    checkout.stand_in(".venv/bin/python", line)
    assert checkout.run("test").returncode == 1


def test_no_suitable_python_is_said_plainly(checkout: Checkout) -> None:
    (checkout.folder / ".venv/requirements.lock").unlink()
    done = checkout.run("demo", PYTHON="/nowhere/python")
    assert done.returncode == 1
    assert done.stderr == (
        "run: Python 3.11 or newer is needed; "
        "install it, or set PYTHON=/path/to/python\n"
    )


def fake_uv(checkout: Checkout, line: str) -> str:
    checkout.stand_in("tools/uv", f'echo uv "$@"; {line}')
    return f"{checkout.folder}/tools:{os.environ['PATH']}"


def test_a_changed_list_is_installed_once(checkout: Checkout) -> None:
    (checkout.folder / "requirements.lock").write_text("# newer\n")
    path = fake_uv(checkout, "exit 0")
    first = checkout.run("demo", PATH=path)
    assert "--require-hashes --compile-bytecode -r requirements.lock" in first.stdout
    assert checkout.run("demo", PATH=path).stdout == "python -m bot demo\n"


def test_the_development_list_serves_the_product_too(checkout: Checkout) -> None:
    for lock in LOCKS:
        (checkout.folder / lock).write_text(f"# newer {lock}\n")
    path = fake_uv(checkout, "exit 0")
    first = checkout.run("bench", PATH=path)
    assert "-r requirements-dev.lock" in first.stdout
    assert checkout.run("demo", PATH=path).stdout == "python -m bot demo\n"


def test_a_product_list_of_its_own_makes_the_development_list_due(
    checkout: Checkout,
) -> None:
    (checkout.folder / "requirements.lock").write_text("# newer\n")
    path = fake_uv(checkout, "exit 0")
    checkout.run("demo", PATH=path)
    assert "-r requirements-dev.lock" in checkout.run("bench", PATH=path).stdout


def test_a_failed_installation_is_tried_again(checkout: Checkout) -> None:
    (checkout.folder / "requirements.lock").write_text("# newer\n")
    failing = fake_uv(checkout, '[ "$1" != pip ]')
    for _ in range(2):
        done = checkout.run("demo", PATH=failing)
        assert done.returncode == 1
        assert "python -m bot" not in done.stdout


def test_an_environment_that_lost_its_python_is_made_anew(checkout: Checkout) -> None:
    python = checkout.folder / ".venv/bin/python"
    python.unlink()
    python.symlink_to("/nowhere/python")
    remade = f"mkdir -p .venv/bin; ln -sf {shutil.which('true')} .venv/bin/python"
    path = fake_uv(checkout, f'[ "$1" != venv ] || {{ {remade}; }}')
    done = checkout.run("demo", PATH=path)
    assert done.returncode == 0
    assert "uv venv --quiet --python" in done.stdout
