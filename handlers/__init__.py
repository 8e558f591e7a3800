"""All the product does, on one page: flows, views, acts, reminders, reports.

Adding one is a file of its own, a line here, its words in templates/ and its test.
"""

from handlers import (
    answering,
    award_news,
    awards,
    benefits,
    card,
    cases,
    certificate,
    checking_in,
    console,
    events,
    handling,
    handling_forms,
    jurors,
    live,
    menu,
    moving,
    my_application,
    my_data,
    nominating,
    notices,
    objecting,
    overdue,
    phones,
    preferences,
    reminders,
    reviewing,
    seats,
    services,
    site_faults,
    sites,
    suggesting,
    transfer,
    unheard,
    vouchers,
    waiting,
)
from handlers.alarms import ALARMS
from handlers.asking_help import AddToCase, AskForHelp
from handlers.benefit_reminders import BENEFIT_REMINDERS
from handlers.case_news import CASE_NEWS
from handlers.checking_in import CheckIn, CheckInMember
from handlers.coming_back import ComeBack
from handlers.correct import Correct
from handlers.deciding import Reject, Return
from handlers.dossiers import DOSSIERS, FORMS
from handlers.erasing import Erase
from handlers.event_reminders import EVENT_REMINDERS
from handlers.flow import Flow
from handlers.join import Join
from handlers.phones import SetPin
from handlers.rebooking import CALLED_OFF, Rebook
from handlers.redeeming import EnterCode, Redeem
from handlers.reports import Listing, Report
from handlers.reports.applications import applications
from handlers.reports.award import award
from handlers.reports.benefits import benefits as benefits_report
from handlers.reports.cases import cases as cases_report
from handlers.reports.members import members
from handlers.reports.messages import messages
from handlers.reports.notices import notices as noticed
from handlers.reports.reminders import reminders as reminded
from handlers.reports.suggestions import suggestions
from handlers.revealing import Reveal
from handlers.signing_up import SignUp
from handlers.transfer_news import TRANSFER_NEWS

FLOWS: dict[str, type[Flow]] = {
    flow.name: flow
    for flow in (
        Join,
        Return,
        Reject,
        Reveal,
        Correct,
        Erase,
        ComeBack,
        SetPin,
        site_faults.ReportFault,
        transfer.Transfer,
        preferences.OwnQuiet,
        vouchers.TakeVoucher,
        services.AskForService,
        Rebook,
        EnterCode,
        Redeem,
        SignUp,
        CheckIn,
        CheckInMember,
        nominating.Nominate,
        jurors.Score,
        objecting.Object,
        suggesting.Suggest,
        answering.Adopt,
        answering.Decline,
        AskForHelp,
        AddToCase,
        handling_forms.Note,
        handling_forms.PassOn,
        handling_forms.MoveStage,
        handling_forms.Close,
    )
} | {form.name: form for form in FORMS}
"""Forms in a chat: questions, then one effect."""

VIEWS = {
    "menu": menu.menu,
    "help": menu.help_,
    "person": menu.person,
    "services": menu.services,
    "my_application": my_application.my_application,
    "card": card.card,
    "waiting": waiting.waiting,
    "review": reviewing.application,
    "my_data": my_data.my_data,
    "my_fields": my_data.my_fields,
    "phones": phones.phones,
    "sites": sites.sites,
    "site": sites.site,
    "site_areas": sites.areas,
    "site_kinds": sites.kinds,
    "rate_site": sites.rate,
    "transfer": transfer.transfer,
    "preferences": preferences.preferences,
    "benefits": benefits.benefits,
    "benefit": benefits.look,
    "vouchers": vouchers.vouchers,
    "voucher": vouchers.look,
    "requests": services.requests,
    "request": services.look,
    "events": events.events,
    "event": events.event_,
    "event_place": events.event_place,
    "my_signups": events.my_signups,
    "rating": seats.rating,
    "certificate": certificate.certificate,
    "hosting": checking_in.hosting,
    "awards": awards.awards,
    "award": awards.award,
    "nominees": awards.nominees,
    "nominee": awards.nominee,
    "jury": jurors.jury,
    "judging": jurors.judging,
    "suggestions": suggesting.mine,
    "suggestion": suggesting.suggestion,
    "suggested": answering.look,
    "cases": cases.list_,
    "my_case": cases.look,
    "case": handling.look,
    "notices": notices.notices,
    "notice": notices.notice,
    **{dossier.view: dossier.look for dossier in DOSSIERS},
}
"""Read-only lists and details, by (turn, argument)."""

ACTS = {
    "language": menu.language,
    "console": console.open_console,
    "console_out": console.put_out,
    "withdraw": my_application.withdraw,
    "approve": reviewing.approve,
    "pool": reviewing.pool,
    "undo": reviewing.undo,
    "drop_correction": my_data.drop_correction,
    "my_language": my_data.my_language,
    "export": my_data.export,
    "withdraw_consent": my_data.withdraw,
    "connect": phones.connect,
    "not_me": phones.not_me,
    "rate_site": sites.rate_site,
    "withdraw_transfer": transfer.withdraw,
    "undo_move": moving.undo,
    "prefer": preferences.prefer,
    "usual_quiet": preferences.usual_quiet,
    "cancel_voucher": vouchers.cancel,
    "withdraw_request": services.withdraw,
    "rate_service": services.rate,
    "cancel_signup": seats.cancel_signup,
    "accept_seat": seats.accept_seat,
    "decline_seat": seats.decline_seat,
    "rate_event": seats.rate_,
    "certify": checking_in.certify,
    "vote": awards.vote,
    "unvote": awards.unvote,
    "nominee_full": nominating.accept_full,
    "nominee_masked": nominating.accept_masked,
    "nominee_no": nominating.decline,
    "drop_suggestion": suggesting.drop,
    "withdraw_case": cases.withdraw,
    "rate_case": cases.rate,
    "take_case": handling.take,
    "let_go_case": handling.let_go,
    "talk": live.talk,
    "end_talk": live.end_talk_,
    "answer_notice": notices.answer_notice,
    **{name: act for dossier in DOSSIERS for name, act in dossier.acts.items()},
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
        site_faults.PUT_RIGHT,
        *TRANSFER_NEWS,
        preferences.GREETING,
        *BENEFIT_REMINDERS,
        CALLED_OFF,
        *EVENT_REMINDERS,
        *award_news.AWARD_NEWS,
        unheard.UNHEARD,
        answering.ANSWERED,
        *CASE_NEWS,
        notices.TESTED,
    )
}
"""What is said without being asked, when it is due."""

REPORTS: dict[str, Report] = {
    "applications": applications,
    "members": members,
    "messages": messages,
    "notices": noticed,
    "reminders": reminded,
    "benefits": benefits_report,
    "suggestions": suggestions,
    "cases": cases_report,
}
"""What can be counted and printed, by name."""

LISTS: dict[str, Listing] = {"award": award}
"""Reports about one thing, which is named by its code."""
