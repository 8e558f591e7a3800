"""The commands about keys: `./run keys new`, `rotate` and `check`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.logs import set_up_logging
from bot.settings import read_config

keys_cli = typer.Typer(no_args_is_help=True, help="Make, rotate and check the keys.")
out = Console(highlight=False, soft_wrap=True)

ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="Another config.toml.")
]


@keys_cli.command()
def new(config: ConfigPath = None) -> None:
    """Print fresh keys, as the environment wants them."""
    from bot.rotation import KINDS, fresh

    given = read_config(config).keys
    held = {"wrapping": given.wrapping, "index": given.index}
    for kind in KINDS:
        numbers = {n: key.get_secret_value() for n, key in held[kind].items()}
        sys.stdout.write(f"{fresh(kind, numbers)}\n")
    sys.stderr.write(
        "Keep these lines where the program's environment comes from, readable for its "
        "user alone,\nand a copy apart from the database and its backups: without "
        "the keys nothing can be read.\n"
    )


@keys_cli.command()
def rotate(
    wrapping: Annotated[bool, typer.Option("--wrapping", help="only this")] = False,
    index: Annotated[bool, typer.Option("--index", help="only this")] = False,
    config: ConfigPath = None,
) -> None:
    """Move to new keys while the product runs; interrupted, it goes on where it was."""
    from bot.rotation import KINDS
    from bot.rotation import rotate as go

    settings = read_config(config)
    set_up_logging(settings.product.log_level)
    asked = {"wrapping": wrapping, "index": index}
    kinds = [kind for kind in KINDS if asked[kind]] or KINDS
    go(settings, kinds, lambda line: out.print(line, markup=False))


@keys_cli.command()
def check(config: ConfigPath = None) -> None:
    """Say which keys are needed, and whether every value opens; the product may run."""
    from bot.key_check import check as look

    found = look(read_config(config))
    rows = (f"{count} under {key}" for key, count in found.rows.items())
    out.print(f"Held:   {', '.join(found.held)}")
    out.print(f"Needed: {', '.join(found.needed)}")
    out.print(f"Rows:   {', '.join(rows)}")
    grid = Table("column", "values", "unreadable")
    for name, values in found.values.items():
        grid.add_row(name, str(values), str(found.unreadable.get(name, 0)))
    out.print(grid)
    if not found.is_sound:
        out.print("Some values do not open with these keys.")
        raise typer.Exit(1)
    out.print("Every value opens.")
