"""All nouns of the console, in the order of the menu; one more is a line here."""

from bot.console import account, applications, members, other, staff, today
from bot.console.noun import Noun

WORK: tuple[Noun, ...] = (
    applications.APPLICATIONS,
    members.MEMBERS,
    other.OTHER,
    staff.STAFF,
    account.ACCOUNT,
)

NOUNS: tuple[Noun, ...] = (today.over(WORK), *WORK)
"""What the menu shows, less what a role has nothing to do with."""
