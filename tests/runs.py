"""How many examples property tests try: a few by default, ZHIGONG_EXAMPLES for more."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

ASKED = int(os.environ.get("ZHIGONG_EXAMPLES", "0"))


def examples(usual: int) -> Callable[[Any], Any]:
    """Try so many examples, or as many as were asked for."""
    return settings(
        max_examples=ASKED or usual,
        deadline=None,
        suppress_health_check=[*HealthCheck],
    )
