"""A session for reports on rows made by hand."""

from tests.models.conftest import atlas, session

__all__ = ["atlas", "session"]
