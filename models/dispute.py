"""Labour disputes: their stages 协商 → 调解 → 仲裁 → 诉讼, and how long each may take.

The figures are those of the Law on Mediation and Arbitration of Labour Disputes (2007,
"the law") and of the rules of procedure for arbitration (2017, "the rules").  They help
a worker to be in time; they are no legal advice.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from models.workdays import add_workdays, workday_until

REPRESENTED = 10
"""So many workers with one claim may choose who speaks for them (art. 7 of the law)."""

MEDIATION_DAYS = 15
"""Without an agreement so long after receipt one may arbitrate (art. 14)."""

ACCEPTANCE_DAYS = 5
"""Working days in which a claim is accepted or not (art. 29; art. 80 of the rules)."""

AWARD_DAYS, EXTENSION_DAYS = 45, 15
"""From acceptance to the award, and how much longer in a hard case (art. 43)."""

SUIT_DAYS = 15
"""From receipt of the award to the last day to sue (art. 48 and 50)."""

NOTICES = (30, 7, 1)
"""How many days before the last safe day it is recalled."""


class Matter(StrEnum):
    """What a dispute is about."""

    WAGES = "wages"
    DISMISSAL = "dismissal"
    INJURY = "injury"
    INSURANCE = "insurance"
    HOURS = "hours"
    OTHER = "other"


class Relation(StrEnum):
    """Whether there is a labour relation; without one the law does not apply."""

    EMPLOYED = "employed"
    NONE = "none"
    UNSURE = "unsure"


class Stage(StrEnum):
    """How far a dispute has gone."""

    NEGOTIATION = "negotiation"
    MEDIATION = "mediation"
    ARBITRATION = "arbitration"
    AWARDED = "awarded"
    LITIGATION = "litigation"


@dataclass(frozen=True)
class Dispute:
    """What of a dispute its clocks depend on.

    `since` is when the worker knew of the wrong; of unpaid wages, when the job ended,
    for while it lasts there is no limit (art. 27).  `on` is when the stage began: a
    request received, an award received.
    """

    relation: Relation
    stage: Stage
    on: date
    since: date | None


class Clock(StrEnum):
    """What a day of a dispute is good for."""

    CLAIM = "claim"
    MEDIATED = "mediated"
    ACCEPTED = "accepted"
    AWARD = "award"
    LATE_AWARD = "late_award"
    SUE = "sue"


def year_after(day: date) -> date:
    """Give the same day a year later, or its month's last (Civil Code art. 202)."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return day.replace(year=day.year + 1, day=28)


def last_day(dispute: Dispute) -> date | None:
    """Give the last day of the step that must not be missed, where there is one.

    A mediation interrupts the year (art. 27), but whether it did is argued about: the
    safe count goes on.
    """
    if dispute.relation is Relation.NONE:
        return None
    if dispute.stage is Stage.AWARDED:
        return dispute.on + timedelta(days=SUIT_DAYS)
    if dispute.stage in (Stage.NEGOTIATION, Stage.MEDIATION) and dispute.since:
        return year_after(dispute.since)
    return None


def safe_day(dispute: Dispute) -> date | None:
    """Give the last day on which a counter is open in time.

    The law gives the working day after a holiday (Civil Code art. 203); who comes on
    the one before need not know that.
    """
    day = last_day(dispute)
    return workday_until(day) if day else None


def clocks(dispute: Dispute) -> dict[Clock, date]:
    """Give the days that matter at a stage, in their order."""
    on, found = dispute.on, {}
    if dispute.stage is Stage.MEDIATION:
        found[Clock.MEDIATED] = on + timedelta(days=MEDIATION_DAYS)
    if dispute.stage is Stage.ARBITRATION:
        accepted = add_workdays(on, ACCEPTANCE_DAYS)
        award = accepted + timedelta(days=AWARD_DAYS)
        found[Clock.ACCEPTED] = accepted
        found[Clock.AWARD] = award
        found[Clock.LATE_AWARD] = award + timedelta(days=EXTENSION_DAYS)
    if (last := safe_day(dispute)) is not None:
        claims = dispute.stage is not Stage.AWARDED
        found[Clock.CLAIM if claims else Clock.SUE] = last
    return dict(sorted(found.items(), key=lambda clock: clock[1]))
