"""The terminal: the same conversation where one can only type, as on a channel without
buttons; for whoever writes flows and words."""

import os
import uuid

from rich.console import Console

from bot.app import alone, open_kit
from bot.channels import Can, Outgoing
from bot.config import Config
from bot.database import in_transaction
from bot.demo import prepare
from bot.kit import Kit, clock
from bot.reminding import FINDING, find_due, tell
from bot.step import Written, take_batch
from bot.words import lines_of
from handlers.turn import Incoming
from models.closing import close_all

CANS = {"terminal": Can(push=True, history=False, trusted=True)}


def talk(config: Config, out: Console) -> None:
    """Read lines and print what the bot says, until the input ends."""
    own = config.apart("chat")
    with alone(own):
        kit = open_kit(own)
        code = prepare(kit).social_worker
        out.print(f"[dim]/start {code} makes you a social worker; Ctrl-D ends.[/dim]")
        _exchange(kit, out, "hello", "")
        while True:
            try:
                line = input("> ")
            except (EOFError, KeyboardInterrupt):
                break
            start = line.startswith("/start ")
            _exchange(
                kit, out, "start" if start else "text", line.removeprefix("/start ")
            )
    kit.writer.close()


def _exchange(kit: Kit, out: Console, kind: str, text: str) -> None:
    incoming = Incoming(
        channel="terminal",
        bot="",
        address=str(os.getuid()),
        key=uuid.uuid4().hex,
        kind=kind,
        text=text,
    )
    written = [
        in_transaction(
            kit.database,
            lambda session: take_batch(session, kit, CANS, [incoming], clock()),
        ),
        *_due(kit),
    ]
    for message in (m for w in written for m in w.outgoing):
        out.print(shown(message), markup=False)


def _due(kit: Kit) -> list[Written]:
    """Say what has fallen due, since nothing runs between two lines here."""
    now = clock()
    for remind in FINDING:
        in_transaction(kit.database, lambda s, r=remind: r.find(s, kit.rules, now))  # type: ignore[misc]
    in_transaction(kit.database, lambda session: close_all(session, now))
    ids = in_transaction(kit.database, lambda session: find_due(session, now))
    return [
        in_transaction(
            kit.database,
            lambda session, at=at: tell(session, kit, CANS, at, now),  # type: ignore[misc]
        )
        for at in ids
    ]


def shown(message: Outgoing) -> str:
    """Return a message as plain text with numbered choices."""
    return "\n".join(lines_of(message.body)) + "\n"
