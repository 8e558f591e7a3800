"""Illustrating: the picture of a notice is chosen, shown, and taken off again."""

from collections.abc import Iterable

from sqlmodel import select

from bot.console.desk import Desk, Label, Text, Went, Wrong
from bot.console.letters import at, back
from bot.console.records import Act, Facts
from bot.console.views import File, Fill, Input, Sheet, View
from models.letter import LONGEST_WITH_PICTURE
from models.notice import WRITTEN, CannotChange, Notice, Unsound
from models.notice_picture import NoticePicture, illustrate

MIME = "image/jpeg"
"""What every picture is made into."""

TOO_LONG = Label(
    "With a picture the text has at most {most} characters.", most=LONGEST_WITH_PICTURE
)


def ask(desk: Desk, row: Notice) -> View:
    """Ask for a picture."""
    chosen = Input(
        "picture",
        Label("A picture from your device"),
        "file",
        hint=Label("JPEG, PNG or WebP."),
    )
    return Fill(Label("Picture"), Label("Save"), (chosen,), TOO_LONG, back=back(row))


def take(desk: Desk, row: Notice) -> Went:
    """Give a notice a picture."""
    data = desk.fields.files.get("picture")
    if not data:
        raise Wrong(picture=Label("Please choose a picture."))
    _give(desk, row, (MIME, data))
    return Went(at(row), Label("Saved."))


def _give(desk: Desk, row: Notice, picture: tuple[str, bytes] | None) -> None:
    of = (desk.session, desk.kit.atlas, desk.staff, row, picture)
    try:
        illustrate(*of, desk.now)
    except Unsound:
        raise Wrong(picture=TOO_LONG) from None
    except CannotChange:
        problem = Label("It is handed in: make a draft of it again first.")
        raise Wrong.altogether(problem) from None


def _take_off(desk: Desk, row: Notice, facts: Facts) -> Text:
    _give(desk, row, None)
    return Label("The picture is off.")


OFF: Act[Notice] = Act(
    "bare",
    Label("Take the picture off"),
    Label("Take the picture off?"),
    Label("The notice goes without it."),
    lambda desk, row: bool(row.content.picture) and row.state in WRITTEN,
    _take_off,
    at_once=True,
)


def picture_of(desk: Desk, row: Notice) -> File | None:
    """Return the picture of a notice, if it has one."""
    found = select(NoticePicture).where(NoticePicture.notice_id == row.id)
    picture = desk.session.exec(found).first()
    return File(picture.published, picture.mime) if picture else None


def show(desk: Desk, picture: File) -> View:
    """Show the picture of a notice."""
    return picture


def sheets(desk: Desk, row: Notice) -> Iterable[Sheet]:
    """Show a notice's picture, where it has one."""
    if row.content.picture:
        yield Sheet(Label("Picture"), picture=address(row))


def address(row: Notice) -> str:
    """Return where a notice's picture is, "" where it has none."""
    return f"{at(row)}/picture.jpg" if row.content.picture else ""
