"""Suggestions: read, and answered: adopted or not, each with words to the worker."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlmodel import col, func, select

from bot.console.asking import answers_to, inputs_of
from bot.console.desk import Desk, Label, Text
from bot.console.fields import number, words
from bot.console.noun import Rule, Waiting
from bot.console.pictured import picture_page
from bot.console.records import Act, Facts, Filter, Record
from bot.console.views import Badge, Input, Sheet
from handlers.answering import Decline
from handlers.offers import OWN_WORDS
from handlers.question import label
from handlers.suggesting import answer_rows
from models import audit
from models import suggestion as suggestions
from models.columns import short
from models.staff import SERVING
from models.suggestion import Adoption, Aspect, Suggestion
from models.worker import Worker

PATH = "/console/suggestions"
USES: dict[Adoption, Badge] = {
    Adoption.WAITING: Badge(label(Adoption.WAITING), "wait"),
    Adoption.ADOPTED: Badge(label(Adoption.ADOPTED), "good"),
    Adoption.DECLINED: Badge(label(Adoption.DECLINED)),
}
ASPECTS: dict[str, Text] = {aspect: label(aspect) for aspect in Aspect}


def _mine(desk: Desk) -> Sequence[Any]:
    """Find what one's own unions were told, but for what one said oneself."""
    return (
        col(Suggestion.union_code).in_(desk.unions),
        col(Suggestion.standing).in_(tuple(USES)),
        Suggestion.worker_id != desk.worker.id,
    )


def _note(desk: Desk, row: Suggestion) -> None:
    audit.record(desk.session, desk.now, desk.staff.id, "suggestion.read", row.id)


def _sheets(desk: Desk, row: Suggestion) -> Iterable[Sheet]:
    teller = desk.session.get_one(Worker, row.worker_id)
    yield Sheet(
        Label("The suggestion"),
        (
            (Label("Number"), row.number),
            (Label("Union"), desk.union(row.union_code)),
            (Label("Sent in"), desk.moment(row.at)),
        ),
        text=row.read(desk.kit.keys, teller, "text"),
        picture=f"{PATH}/{short(row.id)}/picture" if row.photo_id else "",
    )
    answer = tuple(answer_rows(desk.turn, row))
    if answer:
        yield Sheet(Label("The answer"), answer)


def _own(desk: Desk, key: str) -> Suggestion | None:
    return SUGGESTIONS.own(desk, key)


def _settle(
    desk: Desk, row: Suggestion, use: Adoption, answer: str, yuan: int | None
) -> None:
    who = (desk.kit.keys, desk.kit.atlas, desk.staff)
    suggestions.settle(desk.session, *who, row, use, answer, yuan, desk.now)


def _adopt(desk: Desk, row: Suggestion, facts: Facts) -> Text:
    thanks = f"{OWN_WORDS}{facts['thanks']}" if facts["thanks"] else ""
    _settle(desk, row, Adoption.ADOPTED, thanks, facts["yuan"])
    return Label("Adopted. The worker is told.")


def _ask_why(desk: Desk, row: Suggestion) -> Iterable[Input]:
    return inputs_of(desk, Decline, short(row.id))


def _decline(desk: Desk, row: Suggestion, facts: Facts) -> Text:
    reason = answers_to(desk, Decline, short(row.id))["reason"]
    _settle(desk, row, Adoption.DECLINED, reason, None)
    return Label("Not adopted. The worker is told why.")


def _waits(desk: Desk) -> Iterable[Waiting]:
    mine = (*_mine(desk), Suggestion.standing == Adoption.WAITING)
    counted = select(func.count(), func.min(Suggestion.at)).where(*mine)
    count, since = desk.session.exec(counted).one()
    if count:
        yield Waiting(Label("Suggestions to answer"), count, since, PATH)


SUGGESTIONS: Record[Suggestion] = Record(
    name="suggestions",
    label=Label("Suggestions"),
    new=Label("Suggestions"),
    table=Suggestion,
    key="id",
    order=(Suggestion.at, Suggestion.id),
    roles=SERVING,
    keepers=SERVING,
    mine=_mine,
    columns=(Label("Number"), Label("About"), Label("Union"), Label("Sent in")),
    cells=lambda desk, row: (
        row.number,
        ASPECTS[row.aspect],
        desk.union(row.union_code),
        desk.moment(row.at),
    ),
    badge=lambda desk, row: USES[row.standing],
    empty=Label("No suggestions here."),
    fields=(),
    title=lambda desk, row: ASPECTS[row.aspect],
    note=_note,
    acts=(
        Act(
            "adopt",
            Label("Adopt"),
            Label("Adopt this suggestion?"),
            Label("The worker is told."),
            lambda desk, row: row.standing is Adoption.WAITING,
            _adopt,
            "main",
            fields=(
                number("yuan", Label("What it is worth, in yuan"), required=False),
                words("thanks", Label("A word of thanks"), 500, required=False),
            ),
        ),
        Act(
            "decline",
            Label("Do not adopt"),
            Label("Do not adopt this suggestion?"),
            "",
            lambda desk, row: row.standing is Adoption.WAITING,
            _decline,
            "danger",
            fields_of=_ask_why,
        ),
    ),
    filters=(
        Filter(
            "show",
            Label("State"),
            lambda desk: {use.value: badge.label for use, badge in USES.items()},
            lambda desk, value: Suggestion.standing == value,
            Adoption.WAITING.value,
        ),
        Filter(
            "aspect",
            Label("About"),
            lambda desk: ASPECTS,
            lambda desk, value: Suggestion.aspect == value,
        ),
    ),
    sheets=_sheets,
    deeds={
        "read": Label("read"),
        Adoption.ADOPTED: label(Adoption.ADOPTED),
        Adoption.DECLINED: label(Adoption.DECLINED),
    },
    waits=_waits,
    pages=(picture_page(Rule(SERVING, _own), lambda desk, row: row.photo_id),),
)
