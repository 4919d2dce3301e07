"""When in its window a crew comes is the office's to plan: what is kept for the job is then the work alone."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.market import post
from tests.factories.signing import signed_in_again
from tests.factories.worker import letters_about, work
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

# Two hours to arrive in, and two of work.
WINDOW: Final = {"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T13:00:00"}
LATE: Final = "2027-03-08T19:00:00Z"


def path(booking: dict[str, Any], step: str = "plan-arrival") -> str:
    return f"/v1/bookings/{booking['id']}/{step}"


@pytest.fixture
async def booking(client: httpx.AsyncClient, mover_a: Member) -> dict[str, Any]:
    held = await book_by_hand(client, mover_a.headers, window=WINDOW, arrival_window_minutes=120)
    return await post(client, mover_a.headers, path(held, "confirm"))


async def plan(
    client: httpx.AsyncClient, member: Member, booking: dict[str, Any], arrives_at: str | None, **headers: str
) -> tuple[int, dict[str, Any]]:
    sent = member.headers | new_key() | headers
    answer = await client.post(path(booking), headers=sent, json={"arrives_at": arrives_at})
    return answer.status_code, answer.json()


async def at(clock: ManualClock, client: httpx.AsyncClient, member: Member, instant: str) -> Member:
    """The member, signed in again at that instant."""
    clock.move_to(datetime.fromisoformat(instant))
    return replace(member, headers=await signed_in_again(client, member))


async def kept(client: httpx.AsyncClient, member: Member, booking: dict[str, Any]) -> list[tuple[str, str]]:
    params = {"day": "2027-03-08", "resource_id": booking["truck_ids"][0]}
    board = await client.get("/v1/calendar", headers=member.headers, params=params)
    [lane] = board.json()["lanes"]
    assert len({one["planned_arrival_at"] for one in board.json()["bookings"]}) <= len(lane["taken"])
    return [(one["starts_at"], one["ends_at"]) for one in lane["taken"]]


def crew_of(booking: dict[str, Any]) -> dict[str, Any]:
    return {name: booking[name] for name in ("truck_ids", "driver_ids")}


async def test_the_work_alone_is_kept_and_the_rest_of_the_window_is_somebody_elses(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any]
) -> None:
    status, planned = await plan(client, mover_a, booking, "2027-03-08T09:15:00")
    assert (status, planned["planned_arrival_at"]) == (200, "2027-03-08T17:15:00Z")
    promised = ("arrival_window", "starts_at", "ends_at", "price", "status")
    assert {name: planned[name] for name in promised} == {name: booking[name] for name in promised}
    assert await kept(client, mover_a, booking) == [("2027-03-08T17:15:00Z", "2027-03-08T19:15:00Z")]
    window = {"starts_at": "2027-03-08T12:00:00", "ends_at": "2027-03-08T13:00:00"}
    await book_by_hand(client, mover_a.headers, window=window, **crew_of(booking))
    status, refused = await plan(client, mover_a, booking, "2027-03-08T11:00:00")
    assert (status, refused["code"]) == (409, "slot_taken")
    assert (await kept(client, mover_a, booking))[0] == ("2027-03-08T17:15:00Z", "2027-03-08T19:15:00Z")


async def test_it_stays_planned_with_another_crew_and_not_at_another_time(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any]
) -> None:
    await plan(client, mover_a, booking, LATE)
    other = crew_of(await book_by_hand(client, mover_a.headers, window=WINDOW | {"starts_at": "2027-03-08T08:00:00"}))
    refused = await client.post(path(booking, "assign"), headers=mover_a.headers | new_key(), json=other)
    assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
    await post(client, mover_a.headers, path(booking, "assign"), crew_of(booking))
    assert await kept(client, mover_a, booking) == [(LATE, "2027-03-08T21:00:00Z")]
    job = f"/v1/drivers/{booking['driver_ids'][0]}/jobs"
    [mine] = (await client.get(job, headers=mover_a.headers, params={"day": "2027-03-08"})).json()["items"]
    assert mine["on_duty"] == {"starts_at": LATE, "ends_at": "2027-03-08T21:00:00Z"}
    body = {"starts_at": "2027-03-08T08:00:00", "expected_total": booking["price"]["total"]}
    moved = await post(client, mover_a.headers, path(booking, "reschedule"), body)
    assert moved["planned_arrival_at"] is None
    assert await kept(client, mover_a, booking) == [("2027-03-08T16:00:00Z", "2027-03-08T20:00:00Z")]


async def test_the_customer_and_their_calendar_are_told(
    client: httpx.AsyncClient,
    mover_a: Member,
    booking: dict[str, Any],
    settings: Settings,
    worker_resources: Resources,
) -> None:
    await plan(client, mover_a, booking, LATE)
    await work(worker_resources)
    letters = letters_about(settings, booking["reference"])
    told = [one["text"] for one in letters if one["subject"].startswith("Arrival planned")]
    assert told
    assert all("arrival between 09:00 and 11:00" in text and "; planned for 11:00" in text for text in told)
    feed = await post(client, mover_a.headers, "/v1/calendar-feeds", {"name": "Phone"}, 201)
    events = (await client.get(feed["url"])).text.replace("\r\n ", "")
    assert "DTSTART:20270308T190000Z" in events.replace(";VALUE=DATE-TIME", "")


@pytest.mark.parametrize(
    ("arrives_at", "status", "code"),
    [
        ("2027-03-08T08:59:00", 422, "outside_arrival_window"),
        ("2027-03-08T11:00:01", 422, "outside_arrival_window"),
        ("soon", 422, None),
    ],
)
async def test_a_time_outside_the_window_is_refused(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any], arrives_at: Any, status: int, code: str | None
) -> None:
    answer = await client.post(path(booking), headers=mover_a.headers | new_key(), json={"arrives_at": arrives_at})
    assert answer.status_code == status
    [(pointer, told)] = faults(answer)
    assert pointer == "/arrives_at"
    assert code in (None, told)
    assert await kept(client, mover_a, booking) == [(booking["starts_at"], booking["ends_at"])]


async def test_without_a_window_or_by_others_there_is_nothing_to_plan(
    client: httpx.AsyncClient, mover_a: Member, mover_b: Member, booking: dict[str, Any]
) -> None:
    exact = await book_by_hand(client, mover_a.headers, window=WINDOW)
    status, refused = await plan(client, mover_a, exact, exact["starts_at"])
    assert (status, refused["code"]) == (409, "illegal_step")
    await post(client, mover_a.headers, path(exact, "confirm"))
    status, refused = await plan(client, mover_a, exact, exact["starts_at"])
    assert (status, refused["code"]) == (409, "no_arrival_window")
    status, refused = await plan(client, mover_b, booking, LATE)
    assert (status, refused["code"]) == (404, "booking_not_found")


async def test_a_refusal_names_the_window_by_the_clock_of_the_pickup_and_the_catalogue_has_its_code(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any]
) -> None:
    status, refused = await plan(client, mover_a, booking, "2027-03-08T12:00:00")
    assert (status, refused["code"]) == (422, "outside_arrival_window")
    assert (refused["from_at"], refused["until"]) == (booking["starts_at"], LATE)
    words = "from 2027-03-08 09:00 PST (America/Los_Angeles) to 2027-03-08 11:00 PST (America/Los_Angeles)"
    sentence = f"must lie in the arrival window that was promised, {words}"
    assert (refused["errors"][0]["message"], refused["detail"]) == (sentence, f"The arrival {sentence}.")
    known = {one["code"]: one["status"] for one in (await client.get("/v1/errors")).json()["items"]}
    assert known["outside_arrival_window"] == known["window_past"] == 422


class TestTakenBack:
    """`arrives_at: null`: the whole window is promised and kept again."""

    async def test_all_of_the_window_is_kept_again_and_the_customer_is_told(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        booking: dict[str, Any],
        settings: Settings,
        worker_resources: Resources,
    ) -> None:
        await plan(client, mover_a, booking, LATE)
        status, open_again = await plan(client, mover_a, booking, None)
        assert (status, open_again["planned_arrival_at"]) == (200, None)
        assert await kept(client, mover_a, booking) == [(booking["starts_at"], booking["ends_at"])]
        assert await plan(client, mover_a, booking, None) == (200, open_again)
        await work(worker_resources)
        letters = letters_about(settings, booking["reference"])
        told = [one for one in letters if one["subject"].startswith("Arrival open again")]
        assert any(one["to"] == booking["contact"]["email"] for one in told)
        assert all("; planned for" not in one["text"] for one in told)

    async def test_it_stays_planned_where_the_rest_is_somebody_elses_by_now(
        self, client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any]
    ) -> None:
        await plan(client, mover_a, booking, LATE)
        window = {"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T10:00:00"}
        await book_by_hand(client, mover_a.headers, window=window, **crew_of(booking))
        status, refused = await plan(client, mover_a, booking, None)
        assert (status, refused["code"]) == (409, "slot_taken")
        shown = await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)
        assert shown.json()["planned_arrival_at"] == LATE

    async def test_not_once_the_window_is_over(
        self, client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any], clock: ManualClock
    ) -> None:
        await plan(client, mover_a, booking, LATE)
        again = await at(clock, client, mover_a, "2027-03-08T19:00:01Z")
        status, refused = await plan(client, again, booking, None)
        assert (status, refused["errors"][0]["code"]) == (422, "window_past")
        assert refused["detail"] == "The arrival window is over: the crew could not come in it any more."


@pytest.mark.parametrize("arrives_at", ["2027-03-08T17:31:00Z", None])
async def test_who_was_told_another_hour_just_now_is_not_absent_before_an_hour_has_gone_by(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any], clock: ManualClock, arrives_at: str | None
) -> None:
    await plan(client, mover_a, booking, LATE)
    again = await at(clock, client, mover_a, "2027-03-08T17:30:00Z")
    assert (await plan(client, again, booking, arrives_at))[0] == 200
    clock.move_to(datetime.fromisoformat("2027-03-08T17:31:00Z"))
    early = await client.post(path(booking, "no-show"), headers=again.headers | new_key())
    due = "2027-03-08T18:30:00Z"
    assert (early.status_code, early.json()["code"], early.json()["from_at"]) == (409, "not_due_yet", due)
    again = await at(clock, client, mover_a, due)
    assert (await post(client, again.headers, path(booking, "no-show")))["settlement"]["by"] == "customer"


async def test_the_rest_of_the_window_goes_to_one_of_two_who_want_it(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any]
) -> None:
    """The office plans later while somebody books behind the earlier plan."""
    await plan(client, mover_a, booking, "2027-03-08T09:00:00")
    other = {
        "window": {"starts_at": "2027-03-08T12:00:00", "ends_at": "2027-03-08T13:00:00"},
        "origin": {"line1": "1 Main", "city": "San Francisco", "state": "CA", "postal_code": "94103"},
        "destination": {"line1": "2 Main", "city": "San Francisco", "state": "CA", "postal_code": "94103"},
        "contact": booking["contact"],
        "price": {"amount": "500"},
        **crew_of(booking),
    }
    (status, _), booked = await asyncio.gather(
        plan(client, mover_a, booking, LATE),
        client.post("/v1/bookings", headers=mover_a.headers | new_key(), json=other),
    )
    assert sorted((status, booked.status_code)) in ([200, 409], [201, 409])


async def test_who_was_told_a_later_hour_is_not_absent_before_it(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any], clock: ManualClock
) -> None:
    await plan(client, mover_a, booking, LATE)
    again = await at(clock, client, mover_a, booking["starts_at"])
    early = await client.post(path(booking, "no-show"), headers=again.headers | new_key())
    assert (early.status_code, early.json()["code"], early.json()["from_at"]) == (409, "not_due_yet", LATE)
    again = await at(clock, client, mover_a, LATE)
    assert (await post(client, again.headers, path(booking, "no-show")))["settlement"]["by"] == "customer"


async def test_no_arrival_is_planned_for_an_hour_that_is_past(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any], clock: ManualClock
) -> None:
    again = await at(clock, client, mover_a, "2027-03-08T18:00:00Z")
    status, refused = await plan(client, again, booking, "2027-03-08T09:59:00")
    assert (status, [(one["pointer"], one["code"]) for one in refused["errors"]]) == (
        422,
        [("/arrives_at", "window_past")],
    )
    assert refused["detail"] == "The arrival must not lie in the past."
    assert await kept(client, again, booking) == [(booking["starts_at"], booking["ends_at"])]
    assert (await plan(client, again, booking, "2027-03-08T10:00:00"))[0] == 200


async def test_the_same_hour_again_changes_nothing_also_when_it_is_past(
    client: httpx.AsyncClient,
    mover_a: Member,
    booking: dict[str, Any],
    clock: ManualClock,
    settings: Settings,
    worker_resources: Resources,
) -> None:
    _, planned = await plan(client, mover_a, booking, "2027-03-08T09:15:00")
    again = await at(clock, client, mover_a, "2027-03-08T18:00:00Z")
    assert await plan(client, again, booking, "2027-03-08T17:15:00Z") == (200, planned)
    history = (await client.get(path(booking, "history"), headers=again.headers)).json()["items"]
    assert [one["note"] for one in history if one["note"]] == [
        "Arrival planned for 2027-03-08 09:15 PST (America/Los_Angeles)."
    ]
    await work(worker_resources)
    letters = letters_about(settings, booking["reference"])
    told = [one["to"] for one in letters if one["subject"].startswith("Arrival planned")]
    assert told
    assert len(told) == len(set(told))


async def test_two_who_plan_do_not_plan_over_each_other_unseen(
    client: httpx.AsyncClient, mover_a: Member, booking: dict[str, Any]
) -> None:
    shown = {"If-Match": f'"v{booking["version"]}"'}
    assert (await plan(client, mover_a, booking, LATE, **shown))[0] == 200
    for arrives_at in (LATE, "2027-03-08T10:00:00"):
        status, refused = await plan(client, mover_a, booking, arrives_at, **shown)
        assert (status, refused["code"]) == (412, "stale_version")
