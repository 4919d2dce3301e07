"""Calendars of RFC 5545, written by the library of that name, inside the process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from app.kernel.ports.calendars import CalendarEvent

PRODUCT: Final = "-//MoveHub//Calendar//EN"
DOMAIN: Final = "movehub"
REFRESH: Final = timedelta(minutes=15)


class IcalendarWriter:
    async def write(self, name: str, events: Sequence[CalendarEvent]) -> bytes:
        return await asyncio.to_thread(_write, name, events)


def _write(name: str, events: Sequence[CalendarEvent]) -> bytes:
    import icalendar  # an eighth of a second, paid by the first feed

    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # what most programs read instead of NAME (RFC 7986)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for one in events:
        event = icalendar.Event()
        event.add("uid", f"{one.id}@{DOMAIN}")
        event.add("sequence", one.sequence)
        event.add("status", one.status.value)
        # Of a published calendar the stamp is the last change (RFC 5545, 3.8.7.2).
        event.add("dtstamp", one.changed_at.replace(microsecond=0))
        event.add("last-modified", one.changed_at.replace(microsecond=0))
        event.add("created", one.created_at.replace(microsecond=0))
        event.add("dtstart", one.starts_at)
        event.add("dtend", one.ends_at)
        event.add("summary", one.summary)
        event.add("location", one.place)
        event.add("geo", (one.location.lat, one.location.lng))
        event.add("description", one.description)
        calendar.add_component(event)
    return bytes(calendar.to_ical())
