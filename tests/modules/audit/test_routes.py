"""Who may read a trail, and what a trail says."""

from __future__ import annotations

from uuid import uuid4

import httpx
import pytest

from app.kernel.actor import Role
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.callers import customer_headers, sign_in_member
from tests.modules.audit.trails import entries_of, write_entries

pytestmark = pytest.mark.integration

TRAIL = "/v1/org/audit"
PLATFORM_TRAIL = "/v1/ops/audit"
CHANGED = {"action": "fleet.truck_changed"}


@pytest.mark.parametrize("role", [Role.MANAGER, Role.DISPATCHER, Role.DRIVER, Role.ACCOUNTANT])
async def test_members_who_are_no_owners_read_no_trail(
    client: httpx.AsyncClient, resources: Resources, mover_a: Member, role: Role
):
    answer = await client.get(TRAIL, headers=await sign_in_member(client, resources, mover_a.org_id, role))
    assert (answer.status_code, answer.json()["code"]) == (403, "role_not_allowed")


async def test_each_trail_is_for_its_own_readers(
    client: httpx.AsyncClient, resources: Resources, mover_a: Member, staff: StaffMember
):
    assert (await client.get(TRAIL)).status_code == 401
    assert (await client.get(PLATFORM_TRAIL)).status_code == 401
    for headers in (customer_headers(resources), staff.headers):
        assert (await client.get(TRAIL, headers=headers)).status_code == 403
    for headers in (customer_headers(resources), mover_a.headers):
        assert (await client.get(PLATFORM_TRAIL, headers=headers)).status_code == 403


async def test_an_owner_reads_the_own_company_s_alone(
    client: httpx.AsyncClient, app_database: Database, mover_a: Member, mover_b: Member
):
    await write_entries(app_database, mover_a.org_id, 2)
    own = (await client.get(TRAIL, params=CHANGED, headers=mover_a.headers)).json()["items"]
    assert [one["changes"][0]["after"] for one in own] == [2, 1]
    assert own[0]["actor"]["kind"] == "mover"
    assert own[0]["actor"]["role"] == "owner"
    others = (await client.get(TRAIL, params=CHANGED, headers=mover_b.headers)).json()["items"]
    assert others == []


async def test_pages_follow_each_other_without_a_gap(
    client: httpx.AsyncClient, app_database: Database, mover_a: Member
):
    await write_entries(app_database, mover_a.org_id, 5)
    seen: list[int] = []
    query: dict[str, str] | None = CHANGED | {"limit": "2"}
    while query is not None:
        page = (await client.get(TRAIL, params=query, headers=mover_a.headers)).json()
        seen += [one["changes"][0]["after"] for one in page["items"]]
        query = CHANGED | {"limit": "2", "cursor": page["next_cursor"]} if page["next_cursor"] else None
    assert seen == [5, 4, 3, 2, 1]


async def test_filters_keep_what_they_name(client: httpx.AsyncClient, app_database: Database, mover_a: Member):
    await write_entries(app_database, mover_a.org_id, 3)
    entries = (await client.get(TRAIL, params=CHANGED, headers=mover_a.headers)).json()["items"]
    one = entries[1]

    async def count(**filters: str) -> int:
        answer = await client.get(TRAIL, params=CHANGED | filters, headers=mover_a.headers)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])

    assert await count(actor_id=one["actor"]["id"]) == 1
    assert await count(actor_id=str(uuid4())) == 0
    assert await count(resource_id=one["resource"]["id"]) == 1
    assert await count(resource="truck") == 3
    assert await count(resource="driver") == 0
    assert await count(**{"from": one["at"]}) == 3
    assert await count(to=one["at"]) == 0
    assert await count(action="fleet.truck_retired") == 0


@pytest.mark.parametrize(
    "query", [{"action": "Drop Table"}, {"from": "yesterday"}, {"actor_id": "7"}, {"cursor": "x"}, {"since": "2027"}]
)
async def test_a_filter_that_is_none_is_refused(client: httpx.AsyncClient, mover_a: Member, query: dict[str, str]):
    assert (await client.get(TRAIL, params=query, headers=mover_a.headers)).status_code == 422


async def test_staff_read_a_company_s_trail_and_the_company_sees_that(
    client: httpx.AsyncClient, app_database: Database, mover_a: Member, staff: StaffMember
):
    await write_entries(app_database, mover_a.org_id, 1)
    query = CHANGED | {"org_id": str(mover_a.org_id)}
    read = await client.get(PLATFORM_TRAIL, params=query, headers=staff.headers)
    assert len(read.json()["items"]) == 1
    told = await client.get(TRAIL, params={"action": "ops.audit_read"}, headers=mover_a.headers)
    [entry] = told.json()["items"]
    assert (entry["actor"]["kind"], entry["request_id"]) == ("staff", read.headers["x-request-id"])


async def test_reading_the_platform_s_trail_stands_in_it(client: httpx.AsyncClient, staff: StaffMember):
    first = await client.get(PLATFORM_TRAIL, headers=staff.headers)
    second = await client.get(PLATFORM_TRAIL, params={"action": "ops.audit_read"}, headers=staff.headers)
    assert second.json()["items"][0]["request_id"] == first.headers["x-request-id"]


async def test_the_trail_of_no_company_is_not_found(client: httpx.AsyncClient, staff: StaffMember, logins: Logins):
    nobody = uuid4()
    answer = await client.get(PLATFORM_TRAIL, params={"org_id": str(nobody)}, headers=staff.headers)
    assert (answer.status_code, answer.json()["code"]) == (404, "org_not_found")
    assert await entries_of(logins, nobody) == []
