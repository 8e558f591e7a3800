"""Calendars: an event as a file that any calendar takes (RFC 5545).

What it says is public; a code of no published event gets one neutral answer.
"""

from collections.abc import Callable
from datetime import UTC

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.database import read
from bot.kit import Kit
from bot.pages import language_of
from handlers.turn import named
from models.event import Event, EventState, event_with

HEADERS = {"Cache-Control": "no-store"}


class Calendars:
    """The route of an event's calendar file; `wait` says who asks too often."""

    def __init__(self, kit: Kit, wait: Callable[[Request], float]) -> None:
        self.kit, self.wait = kit, wait

    def routes(self) -> list[Route]:
        """Return the file's route."""
        return [Route("/event/{code}.ics", self.show)]

    async def show(self, request: Request) -> Response:
        """Send an event to a calendar."""
        if self.wait(request) > 0:
            return Response(status_code=429, headers=HEADERS)
        code = request.path_params["code"]
        language = language_of(request, self.kit.rules.language)

        def look(session: Session) -> bytes | None:
            event = event_with(session, code)
            return self.file(event, language) if event else None

        found = await read(self.kit.database, look)
        if found is None:
            return Response(status_code=404, headers=HEADERS)
        name = f'attachment; filename="{code}.ics"'
        headers = {**HEADERS, "Content-Disposition": name}
        return Response(found, headers=headers, media_type="text/calendar")

    def file(self, event: Event, language: str) -> bytes:
        """Return an event as a calendar file; its times are in UTC."""
        from icalendar import Calendar
        from icalendar import Event as Entry

        english = language == "en"
        is_off = event.state is EventState.CANCELLED
        entry = Entry()
        entry.add("uid", f"{event.code}@{self.kit.config.address.partition('://')[2]}")
        entry.add("dtstamp", event.changed_at.astimezone(UTC))
        entry.add("sequence", event.sequence)
        entry.add("status", "CANCELLED" if is_off else "CONFIRMED")
        entry.add("summary", named(event, language))
        entry.add("dtstart", event.starts_at.astimezone(UTC))
        entry.add("dtend", event.ends_at.astimezone(UTC))
        entry.add("location", (english and event.place_en) or event.place)
        if about := (english and event.about_en) or event.about:
            entry.add("description", about)
        if event.lat is not None:
            entry.add("geo", (event.lat, event.lon))
        calendar = Calendar()
        calendar.add("prodid", f"-//zhigong//{language.upper()}")
        calendar.add("version", "2.0")
        calendar.add("method", "CANCEL" if is_off else "PUBLISH")
        calendar.add_component(entry)
        return bytes(calendar.to_ical())
