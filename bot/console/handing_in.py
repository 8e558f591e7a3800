"""Handing in: who gets a notice is looked at, then it is sent, at once or later."""

from bot.console import audiences
from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.fields import moment
from bot.console.letters import at, back
from bot.console.records import GONE, taken
from bot.console.views import Detail, Do, Fill, Sheet, View
from models import audit, notice
from models.notice import CannotChange, NobodyThere, Notice, NoticeState

WHEN = moment("send_at", Label("When"), required=False, hint=Label("Empty: at once."))


def note(desk: Desk, row: Notice) -> None:
    """Write down that somebody looks whom a notice is for."""
    audit.record(desk.session, desk.now, desk.staff.id, "notice.audience_read", row.id)


def look(desk: Desk, row: Notice) -> View:
    """Show who gets a notice, who later, who not and why, and some of them."""
    facts = audiences.counts(desk, audiences.surveyed(desk, row))
    sheets = (
        Sheet(Label("If it were sent now"), facts),
        Sheet(Label("Whom it is for"), audiences.told(desk, row)),
        audiences.sampled(desk, row),
    )
    written = row.state in notice.WRITTEN
    ways = (Do(Label("Choose whom it is for"), f"{at(row)}/whom"),) if written else ()
    shown = tuple(one for one in sheets if one.rows or one.lines)
    return Detail(Label("Who gets it"), shown, actions=ways, back=back(row))


def ask(desk: Desk, row: Notice) -> View:
    """Ask when a notice is to be sent, with what would become of it now."""
    found = audiences.surveyed(desk, row)
    most = desk.kit.rules.second_above
    second = Label(
        "It goes to more than {most} people: a second person has to agree.", most=most
    )
    first = Label("It is sent as soon as its time has come.")
    return Fill(
        Label("Send this notice?"),
        Label("Send"),
        (WHEN.asked(desk),),
        second if found.total > most else first,
        rows=audiences.counts(desk, found),
        back=back(row),
    )


def hand_in(desk: Desk, row: Notice) -> Went:
    """Hand a tested notice in."""
    when = taken(desk, (WHEN,))["send_at"] or desk.now
    kit = desk.kit
    of = (desk.session, kit.atlas, kit.rules, desk.staff, row)
    try:
        notice.hand_in(*of, max(when, desk.now), desk.now)
    except NobodyThere:
        raise Wrong.altogether(Label("There is nobody whom it is for.")) from None
    except CannotChange:
        raise Wrong.altogether(_why_not(row)) from None
    waits = row.state is NoticeState.WAITING
    asked = Label("Handed in. Now a second person has to agree.")
    return Went(at(row), asked if waits else Label("Handed in."))


def _why_not(row: Notice) -> Text:
    untested = row.state is NoticeState.DRAFT
    return Label("Please send yourself a test first.") if untested else GONE
