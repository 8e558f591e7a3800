"""Health: how the product is, in numbers and moments, for a page and for Prometheus."""

import shutil
import tomllib
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import text
from sqlmodel import Session

from bot.config import ROOT, Config
from bot.kit import Kit
from bot.retaining import SWEPT
from bot.schema import revision_of
from models.backlog import Backlog, backlogs
from models.fact import LAST_BACKUP, recall
from models.lease import LEADER, Lease
from models.presence import present

_SIZES = {
    "sqlite": text(
        "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    ),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}


@dataclass(frozen=True)
class Health:
    """How the product is at a moment."""

    version: str
    revision: str
    database: str
    database_bytes: int
    disk_free: int
    leader: str
    processes: tuple[str, ...]
    last_backup: datetime | None
    last_sweep: str
    backlogs: tuple[Backlog, ...]
    errors: int


def look(session: Session, kit: Kit, now: datetime) -> Health:
    """Look how the product is; `errors` are those of this process since its start."""
    kind = session.get_bind().dialect.name
    backup = recall(session, LAST_BACKUP)
    lease = session.get(Lease, LEADER)
    return Health(
        version=version(),
        revision=revision_of(session.connection()) or "",
        database=kind,
        database_bytes=int(session.execute(_SIZES[kind]).scalar_one()),
        disk_free=_disk_free(kit.config),
        leader=lease.holder if lease and lease.until > now else "",
        processes=tuple(one.process for one in present(session, now)),
        last_backup=datetime.fromisoformat(backup) if backup else None,
        last_sweep=recall(session, SWEPT) or "",
        backlogs=tuple(backlogs(session, now)),
        errors=kit.metrics.all_errors,
    )


@cache
def version() -> str:
    """Return the product's version."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


def _disk_free(config: Config) -> int:
    """Return how much room is left where backups and the embedded database lie."""
    folder = config.data
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free
