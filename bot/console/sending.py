"""Sending: what is done to a notice, each act an operation of `models.notice`."""

from collections.abc import Callable
from datetime import datetime

from sqlmodel import Session

from bot.console.desk import Desk, Label, Text, Wrong
from bot.console.records import Act, Facts
from models import notice
from models.message import Fate
from models.notice import BEGUN, NeedsAnother, Notice, NoticeState
from models.notice_list import progress
from models.place import Atlas
from models.staff import Staff

S = NoticeState
Operation = Callable[[Session, Atlas, Staff, Notice, datetime], object]


def _by(operation: Operation, done: Label) -> Callable[[Desk, Notice, Facts], Text]:
    """Let an act do one operation, and say so."""

    def do(desk: Desk, row: Notice, facts: Facts) -> Text:
        operation(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
        return done

    return do


def _in(*states: NoticeState) -> Callable[[Desk, Notice], bool]:
    return lambda desk, row: row.state in states


def may_agree(desk: Desk, row: Notice) -> bool:
    """Tell whether somebody can be the second person of a notice."""
    return row.state is S.WAITING and row.author_id != desk.staff.id


def _agree(desk: Desk, row: Notice, facts: Facts) -> Text:
    try:
        notice.agree(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    except NeedsAnother:
        raise Wrong.altogether(Label("Somebody else has to agree.")) from None
    return Label("Agreed. It is sent when its time has come.")


def _has_failed(desk: Desk, row: Notice) -> bool:
    return row.state is S.DONE and progress(desk.session, row)[Fate.FAILED] > 0


def _retry(desk: Desk, row: Notice, facts: Facts) -> Text:
    by = (desk.session, desk.kit.atlas, desk.staff)
    many = notice.retry(*by, row, desk.now)
    return Label("Sent again: {many}.", many=many)


ACTS: tuple[Act[Notice], ...] = (
    Act(
        "test",
        Label("Send me a test"),
        Label("Send yourself a test?"),
        Label("You alone get it, in your own chat."),
        _in(S.DRAFT, S.TESTED),
        _by(notice.try_out, Label("Sent. Please look into your own chat.")),
        at_once=True,
    ),
    Act(
        "agree",
        Label("Agree"),
        Label("Let this notice go?"),
        Label(
            "You are the second person. Please look first how it reads and who gets it."
        ),
        may_agree,
        _agree,
        "main",
    ),
    Act(
        "pause",
        Label("Pause"),
        Label("Pause?"),
        Label("What is on its way arrives; nobody else gets it until you resume."),
        _in(S.SENDING),
        _by(notice.pause, Label("Paused.")),
        at_once=True,
    ),
    Act(
        "resume",
        Label("Resume"),
        Label("Resume?"),
        Label("It goes on where it was paused."),
        _in(S.PAUSED),
        _by(notice.resume, Label("It goes on.")),
        "main",
        at_once=True,
    ),
    Act(
        "retry",
        Label("Send the failed ones again"),
        Label("Send the failed ones again?"),
        Label("Nobody else gets it; what is uncertain is not sent twice."),
        _has_failed,
        _retry,
    ),
    Act(
        "back",
        Label("Make a draft of it again"),
        Label("Make a draft of it again?"),
        Label("It is not sent. It can be changed, tested and handed in anew."),
        _in(S.WAITING, S.SCHEDULED),
        _by(notice.send_back, Label("It is a draft again.")),
    ),
    Act(
        "stop",
        Label("Stop"),
        Label("Stop this notice?"),
        Label("Who has not got it, will not. This cannot be undone."),
        _in(S.SCHEDULED, S.SENDING, S.PAUSED),
        _by(notice.stop, Label("Stopped.")),
        "danger",
    ),
    Act(
        "recall",
        Label("Take it back"),
        Label("Take this notice back?"),
        Label(
            "It is deleted wherever the channel can: on the web page always, in "
            "Telegram within two days. This cannot be undone."
        ),
        _in(*BEGUN),
        _by(notice.recall, Label("It is being taken back.")),
        "danger",
    ),
)
