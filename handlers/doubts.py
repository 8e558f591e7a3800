"""Doubts: what a reviewer must look at before deciding; the worker is told none of it.

They are noted when an application is sent and found anew whenever somebody looks: of
two people with one ID, the first was beyond doubt until the second came.
"""

from datetime import date
from typing import Any

from handlers.turn import Turn
from models import application as applications
from models.application import Application
from models.identity import birth_date, province_known
from models.worker import age


def doubts_about(turn: Turn, row: Application, facts: dict[str, Any]) -> set[str]:
    """Return what is doubtful about an application with these facts."""
    doubts = applications.doubts_about(turn.session, turn.keys, row, facts)
    number = facts.get("resident_id")
    born = birth_date(number) if number else date.fromisoformat(facts["born"])
    if age(born, turn.today) > turn.rules.check_age:
        doubts.add("old")
    if number and not province_known(number):
        doubts.add("province")
    return doubts
