"""The file that comes with a form: a photo is made small and loses what its camera
adds, a document is looked at and taken as it is."""

from dataclasses import replace

from bot.console.desk import Fields, Label, Wrong
from bot.pictures import clean
from handlers.say import Word
from models.document import PDF, Enclosed, clean_name, fault_of, looks_like_one
from models.letter import LONGEST_WITH_FILE

FIELD = "file"
"""The field of a form that has it."""

ACCEPTED = "image/*,application/pdf,.pdf"
"""What a browser offers to choose."""

TOO_LONG = Label(
    "With an attachment a text has at most {most} characters.",
    most=LONGEST_WITH_FILE,
)
NO_PICTURE = Label(
    "That is neither a photo we can read nor a PDF. "
    "Please choose a JPEG, PNG or WebP picture or a PDF."
)


def sent(fields: Fields, most: int) -> Fields:
    """Make what came ready to be kept; raises Wrong for what will not do."""
    name, data = fields.names.get(FIELD, ""), fields.files.get(FIELD, b"")
    if not name and not data:
        return Fields(fields.values)
    made = _document if looks_like_one(name, data) or not data else _picture
    return replace(Fields(fields.values), enclosed=made(name, data, most))


def _document(name: str, data: bytes, most: int) -> Enclosed:
    if fault := fault_of(data, most):
        raise Wrong(file=Word("files", f"fault_{fault}", {"most": most >> 20}))
    return Enclosed(PDF, data, clean_name(name))


def _picture(name: str, data: bytes, most: int) -> Enclosed:
    try:
        return Enclosed("image/jpeg", clean(data))
    except ValueError:
        raise Wrong(file=NO_PICTURE) from None
