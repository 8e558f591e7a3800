"""The stock bot in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.programs import Process
from tests.telegram_server import TelegramServer


def rival(server: TelegramServer, folder: Path, *options: str) -> Process:
    """Give the stock bot of a server, not started yet."""
    address = ["--base-url", server.url, "--token", server.token]
    command = [sys.executable, "-m", "tests.rival.ptb_join", *address, *options]
    return Process(command, {}, folder / "rival.log")
