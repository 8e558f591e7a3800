"""Every story goes as it is written, on each of its channels and on both databases."""

from __future__ import annotations

import pytest

from tests.adapters import ADAPTERS
from tests.databases import SEEDED, Copy
from tests.stories import STORIES, channels_of, play
from tests.world import World


def _runs() -> list[tuple[str, str, str]]:
    """Return (story, channel, database); PostgreSQL hears each story once."""
    found = []
    for story in sorted(STORIES.glob("*.txt")):
        first, *others = channels_of(story)
        found += [(story.stem, first, kind) for kind in ("sqlite", "postgresql")]
        found += [(story.stem, channel, "sqlite") for channel in others]
    return found


@pytest.mark.parametrize(("name", "channel", "kind"), _runs())
@pytest.mark.usefixtures("numbered")
def test_the_story_goes_as_written(
    name: str, channel: str, kind: str, request: pytest.FixtureRequest
) -> None:
    story = STORIES / f"{name}.txt"
    copies: Copy = request.getfixturevalue(f"{kind}_copies")
    with copies(SEEDED) as database:
        told = play(World(database, ADAPTERS[channel]), story)
    if request.config.getoption("--rewrite-stories"):
        story.write_text(told, "utf-8")
    assert told == story.read_text("utf-8")
