"""The floors: what may import what, and what the pinned packages may say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def lint_imports(project: Path) -> subprocess.CompletedProcess[str]:
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    return subprocess.run(
        [sys.executable, "-c", command, "--no-cache", "--no-logo"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """Build an empty house under the same floor plan."""
    files = [
        "bot/__init__.py",
        "bot/app.py",
        "bot/channels/__init__.py",
        "bot/channels/page.py",
        "handlers/__init__.py",
        "models/__init__.py",
    ]
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())
    return tmp_path


def test_this_house_keeps_its_floors() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout


def test_an_empty_house_keeps_them_too(house: Path) -> None:
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("models/__init__.py", "import handlers"),
        ("models/__init__.py", "import bot"),
        ("handlers/__init__.py", "from bot import app"),
        ("handlers/__init__.py", "import asyncio"),
        ("models/__init__.py", "from starlette.requests import Request"),
        ("bot/__init__.py", "from bot.channels import page"),
        ("bot/channels/__init__.py", "from bot.channels import page"),
    ],
)
def test_a_line_that_climbs_is_found(house: Path, name: str, line: str) -> None:
    (house / name).write_text(f"{line}\n")
    assert lint_imports(house).returncode == 1


def test_only_the_app_brings_in_a_channel(house: Path) -> None:
    (house / "bot/app.py").write_text("from bot.channels import page\n")
    done = lint_imports(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_the_pinned_packages_name_no_host(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text


def test_every_pinned_package_has_its_hash() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        for entry in pinned(name):
            assert "--hash=sha256:" in entry


def test_the_development_packages_are_all_the_others_and_more() -> None:
    assert set(pinned("requirements.lock")) < set(pinned("requirements-dev.lock"))


def pinned(name: str) -> list[str]:
    text = (ROOT / name).read_text().replace("\\\n", "")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_only_the_database_module_commits() -> None:
    house = [
        p
        for floor in ("bot", "handlers", "models")
        for p in ROOT.glob(f"{floor}/**/*.py")
    ]
    commits = [
        p.relative_to(ROOT).as_posix() for p in house if ".commit(" in p.read_text()
    ]
    assert commits == ["bot/database.py"]


def test_nothing_is_pickled() -> None:
    house = [
        p
        for floor in ("bot", "handlers", "models")
        for p in ROOT.glob(f"{floor}/**/*.py")
    ]
    assert [p for p in house if "pickle" in p.read_text()] == []
