"""The demo: places of five cities, an invitation for staff, applications to review."""

from dataclasses import dataclass

from sqlmodel import Session, select

from bot.database import in_transaction
from bot.kit import Kit, clock
from bot.settings import ConfigError
from models.demo import seed
from models.demos import benefits
from models.fact import recall, remember
from models.loading import load_all
from models.place import Division, read_atlas
from models.worker import Worker

DEMO = "demo"
"""The fact that a database was made for a demonstration."""


@dataclass(frozen=True)
class Invited:
    """The codes of the demo's new invitations."""

    social_worker: str
    clerk: str


def prepare(kit: Kit) -> Invited:
    """Fill a database for a demonstration; return the invitations' codes.

    Nobody invented comes among real people: a database that was not made for a
    demonstration is refused once somebody has written to it.
    """

    def fill(session: Session) -> Invited:
        if recall(session, DEMO) is None:
            if session.exec(select(Worker.id)).first() is not None:
                raise ConfigError(
                    ["demo: this database holds real people; give it another one"]
                )
            remember(session, DEMO, "yes")
        if session.exec(select(Division.code)).first() is None:
            load_all(session)
        now = clock()
        return Invited(seed(session, kit.keys, now), benefits.seed(session, now))

    invited = in_transaction(kit.database, fill)
    with Session(kit.database.reading) as session:
        kit.atlas = read_atlas(session)
    return invited


def invitation_link(kit: Kit, code: str) -> str:
    """Return the invitation's address, on another name of this machine.

    A browser keeps cookies by host, so 127.0.0.1 is somebody else than localhost.
    """
    address = kit.config.address.replace("//localhost", "//127.0.0.1")
    return f"{address}/?start={code}"
