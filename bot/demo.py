"""The demo: places of five cities, an invitation for staff, applications to review."""

from sqlmodel import Session, select

from bot.database import in_transaction
from bot.kit import Kit, clock
from models.demo import seed
from models.loading import load_all
from models.place import Division, read_atlas


def prepare(kit: Kit) -> str:
    """Fill an empty database for a demonstration; return an invitation's code."""

    def fill(session: Session) -> str:
        if session.exec(select(Division.code)).first() is None:
            load_all(session)
        return seed(session, kit.keys, clock())

    code = in_transaction(kit.database, fill)
    with Session(kit.database.reading) as session:
        kit.atlas = read_atlas(session)
    return code


def invitation_link(kit: Kit, code: str) -> str:
    """Return the invitation's address, on another name of this machine.

    A browser keeps cookies by host, so 127.0.0.1 is somebody else than localhost.
    """
    address = kit.config.address.replace("//localhost", "//127.0.0.1")
    return f"{address}/?start={code}"
