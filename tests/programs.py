"""The real program in a process of its own: started, killed, stopped, started again.

It reads no config.toml and no variable of this machine: a test says each setting that
matters, as `telegram__token="…"`, and the rest is at its default.
"""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from models.sealing import Keyring
from tests.databases import seed
from tests.telegram_server import TelegramServer

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "123456789:AAabcdefghijklmnopqrstuvwxyz0123456"
KEYRING = Keyring({1: b"w" * 32}, 1, {1: b"i" * 32})
START_SECONDS = 60.0
STOP_SECONDS = 20.0
UNLIMITED: dict[str, object] = {
    "pace__telegram_per_second": 10_000,
    "pace__chat_per_second": 10_000,
    "pace__chat_burst": 100_000,
    "product__log_level": "WARNING",
}
"""Telegram's limits on a chat's pace are lifted: a join would take a quarter minute."""


class Process:
    """A command that can be started, killed and started again."""

    def __init__(
        self, command: list[str], environment: dict[str, str], log: Path
    ) -> None:
        self.command = command
        self.log = log
        self.environment = {"PATH": os.environ["PATH"], **environment}
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Give the process's number."""
        assert self.process is not None
        return self.process.pid

    @property
    def output(self) -> str:
        """Read everything it has printed."""
        return self.log.read_text("utf-8")

    @property
    def is_running(self) -> bool:
        """Tell whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    async def ended(self) -> int:
        """Wait until it ends by itself or is killed; give its exit status."""
        process = self.process
        assert process is not None
        while (status := process.poll()) is None:  # noqa: ASYNC110 - the kernel tells
            await asyncio.sleep(0.02)
        return status

    def start(self) -> None:
        """Start it and do not wait."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def kill(self) -> None:
        """End it at once, as a power cut would end it."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """Ask it to stop; give its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, number: int) -> int:
        if self.process is None:
            return 0
        self.process.send_signal(number)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        finally:
            self.process = None


class Program(Process):
    """The product, serving, and the folder it lives in."""

    def __init__(self, folder: Path, database: str = "", **settings: object) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = database or f"sqlite:///{folder / 'zhigong.db'}"
        self._config = folder / "config.toml"
        self._config.touch()
        own = {
            "product__data": str(folder),
            "web__port": self.port,
            "keys__wrapping": base64.b64encode(KEYRING.wrapping[1]).decode(),
            "keys__index": base64.b64encode(KEYRING.index[1]).decode(),
        }
        if database:
            own["database__url"] = database
        super().__init__(
            self.command_of("serve"),
            {f"ZHIGONG_{k.upper()}": str(v) for k, v in (own | settings).items()},
            folder / "program.log",
        )

    def start(self, *words: str) -> None:
        """Start it, `serve` unless told otherwise, and do not wait."""
        self.command = self.command_of(*(words or ("serve",)))
        super().start()

    @contextmanager
    def serving(self, *words: str) -> Iterator[Program]:
        """Start it, wait until it is healthy, and kill it in the end."""
        try:
            self.start(*words)
            self.wait_until_healthy()
            yield self
        finally:
            self.kill()

    def run(self, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
        """Run another command to its end, typing lines into it."""
        return subprocess.run(
            self.command_of(*words),
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            input=typed,
            check=False,
            timeout=START_SECONDS,
        )

    def wait_until_healthy(self, seconds: float = START_SECONDS) -> None:
        """Wait until it serves pages and its database answers."""
        until = time.monotonic() + seconds
        while not self.is_healthy():
            assert self.process is not None
            assert self.process.poll() is None, self.output
            assert time.monotonic() < until, self.output
            time.sleep(0.02)

    def is_healthy(self) -> bool:
        """Ask it whether all is well."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def command_of(self, *words: str) -> list[str]:
        """Give the command line of one of the product's commands."""
        return [sys.executable, "-m", "bot", *words, "--config", str(self._config)]


@contextmanager
def program(database: str = "", **settings: object) -> Iterator[Program]:
    """Give a program, not started yet, whose database holds the places."""
    with TemporaryDirectory(prefix="zhigong-") as folder:
        made = Program(Path(folder), database, **settings)
        seed(made.database)
        try:
            yield made
        finally:
            made.kill()


def at_telegram(server: TelegramServer) -> dict[str, object]:
    """Give the settings of a program at this Telegram; ID numbers are typed there."""
    return {
        "telegram__token": server.token,
        "telegram__base_url": server.url,
        "telegram__private_answers": "typed",
    }


@asynccontextmanager
async def ours_at_work(
    database: str = "", seed: int = 0, **settings: object
) -> AsyncIterator[tuple[TelegramServer, Program]]:
    """Give a server and the product for it, not started yet, with UNLIMITED pace."""
    async with TelegramServer(token=TOKEN, seed=seed, remember=4) as server:
        everything = {**at_telegram(server), **UNLIMITED, **settings}
        with program(database, **everything) as made:
            yield server, made


@asynccontextmanager
async def rival_at_work(
    *options: str, module: str = "ptb_join", **facts: Any
) -> AsyncIterator[tuple[TelegramServer, Process]]:
    """Give a server and the stock bot for it, not started yet."""
    command = [sys.executable, "-m", f"tests.rival.{module}", *options]
    with TemporaryDirectory(prefix="rival-") as folder:
        async with TelegramServer(token=TOKEN, remember=4, **facts) as server:
            address = ["--base-url", server.url, "--token", server.token]
            process = Process([*command, *address], {}, Path(folder) / "rival.log")
            try:
                yield server, process
            finally:
                process.kill()


def free_port() -> int:
    """Find a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
