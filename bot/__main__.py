"""The command line; `./run <command>` sets everything up and comes here."""

import csv
import io
import logging
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from sqlmodel import Session

from bot.config import Config
from bot.keys_cli import keys_cli
from bot.logs import set_up_logging
from bot.settings import ConfigError, make_folder, read_config
from bot.staff_cli import staff_cli

cli = typer.Typer(
    no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False
)
audit = typer.Typer(no_args_is_help=True, help="Check the record of who did what.")
cli.add_typer(audit, name="audit")
cli.add_typer(keys_cli, name="keys")
cli.add_typer(staff_cli, name="staff")
out = Console(highlight=False, soft_wrap=True)

T = TypeVar("T")
ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="Another config.toml.")
]


def _read(path: Path | None) -> Config:
    config = read_config(path)
    set_up_logging(config.product.log_level)
    return config


@cli.command()
def serve(config: ConfigPath = None) -> None:
    """Run the product."""
    from bot.app import open_kit, require_places, run

    settings = _read(config)
    _free_port(settings)
    kit = open_kit(settings)
    require_places(kit)
    out.print(f"Chat page: {settings.address}/")
    run(kit)


@cli.command()
def demo(config: ConfigPath = None) -> None:
    """Run the product with demo data: no token, no set-up."""
    from bot.app import open_kit, run
    from bot.demo import invitation_link, prepare

    settings = _read(config).apart("demo")
    _free_port(settings)
    kit = open_kit(settings)
    invited = prepare(kit)
    out.print(f"\n  Chat page (a worker):    [bold]{settings.address}/[/bold]")
    worker = invitation_link(kit, invited.social_worker)
    out.print(f"  A demo social worker:    [bold]{worker}[/bold]")
    out.print("  Two addresses, so that one browser can be both people at once.")
    clerk = invitation_link(kit, invited.clerk)
    out.print(f"  A pharmacy's cashier, in a private window: [bold]{clerk}[/bold]\n")
    run(kit)


@cli.command()
def chat(config: ConfigPath = None) -> None:
    """Talk to the bot in this terminal, with a database of its own."""
    from bot.terminal import talk

    settings = _read(config)
    logging.getLogger().setLevel(logging.WARNING)
    talk(settings, out)


@cli.command()
def check(config: ConfigPath = None) -> None:
    """Read the settings, the keys and the database, and say what is wrong."""
    from bot.app import open_kit, require_places

    kit = open_kit(_read(config))
    kit.writer.close()
    require_places(kit)
    out.print("All is well.")


@cli.command()
def migrate(config: ConfigPath = None) -> None:
    """Bring the database up to date."""
    from bot.database import open_database
    from bot.keys import load_keys
    from bot.schema import migrate as bring_up_to_date

    settings = _read(config)
    load_keys(settings)  # before an embedded database exists
    make_folder(settings)
    bring_up_to_date(open_database(settings.database_url))
    out.print("The database is up to date.")


@cli.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="a new file")] = None,
    config: ConfigPath = None,
) -> None:
    """Write all data to one sealed file; the product may be running."""
    from bot.backup import back_up
    from bot.kit import clock

    made = back_up(_read(config), file, clock())
    _list_rows(made.header.rows)
    megabytes = f"{made.size / 1e6:.1f} MB"
    out.print(f"{made.path}: {megabytes} in {made.seconds:.1f} s.")
    out.print(f"Only keys.wrapping {made.header.key} opens it; keep both, apart.")
    for old in made.removed:
        out.print(f"Removed {old}.")


@cli.command()
def restore(
    file: Annotated[Path, typer.Argument(help="a backup")],
    erased: Annotated[
        Path | None, typer.Option(help="the list of who was erased, if elsewhere")
    ] = None,
    without_erased_list: Annotated[
        bool, typer.Option("--without-erased-list", help="nobody was ever erased")
    ] = False,
    config: ConfigPath = None,
) -> None:
    """Fill an empty database from a backup."""
    from bot.kit import clock
    from bot.restore import restore as fill

    settings = _read(config)
    gone = None if without_erased_list else erased or settings.erased_list
    done = fill(settings, file, gone, clock())
    _list_rows(done.header.rows)
    out.print(f"Restored in {done.seconds:.1f} s, as of {done.header.made}.")
    out.print(f"Schema {done.header.revision} became {done.revision}.")
    out.print(f"Erased since, and forgotten again: {done.forgotten}.")


def _list_rows(rows: dict[str, int]) -> None:
    for table, count in rows.items():
        out.print(f"{count:>10,}  {table}")


@cli.command("import")
def import_(
    kind: Annotated[
        str,
        typer.Argument(
            help="divisions, unions, groups, enterprises, sources, sites, partners, "
            "benefits or givings, each with a file; or sample: the cities that come "
            "with the product, without one"
        ),
    ],
    file: Annotated[Path | None, typer.Argument(exists=True, dir_okay=False)] = None,
    config: ConfigPath = None,
) -> None:
    """Load places or enterprises from a CSV file (UTF-8 or GB18030, with a header)."""
    from models.loading import MAKERS, load, load_all

    if kind == "sample" and file is None:
        _in_database(config, load_all)
        out.print("Loaded the sample.")
        return
    if kind not in MAKERS:
        raise ConfigError([f"import: {kind} is none of {', '.join(MAKERS)}"])
    if file is None:
        raise ConfigError([f"import: name the file that holds the {kind}"])
    rows = _read_rows(file)
    count = _in_database(config, lambda session: load(session, kind, rows))
    out.print(f"Loaded {count} {kind}.")


def _read_rows(file: Path) -> list[dict[str, str]]:
    """Read a CSV file as this product writes it, or as a Chinese spreadsheet does."""
    data = file.read_bytes()
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if rows := list(csv.DictReader(io.StringIO(text, newline=""))):
            return rows
        raise ConfigError([f"import: {file} has no rows below its header"])
    raise ConfigError([f"import: {file} is neither UTF-8 nor GB18030 text"])


@cli.command()
def report(
    name: Annotated[str, typer.Argument(help="which; a wrong one lists all")],
    code: Annotated[str, typer.Argument(help="of the award")] = "",
    days: Annotated[int, typer.Option(help="how many days back")] = 30,
    language: Annotated[str, typer.Option(help="zh-CN or en")] = "zh-CN",
    as_csv: Annotated[bool, typer.Option("--csv", help="print CSV")] = False,
    config: ConfigPath = None,
) -> None:
    """Print a report; exit with 1 if it does not add up.

    It only reads, so the product may be running.
    """
    from bot.reporting import print_csv, print_table, table_of

    table = table_of(read_config(config), name, days, language, code)
    if as_csv:
        print_csv(table, sys.stdout)
    else:
        print_table(table, out)
    if not table.adds_up:
        raise typer.Exit(1)


@cli.command()
def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="only say what would go")
    ] = False,
    config: ConfigPath = None,
) -> None:
    """Drop what was kept long enough, as each night does, beside the product."""
    from bot.retaining import run

    run(_read(config), dry_run, out)


@audit.command()
def verify(
    heads: Annotated[
        Path | None, typer.Option(exists=True, help="a copy of the file of heads")
    ] = None,
    config: ConfigPath = None,
) -> None:
    """Walk the whole chain and name what was changed; the product may be running."""
    from bot.auditing import verify as is_sound

    if not is_sound(read_config(config), heads, out):
        raise typer.Exit(1)


@audit.command()
def head(config: ConfigPath = None) -> None:
    """Print the chain's present head: how many entries, and the hash over them."""
    from bot.auditing import print_head

    print_head(read_config(config), out)


def _in_database(path: Path | None, work: Callable[[Session], T]) -> T:
    """Run one piece of work in the database; the embedded one must not be in use."""
    from bot.app import alone, open_kit
    from bot.database import in_transaction

    settings = read_config(path)
    with alone(settings):
        kit = open_kit(settings)
        kit.writer.close()
        return in_transaction(kit.database, work)


def _free_port(config: Config) -> None:
    """Refuse a port that is taken, before anything is opened."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.web.host, config.web.port))
        except OSError as error:
            raise ConfigError(
                [
                    f"web.port: {config.web.host}:{config.web.port} cannot be used: "
                    f"{error.strerror}; stop what uses it, or set ZHIGONG_WEB__PORT"
                ]
            ) from None


def main() -> None:
    """Run the command line; what is wrong is said in plain lines."""
    from sqlalchemy.exc import DatabaseError

    from bot.database import NotStarted, reason
    from models.loading import BadRows

    try:
        cli()
    except (ConfigError, BadRows, NotStarted) as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(2) from None
    except DatabaseError as error:
        logging.getLogger(__name__).debug("the database failed", exc_info=error)
        sys.stderr.write(f"{reason(error)}\n")
        raise SystemExit(2) from None


if __name__ == "__main__":
    main()
