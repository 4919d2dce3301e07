"""Staff find whoever is on the phone, also where no company has heard of them yet."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.calendar import administrator
from tests.factories.customers import SignedInCustomer
from tests.factories.market import invite_customers

pytestmark = pytest.mark.integration

CUSTOMERS = "/v1/ops/customers"


async def found(client: httpx.AsyncClient, who: StaffMember, said: str) -> list[str]:
    answer = await client.get(CUSTOMERS, headers=who.headers, params={"q": said})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def somebody(client: httpx.AsyncClient, resources: Resources, name: str) -> SignedInCustomer:
    [customer] = await invite_customers(resources, 1)
    told = await client.patch("/v1/customers/me", headers=customer.headers, json={"full_name": name})
    assert told.status_code == 200, told.text
    return customer


async def test_by_their_number_and_by_their_name_as_it_sounds(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    mark = uuid4().hex[:8]
    customer = await somebody(client, resources, f"Zoë Ångström-Müller {mark}")
    me = (await client.get("/v1/customers/me", headers=customer.headers)).json()
    number = me["phone"].removeprefix("+1")
    said = (
        me["phone"],
        number,
        f"({number[:3]}) {number[3:6]}-{number[6:]}",
        f"muller {mark}",
        f"Zoe Angstrom-Muler {mark}",
    )
    for text in said:
        assert await found(client, staff, text) == [str(customer.id)], text
    [shown] = (await client.get(CUSTOMERS, headers=staff.headers, params={"q": mark})).json()["items"]
    assert shown == {name: me.get(name) for name in ("id", "full_name", "phone", "email", "created_at")} | {
        "id": str(customer.id), "created_at": shown["created_at"],
    }  # fmt: skip
    for text in (f"%{mark}_", "MH-7K2Q9FA", "nobody@example.net", "+1 206 555 0148", mark[::-1] + mark):
        assert await found(client, staff, text) == []


async def test_what_is_too_short_for_a_name_is_told(client: httpx.AsyncClient, staff: StaffMember) -> None:
    for path in (CUSTOMERS, "/v1/ops/bookings"):
        for text in ("Li", "é '%", "_-_-_"):
            refused = await client.get(path, headers=staff.headers, params={"q": text})
            assert (refused.status_code, refused.json()["code"]) == (422, "said_too_little"), text
            assert refused.json()["errors"][0]["pointer"] == "query:q"
    for query in ({}, {"q": ""}, {"q": "x" * 121}, {"q": "Ada", "name": "Ada"}):
        assert (await client.get(CUSTOMERS, headers=staff.headers, params=query)).status_code == 422


async def test_whoever_was_found_stands_in_the_platforms_trail_and_companies_find_nobody(
    client: httpx.AsyncClient, staff: StaffMember, admin: StaffMember, resources: Resources, mover_a: Member
) -> None:
    customer = await somebody(client, resources, f"Ada {uuid4().hex}")
    name = (await client.get("/v1/customers/me", headers=customer.headers)).json()["full_name"]
    assert await found(client, staff, name) == [str(customer.id)]
    query = {"action": "ops.customer_read", "resource_id": str(customer.id)}
    [entry] = (await client.get("/v1/ops/audit", headers=admin.headers, params=query)).json()["items"]
    assert entry["actor"]["kind"] == "staff"
    for headers in (mover_a.headers, customer.headers):
        refused = await client.get(CUSTOMERS, headers=headers, params={"q": name})
        assert (refused.status_code, refused.json()["code"]) == (403, "wrong_kind_of_caller")


async def test_one_who_was_erased_is_nobody_and_one_whose_number_does_not_open_is_shown_without(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources, logins: Logins
) -> None:
    name = f"Grace {uuid4().hex}"
    erased, lost = [await somebody(client, resources, name) for _ in range(2)]
    async with administrator(logins) as admin:
        await admin.execute("UPDATE app.customers SET sealed_phone = '\\x00' WHERE id = $1", lost.id)
    gone = await client.request("DELETE", "/v1/customers/me", headers=erased.headers)
    assert gone.status_code in {200, 202}, gone.text
    [shown] = (await client.get(CUSTOMERS, headers=staff.headers, params={"q": name})).json()["items"]
    assert (shown["id"], shown["phone"], shown["full_name"]) == (str(lost.id), None, name)
