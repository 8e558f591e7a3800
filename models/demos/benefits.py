"""The demo's benefits: times for health checks, and a clerk at a pharmacy's counter."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from models.clerk import Clerk, appoint_clerk
from models.partner import open_partner
from models.rules import Rules
from models.slot import add_slot, free_slots, taken_times
from models.staff import Staff, invite
from models.workdays import add_workdays

PHARMACY = "drug-baiyun"
CHECK, CENTRE = "health-check", "health-first"
DAYS = (2, 3, 4)
HOURS = ((time(8, 30), 4), (time(14), 1))
"""When there are health checks, and for how many people."""


def seed(session: Session, now: datetime) -> str:
    """Open slots where none is left; return a new invitation of the clerk."""
    if not free_slots(session, CHECK, now, 1):
        _open_slots(session, now)
    return invite(session, _clerk(session, now), now)


def _open_slots(session: Session, now: datetime) -> None:
    zone = ZoneInfo(Rules().zone)
    today = now.astimezone(zone).date()
    rooms = {
        datetime.combine(day, hour, zone): room
        for day in (add_workdays(today, days) for days in DAYS)
        for hour, room in HOURS
    }
    for at in rooms.keys() - taken_times(session, CHECK, CENTRE, rooms):
        add_slot(session, CHECK, CENTRE, at, rooms[at])


def _clerk(session: Session, now: datetime) -> Staff:
    same = select(Staff).join(Clerk).where(Clerk.partner_code == PHARMACY, Staff.active)
    found = session.exec(same).first()
    return found or appoint_clerk(session, open_partner(session, PHARMACY), now)
