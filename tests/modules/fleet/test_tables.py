"""Trucks and people by the table: in, all or none, with every fault's line and column; and out again."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import PASSWORD, Member
from tests.factories.bookings import new_key
from tests.factories.callers import sign_in_member
from tests.factories.fleet import CHICAGO, add_driver, add_helper, add_truck
from tests.factories.market import post
from tests.modules.fleet.test_routes import faults

pytestmark = pytest.mark.integration

HEAD: Final = "name,license_plate,capacity_cuft,max_weight_lb,base_line1,base_city,base_state,base_postal_code"
YARD: Final = "1355 Market Street,San Francisco,CA,94103"
TRUCKS: Final = f"{HEAD}\r\nBlue,8abc123,1600,10000,{YARD}\r\nRed,RED 1,900,6000,{YARD}\r\n"
PEOPLE: Final = (
    "full_name,phone,role,license_number,license_class,license_expires_on,skills\n"
    "Dana Reyes,(415) 555-0135,driver,D1234567,C,2029-06-30,cdl piano\n"
    "Hugo Lind,415-555-0136,helper,,,,\n"
)
NORTH: Final = {"name": "North", "address": CHICAGO}


async def send(
    client: httpx.AsyncClient, headers: dict[str, str], kind: str, text: str | bytes, **query: str
) -> httpx.Response:
    sent = headers | {"Content-Type": "text/csv; charset=utf-8"}
    return await client.post(f"/v1/{kind}/import", headers=sent, content=text, params=query)


async def listed(client: httpx.AsyncClient, headers: dict[str, str], kind: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await client.get(f"/v1/{kind}?limit=100", headers=headers)).json()["items"]
    return items


class TestImport:
    async def test_a_dry_run_is_another_request_than_the_import(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        headers = mover_a.headers | new_key()
        assert (await send(client, headers, "trucks", TRUCKS, dry_run="true")).status_code == 200
        refused = await send(client, headers, "trucks", TRUCKS)
        assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")

    @pytest.mark.parametrize(("kind", "text"), [("trucks", TRUCKS), ("drivers", PEOPLE)])
    async def test_a_dry_run_tells_and_adds_nothing_and_then_all_are_added(
        self, client: httpx.AsyncClient, mover_a: Member, kind: str, text: str
    ) -> None:
        dry = await send(client, mover_a.headers, kind, text, dry_run="true")
        assert (dry.status_code, dry.json()) == (200, {"dry_run": True, "rows": 2, "ids": []})
        assert await listed(client, mover_a.headers, kind) == []
        done = await send(client, mover_a.headers, kind, text)
        assert done.status_code == 200, done.text
        added = await listed(client, mover_a.headers, kind)
        assert [one["id"] for one in added] == done.json()["ids"]
        names = [one.get("name") or one["full_name"] for one in added]
        assert names == (["Blue", "Red"] if kind == "trucks" else ["Dana Reyes", "Hugo Lind"])
        assert [one["version"] for one in added] == [1, 1]

    async def test_what_was_imported_can_be_booked(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        await send(client, mover_a.headers, "trucks", TRUCKS)
        await send(client, mover_a.headers, "drivers", PEOPLE)
        off = {"starts_at": "2027-03-09T09:00:00", "ends_at": "2027-03-09T13:00:00"}
        for kind in ("trucks", "drivers"):
            for one in await listed(client, mover_a.headers, kind):
                await post(client, mover_a.headers, f"/v1/{kind}/{one['id']}/time-off", off, 201)

    async def test_all_or_none_with_each_faults_line_and_column(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        await add_truck(client, mover_a.headers, license_plate="TAKEN 1")
        before = await listed(client, mover_a.headers, "trucks")
        wrong = (
            f"{HEAD},has_lift_gate,features,branch,body_length_ft\n"
            f"Good,GOOD 1,1600,10000,{YARD},yes,ramp air_ride,,26\n"
            f"Small,A 1,49,ten,{YARD},maybe,wings,,\n"
            f",,,,{YARD},,,,\n"
            "Lost,A 2,1600,10000,1 Main,Nowhere,CA,00000,,,,\n"
            "Wrong,A 3,1600,10000,1 Main,Oakland,NV,94607,,,,\n"
        )
        refused = await send(client, mover_a.headers, "trucks", wrong, dry_run="true")
        assert (refused.status_code, refused.json()["code"]) == (422, "table_refused")
        assert faults(refused) == [
            ("/3/capacity_cuft", "greater_than_equal"),
            ("/3/max_weight_lb", "int_type"),
            ("/3/has_lift_gate", "bool_type"),
            ("/3/features", "enum"),
            ("/4/name", "required"),
            ("/4/license_plate", "required"),
            ("/4/capacity_cuft", "required"),
            ("/4/max_weight_lb", "required"),
            ("/5/base_postal_code", "unknown_postal_code"),
            ("/6/base_state", "state_mismatch"),
        ]
        clash = (
            f"{HEAD},branch\nA,TWICE 1,900,6000,{YARD},\nB,taken 1,900,6000,{YARD},North\nC,Twice 1,900,6000,{YARD},\n"
        )
        for query in ({"dry_run": "true"}, {}):
            refused = await send(client, mover_a.headers, "trucks", clash, **query)
            assert faults(refused) == [
                ("/2/license_plate", "twice"),
                ("/3/license_plate", "taken"),
                ("/4/license_plate", "twice"),
                ("/3/branch", "unknown_branch"),
            ]
        assert await listed(client, mover_a.headers, "trucks") == before

    async def test_people_are_held_to_what_single_ones_are(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        await add_driver(client, mover_a.headers, license_number="D1")
        head = "full_name,phone,role,license_number,license_class,license_expires_on\n"
        wrong = "Ann,1,driver,A1,C,2029-01-01\nBen,4155550135,driver,,C,2026-01-01\nCy,4155550135,helper,H1,,\n"
        refused = await send(client, mover_a.headers, "drivers", head + wrong)
        assert [place for place, _ in faults(refused)] == [
            "/2/phone",
            "/3/license_number",
            "/3/license_expires_on",
            "/4/license_number",
        ]
        taken = await send(client, mover_a.headers, "drivers", head + "Ann,4155550135,driver,d1,C,2029-01-01\n")
        assert faults(taken) == [("/2/license_number", "taken")]
        assert len(await listed(client, mover_a.headers, "drivers")) == 1

    async def test_twice_at_once_adds_them_once(self, client: httpx.AsyncClient, mover_a: Member) -> None:
        answers = await asyncio.gather(*(send(client, mover_a.headers, "trucks", TRUCKS) for _ in range(4)))
        assert min(one.status_code for one in answers) == 200
        assert {one.json()["code"] for one in answers if one.status_code != 200} <= {"plate_taken", "table_refused"}
        assert len(await listed(client, mover_a.headers, "trucks")) == 2
        key = new_key()
        text = TRUCKS.replace("8abc123", "K 1").replace("RED 1", "K 2")
        first, again = [await send(client, mover_a.headers | key, "trucks", text) for _ in range(2)]
        assert again.json() == first.json()
        assert again.headers["idempotency-replayed"] == "true"

    @pytest.mark.parametrize(
        ("content_type", "body", "status", "code"),
        [
            ("application/json", b"{}", 415, "unsupported_media_type"),
            ("text/csv; charset=latin-1", b"", 415, "unsupported_media_type"),
            ("text/plain", TRUCKS.encode(), 415, "unsupported_media_type"),
            ("text/csv", "Zoë".encode("latin-1"), 422, "table_refused"),
            ("text/csv", b"a" * (256 * 1024 + 1), 413, "body_too_large"),
            ("text/csv", b"", 422, "table_refused"),
            ("text/csv", b"\x00\x00", 422, "table_refused"),
        ],
    )
    async def test_what_is_no_table_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, content_type: str, body: bytes, status: int, code: str
    ) -> None:
        headers = mover_a.headers | {"Content-Type": content_type}
        refused = await client.post("/v1/trucks/import", headers=headers, content=body)
        assert (refused.status_code, refused.json()["code"]) == (status, code)

    async def test_a_spreadsheets_byte_order_mark_is_no_part_of_a_name(
        self, client: httpx.AsyncClient, mover_a: Member
    ) -> None:
        done = await send(client, mover_a.headers, "trucks", b"\xef\xbb\xbf" + TRUCKS.encode())
        assert (done.status_code, done.json()["rows"]) == (200, 2)


def without_ids(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """As they were told, without what each company's own are called."""
    return [{k: v for k, v in one.items() if k not in {"id", "branch_id", "last_seen"}} for one in items]


class TestExport:
    async def test_what_is_exported_is_imported_again(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ) -> None:
        headers = mover_a.headers
        for member in (mover_a, mover_b):
            await post(client, member.headers, "/v1/org/branches", NORTH, 201)
        [north] = (await client.get("/v1/org/branches", headers=headers)).json()["items"]
        exact = CHICAGO | {"location": {"lat": 41.8789123, "lng": -87.6358456}}
        await add_truck(client, headers, name='=HYPERLINK("x"), "Zoë" 🚚', branch_id=north["id"], base=exact)
        told = {"body_length_ft": 26, "has_lift_gate": True, "features": ["ramp", "air_ride"]}
        await add_truck(client, headers, license_plate="B 2", name="'quoted", **told)
        gone = await add_truck(client, headers, license_plate="GONE 1")
        await client.delete(f"/v1/trucks/{gone['id']}", headers=headers)
        await add_driver(client, headers, full_name="@Dana", skills=["piano", "cdl"], branch_id=north["id"])
        await add_helper(client, headers, full_name="-Hugo")
        for kind in ("trucks", "drivers"):
            table = await client.get(f"/v1/{kind}.csv", headers=headers)
            assert table.headers["content-type"] == "text/csv; charset=utf-8"
            assert table.headers["content-disposition"].startswith(f'attachment; filename="{kind}.csv"')
            cells = [cell for line in table.text.splitlines() for cell in line.split(",")]
            assert not [cell for cell in cells if cell.strip('"').startswith(("=", "+", "@"))]
            done = await send(client, mover_b.headers, kind, table.content)
            assert done.status_code == 200, done.text
            own, theirs = [await listed(client, one.headers, kind) for one in (mover_a, mover_b)]
            assert without_ids([one for one in own if one["retired_at"] is None]) == without_ids(theirs)
            assert [one["branch_id"] is None for one in theirs] == [False, True]
            assert (await client.get(f"/v1/{kind}.csv", headers=mover_b.headers)).text == table.text

    async def test_wages_are_not_in_it_and_drivers_do_not_get_it(
        self, client: httpx.AsyncClient, resources: Resources, mover_a: Member
    ) -> None:
        driver = await add_driver(client, mover_a.headers)
        path = f"/v1/drivers/{driver['id']}/hourly-cost"
        await client.put(path, headers=mover_a.headers, json={"hourly_cost": {"amount": "31.41"}})
        assert "31.41" not in (await client.get("/v1/drivers.csv", headers=mover_a.headers)).text
        for role in (Role.DRIVER, Role.ACCOUNTANT):
            headers = await sign_in_member(client, resources, mover_a.org_id, role)
            assert (await client.get("/v1/drivers.csv", headers=headers)).status_code == 403
            assert (await send(client, headers, "drivers", PEOPLE)).status_code == 403

    async def test_the_crews_numbers_ask_for_a_fresh_proof(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ) -> None:
        key = {"name": "Payroll", "scopes": ["crew:read"]}
        made = await post(client, mover_a.headers, "/v1/org/api-keys", key, 201)
        clock.advance(timedelta(minutes=6))
        refused = await client.get("/v1/drivers.csv", headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "step_up_required")
        assert (await client.get("/v1/trucks.csv", headers=mover_a.headers)).status_code == 200
        program = {"Authorization": f"Bearer {made['key']}"}
        assert (await client.get("/v1/drivers.csv", headers=program)).status_code == 200
        await client.post("/v1/auth/step-up", json={"password": PASSWORD}, headers=mover_a.headers)
        assert (await client.get("/v1/drivers.csv", headers=mover_a.headers)).status_code == 200
