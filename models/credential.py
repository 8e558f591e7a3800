"""Credentials: the password and the app's secret by which staff sign in to the console.

Both are sealed under the person's key.  Who has lost them comes in by a link from their
own chat, and sets new ones.
"""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy import update
from sqlmodel import Field, Session, SQLModel, col, select

from models.columns import BigId, new_id
from models.sealing import Keyring, new_key, seal, unseal
from models.worker import Worker

SHORTEST, LONGEST = 12, 128
"""How many characters a password has; a longer one is not read."""

FEWEST = 6
"""How many different characters it has at least."""

HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
"""argon2id as OWASP advises at least; a password alone lets nobody in."""


class Credential(SQLModel, table=True):
    """How somebody signs in; `last_step` is of the last code used, which works once."""

    id: int = Field(primary_key=True, sa_type=BigId)
    worker_id: int = Field(foreign_key="worker.id", sa_type=BigId, unique=True)
    number: str = Field(unique=True)
    password: bytes = b""
    secret: bytes = b""
    last_step: int = 0

    def keep(self, keys: Keyring, worker: Worker, password: str, secret: str) -> None:
        """Seal a password's hash and the secret into the row."""
        key = worker.open_key(keys)
        hashed = HASHER.hash(password).encode()
        self.password = seal(key, f"credential.password|{self.id}", hashed)
        self.secret = seal(key, f"credential.secret|{self.id}", secret.encode())

    def load(self, keys: Keyring, worker: Worker) -> tuple[str, str]:
        """Open the password's hash and the secret."""
        key = worker.open_key(keys)
        return (
            unseal(key, f"credential.password|{self.id}", self.password).decode(),
            unseal(key, f"credential.secret|{self.id}", self.secret).decode(),
        )


def is_weak(password: str) -> bool:
    """Tell whether a password is too short, too long or too simple."""
    fits = SHORTEST <= len(password) <= LONGEST
    return not fits or len(set(password)) < FEWEST


def credential_of(session: Session, worker_id: int) -> Credential | None:
    """Return how somebody signs in, if they have set it up."""
    own = select(Credential).where(Credential.worker_id == worker_id)
    return session.exec(own).first()


def credential_with(session: Session, number: str) -> Credential | None:
    """Return whose number this is."""
    found = select(Credential).where(Credential.number == number)
    return session.exec(found).first()


def set_credential(
    session: Session, keys: Keyring, worker: Worker, password: str, secret: str
) -> Credential:
    """Set how somebody signs in; what they had before counts no more."""
    row = credential_of(session, worker.id) or Credential(
        id=new_id(), worker_id=worker.id, number=_new_number(session)
    )
    row.keep(keys, worker, password, secret)
    session.add(row)
    return row


def _new_number(session: Session) -> str:
    """Draw a number nobody has: six digits that tell nothing."""
    while True:
        number = f"{secrets.randbelow(9 * 10**5) + 10**5}"
        if credential_with(session, number) is None:
            return number


def fits(hashed: str | None, password: str) -> bool:
    """Tell whether a password has this hash; where there is none it takes as long."""
    try:
        HASHER.verify(hashed or _nobody(), password[: LONGEST + 1])
    except VerifyMismatchError:
        return False
    return hashed is not None


@cache
def _nobody() -> str:
    """Make the hash of nobody's password, which nothing fits, once."""
    return HASHER.hash(new_key().hex())


def use_step(session: Session, credential_id: int, step: int) -> bool:
    """Use the code of a half minute up; False where it, or a later one, was used."""
    row = update(Credential).where(
        col(Credential.id) == credential_id, col(Credential.last_step) < step
    )
    return session.exec(row.values(last_step=step)).rowcount == 1
