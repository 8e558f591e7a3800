"""The torture of notices itself, in small."""

from __future__ import annotations

import uvloop

from tests.torture.announcing import Din, announce


def test_a_few_kills_double_nothing_and_lose_nothing() -> None:
    heard = uvloop.run(announce(Din(people=600, kills=1)))
    assert heard.faults == []
    assert heard.kills == 1
    assert sum(heard.counts[fate] for fate in ("sent", "uncertain", "skipped")) == 600
