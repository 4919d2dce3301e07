"""A company's moves in a calendar program: by a link, until it is revoked."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
import icalendar
import pytest

from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.kernel.signing import Signer
from app.modules.bookings.service.feeds import PURPOSE
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import book_by_hand
from tests.factories.market import post
from tests.factories.signing import signed_in_again

pytestmark = pytest.mark.integration

FEEDS: Final = "/v1/calendar-feeds"


async def add_feed(client: httpx.AsyncClient, headers: dict[str, str], **body: Any) -> dict[str, Any]:
    return await post(client, headers, FEEDS, {"name": "Office", **body}, 201)


async def read(client: httpx.AsyncClient, feed: dict[str, Any]) -> dict[str, Any]:
    """The events by the booking's id, as a program without any session reads them."""
    parts = urlsplit(feed["url"])
    answer = await client.get(f"{parts.path}?{parts.query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = icalendar.Calendar.from_ical(answer.content)
    assert not [component for component in found.walk() if component.errors]
    return {str(event["uid"]).partition("@")[0]: event for event in found.walk("VEVENT")}


async def confirmed(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> dict[str, Any]:
    booking = await book_by_hand(client, headers, **changes)
    return await post(client, headers, f"/v1/bookings/{booking['id']}/confirm")


class TestReadFeed:
    async def test_a_move_stands_in_it_as_it_is_agreed_on(self, client: httpx.AsyncClient, mover_a: Member):
        booking = await confirmed(client, mover_a.headers)
        held = await book_by_hand(client, mover_a.headers)
        events = await read(client, await add_feed(client, mover_a.headers))
        assert held["id"] not in events
        event = events[booking["id"]]
        assert event["dtstart"].to_ical() == b"20270308T170000Z"
        assert event["dtend"].to_ical() == b"20270308T210000Z"
        assert (str(event["status"]), str(event["summary"])) == (
            "CONFIRMED",
            f"Move {booking['reference']}: Bob Moss",
        )
        assert "+14155550123" in event["description"]
        assert "2027-03-08 09:00 (America/Los_Angeles)" in event["description"]

    async def test_each_change_raises_the_sequence_and_a_cancelled_one_stays(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        feed = await add_feed(client, mover_a.headers)
        booking = await confirmed(client, mover_a.headers)
        path = f"/v1/bookings/{booking['id']}"
        seen = [(await read(client, feed))[booking["id"]]]
        moved = {"starts_at": "2027-03-09T09:00:00", "expected_total": booking["price"]["total"]}
        await post(client, mover_a.headers, f"{path}/reschedule", moved)
        seen.append((await read(client, feed))[booking["id"]])
        contact = {"contact": {"full_name": "Ann Other"}}
        etag = (await client.get(path, headers=mover_a.headers)).headers["etag"]
        await client.patch(path, headers=mover_a.headers | {"If-Match": etag}, json=contact)
        seen.append((await read(client, feed))[booking["id"]])
        await post(client, mover_a.headers, f"{path}/cancel", {"reason": "No more."})
        seen.append((await read(client, feed))[booking["id"]])
        numbers = [int(event["sequence"]) for event in seen]
        assert numbers == sorted(set(numbers))
        assert [str(event["status"]) for event in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"]
        assert seen[1]["dtstart"].to_ical() == b"20270309T170000Z"
        assert str(seen[2]["summary"]).endswith(": Ann Other")

    @pytest.mark.parametrize(
        ("day", "before", "after", "hours"),
        [
            ("2027-03-14", "2027-03-14T07:30:00Z", "2027-03-14T13:00:00Z", 5.5),
            ("2027-11-07", "2027-11-07T06:30:00Z", "2027-11-07T14:00:00Z", 7.5),
        ],
        ids=["spring", "autumn"],
    )
    async def test_a_night_when_clocks_change_is_as_long_as_it_really_is(
        self, client: httpx.AsyncClient, mover_a: Member, day: str, before: str, after: str, hours: float
    ):
        """From half past eleven at night to six in the morning, by the pickup's clock."""
        eve = date.fromisoformat(day) - timedelta(days=1)
        window = {"starts_at": f"{eve}T23:30:00", "ends_at": f"{day}T06:00:00"}
        booking = await confirmed(client, mover_a.headers, window=window)
        event = (await read(client, await add_feed(client, mover_a.headers)))[booking["id"]]
        instants = [datetime.fromisoformat(one) for one in (before, after)]
        assert [event["dtstart"].dt, event["dtend"].dt] == instants
        assert (instants[1] - instants[0]) / timedelta(hours=1) == hours
        assert f"{eve} 23:30 (America/Los_Angeles)" in event["description"]

    async def test_one_of_a_truck_holds_its_jobs_alone(self, client: httpx.AsyncClient, mover_a: Member):
        mine, other = [await confirmed(client, mover_a.headers) for _ in range(2)]
        feed = await add_feed(client, mover_a.headers, resource_id=mine["truck_ids"][0])
        assert set(await read(client, feed)) == {mine["id"]}
        driver = await add_feed(client, mover_a.headers, resource_id=other["driver_ids"][0])
        assert set(await read(client, driver)) == {other["id"]}

    async def test_another_company_is_not_in_it(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        await confirmed(client, mover_a.headers)
        assert await read(client, await add_feed(client, mover_b.headers)) == {}

    async def test_no_link_but_ours_opens_anything(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member, mover_b: Member
    ):
        feed = await add_feed(client, mover_a.headers)
        ours = {"o": str(mover_a.org_id), "f": feed["id"]}
        crossed = {"o": str(mover_b.org_id), "f": feed["id"]}
        unknown = {"o": str(mover_a.org_id), "f": str(new_id())}
        tokens = [
            "",
            "x",
            "é",
            Signer(b"k" * 32).sign(PURPOSE, ours),
            resources.signer.sign("cursor", ours),
            resources.signer.sign(PURPOSE, crossed),
            resources.signer.sign(PURPOSE, unknown),
        ]
        for token in tokens:
            answer = await client.get("/v1/calendar.ics", params={"token": token})
            assert (answer.status_code, answer.json()["code"]) == (404, "feed_not_found"), token
        signed_in = await client.get("/v1/calendar.ics", headers=mover_a.headers)
        assert signed_in.status_code == 404


class TestRevokeFeed:
    async def test_ends_that_link_and_no_other(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        booking = await confirmed(client, mover_a.headers)
        first, second = [await add_feed(client, mover_a.headers, name=name) for name in ("Ann", "Bob")]
        listed = (await client.get(FEEDS, headers=mover_a.headers)).json()["items"]
        assert listed == [first, second]
        gone = await client.delete(f"{FEEDS}/{first['id']}", headers=mover_a.headers)
        assert gone.status_code == 204
        parts = urlsplit(first["url"])
        assert (await client.get(f"{parts.path}?{parts.query}")).status_code == 404
        clock.advance(timedelta(days=30))
        assert set(await read(client, second)) == {booking["id"]}
        headers = await signed_in_again(client, mover_a)
        again = await client.delete(f"{FEEDS}/{first['id']}", headers=headers)
        assert (again.status_code, again.json()["code"]) == (404, "feed_not_found")


class TestAddFeed:
    async def test_of_a_strangers_truck_is_refused(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        booking = await confirmed(client, mover_a.headers)
        body = {"name": "x", "resource_id": booking["truck_ids"][0]}
        answer = await client.post(FEEDS, headers=mover_b.headers, json=body)
        assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_found")

    async def test_there_are_fifty_at_most(self, client: httpx.AsyncClient, mover_a: Member):
        for _ in range(50):
            await add_feed(client, mover_a.headers)
        answer = await client.post(FEEDS, headers=mover_a.headers, json={"name": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_feeds")
