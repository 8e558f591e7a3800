"""All the product does, on one page: flows, views, acts, reminders, reports.

Adding one is a file of its own, a line here, its words in templates/ and its test.
"""

from handlers import (
    admitting,
    answering,
    award_news,
    awards,
    card,
    confirming,
    correcting,
    jurors,
    menu,
    my_application,
    my_data,
    nominating,
    objecting,
    overdue,
    phones,
    reminders,
    reviewing,
    suggesting,
)
from handlers.alarms import ALARMS
from handlers.coming_back import ComeBack
from handlers.correct import Correct
from handlers.deciding import Reject, Return
from handlers.erasing import Erase
from handlers.flow import Flow
from handlers.join import Join
from handlers.phones import SetPin
from handlers.reports import Listing, Report
from handlers.reports.applications import applications
from handlers.reports.award import award
from handlers.reports.suggestions import suggestions
from handlers.revealing import Reveal

FLOWS: dict[str, type[Flow]] = {
    flow.name: flow
    for flow in (
        Join,
        Return,
        Reject,
        Reveal,
        Correct,
        correcting.Refuse,
        Erase,
        ComeBack,
        SetPin,
        nominating.Nominate,
        admitting.RefuseNominee,
        jurors.Score,
        objecting.Object,
        objecting.Settle,
        suggesting.Suggest,
        answering.Adopt,
        answering.Decline,
    )
}
"""Forms in a chat: questions, then one effect."""

VIEWS = {
    "menu": menu.menu,
    "help": menu.help_,
    "person": menu.person,
    "my_application": my_application.my_application,
    "card": card.card,
    "waiting": reviewing.waiting,
    "review": reviewing.application,
    "correction": correcting.look,
    "claim": confirming.claim,
    "my_data": my_data.my_data,
    "my_fields": my_data.my_fields,
    "phones": phones.phones,
    "awards": awards.awards,
    "award": awards.award,
    "nominees": awards.nominees,
    "nominee": awards.nominee,
    "admit": admitting.look,
    "jury": jurors.jury,
    "judging": jurors.judging,
    "objection": objecting.look,
    "suggestions": suggesting.mine,
    "suggestion": suggesting.suggestion,
    "suggested": answering.look,
}
"""Read-only lists and details, by (turn, argument)."""

ACTS = {
    "language": menu.language,
    "withdraw": my_application.withdraw,
    "approve": reviewing.approve,
    "pool": reviewing.pool,
    "undo": reviewing.undo,
    "approve_correction": correcting.approve,
    "drop_correction": my_data.drop_correction,
    "my_language": my_data.my_language,
    "export": my_data.export,
    "withdraw_consent": my_data.withdraw,
    "connect": phones.connect,
    "not_me": phones.not_me,
    "confirm": confirming.confirm,
    "deny": confirming.deny,
    "vote": awards.vote,
    "unvote": awards.unvote,
    "nominee_full": nominating.accept_full,
    "nominee_masked": nominating.accept_masked,
    "nominee_no": nominating.decline,
    "confirm_nominee": admitting.confirm,
    "drop_suggestion": suggesting.drop,
}
"""One press, one effect, safe to press twice; permission is checked then."""

REMINDERS = {
    remind.kind: remind
    for remind in (
        reminders.DECISION,
        reminders.CORRECTION,
        reminders.UNFINISHED,
        reminders.EXPIRED,
        overdue.OVERDUE,
        overdue.ESCALATED,
        *ALARMS,
        *award_news.AWARD_NEWS,
        answering.ANSWERED,
    )
}
"""What is said without being asked, when it is due."""

REPORTS: dict[str, Report] = {
    "applications": applications,
    "suggestions": suggestions,
}
"""What can be counted and printed, by name."""

LISTS: dict[str, Listing] = {"award": award}
"""Reports about one thing, which is named by its code."""
