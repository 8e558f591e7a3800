"""The product on a clock that runs faster: `python -m tests.bench.hurried 20 serve`.

What paces its messages counts so many seconds in one and waits so much less; its code,
its settings and its database are as ever.
"""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

from pytest import MonkeyPatch

from bot import noticing, outbox
from bot.__main__ import main
from bot.noticing import Noticing
from bot.outbox import Outbox


def hurry(patch: MonkeyPatch, times: float) -> None:
    """Let what paces messages live so many times faster."""
    clock = SimpleNamespace(monotonic=lambda: time.monotonic() * times)
    for module in (noticing, outbox):
        patch.setattr(module, "time", clock)
    pause, later = Noticing._pause, Outbox._later

    async def pause_less(self: Noticing, seconds: float) -> None:
        await pause(self, seconds / times)

    def sooner(self: Outbox, seconds: float, chat_id: int) -> None:
        later(self, seconds / times, chat_id)

    patch.setattr(Noticing, "_pause", pause_less)
    patch.setattr(Outbox, "_later", sooner)


if __name__ == "__main__":
    with MonkeyPatch.context() as patched:
        hurry(patched, float(sys.argv.pop(1)))
        main()
