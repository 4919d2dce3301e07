"""Bookings over HTTP: lists, versions, keys, every step from every state, and the price in the end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.db.session import Database
from tests.conftest import Logins, Member
from tests.factories.bookings import CONTACT, SMALL_JOB, book_by_hand, new_key
from tests.factories.calendar import taken_by
from tests.factories.desk import WAYS, Desk, desk_of
from tests.factories.signing import signed_in_again
from tests.statements import sent_to

pytestmark = pytest.mark.integration

# What each command leads to, and from where it is legal; written down here once more, not read from the program.
COMMANDS: Final = {
    "confirm": ("confirmed", {"held"}),
    "assign": ("assigned", {"confirmed", "assigned"}),
    "start": ("en_route", {"confirmed", "assigned"}),
    "arrive": ("arrived", {"en_route"}),
    "load": ("loading", {"en_route", "arrived"}),
    "depart": ("in_transit", {"loading"}),
    "unload": ("unloading", {"loading", "in_transit"}),
    "complete": ("completed", {"en_route", "arrived", "loading", "in_transit", "unloading"}),
    "cancel": ("cancelled", {"held", "confirmed", "assigned", "en_route", "arrived"}),
}
LEADS_TO: Final = {command: state for command, (state, _) in COMMANDS.items()} | {"no-show": "no_show"}
MISSED_FROM: Final = {"confirmed", "assigned", "en_route", "arrived"}


def legal_from(state: str) -> set[str]:
    legal = {leads_to for leads_to, sources in COMMANDS.values() if state in sources}
    return legal | ({"no_show"} if state in MISSED_FROM else set())


@pytest.fixture(scope="module")
async def desk(logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk_of(logins, app_database, tmp_path_factory.mktemp("desk")) as made:
        yield made


async def get(desk: Desk, path: str) -> dict[str, Any]:
    answer = await desk.client.get(path, headers=desk.company.headers)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


class TestListBookings:
    async def test_pages_are_stable_while_bookings_come_in(self, desk: Desk) -> None:
        known = {await desk.book_by_hand() for _ in range(5)}
        listed: list[str] = []
        path: str | None = "/v1/bookings?limit=2"
        while path is not None:
            answer = await desk.client.get(path, headers=desk.company.headers)
            page = answer.json()
            listed += [one["id"] for one in page["items"]]
            known_before = await desk.book_by_hand()
            assert (page["next_cursor"] is None) is ("link" not in answer.headers)
            path = answer.headers["link"].partition(">")[0].lstrip("<") if page["next_cursor"] else None
        assert len(listed) == len(set(listed))
        assert known <= set(listed)
        assert known_before not in listed

    async def test_the_latest_start_comes_first(self, desk: Desk) -> None:
        for _ in range(2):
            await desk.book_by_hand()
        starts = [one["starts_at"] for one in (await get(desk, "/v1/bookings?limit=100"))["items"]]
        assert starts == sorted(starts, reverse=True)

    async def test_filters(self, desk: Desk) -> None:
        made = {state: await desk.book_by_hand(state) for state in ("held", "confirmed", "cancelled")}
        for state, booking_id in made.items():
            items = (await get(desk, f"/v1/bookings?status={state}&limit=100"))["items"]
            assert {one["status"] for one in items} == {state}
            assert booking_id in {one["id"] for one in items}
        starts_at = (await get(desk, f"/v1/bookings/{made['held']}"))["starts_at"]
        day = starts_at[:10]
        path = f"/v1/bookings?starts_after={day}T00:00:00Z&starts_before={day}T23:59:59Z"
        assert [one["id"] for one in (await get(desk, path))["items"]] == [made["held"]]

    async def test_asks_the_database_as_often_for_many_as_for_few(self, desk: Desk) -> None:
        counts = []
        for _ in range(2):
            await desk.book_by_hand()
            async with sent_to(desk.resources.database) as sent:
                items = (await get(desk, "/v1/bookings?limit=100"))["items"]
            counts.append(len(sent))
            assert items
        assert counts == [3, 3]


class TestChangeContact:
    async def test_needs_the_version_that_was_read(self, desk: Desk) -> None:
        booking_id = await desk.book_by_hand()
        path, headers = f"/v1/bookings/{booking_id}", desk.company.headers
        before = await desk.seen(booking_id)
        change = {"contact": {"full_name": "Carla Moss"}}
        for tag, status, code in (
            (None, 428, "if_match_required"),
            ("*", 428, "if_match_required"),
            ('"v9"', 412, "stale_version"),
            ("v1", 412, "stale_version"),
        ):
            sent = headers if tag is None else headers | {"If-Match": tag}
            refused = await desk.client.patch(path, headers=sent, json=change)
            assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert await desk.seen(booking_id) == before
        tag = (await desk.client.get(path, headers=headers)).headers["etag"]
        taken = await desk.client.patch(path, headers=headers | {"If-Match": tag}, json=change)
        assert taken.status_code == 200
        assert taken.json()["contact"] == CONTACT | {"full_name": "Carla Moss"}
        stale = await desk.client.patch(path, headers=headers | {"If-Match": tag}, json=change)
        assert stale.status_code == 412
        gone = {"contact": {"email": None}}
        again = await desk.client.patch(path, headers=headers | {"If-Match": taken.headers["etag"]}, json=gone)
        assert again.json()["contact"] == {"full_name": "Carla Moss", "phone": CONTACT["phone"], "email": None}

    async def test_of_an_expired_hold_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ) -> None:
        booking = await book_by_hand(client, mover_a.headers)
        clock.advance(timedelta(minutes=15))
        headers = await signed_in_again(client, mover_a)
        change = {"contact": {"full_name": "Too Late"}}
        path = f"/v1/bookings/{booking['id']}"
        refused = await client.patch(path, headers=headers | {"If-Match": '"v1"'}, json=change)
        assert (refused.status_code, refused.json()["code"]) == (409, "hold_expired")
        shown = (await client.get(path, headers=headers)).json()
        assert (shown["status"], shown["contact"], shown["version"]) == ("expired", CONTACT, 1)


class TestHoldBooking:
    async def test_a_key_makes_one_booking(self, desk: Desk) -> None:
        body, headers, key = desk.by_hand(), desk.company.headers, new_key()
        first, again = [await desk.client.post("/v1/bookings", headers=headers | key, json=body) for _ in range(2)]
        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.content, again.headers["etag"]) == (first.content, first.headers["etag"])
        assert again.headers["idempotency-replayed"] == "true"
        other = await desk.client.post("/v1/bookings", headers=headers | key, json=desk.by_hand())
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        without = await desk.client.post("/v1/bookings", headers=headers, json=desk.by_hand())
        assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_required")
        day = body["window"]["starts_at"][:10]
        path = f"/v1/bookings?starts_after={day}T00:00:00Z&starts_before={day}T23:59:59Z"
        assert [one["id"] for one in (await get(desk, path))["items"]] == [first.json()["id"]]

    async def test_a_refusal_is_not_kept(self, desk: Desk) -> None:
        body, headers, key = desk.by_hand(), desk.company.headers, new_key()
        await desk.client.post("/v1/bookings", headers=headers | new_key(), json=body)
        refused = await desk.client.post("/v1/bookings", headers=headers | key, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "slot_taken")
        free = await desk.client.post("/v1/bookings", headers=headers | key, json=desk.by_hand())
        assert free.status_code == 201


class TestSteps:
    @pytest.mark.parametrize("state", WAYS)
    async def test_illegal_ones_are_refused_with_the_legal_ones(self, desk: Desk, state: str) -> None:
        booking_id = await desk.book_by_hand(state)
        before = await desk.seen(booking_id)
        for command, leads_to in LEADS_TO.items():
            if leads_to in legal_from(state):
                continue
            refused = await desk.send(desk.company.headers, booking_id, command)
            assert refused.status_code == 409, (command, refused.text)
            told = refused.json()
            if command == "confirm":
                assert told["code"] == "booking_not_held"
            else:
                assert (told["code"], set(told["legal"])) == ("illegal_step", legal_from(state)), command
        assert await desk.seen(booking_id) == before

    @pytest.mark.parametrize(
        ("state", "command"),
        [(state, command) for command, (_, sources) in COMMANDS.items() for state in sorted(sources)],
    )
    async def test_legal_ones_are_taken_and_written_down(self, desk: Desk, state: str, command: str) -> None:
        booking_id = await desk.book_by_hand(state)
        before, history = await desk.seen(booking_id)
        answer = await desk.send(desk.company.headers, booking_id, command)
        assert answer.status_code == 200, answer.text
        after, later = await desk.seen(booking_id)
        assert answer.json() == after
        assert after["status"] == COMMANDS[command][0]
        assert (after["version"], answer.headers["etag"]) == (before["version"] + 1, f'"v{after["version"]}"')
        *earlier, last = later["items"]
        assert earlier == history["items"]
        assert (last["from_status"], last["to_status"], last["actor_kind"]) == (state, after["status"], "mover")

    async def test_the_history_names_who_did_what(self, desk: Desk) -> None:
        booking_id = await desk.book()
        sent = desk.customer.headers | new_key()
        await desk.client.post(f"/v1/bookings/{booking_id}/confirm", headers=sent)
        noted = {"note": "Ten minutes late"}
        await desk.client.post(f"/v1/bookings/{booking_id}/start", headers=desk.company.headers | new_key(), json=noted)
        _, history = await desk.seen(booking_id)
        told = [(one["from_status"], one["to_status"], one["actor_kind"], one["note"]) for one in history["items"]]
        assert told == [
            (None, "held", "customer", None),
            ("held", "confirmed", "customer", None),
            ("confirmed", "en_route", "mover", "Ten minutes late"),
        ]
        assert history["items"][0]["actor_id"] == str(desk.customer.id)


class TestCompleteBooking:
    @pytest.mark.parametrize(
        ("hours", "miles", "extras", "total"),
        [
            # At 150 an hour, in started quarters, and 2.50 a mile; 300 at the least, which extras come on top of.
            ("3", "10", [], "475.00"),
            ("3.01", "10", [], "512.50"),
            ("3.25", "10.1", [], "512.75"),
            ("3.33", "10.1", ["40.10"], "590.35"),
            ("1", "0", [], "300.00"),
            ("1", "0", ["40.10", "0.01"], "340.11"),
            ("0", "0", [], "300.00"),
        ],
    )
    async def test_the_work_as_done_is_priced_to_the_cent(
        self, desk: Desk, hours: str, miles: str, extras: list[str], total: str
    ) -> None:
        booking_id = await desk.book_by_hand("en_route", estimate=SMALL_JOB)
        named = [
            {"code": f"extra_{n}", "description": "Extra", "amount": {"amount": one}} for n, one in enumerate(extras)
        ]
        body = {"actual_hours": hours, "actual_distance_miles": miles, "extras": named}
        path = f"/v1/bookings/{booking_id}/complete"
        answer = await desk.client.post(path, headers=desk.company.headers | new_key(), json=body)
        assert answer.status_code == 200, answer.text
        final = answer.json()["final_price"]
        assert final["total"] == {"amount": total, "currency": "USD"}
        lines = [line["amount"]["amount"] for line in final["lines"]]
        assert sum(round(float(one) * 100) for one in lines) == round(float(total) * 100)
        assert [line["code"] for line in final["lines"]][-len(extras) or len(lines) :] == [one["code"] for one in named]

    async def test_what_was_agreed_by_hand_stays(self, desk: Desk) -> None:
        booking_id = await desk.book_by_hand("en_route")
        answer = await desk.send(desk.company.headers, booking_id, "complete")
        assert answer.json()["final_price"]["total"]["amount"] == "500.00"

    async def test_an_extra_in_another_currency_is_refused(self, desk: Desk) -> None:
        booking_id = await desk.book_by_hand("en_route")
        before = await desk.seen(booking_id)
        extra = {"code": "toll", "description": "Toll", "amount": {"amount": "5", "currency": "CAD"}}
        body = {"actual_hours": 3, "actual_distance_miles": 9, "extras": [extra]}
        path = f"/v1/bookings/{booking_id}/complete"
        refused = await desk.client.post(path, headers=desk.company.headers | new_key(), json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "currency_mismatch")
        assert refused.json()["errors"][0]["pointer"] == "/extras/0/amount/currency"
        assert await desk.seen(booking_id) == before

    async def test_a_line_that_the_price_makes_itself_is_no_extra(self, desk: Desk) -> None:
        booking_id = await desk.book_by_hand("en_route")
        extra = {"code": "labour", "description": "More labour", "amount": {"amount": "5"}}
        body = {"actual_hours": 3, "actual_distance_miles": 9, "extras": [extra]}
        path = f"/v1/bookings/{booking_id}/complete"
        refused = await desk.client.post(path, headers=desk.company.headers | new_key(), json=body)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/extras/0/code"


class TestReportNoShow:
    async def test_frees_truck_and_crew_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock, logins: Logins
    ) -> None:
        soon = clock.now() + timedelta(minutes=5)
        window = {"starts_at": soon.isoformat(), "ends_at": (soon + timedelta(hours=4)).isoformat()}
        booking = await book_by_hand(client, mover_a.headers, window=window)
        path = f"/v1/bookings/{booking['id']}"
        await client.post(f"{path}/confirm", headers=mover_a.headers | new_key())
        assert await taken_by(logins, booking["id"]) == {*booking["truck_ids"], *booking["driver_ids"]}
        clock.advance(timedelta(minutes=6))
        missed = await client.post(f"{path}/no-show", headers=mover_a.headers | new_key())
        assert (missed.status_code, missed.json()["status"]) == (200, "no_show")
        assert await taken_by(logins, booking["id"]) == set()
        for command in ("start", "assign", "cancel", "no-show"):
            body = {"reason": "no"} if command == "cancel" else None
            if command == "assign":
                body = {"truck_ids": booking["truck_ids"], "driver_ids": booking["driver_ids"]}
            refused = await client.post(f"{path}/{command}", headers=mover_a.headers | new_key(), json=body)
            assert (refused.status_code, refused.json()["legal"]) == (409, [])
