"""All nouns of the console, in the order of the menu; one more is a line here."""

from bot.console import (
    account,
    applications,
    awards,
    benefits,
    counter,
    events,
    members,
    notices,
    other,
    partners,
    posters,
    sites,
    staff,
    suggestions,
    today,
    unions,
)
from bot.console.noun import Noun

WORK: tuple[Noun, ...] = (
    applications.APPLICATIONS,
    members.MEMBERS,
    counter.COUNTER,
    events.EVENTS_NOUN,
    suggestions.SUGGESTIONS.noun(),
    notices.NOTICES_NOUN,
    other.OTHER,
    benefits.BENEFITS.noun(),
    partners.PARTNERS.noun(),
    sites.SITES.noun(),
    awards.AWARDS.noun(),
    posters.POSTERS_NOUN,
    unions.UNIONS.noun(),
    staff.STAFF,
    account.ACCOUNT,
)

NOUNS: tuple[Noun, ...] = (today.over(WORK), *WORK)
"""What the menu shows, less what a role has nothing to do with."""
