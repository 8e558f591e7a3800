"""Drawing: a view becomes a page in the frame, in the language of who works there."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.console.desk import Desk, Label
from bot.console.noun import Noun
from bot.console.views import Drawable, Input
from bot.kit import Kit
from bot.pages import TEMPLATES, rendered
from models.staff import ADMINISTRATOR, OFFICER, PARTNER_CLERK, SOCIAL_WORKER

STATIC = TEMPLATES / "console" / "static"

ROLES = {
    SOCIAL_WORKER: Label("Social worker"),
    OFFICER: Label("Officer"),
    PARTNER_CLERK: Label("Partner's clerk"),
    ADMINISTRATOR: Label("Administrator"),
}
"""What each role that works here is called."""

AWAY: dict[int, tuple[Label, Label]] = {
    403: (
        Label("This page is for other roles"),
        Label("Ask your administrator if you need it for your work."),
    ),
    404: (
        Label("There is nothing here for you"),
        Label("It may have gone, or it is looked after by somebody else."),
    ),
    429: (Label("Too fast"), Label("Please wait a minute and try again.")),
}
"""What is said to who is turned away; the same whether or not there is such a row."""


@dataclass(frozen=True)
class Way:
    """A row of the menu."""

    label: str
    path: str
    is_here: bool


def draw(
    view: Drawable, desk: Desk, nouns: tuple[Noun, ...], here: Noun, said: str = ""
) -> str:
    """Return a page's text."""
    own = desk.partner.name if desk.partner else desk.union(desk.staff.union_code)
    return rendered(
        f"console/{view.template}",
        desk.language,
        view=view,
        name=desk.kit.rules.product(desk.language),
        menu=menu_of(desk, nouns, here),
        search=search_of(desk, nouns),
        who=own,
        role=desk.text(ROLES[desk.staff.role]),
        said=said,
        word=desk.text,
        new_form=desk.new_form,
        value_of=partial(value_of, desk),
        wrong=lambda name: desk.text(desk.errors.get(name, "")),
        errors=desk.errors,
        query=desk.query,
        next_page=partial(next_page, desk),
        first_page=partial(first_page, desk),
        **(getattr(view, "values", {})),
    )


def menu_of(desk: Desk, nouns: tuple[Noun, ...], here: Noun) -> list[Way]:
    """Return the menu as somebody of this role has it."""
    return [
        Way(desk.text(noun.label), noun.path, noun.name in (here.name, here.under))
        for noun in nouns
        if not noun.under and noun.opens_to(desk.staff.role)
    ]


def search_of(desk: Desk, nouns: tuple[Noun, ...]) -> str:
    """Return where the search of the frame is sent; "" for a role without one."""
    role = desk.staff.role
    found = (n for n in nouns if n.search and n.opens_to(role))
    return next((f"{noun.path}/{noun.search}" for noun in found), "")


def value_of(desk: Desk, field: Input) -> Any:
    """Return what stands in a field: what was sent, or asked for, else what it has."""
    if field.kind in ("password", "file"):
        return ""
    several = field.kind == "checks"
    if desk.fields.values:
        sent = desk.fields.all(field.name)
        return sent if several else next(iter(sent), "")
    return field.value


def next_page(desk: Desk, after: str) -> dict[str, str]:
    """Return the address's query for the next page of the same list."""
    return {**desk.query, "after": after}


def first_page(desk: Desk) -> dict[str, str]:
    """Return the address's query for the first page of the same list."""
    return {name: value for name, value in desk.query.items() if name != "after"}


def draw_away(kit: Kit, language: str, status: int) -> str:
    """Return the page of who is turned away."""
    title, text = AWAY[status]
    return draw_alone(
        kit,
        language,
        "away",
        title=title.read_in(language),
        text=text.read_in(language),
    )


def draw_alone(kit: Kit, language: str, template: str, **values: Any) -> str:
    """Return a page outside the frame."""
    name = kit.rules.product(language)
    return rendered(f"console/{template}", language, name=name, **values)
