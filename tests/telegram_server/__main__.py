"""Run the server in a process of its own; /control/ drives it (see control.py)."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys

import uvloop

from . import PAID, TOKEN, Limits, TelegramServer

LIMITS = {"none": None, "free": Limits(), "paid": PAID}


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.telegram_server")
    parser.add_argument("--port", type=int, default=8081)
    parser.add_argument("--token", default=TOKEN)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--limits", choices=LIMITS, default="none")
    parser.add_argument("--remember", type=int, default=100)
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--knows-every-chat", action="store_true")
    return parser.parse_args()


async def serve(options: argparse.Namespace) -> None:
    """Serve until told to stop."""
    told = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    settings = vars(options) | {"limits": LIMITS[options.limits]}
    async with TelegramServer(**settings) as server:
        sys.stdout.write(f"{server.url}\n")
        sys.stdout.flush()
        await told.wait()


if __name__ == "__main__":
    uvloop.run(serve(read_options()))
