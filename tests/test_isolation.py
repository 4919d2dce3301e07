"""Company B asks for everything that is A's: every route of the OpenAPI document, with A's ids, in path and body."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import SAN_FRANCISCO, Logins, Member, StaffMember, register

pytestmark = pytest.mark.integration

KEY = "Idempotency-Key"
OAKLAND = {"line1": "1 Broadway", "city": "Oakland", "state": "CA", "postal_code": "94607"}
CONFIG = {"base_hourly_rate": 150, "base_mileage_rate": 2.5, "minimum_charge": 200, "extra_mover_hourly_rate": 45}
# Tables whose rows are a company's; their content is compared before and after.
HASH = "SELECT coalesce(string_agg(t::text, '|' ORDER BY t::text), '') FROM app.{table} AS t WHERE org_id = $1"


@dataclass(frozen=True, slots=True)
class Belongings:
    """What company A has, by the name of the path parameter that asks for it."""

    member: Member
    ids: dict[str, str]


def window(day: int) -> dict[str, str]:
    return {"starts_at": f"2027-06-{day:02d}T09:00:00", "ends_at": f"2027-06-{day:02d}T13:00:00"}


async def furnish(client: httpx.AsyncClient, member: Member, staff: StaffMember) -> Belongings:
    """A company with one of everything, a completed and invoiced booking among it."""

    async def post(path: str, body: Any = None, headers: dict[str, str] | None = None) -> dict[str, Any]:
        sent = {**(headers or member.headers), KEY: uuid4().hex}
        answer = await client.post(path, json=body, headers=sent)
        assert answer.status_code < 300, (path, answer.text)
        told: dict[str, Any] = answer.json()
        return told

    truck = await post(
        "/v1/trucks",
        {
            "name": "T",
            "license_plate": uuid4().hex[:8],
            "capacity_cuft": 1600,
            "max_weight_lb": 9000,
            "base": SAN_FRANCISCO,
        },
    )
    licence = {"license_number": uuid4().hex[:8], "license_class": "C", "license_expires_on": "2031-01-01"}
    driver = await post("/v1/drivers", {"full_name": "D", "phone": "+14155550135", "role": "driver", **licence})
    policy = await post(
        "/v1/org/insurance-policies",
        {
            "kind": "cargo",
            "insurer": "Acme",
            "policy_number": uuid4().hex[:8],
            "coverage": {"amount": "750000"},
            "effective_on": "2027-01-01",
            "expires_on": "2030-01-01",
        },
    )
    config = await post("/v1/pricing-configs", CONFIG)
    case = await post("/v1/org/verification")
    await post(f"/v1/ops/verifications/{case['id']}/approve", headers=staff.headers)
    area = await post("/v1/org/service-areas", {"radius_miles": 20})
    truck_off = await post(f"/v1/trucks/{truck['id']}/time-off", window(20))
    driver_off = await post(f"/v1/drivers/{driver['id']}/time-off", window(21))
    by_hand = {
        "truck_ids": [truck["id"]],
        "driver_ids": [driver["id"]],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": {"full_name": "Bo", "phone": "+14155550123"},
        "price": {"amount": "500"},
    }
    booking = await post("/v1/bookings", {**by_hand, "window": window(5)})
    done = await post("/v1/bookings", {**by_hand, "window": window(6)})
    for step, body in (
        ("confirm", None),
        ("start", None),
        ("complete", {"actual_hours": 3, "actual_distance_miles": 9}),
    ):
        await post(f"/v1/bookings/{done['id']}/{step}", body)
    invoice = await post(f"/v1/bookings/{done['id']}/invoice")
    ids = {
        "truck_id": truck["id"],
        "driver_id": driver["id"],
        "policy_id": policy["id"],
        "config_id": config["id"],
        "case_id": case["id"],
        "area_id": area["id"],
        "org_id": str(member.org_id),
        "booking_id": booking["id"],
        "invoice_id": invoice["id"],
        "quote_id": str(uuid4()),
        "truck_time_off": truck_off["id"],
        "driver_time_off": driver_off["id"],
    }
    return Belongings(member, ids)


@pytest.fixture
async def of_a(client: httpx.AsyncClient, mover_a: Member, staff: StaffMember) -> Belongings:
    return await furnish(client, mover_a, staff)


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


async def fingerprint(admin: asyncpg.Connection, member: Member) -> dict[str, str]:
    """A hash of each table's rows of the company, as the administrator sees them."""
    tables = await admin.fetch(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app' "
        "JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'org_id' WHERE c.relkind = 'r'"
    )
    found = {}
    for (table,) in tables:
        rows = await admin.fetchval(HASH.format(table=table), member.org_id)
        found[table] = hashlib.sha256(rows.encode()).hexdigest()
    return found


# What a valid body looks like, for routes whose body is checked before anybody looks for the id.
BODIES: dict[str, Any] = {
    "assign": lambda ids: {"truck_ids": [ids["truck_id"]], "driver_ids": [ids["driver_id"]]},
    "cancel": lambda _: {"reason": "no"},
    "complete": lambda _: {"actual_hours": 3, "actual_distance_miles": 9},
    "time-off": lambda _: window(25),
}
PATCHES: dict[str, Any] = {
    "trucks": {"name": "mine"},
    "drivers": {"full_name": "Mine"},
    "bookings": {"contact": {"full_name": "Mine"}},
}


def fill(path: str, ids: dict[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        name = match[1]
        if name == "time_off_id":
            name = "truck_time_off" if "/trucks/" in path else "driver_time_off"
        assert name in ids, f"teach me this path parameter: {name} of {path}"
        return ids[name]

    return re.sub(r"\{(\w+)\}", value, path)


def routes_with_ids(app: FastAPI) -> list[tuple[str, str]]:
    document = app.openapi()
    return [
        (method.upper(), path)
        for path, item in document["paths"].items()
        for method in item
        if "{" in path and not path.startswith("/v1/ops/") and method in {"get", "post", "put", "patch", "delete"}
    ]


async def test_no_route_gives_b_anything_of_a(
    app: FastAPI, client: httpx.AsyncClient, of_a: Belongings, mover_b: Member, admin: asyncpg.Connection
):
    before = await fingerprint(admin, of_a.member)
    walked = routes_with_ids(app)
    assert len(walked) >= 25
    for method, path in walked:
        if path == "/v1/orgs/{org_id}":
            continue  # the public profile of a verified company is for everybody
        last = path.rsplit("/", 1)[-1]
        body = BODIES[last](of_a.ids) if method == "POST" and last in BODIES else None
        if method in {"PATCH", "PUT"}:
            body = PATCHES[path.split("/")[2]]
        headers = {**mover_b.headers, KEY: uuid4().hex, "If-Match": '"v1"'}
        answer = await client.request(method, fill(path, of_a.ids), json=body, headers=headers)
        assert answer.status_code == 404, (method, path, answer.status_code, answer.text[:300])
        nothing = await client.request(
            method,
            fill(path, {name: str(uuid4()) for name in of_a.ids}),
            json=body,
            headers=headers | {KEY: uuid4().hex},
        )
        assert nothing.status_code == 404
        assert nothing.json()["code"] == answer.json()["code"], "the answer tells that it exists"
    assert await fingerprint(admin, of_a.member) == before


async def test_lists_are_free_of_the_others_rows(
    app: FastAPI, client: httpx.AsyncClient, of_a: Belongings, mover_b: Member
):
    lists = [path for path, item in app.openapi()["paths"].items() if "get" in item and "{" not in path]
    for path in lists:
        if path.startswith(
            (
                "/v1/ops/",
                "/v1/orgs",
                "/health",
                "/v1/errors",
                "/v1/inventory",
                "/v1/customers",
                "/v1/pricing-configs/schema",
            )
        ):
            continue
        answer = await client.get(path, headers=mover_b.headers)
        assert answer.status_code in {200, 403}, (path, answer.text[:200])
        for name, one in of_a.ids.items():
            assert one not in answer.text, (path, name)


@pytest.mark.parametrize("field", ["truck_ids", "driver_ids"])
async def test_ids_of_another_company_in_a_body_are_not_found(
    client: httpx.AsyncClient, of_a: Belongings, staff: StaffMember, admin: asyncpg.Connection, field: str
):
    own = await furnish(client, await register(client), staff)
    before = await fingerprint(admin, of_a.member)
    body = {
        "truck_ids": [own.ids["truck_id"]],
        "driver_ids": [own.ids["driver_id"]],
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": {"full_name": "Bo", "phone": "+14155550123"},
        "price": {"amount": "500"},
        "window": window(8),
    }
    body[field] = [of_a.ids[field.removesuffix("s")]]
    answer = await client.post("/v1/bookings", json=body, headers={**own.member.headers, KEY: uuid4().hex})
    assert (answer.status_code, answer.json()["code"]) == (404, "resource_not_found")
    assert await fingerprint(admin, of_a.member) == before


async def test_without_a_name_there_are_no_rows(app_database: Database, of_a: Belongings, admin: asyncpg.Connection):
    """As the API's login without an identity, and as each audience without its settings."""
    tables = await admin.fetch(
        "SELECT relname FROM pg_class WHERE relnamespace = 'app'::regnamespace AND relkind = 'r'"
    )
    public = {
        (Audience.MARKET, table)
        for table in (
            "organizations",
            "service_areas",
            "resources",
            "reservations",
            "insurance_policies",
            "pricing_configs",
        )
    }
    plumbing = {"customers", "otp_challenges", "customer_sessions", "users", "login_sessions", "refresh_tokens"}
    for audience in (
        Audience.NOBODY,
        Audience.MOVER,
        Audience.CUSTOMER,
        Audience.BOOKING,
        Audience.MARKET,
        Audience.STAFF,
        Audience.SIGNIN,
    ):
        for (table,) in tables:
            if (audience, table) in public or table == "alembic_version":
                continue
            if audience is Audience.SIGNIN and table in plumbing:
                continue
            try:
                async with app_database.read(Identity(audience)) as session:
                    count = (await session.execute(text(f"SELECT count(*) FROM app.{table}"))).scalar_one()
            except Exception as refused:  # noqa: BLE001 - translated from 42501
                assert getattr(refused, "code", "") == "not_found", (audience, table, refused)
            else:
                assert count == 0, (audience, table)


async def test_the_markets_secrets_stay_secret(app_database: Database):
    for column in ("phone", "address"):
        with pytest.raises(Exception, match="nothing here"):
            async with app_database.read(Identity(Audience.MARKET)) as session:
                await session.execute(text(f"SELECT {column} FROM app.organizations"))


async def test_an_identity_does_not_outlive_its_transaction(resources: Resources, mover_a: Member, mover_b: Member):
    """On one connection after the other: the next transaction sees what it names itself, and nothing else."""
    names = []
    for member in (mover_a, mover_b, None, mover_a):
        identity = Identity(Audience.MOVER, org_id=member.org_id if member else None)
        async with resources.database.read(identity) as session:
            rows = (await session.execute(text("SELECT id FROM app.organizations"))).scalars().all()
        names.append(rows)
    assert names == [[mover_a.org_id], [mover_b.org_id], [], [mover_a.org_id]]


async def test_a_get_cannot_write(resources: Resources, mover_a: Member):
    identity = Identity(Audience.MOVER, org_id=mover_a.org_id)
    with pytest.raises(Exception, match="cannot reach|cannot answer|database"):
        async with resources.database.read(identity) as session:
            await session.execute(text("UPDATE app.organizations SET name = 'x'"))


def test_the_document_says_who_may_call(app: FastAPI):
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            if path.startswith("/v1/"):
                assert operation["x-callers"], (method, path)
                assert re.search(r"[Ff]or |Asks nobody|Every code", operation.get("description", "")), (method, path)
    assert json.dumps(app.openapi())
