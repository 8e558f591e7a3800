"""All nouns of the console, in the order of the menu; one more is a line here."""

from bot.console import (
    account,
    applications,
    awards,
    benefits,
    cases,
    counter,
    deeds,
    deliveries,
    events,
    health,
    imports,
    matters,
    members,
    merging,
    notices,
    partners,
    posters,
    replies,
    sites,
    slots,
    staff,
    suggestions,
    today,
    unhandled,
    unions,
)
from bot.console.noun import Noun

ROWS: tuple[Noun, ...] = (
    applications.APPLICATIONS,
    cases.CASES,
    members.MEMBERS,
    imports.IMPORTS,
    merging.MERGES,
    counter.COUNTER,
    events.EVENTS_NOUN,
    suggestions.SUGGESTIONS.noun(),
    replies.REPLIES.noun(),
    notices.NOTICES_NOUN,
    matters.MATTERS,
    *matters.KINDS,
    benefits.BENEFITS.noun(),
    slots.SLOTS.noun(),
    partners.PARTNERS.noun(),
    sites.SITES.noun(),
    awards.AWARDS.noun(),
    posters.POSTERS_NOUN,
    unions.UNIONS.noun(),
    staff.STAFF,
    deliveries.DELIVERIES,
    unhandled.UNHANDLED,
)

WORK: tuple[Noun, ...] = (*ROWS, deeds.over(ROWS), health.HEALTH, account.ACCOUNT)

NOUNS: tuple[Noun, ...] = (today.over(WORK), *WORK)
"""What the menu shows, less what a role has nothing to do with."""
