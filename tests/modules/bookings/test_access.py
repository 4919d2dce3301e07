"""Who may do what with bookings: kind of caller, operation, status, and nothing changed where it is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest

from app.runtime.db.session import Database
from tests.conftest import Logins
from tests.factories.bookings import CONTACT, new_key
from tests.factories.callers import MEMBERS, OFFICE, Kind
from tests.factories.desk import Desk, desk_of

pytestmark = pytest.mark.integration

CREW = OFFICE | {Kind.DRIVER}
READERS = MEMBERS | {Kind.CUSTOMER}
TURNS = OFFICE | {Kind.CUSTOMER}


class Operation(NamedTuple):
    """`state`: of the booking that is asked for. `status`: for whom it is allowed."""

    method: str
    path: str
    allowed: frozenset[Kind]
    state: str = "confirmed"
    status: int = 200
    body: dict[str, Any] | None = None


OPERATIONS = [
    Operation("GET", "", READERS),
    Operation("GET", "/history", READERS),
    Operation("GET", "/cancellation", READERS - {Kind.DRIVER}),
    Operation("PATCH", "", TURNS, "held", 200, {"contact": {"full_name": "Somebody Else"}}),
    Operation("POST", "/confirm", TURNS, "held"),
    Operation("POST", "/assign", OFFICE),
    Operation("POST", "/cancel", TURNS),
    Operation("POST", "/start", CREW),
    Operation("POST", "/arrive", CREW, "en_route"),
    Operation("POST", "/load", CREW, "en_route"),
    Operation("POST", "/depart", CREW, "loading"),
    Operation("POST", "/unload", CREW, "loading"),
    Operation("POST", "/complete", CREW, "en_route"),
    # Weeks before the day: allowed to say so, and too early.
    Operation("POST", "/no-show", CREW | {Kind.CUSTOMER}, "confirmed", 409),
]


@pytest.fixture(scope="module")
async def desk(logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with desk_of(logins, app_database, tmp_path_factory.mktemp("desk")) as made:
        yield made


async def send(desk: Desk, headers: dict[str, str], operation: Operation, booking_id: str) -> httpx.Response:
    body = operation.body or desk.body_of(operation.path.removeprefix("/"))
    path = f"/v1/bookings/{booking_id}{operation.path}"
    sent = headers | {"If-Match": '"v1"'} | (new_key() if operation.method == "POST" else {})
    return await desk.client.request(operation.method, path, headers=sent, json=body)


def names(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
async def test_whoever_may_not_changes_nothing(desk: Desk, operation: Operation) -> None:
    booking_id = await desk.book(operation.state)
    before = await desk.seen(booking_id)
    callers = [
        (desk.headers[kind], 401 if kind is Kind.ANYONE else 403) for kind in Kind if kind not in operation.allowed
    ]
    callers.append((desk.rival.headers, 404))
    callers.append((desk.stranger.headers, 404 if Kind.CUSTOMER in operation.allowed else 403))
    for headers, status in callers:
        answer = await send(desk, headers, operation, booking_id)
        assert answer.status_code == status, answer.text
        assert await desk.seen(booking_id) == before


@pytest.mark.parametrize("operation", OPERATIONS, ids=names)
async def test_whoever_may_does(desk: Desk, operation: Operation) -> None:
    changes = operation.method != "GET" and operation.status == 200
    booking_id = await desk.book(operation.state)
    for kind in sorted(operation.allowed):
        before = await desk.seen(booking_id)
        answer = await send(desk, desk.headers[kind], operation, booking_id)
        assert answer.status_code == operation.status, (kind, answer.text)
        assert (await desk.seen(booking_id) != before) is changes
        if changes:
            booking_id = await desk.book(operation.state)


@pytest.mark.parametrize("kind", [*Kind, None], ids=str)
async def test_a_list_holds_what_is_ones_own(desk: Desk, kind: Kind | None) -> None:
    mine, other = await desk.book(), await desk.book_by_hand()
    headers = desk.rival.headers if kind is None else desk.headers[kind]
    answer = await desk.client.get("/v1/bookings?limit=100", headers=headers)
    if kind in {Kind.ANYONE, Kind.STAFF}:
        assert answer.status_code == (401 if kind is Kind.ANYONE else 403)
        return
    listed = {one["id"] for one in answer.json()["items"]}
    assert (mine in listed) is (kind is not None)
    assert (other in listed) is (kind in MEMBERS)


@pytest.mark.parametrize("kind", list(Kind))
async def test_who_books_by_hand(desk: Desk, kind: Kind) -> None:
    body = desk.by_hand()
    answer = await desk.client.post("/v1/bookings", headers=desk.headers[kind] | new_key(), json=body)
    assert answer.status_code == (201 if kind in OFFICE else 401 if kind is Kind.ANYONE else 403), answer.text
    free = await desk.client.post("/v1/bookings", headers=desk.company.headers | new_key(), json=body)
    assert free.status_code == (409 if kind in OFFICE else 201)


async def test_a_quote_is_booked_by_its_customer_alone(desk: Desk) -> None:
    body = {"quote_id": await desk.quote(), "contact": CONTACT}
    callers = [(desk.headers[kind], 401 if kind is Kind.ANYONE else 403) for kind in Kind if kind is not Kind.CUSTOMER]
    callers += [(desk.rival.headers, 403), (desk.stranger.headers, 404), (desk.customer.headers, 201)]
    for headers, status in callers:
        answer = await desk.client.post("/v1/bookings", headers=headers | new_key(), json=body)
        assert answer.status_code == status, answer.text
