"""Attacks on companies' rows that no route's own tests try (the table of docs/security.md names them by number)."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import httpx
import pytest

from app.runtime.db.bootstrap import APP_AUDIENCES, WORKER_AUDIENCES
from app.runtime.db.session import Database
from tests.conftest import ROOT, Logins, Member
from tests.factories.bookings import new_key
from tests.factories.fleet import add_truck
from tests.factories.standing import World, world_of
from tests.statements import sent_to
from tests.test_bad_bodies import CALLERS, OPERATIONS, WORDS, Operation, _put

pytestmark = pytest.mark.integration

# Closes a text, an expression and a statement; begins a comment; is a pattern, a cast, a path and a zone.
MARK: Final = "zq7"
INJECTION: Final = f"{MARK}'\"); DROP TABLE app.users; SELECT pg_sleep(9); -- %_\\ $1 ::text /*"
ABSENT: Final = "01890000-0000-7000-8000-000000000000"


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection[Any]]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


class TestNamingACompany:
    """03: whose a row is, nobody says but the credential."""

    @pytest.mark.parametrize("name", ["X-Org-Id", "X-Organization-Id", "X-Tenant-Id", "X-Forwarded-User", "Org-Id"])
    async def test_03_a_header_names_no_company(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, name: str
    ) -> None:
        headers = mover_a.headers | {name: str(mover_b.org_id)}
        assert (await client.get("/v1/org", headers=headers)).json()["id"] == str(mover_a.org_id)
        truck = await add_truck(client, headers)
        assert (await client.get(f"/v1/trucks/{truck['id']}", headers=mover_a.headers)).status_code == 200
        assert (await client.get(f"/v1/trucks/{truck['id']}", headers=mover_b.headers)).status_code == 404

    @pytest.mark.parametrize("field", ["org_id", "organization_id", "tenant_id"])
    async def test_03_neither_does_a_body_or_a_query(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, field: str
    ) -> None:
        theirs = str(mover_b.org_id)
        asked = await client.get("/v1/trucks", params={field: theirs}, headers=mover_a.headers)
        assert (asked.status_code, asked.json()["code"]) == (422, "unknown_parameter")
        body = {"radius_miles": 3, field: theirs}
        sent = await client.post("/v1/org/service-areas", json=body, headers=mover_a.headers | new_key())
        assert sent.status_code == 422
        assert [one["pointer"] for one in sent.json()["errors"]] == [f"/{field}"]


async def test_04_no_row_changes_its_company(admin: asyncpg.Connection[Any]) -> None:
    """Wherever an audience may write the column, its policy holds the row that comes of it to the same company."""
    roles = [one.value for one in (*APP_AUDIENCES, *WORKER_AUDIENCES)]
    writable = await admin.fetch(
        """
        SELECT role, c.relname AS table, coalesce(p.with_check, p.qual) AS held
        FROM unnest($1::text[]) AS role, pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'org_id' AND NOT a.attisdropped
            LEFT JOIN pg_policies AS p ON p.tablename = c.relname AND p.cmd IN ('UPDATE', 'ALL')
        WHERE c.relnamespace = 'app'::regnamespace AND c.relkind IN ('r', 'p')
            AND has_column_privilege(role, c.oid, a.attnum, 'UPDATE') AND role = ANY (p.roles)
        """,
        roles,
    )
    assert len(writable) > 10
    loose = [(row["role"], row["table"]) for row in writable if "current_org_id" not in row["held"]]
    assert loose == []


async def test_04_and_an_update_that_tries_is_refused(
    client: httpx.AsyncClient, logins: Logins, mover_a: Member, mover_b: Member
) -> None:
    await add_truck(client, mover_a.headers)
    connection = await asyncpg.connect(logins.app)
    try:
        for table in ("trucks", "service_areas"):
            async with connection.transaction():
                await connection.execute("SELECT set_config('role', 'movehub_mover', true)")
                await connection.execute("SELECT set_config('app.current_org_id', $1, true)", str(mover_a.org_id))
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(f"UPDATE app.{table} SET org_id = $1", mover_b.org_id)
    finally:
        await connection.close()


async def test_08_neither_statistics_nor_a_copy_lead_around_policies(
    client: httpx.AsyncClient, logins: Logins, mover_a: Member, mover_b: Member
) -> None:
    for member in (mover_a, mover_b):
        await add_truck(client, member.headers)
    statistics = "SELECT count(*) FROM pg_stats WHERE schemaname = 'app'"
    admin = await asyncpg.connect(logins.admin)
    try:
        await admin.execute("ANALYZE app.trucks")
        assert await admin.fetchval(f"{statistics} AND tablename = 'trucks'") > 0
    finally:
        await admin.close()
    connection = await asyncpg.connect(logins.app)
    try:
        async with connection.transaction():
            await connection.execute("SELECT set_config('role', 'movehub_mover', true)")
            await connection.execute("SELECT set_config('app.current_org_id', $1, true)", str(mover_a.org_id))
            told = await connection.fetchval(statistics)
            copied: list[bytes] = []

            async def take(part: bytes) -> None:
                copied.append(part)

            await connection.copy_from_query("SELECT org_id FROM app.trucks", output=take)
    finally:
        await connection.close()
    assert told == 0
    assert set(b"".join(copied).decode().split()) == {str(mover_a.org_id)}


def filled(operation: Operation) -> bytes:
    """A body with the injection in every field that takes text."""
    made: Any = {}
    for leaf in operation.leaves:
        if leaf.types == WORDS and leaf.steps:
            for steps, value in (*leaf.fixed, (leaf.steps, INJECTION)):
                _put(made, steps, value)
    return json.dumps(made).encode()


def queries() -> list[tuple[str, str, list[str]]]:
    """Every list and search: its path, who may ask, and the names of its parameters."""
    document = json.loads((ROOT / "docs/openapi.json").read_text())
    found = []
    for path, item in document["paths"].items():
        asked = item.get("get", {})
        names = [one["name"] for one in asked.get("parameters", ()) if one["in"] == "query"]
        if names and "token" not in names:
            schemes = {name for one in asked.get("security", []) for name in one}
            who = next((who for who, name in CALLERS if name in schemes), "anyone")
            found.append((path, who, names))
    return found


@pytest.fixture(scope="module")
async def world(
    logins: Logins, app_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    async with world_of(logins, app_database, tmp_path_factory.mktemp("world")) as made:
        yield made


class TestInjection:
    """10: what is sent is bound; no text of it is ever a part of a statement."""

    async def test_10_no_body_reaches_the_text_of_a_statement(self, world: World, app_database: Database) -> None:
        async with sent_to(app_database) as statements:
            for operation in OPERATIONS:
                path = re.sub(r"\{\w+\}", ABSENT, operation.path)
                headers = {"Content-Type": "application/json"} | world.headers_of(operation.who) | new_key()
                body = filled(operation)
                answer = await world.client.request(operation.method, path, content=body, headers=headers)
                assert answer.status_code < 500, (path, answer.text)
        assert len(statements) > 20
        assert [one for one in statements if MARK in one] == []

    async def test_10_neither_does_a_query_or_a_path(self, world: World, app_database: Database) -> None:
        async with sent_to(app_database) as statements:
            for path, who, names in queries():
                for name in names:
                    there = re.sub(r"\{\w+\}", ABSENT, path)
                    params = {name: INJECTION}
                    answer = await world.client.get(there, params=params, headers=world.headers_of(who))
                    assert answer.status_code < 500, (path, name, answer.text)
                if "{" in path:
                    there = re.sub(r"\{\w+\}", "zq7'--", path)
                    answer = await world.client.get(there, headers=world.headers_of(who))
                    assert answer.status_code in (404, 422), (path, answer.text)
        assert len(statements) > 10
        assert [one for one in statements if MARK in one] == []
