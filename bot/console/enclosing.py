"""Enclosing: the picture or the document of a notice is chosen, shown, and taken off.

It goes to everybody the notice is for, so it has to be small.
"""

from collections.abc import Iterable

from sqlmodel import select

from bot.console import sent_file
from bot.console.desk import Desk, Fields, Label, Text, Went, Wrong
from bot.console.letters import at, back
from bot.console.records import Act, Facts
from bot.console.sent_file import TOO_LONG
from bot.console.views import File, Fill, Input, Line, Sheet, View
from models.document import Enclosed, size_words
from models.notice import WRITTEN, CannotChange, Notice, Unsound
from models.notice_file import NoticeFile, enclose

MOST = 2 << 20
"""How many bytes a document may have that many people load over their phones."""


def ask(desk: Desk, row: Notice) -> View:
    """Ask for a file."""
    chosen = Input(
        sent_file.FIELD,
        Label("A picture or a PDF from your device"),
        "file",
        hint=Label("JPEG, PNG, WebP, or a PDF of at most {most} MB.", most=MOST >> 20),
    )
    return Fill(Label("Attachment"), Label("Save"), (chosen,), TOO_LONG, back=back(row))


def prepare(fields: Fields, most: int) -> Fields:
    """Make a file ready that has to be small."""
    return sent_file.sent(fields, min(most, MOST))


def take(desk: Desk, row: Notice) -> Went:
    """Give a notice a file."""
    if desk.fields.enclosed is None:
        raise Wrong(file=Label("Please choose a file."))
    _give(desk, row, desk.fields.enclosed)
    return Went(at(row), Label("Saved."))


def _give(desk: Desk, row: Notice, enclosed: Enclosed | None) -> None:
    of = (desk.session, desk.kit.atlas, desk.staff, row, enclosed)
    try:
        enclose(*of, desk.now)
    except Unsound:
        raise Wrong(file=TOO_LONG) from None
    except CannotChange:
        problem = Label("It is handed in: make a draft of it again first.")
        raise Wrong.altogether(problem) from None


def _take_off(desk: Desk, row: Notice, facts: Facts) -> Text:
    _give(desk, row, None)
    return Label("The attachment is off.")


OFF: Act[Notice] = Act(
    "bare",
    Label("Take the attachment off"),
    Label("Take the attachment off?"),
    Label("The notice goes without it."),
    lambda desk, row: row.content.is_illustrated and row.state in WRITTEN,
    _take_off,
    at_once=True,
)


def file_of(desk: Desk, row: Notice) -> File | None:
    """Return the file of a notice, if it has one."""
    found = select(NoticeFile).where(NoticeFile.notice_id == row.id)
    file = desk.session.exec(found).first()
    return File(file.published, file.mime, file.name) if file else None


def show(desk: Desk, file: File) -> View:
    """Show the picture of a notice, or save its document."""
    return file


def sheets(desk: Desk, row: Notice) -> Iterable[Sheet]:
    """Show a notice's file, where it has one."""
    if row.content.picture:
        yield Sheet(Label("Attachment"), picture=address(row))
    if (document := row.content.document) is not None:
        cells = (document.name, size_words(document.size))
        yield Sheet(Label("Attachment"), lines=(Line(address(row), cells),))


def address(row: Notice) -> str:
    """Return where a notice's file is, "" where it has none."""
    return f"{at(row)}/file" if row.content.is_illustrated else ""
