"""Doubts: what a reviewer must look at before deciding; the worker is told none of it.

They are found anew whenever somebody looks: of two people with one ID, the first was
beyond doubt until the second came. Sending an application looks for none, so that no
answer takes longer where an ID or a mobile is known.
"""

from datetime import date
from typing import Any

from handlers.turn import Turn
from models.application import Application
from models.doubts import shared_with_others
from models.identity import birth_date, province_known
from models.worker import age


def doubts_about(turn: Turn, row: Application, facts: dict[str, Any]) -> set[str]:
    """Return what is doubtful about an application with these facts."""
    doubts = shared_with_others(turn.session, turn.keys, row, facts)
    number = facts.get("resident_id")
    born = birth_date(number) if number else date.fromisoformat(facts["born"])
    if age(born, turn.today) > turn.rules.check_age:
        doubts.add("old")
    if number and not province_known(number):
        doubts.add("province")
    return doubts
