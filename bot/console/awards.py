"""Awards: planned, opened for nominations, called off; the clock does the rest."""

from collections.abc import Iterable

from sqlmodel import col, func, select

from bot.console.codes import CODED
from bot.console.desk import Desk, Label, Text
from bot.console.fields import (
    groups,
    moment,
    number,
    one_of,
    some_of,
    split,
    text,
    unions,
)
from bot.console.records import Act, Facts, Filter, Record
from bot.console.views import Badge, Sheet
from handlers.question import label
from models import award as awards
from models import election
from models.award import RUNNING, Award, Phase
from models.columns import new_id
from models.nominee import Candidacy, Nominee
from models.staff import OFFICER, SERVING

PHASES: dict[Phase, Badge] = {
    Phase.DRAFT: Badge(Label("Draft"), "wait"),
    **{phase: Badge(label(phase), "good") for phase in RUNNING},
    Phase.OVER: Badge(label(Phase.OVER)),
    Phase.CANCELLED: Badge(Label("Called off"), "bad"),
}
SHOWN = {
    "running": (Phase.DRAFT, *RUNNING),
    "past": (Phase.OVER, Phase.CANCELLED),
}
FIELDS = (
    text("code", Label("Code"), longest=20, made_with=True),
    text("name", Label("Its name"), longest=40),
    one_of("union_code", Label("Union"), unions, made_with=True),
    some_of(
        "groups", Label("Only for (none: for all)"), groups, get=split(" ", "groups")
    ),
    number("seats", Label("How many win"), usual="10"),
    number("choices", Label("How many one may vote for"), usual="5"),
    number("vote_share", Label("Share of the votes, %"), usual="40"),
    number("jury_share", Label("Share of the jury, %"), usual="60"),
    moment("nominating_at", Label("Nominations from")),
    moment("voting_at", Label("Voting from")),
    moment("jury_at", Label("Jury from")),
    moment("notice_at", Label("Public notice from")),
    moment("over_at", Label("Result stands from")),
    text("name_en", Label("Name in English"), required=False, longest=80),
)
FAULTS: dict[str, tuple[str, Text]] = {
    **CODED,
    "times": ("voting_at", Label("Each must begin after the one before it.")),
    "shares": ("jury_share", Label("Both shares together are 100.")),
    "seats": ("seats", Label("1 or more.")),
    "choices": ("choices", Label("1 or more.")),
}


def _said(facts: Facts) -> Facts:
    return {**facts, "groups": " ".join(facts["groups"])}


def _make(desk: Desk, facts: Facts) -> Award:
    row = Award(id=new_id(), **_said(facts))
    return awards.create(desk.session, desk.kit.atlas, desk.staff, row, desk.now)


def _change(desk: Desk, row: Award, facts: Facts) -> None:
    atlas, said = desk.kit.atlas, _said(facts)
    awards.change(desk.session, atlas, desk.staff, row, said, desk.now)


def _sheets(desk: Desk, row: Award) -> Iterable[Sheet]:
    confirmed = select(func.count()).where(
        Nominee.award_id == row.id, Nominee.standing == Candidacy.CONFIRMED
    )
    yield Sheet(
        Label("In figures"),
        (
            (Label("Nominees"), str(desk.session.exec(confirmed).one())),
            (Label("Ballots"), str(row.ballots)),
        ),
    )


def _publish(desk: Desk, row: Award, facts: Facts) -> Text:
    kit = desk.kit
    awards.publish(desk.session, kit.keys, kit.atlas, desk.staff, row, desk.now)
    return Label("Published. Members can nominate from the day it says.")


def _cancel(desk: Desk, row: Award, facts: Facts) -> Text:
    election.cancel(desk.session, desk.kit.atlas, desk.staff, row, desk.now)
    return Label("Called off.")


AWARDS: Record[Award] = Record(
    name="awards",
    label=Label("Awards"),
    new=Label("New award"),
    table=Award,
    key="id",
    order=(Award.voting_at, Award.id),
    roles=SERVING,
    keepers=(OFFICER,),
    mine=lambda desk: [col(Award.union_code).in_(desk.unions)],
    columns=(Label("Its name"), Label("Union"), Label("Voting from")),
    cells=lambda desk, row: (
        desk.named(row),
        desk.union(row.union_code),
        desk.moment(row.voting_at),
    ),
    badge=lambda desk, row: PHASES[row.phase],
    empty=Label("No awards here."),
    fields=FIELDS,
    title=lambda desk, row: desk.named(row),
    make=_make,
    change=_change,
    may_change=lambda desk, row: row.phase is Phase.DRAFT,
    acts=(
        Act(
            "publish",
            Label("Publish"),
            Label("Publish this award?"),
            Label("After this the plan cannot be changed any more."),
            lambda desk, row: row.phase is Phase.DRAFT,
            _publish,
            "main",
        ),
        Act(
            "cancel",
            Label("Call the award off"),
            Label("Call this award off?"),
            Label("The votes are not counted. This cannot be undone."),
            lambda desk, row: row.phase in (Phase.DRAFT, *RUNNING),
            _cancel,
            "danger",
        ),
    ),
    filters=(
        Filter(
            "show",
            Label("State"),
            lambda desk: {"running": Label("Running"), "past": Label("Past")},
            lambda desk, value: col(Award.phase).in_(SHOWN[value]),
            "running",
        ),
    ),
    faults=FAULTS,
    sheets=_sheets,
    deeds={phase: label(phase) for phase in (*RUNNING, Phase.OVER)},
    newest_first=True,
)
