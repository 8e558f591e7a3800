"""What is kept about a person is given to them as they gave it."""

import pytest
from sqlmodel import Session

from models.kept import kept_about
from models.suggestion import Aspect, suggest
from tests.models.cast import KEYS, NOW, meet


@pytest.mark.parametrize("words", ["[急]路口太暗", "{建议}装灯", "[1, 2]路", "装灯"])
def test_words_that_look_like_data_are_given_as_they_were_written(
    session: Session, words: str
) -> None:
    worker, _ = meet(session)
    suggest(session, KEYS, worker, "4401", Aspect.SAFETY, words, None, NOW)
    [row] = kept_about(session, KEYS, worker, ())["suggestion"]
    assert row["text"] == words
