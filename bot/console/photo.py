"""The photo that comes with a form: made small, and rid of what its camera adds."""

from bot.console.desk import Fields, Label, Wrong
from bot.pictures import clean

NO_PICTURE = Label("That is not a photo we can read.")


def pictured(fields: Fields) -> Fields:
    """Make the photo of a form small, without its camera data; raises Wrong."""
    data = fields.files.get("picture")
    if not data:
        return Fields(fields.values)
    try:
        return Fields(fields.values, {"picture": clean(data)})
    except ValueError:
        raise Wrong(picture=NO_PICTURE) from None
