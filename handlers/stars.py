"""Stars: one scale for all that is rated; the number of a choice is what it gives."""

from handlers.say import Choice, Word

STARS = range(1, 6)
"""From very poor to very good."""


def stars(number: int) -> Word:
    """Return what so many stars mean."""
    return Word("common", f"stars_{number}")


def star_choices(act: str, key: str) -> tuple[Choice, ...]:
    """Return the five ways to rate something, by the act that keeps it."""
    return tuple(Choice(stars(n), f"a:{act}:{key}.{n}") for n in STARS)
