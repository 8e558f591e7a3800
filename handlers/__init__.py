"""All the product does, on one page: flows, views, acts, reminders, reports.

Adding one is a file of its own, a line here, its words in templates/ and its test.
"""

from handlers import confirming, menu, my_application, phones, reminders, reviewing
from handlers.alarms import ALARMS
from handlers.coming_back import ComeBack
from handlers.deciding import Reject, Return
from handlers.flow import Flow
from handlers.join import Join
from handlers.phones import SetPin
from handlers.reports import Report
from handlers.reports.applications import applications

FLOWS: dict[str, type[Flow]] = {
    flow.name: flow for flow in (Join, Return, Reject, ComeBack, SetPin)
}
"""Forms in a chat: questions, then one effect."""

VIEWS = {
    "menu": menu.menu,
    "help": menu.help_,
    "person": menu.person,
    "my_application": my_application.my_application,
    "waiting": reviewing.waiting,
    "review": reviewing.application,
    "phones": phones.phones,
    "claims": confirming.claims,
    "claim": confirming.claim,
}
"""Read-only lists and details, by (turn, argument)."""

ACTS = {
    "language": menu.language,
    "withdraw": my_application.withdraw,
    "approve": reviewing.approve,
    "pool": reviewing.pool,
    "undo": reviewing.undo,
    "connect": phones.connect,
    "not_me": phones.not_me,
    "confirm": confirming.confirm,
    "deny": confirming.deny,
}
"""One press, one effect, safe to press twice; permission is checked then."""

REMINDERS = {
    remind.kind: remind
    for remind in (
        reminders.DECISION,
        reminders.UNFINISHED,
        reminders.EXPIRED,
        *ALARMS,
    )
}
"""What is said without being asked, when it is due."""

REPORTS: dict[str, Report] = {"applications": applications}
"""What can be counted and printed, by name."""
