"""What stops a start: one plain line says what is wrong, and nothing is touched."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import URL, text
from sqlmodel import Session

from bot.database import open_database
from bot.schema import migrate
from models.worker import new_worker
from tests.databases import SEEDED, Copy, administer, new_database, url_of
from tests.programs import KEYRING, Program

OTHER_KEY = "b" * 43 + "="


@pytest.fixture
def program(sqlite_copies: Copy, tmp_path: Path) -> Iterator[Program]:
    with sqlite_copies(SEEDED) as database:
        made = Program(tmp_path, url_of(database))
        yield made
        made.kill()


def refusal(program: Program, *words: str) -> str:
    """Run a command that must be refused with one line; return the line."""
    done = program.run(*(words or ("serve",)))
    said = [
        line
        for line in done.stderr.splitlines()
        if " INFO alembic" not in line and line.strip()
    ]
    assert done.returncode == 2, done.stderr
    assert len(said) == 1, done.stderr
    return said[0]


def test_a_second_process_on_the_same_embedded_database_is_refused(
    program: Program,
) -> None:
    program.start()
    program.wait_until_healthy()
    other = Program(program.folder, program.database)
    assert "another zhigong uses this database" in refusal(other)
    assert "another zhigong" in refusal(other, "import", "sample")
    assert program.is_healthy()


def test_a_port_in_use_is_refused_before_anything_is_opened(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with socket.create_server(("127.0.0.1", program.port)):
        assert "ZHIGONG_WEB__PORT" in refusal(program)
    assert not (tmp_path / "zhigong.db").exists()


def test_a_schema_that_is_not_current_is_refused(
    postgresql: URL, tmp_path: Path
) -> None:
    url = new_database(postgresql, "not_current")
    program = Program(tmp_path, url)
    assert "./run migrate" in refusal(program)
    database = open_database(url)
    migrate(database, "0001")
    assert "./run migrate" in refusal(program)
    database.close()
    assert program.run("migrate").stdout == "The database is up to date.\n"
    administer(postgresql, "DROP DATABASE not_current WITH (FORCE)")


def test_a_database_that_cannot_be_reached_is_said_in_one_line(tmp_path: Path) -> None:
    program = Program(tmp_path, "postgresql://nobody:hidden-word@127.0.0.1:9/none")
    line = refusal(program)
    assert "cannot be reached" in line
    assert "hidden-word" not in line


def test_keys_that_are_not_the_database_s_are_refused(program: Program) -> None:
    assert program.run("check").returncode == 0
    for name in ("keys__index", "keys__wrapping"):
        other = Program(program.folder, program.database, **{name: OTHER_KEY})
        assert "written with another" in refusal(other)


def test_a_postgresql_database_without_keys_is_refused(
    postgresql_copies: Copy, tmp_path: Path
) -> None:
    with postgresql_copies(SEEDED) as database:
        program = Program(tmp_path, url_of(database), keys__wrapping="", keys__index="")
        done = program.run("serve")
    assert done.returncode == 2
    assert done.stderr.startswith("keys: none are given")


def test_keys_are_made_once_for_their_owner_alone_and_never_anew(
    tmp_path: Path,
) -> None:
    program = Program(tmp_path, keys__wrapping="", keys__index="")
    assert program.run("import", "sample").stdout == "Loaded the sample.\n"
    assert program.run("check").stdout == "All is well.\n"
    assert (tmp_path / "keys.json").stat().st_mode & 0o077 == 0
    (tmp_path / "keys.json").unlink()
    assert "restore it from its copy" in refusal(program)


def test_fresh_keys_are_printed_as_the_environment_wants_them(tmp_path: Path) -> None:
    first = Program(tmp_path, keys__wrapping="", keys__index="")
    done = first.run("keys", "new")
    given = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert set(given) == {"ZHIGONG_KEYS__WRAPPING", "ZHIGONG_KEYS__INDEX"}
    assert "a copy apart from the database" in done.stderr
    first.environment |= given
    assert first.run("import", "sample").returncode == 0
    assert first.run("check").stdout == "All is well.\n"
    newer = first.run("keys", "new").stdout
    assert "ZHIGONG_KEYS__WRAPPING=2:" in newer
    for name, value in given.items():
        assert value.partition(":")[2] not in newer
        (line,) = (one for one in newer.splitlines() if one.startswith(name))
        fresh = line.partition("=")[2].replace("<the present value>", value)
        first.environment[name] = fresh
    assert first.run("check").returncode == 0


def demo_of(folder: Path) -> Program:
    """Give a program that makes its own keys, to be started as a demonstration."""
    return Program(folder, keys__wrapping="", keys__index="")


def demo_beside(folder: Path, key: str = "") -> Program:
    """Give a program for commands on the data of the demonstration."""
    data = folder / "demo"
    return Program(folder, product__data=data, keys__wrapping=key, keys__index=key)


def test_keys_rotate_beside_the_running_product(tmp_path: Path) -> None:
    program = demo_of(tmp_path)
    beside = demo_beside(tmp_path)
    program.start("demo")
    program.wait_until_healthy()
    done = beside.run("keys", "rotate")
    assert done.returncode == 0, done.stderr
    assert "Moved 31 rows." in done.stdout
    found = beside.run("keys", "check")
    assert found.returncode == 0
    assert "Held:   wrapping 2 (in use), index 2 (in use)\n" in found.stdout
    assert found.stdout.endswith("Every value opens.\n")
    assert program.is_healthy()
    assert program.stop() == 0
    assert beside.run("keys", "rotate", "--index").returncode == 0
    assert "Needed: index 3, wrapping 2\n" in beside.run("keys", "check").stdout


def test_a_check_of_keys_that_open_nothing_fails(tmp_path: Path) -> None:
    program = demo_of(tmp_path)
    program.start("demo")
    program.wait_until_healthy()
    program.stop()
    other = demo_beside(tmp_path, OTHER_KEY)
    done = other.run("keys", "check")
    assert done.returncode == 1
    assert "Some values do not open" in done.stdout


def test_staff_are_appointed_by_a_link(program: Program) -> None:
    for words in (("4401",), ("appoint", "4401"), ("--role", "officer", "4401")):
        done = program.run("staff", *words)
        assert done.stdout.startswith(f"http://localhost:{program.port}/?start=s-")
    assert "no union with the code 9999" in refusal(program, "staff", "9999")
    clerk = ("--role", "partner_clerk")
    assert "/?start=s-" in program.run("staff", "drug-baiyun", *clerk).stdout
    assert "no partner with the code 4401" in refusal(program, "staff", "4401", *clerk)
    said = refusal(program, "staff", "4401", "--role", "boss")
    roles = "social_worker, officer, partner_clerk, jury, administrator"
    assert said == f"staff: boss is no role; there are {roles}"


@pytest.mark.parametrize(
    "words", [("staff", "list"), ("staff", "4401"), ("report", "applications")]
)
def test_a_command_on_a_fresh_machine_says_what_to_do_and_makes_nothing(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    program = Program(tmp_path)
    assert "no database yet; ./run import sample" in refusal(program, *words)
    assert not (tmp_path / "zhigong.db").exists()


def test_places_are_imported_and_a_bad_row_is_named(
    program: Program, tmp_path: Path
) -> None:
    rows = tmp_path / "sources.csv"
    head = "code,campaign,site,organiser,division,group\n"
    rows.write_text(f"{head}new-code,a,b,c,440111,truck_driver\n", "utf-8")
    assert program.run("import", "sources", str(rows)).stdout == "Loaded 1 sources.\n"
    rows.write_text(f"{head},a,b,c,440111,truck_driver\n", "utf-8")
    done = program.run("import", "sources", str(rows))
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "nothing is none of" in refusal(program, "import", "nothing", str(rows))


def test_a_file_of_a_chinese_spreadsheet_is_imported(
    program: Program, tmp_path: Path
) -> None:
    rows = tmp_path / "sources.csv"
    head = "code,campaign,site,organiser,division,group\n"
    rows.write_bytes(f"{head}new-code,司机之家,停车场,工会,440111,\n".encode("gb18030"))
    assert program.run("import", "sources", str(rows)).stdout == "Loaded 1 sources.\n"


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"", "no rows"), (b"code,site\n", "no rows"), (b"\x81", "neither")],
)
def test_a_file_without_rows_or_text_is_refused(
    program: Program, tmp_path: Path, data: bytes, why: str
) -> None:
    rows = tmp_path / "groups.csv"
    rows.write_bytes(data)
    assert why in refusal(program, "import", "groups", str(rows))
    assert "name the file" in refusal(program, "import", "groups")


def test_a_database_where_nobody_could_join_is_not_served(tmp_path: Path) -> None:
    program = Program(tmp_path)
    assert "./run import sample" in refusal(program)
    assert "./run import sample" in refusal(program, "check")


def test_a_database_of_a_newer_program_is_left_alone(program: Program) -> None:
    database = open_database(program.database)
    with database.writing.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    assert "a newer program" in refusal(program)
    assert "a newer program" in refusal(program, "migrate")


@pytest.mark.parametrize("words", ["serve", "check", "migrate"])
def test_a_damaged_database_is_said_in_one_line(tmp_path: Path, words: str) -> None:
    program = Program(tmp_path)
    (tmp_path / "zhigong.db").write_bytes(b"this is no database at all" * 99)
    assert "restore a backup" in refusal(program, words)


@pytest.mark.parametrize(
    "database", ["postgresql://a:b@127.0.0.1:9/c", "sqlite:////no/x"]
)
def test_a_database_out_of_reach_is_not_migrated(tmp_path: Path, database: str) -> None:
    assert "cannot be reached" in refusal(Program(tmp_path, database), "migrate")


def test_a_folder_that_cannot_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    program = Program(tmp_path, product__data=str(tmp_path / "file" / "data"))
    assert "cannot be made" in refusal(program)


def test_the_demo_keeps_out_of_the_product_s_own_data(tmp_path: Path) -> None:
    program = Program(tmp_path)
    with program.serving("demo"):
        assert not (tmp_path / "zhigong.db").exists()
        assert (tmp_path / "demo" / "zhigong.db").exists()


def test_the_demo_invents_nobody_among_real_people(program: Program) -> None:
    database = open_database(program.database)
    with Session(database.writing) as session:
        session.add(new_worker(KEYRING, "zh-CN", datetime.now(UTC)))
        session.commit()
    database.close()
    assert "holds real people" in refusal(program, "demo")


def test_the_terminal_says_what_the_bot_says(tmp_path: Path) -> None:
    program = Program(tmp_path)
    done = program.run("chat", typed="入会\n1\n张三\n")
    assert done.returncode == 0
    for part in ("这里是职工之家", "入会免费", "身份证号"):
        assert part in done.stdout


def test_the_demo_prints_two_addresses_and_serves_both(tmp_path: Path) -> None:
    program = Program(tmp_path)
    program.start("demo")
    program.wait_until_healthy()
    assert f"http://localhost:{program.port}/" in program.output
    assert f"http://127.0.0.1:{program.port}/?start=s-" in program.output
    assert program.stop() == 0
