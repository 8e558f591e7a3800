"""Alarms: a notice whose subject is gone is skipped, not failed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.alarms import ALARMS
from models import reminder
from tests.handlers.members import ended
from tests.world import World

SUBJECTS = {"linked": "1.2", "objected": "1.2"}


@pytest.mark.parametrize("kind", [alarm.kind for alarm in ALARMS])
def test_a_notice_about_nothing_is_skipped(world: World, kind: str) -> None:
    subject = SUBJECTS.get(kind, "1")
    world.write(lambda s: reminder.schedule(s, kind, subject, world.now))
    world.wait(timedelta(seconds=1))
    assert ended(world, kind) == [("skipped", "no_chat")]
