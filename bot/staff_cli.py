"""The commands about staff: appoint, list, revoke; the product may be running."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session
from typer.core import TyperGroup

from bot.config import Config
from bot.logs import set_up_logging
from bot.settings import ConfigError, read_config
from models.columns import long, short
from models.place import Union
from models.staff import PARTNER_CLERK, ROLES, SOCIAL_WORKER, Staff

T = TypeVar("T")


class Appointing(TyperGroup):
    """Takes what is no command for the union to appoint for: `./run staff 440111`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front that goes without saying."""
        if args and args[0] not in {*self.commands, "--help"}:
            args = ["appoint", *args]
        return super().parse_args(ctx, args)


staff_cli = typer.Typer(
    cls=Appointing,
    no_args_is_help=True,
    help="Appoint staff (./run staff 440111), list them, end their access.",
)
out = Console(highlight=False, soft_wrap=True)

ConfigPath = Annotated[
    Path | None, typer.Option("--config", help="Another config.toml.")
]


@staff_cli.command()
def appoint(
    union: Annotated[
        str, typer.Argument(help="the code of their union, or of a clerk's partner")
    ],
    role: Annotated[str, typer.Option(help=", ".join(ROLES))] = SOCIAL_WORKER,
    config: ConfigPath = None,
) -> None:
    """Appoint a staff member and print the one-time link that binds their chat."""
    from bot.kit import clock
    from models.staff import appoint as make
    from models.staff import invite

    if role not in ROLES:
        raise ConfigError([f"staff: {role} is no role; there are {', '.join(ROLES)}"])

    def work(session: Session) -> str:
        if role == PARTNER_CLERK:
            return invite(session, _clerk_at(session, union, clock()), clock())
        if session.get(Union, union) is None:
            raise ConfigError([f"staff: there is no union with the code {union}"])
        return invite(session, make(session, role, union, clock()), clock())

    settings = _read(config)
    code = _write(settings, work)
    out.print(f"{settings.address}/?start={code}")
    if settings.telegram.enabled:
        out.print(f"On Telegram, send the bot: /start {code}")


def _clerk_at(session: Session, code: str, now: datetime) -> Staff:
    from models.clerk import appoint_clerk
    from models.partner import NoSuchPartner, open_partner

    try:
        return appoint_clerk(session, open_partner(session, code), now)
    except NoSuchPartner:
        raise ConfigError(
            [f"staff: there is no partner with the code {code}"]
        ) from None


@staff_cli.command("list")
def list_(config: ConfigPath = None) -> None:
    """List who holds which position, and whose link is still to be opened."""
    from bot.beside import database_of
    from bot.kit import clock
    from models.staff import positions

    table = Table("id", "union", "role", "held", "since", box=None, pad_edge=False)
    for column in table.columns:
        column.overflow = "fold"
    with (
        database_of(_read(config)) as database,
        Session(database.reading) as session,
    ):
        for staff, link_until in positions(session, clock()):
            held = _held(staff, link_until)
            since = f"{staff.created_at:%Y-%m-%d}"
            named = _named(session, staff)
            table.add_row(short(staff.id), named, staff.role, held, since)
    out.print(table if table.rows else "Nobody is appointed.", soft_wrap=False)


def _held(staff: Staff, link_until: datetime | None) -> str:
    if staff.worker_id is not None:
        return "yes"
    return f"link to {link_until:%m-%d}" if link_until else "link is over"


def _named(session: Session, staff: Staff) -> str:
    return f"{staff.union_code} {session.get_one(Union, staff.union_code).name}"


@staff_cli.command()
def revoke(
    position: Annotated[str, typer.Argument(metavar="ID", help="see `list`")],
    config: ConfigPath = None,
) -> None:
    """End somebody's access at once; a link they have not opened is void."""
    from bot.kit import clock
    from models.staff import revoke as end

    def work(session: Session) -> str:
        staff = session.get(Staff, long(position))
        if staff is None or not staff.active:
            raise ConfigError([f"staff: nobody holds {position}; see ./run staff list"])
        end(session, staff, clock())
        return f"{staff.role} of {_named(session, staff)}"

    out.print(f"Ended: {_write(_read(config), work)}.", markup=False)


def _read(path: Path | None) -> Config:
    settings = read_config(path)
    set_up_logging(settings.product.log_level)
    return settings


def _write(config: Config, work: Callable[[Session], T]) -> T:
    from bot.beside import database_of
    from bot.database import in_transaction

    with database_of(config) as database:
        return in_transaction(database, work)
