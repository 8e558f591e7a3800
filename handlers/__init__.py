"""All the product does, on one page: flows, views, acts, reminders, reports.

Adding one is a file of its own, a line here, its words in templates/ and its test.
"""

from handlers import (
    card,
    certificate,
    checking_in,
    confirming,
    correcting,
    events,
    menu,
    my_application,
    my_data,
    overdue,
    phones,
    reminders,
    reviewing,
    seats,
)
from handlers.alarms import ALARMS
from handlers.checking_in import CheckIn, CheckInMember
from handlers.coming_back import ComeBack
from handlers.correct import Correct
from handlers.deciding import Reject, Return
from handlers.erasing import Erase
from handlers.event_reminders import EVENT_REMINDERS
from handlers.flow import Flow
from handlers.join import Join
from handlers.phones import SetPin
from handlers.reports import Report
from handlers.reports.applications import applications
from handlers.revealing import Reveal
from handlers.signing_up import SignUp

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
        SignUp,
        CheckIn,
        CheckInMember,
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
    "events": events.events,
    "event": events.event_,
    "event_place": events.event_place,
    "my_signups": events.my_signups,
    "rating": seats.rating,
    "certificate": certificate.certificate,
    "hosting": checking_in.hosting,
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
    "cancel_signup": seats.cancel_signup,
    "accept_seat": seats.accept_seat,
    "decline_seat": seats.decline_seat,
    "rate": seats.rate_,
    "certify": checking_in.certify,
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
        *EVENT_REMINDERS,
    )
}
"""What is said without being asked, when it is due."""

REPORTS: dict[str, Report] = {"applications": applications}
"""What can be counted and printed, by name."""
