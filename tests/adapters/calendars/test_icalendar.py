from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import icalendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.adapters.calendars.icalendar import IcalendarWriter
from app.kernel.geo import Point
from app.kernel.ports.calendars import CalendarEvent, EventStatus

pytestmark = pytest.mark.unit

AT = datetime(2027, 3, 8, 17, 0, 0, 123456, tzinfo=UTC)
# What `Text120` and the notes let through: everything but control characters.
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), min_size=1, max_size=200)


def event(summary: str = "Move", **changes: object) -> CalendarEvent:
    fields = {
        "id": str(UUID(int=7)),
        "sequence": 3,
        "status": EventStatus.CONFIRMED,
        "created_at": AT,
        "changed_at": AT,
        "starts_at": datetime(2027, 3, 14, 9, tzinfo=UTC),
        "ends_at": datetime(2027, 3, 14, 13, tzinfo=UTC),
        "summary": summary,
        "place": "1 Main St, Fresno",
        "location": Point(lat=36.7, lng=-119.8),
        "description": "Line one\nLine; two, with \\ all",
    }
    return CalendarEvent(**{**fields, **changes})  # type: ignore[arg-type]


class TestWrite:
    @settings(max_examples=60)
    @given(TEXTS, TEXTS)
    async def test_whatever_is_written_is_read_back(self, summary: str, description: str):
        text = await IcalendarWriter().write("N", [event(summary, description=description)])
        [read] = icalendar.Calendar.from_ical(text).walk("VEVENT")
        assert (str(read["summary"]), str(read["description"])) == (summary, description)

    @settings(max_examples=60)
    @given(TEXTS)
    async def test_lines_are_75_octets_long_at_most_and_no_character_is_cut(self, summary: str):
        text = await IcalendarWriter().write(summary, [event(summary)])
        assert text.endswith(b"END:VCALENDAR\r\n")
        for line in text.split(b"\r\n"):
            assert len(line) <= 75
            line.decode("utf-8")
            assert b"\n" not in line

    async def test_all_that_rfc_5545_demands_of_an_event_stands_in_it_once(self):
        text = (await IcalendarWriter().write("N", [event(), event(id=str(UUID(int=8)))])).decode()
        read = icalendar.Calendar.from_ical(text)
        assert (read["prodid"], read["version"], read["method"]) == ("-//MoveHub//Calendar//EN", "2.0", "PUBLISH")
        assert text.count("\r\nUID:") == text.count("\r\nDTSTAMP:20270308T170000Z") == 2
        assert text.count("\r\nDTSTART:20270314T090000Z") == text.count("\r\nSEQUENCE:3") == 2
        assert not [component for component in read.walk() if component.errors]

    async def test_the_same_events_are_the_same_bytes(self):
        first, second = [await IcalendarWriter().write("N", [event()]) for _ in range(2)]
        later = await IcalendarWriter().write("N", [event(changed_at=AT + timedelta(seconds=1))])
        assert first == second != later
