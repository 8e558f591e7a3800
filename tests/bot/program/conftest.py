"""What the tests of the whole program share: each module runs on both databases."""

from __future__ import annotations

import pytest

from tests.databases import KINDS, Copy


@pytest.fixture(scope="module", params=KINDS)
def copies(request: pytest.FixtureRequest) -> Copy:
    """Give what makes copies of the seeded database, of each kind in turn."""
    found: Copy = request.getfixturevalue(f"{request.param}_copies")
    return found
