"""Staff over HTTP: how somebody becomes one, what a change ends at once, and that an admin stays."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from app import registry
from app.kernel.clock import ManualClock
from app.modules.identity.values import StaffRole
from app.runtime.db.engine import create_engine
from app.runtime.db.session import Database
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Logins, Member, StaffMember, clone, drop, settings_for, sign_in_staff
from tests.factories.customers import new_email
from tests.factories.standing import running
from tests.factories.standing import sign_in_staff as sign_in_admin
from tests.factories.worker import work
from tests.modules.identity.test_passwords import NEW, reset, token_in

pytestmark = pytest.mark.integration

STAFF = "/v1/ops/staff"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def hire(client: httpx.AsyncClient, headers: dict[str, str], **changes: Any) -> httpx.Response:
    body = {"email": new_email(), "full_name": "Nell New", "role": "support"} | changes
    return await client.post(STAFF, json=body, headers=headers)


async def change(client: httpx.AsyncClient, headers: dict[str, str], staff_id: str, **body: Any) -> httpx.Response:
    return await client.patch(f"{STAFF}/{staff_id}", json=body, headers=headers)


async def id_of(client: httpx.AsyncClient, headers: dict[str, str]) -> str:
    found: str = (await client.get("/v1/auth/me", headers=headers)).json()["user"]["id"]
    return found


async def may_read_queue(client: httpx.AsyncClient, headers: dict[str, str]) -> int:
    return (await client.get("/v1/ops/verifications", headers=headers)).status_code


async def all_staff(client: httpx.AsyncClient, headers: dict[str, str]) -> list[dict[str, Any]]:
    """Page by page: other tests hire too."""
    found: list[dict[str, Any]] = []
    query = "?limit=100"
    while query:
        page = (await client.get(f"{STAFF}{query}", headers=headers)).json()
        found += page["items"]
        query = f"?limit=100&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    return found


class TestHiring:
    async def test_the_hired_choose_a_password_by_the_link_and_sign_in(
        self, client: httpx.AsyncClient, admin: StaffMember, worker_resources: Resources, settings: Settings
    ):
        email = new_email()
        hired = await hire(client, admin.headers, email=email.upper(), role="reviewer")
        assert hired.status_code == 201, hired.text
        told = hired.json()
        assert (told["email"], told["role"], told["is_active"]) == (email, "reviewer", True)
        assert told["email_verified_at"] is None
        await work(worker_resources)
        assert (await reset(client, token_in(settings, email))).status_code == 204
        signed_in = await client.post("/v1/auth/login", json={"email": email, "password": NEW})
        assert signed_in.status_code == 200, signed_in.text
        assert signed_in.json()["user"]["staff_role"] == "reviewer"
        [row] = [one for one in await all_staff(client, admin.headers) if one["id"] == told["id"]]
        assert row["email_verified_at"] is not None

    async def test_outside_development_the_hired_may_do_nothing_but_enrol_a_second_factor(
        self, client: httpx.AsyncClient, admin: StaffMember, worker_resources: Resources, settings: Settings
    ):
        email = f"staff.{new_email().split('@', maxsplit=1)[0]}@platform.example.net"
        assert (await hire(client, admin.headers, email=email)).status_code == 201
        await work(worker_resources)
        await reset(client, token_in(settings, email))
        told = (await client.post("/v1/auth/login", json={"email": email, "password": NEW})).json()
        assert told["must_enrol_second_factor"]
        assert await may_read_queue(client, {"Authorization": f"Bearer {told['access_token']}"}) == 403

    async def test_an_address_that_has_an_account_is_refused(
        self, client: httpx.AsyncClient, admin: StaffMember, mover_a: Member
    ):
        for email in (admin.email, mover_a.email):
            assert refusal(await hire(client, admin.headers, email=email)) == (409, "email_taken")

    @pytest.mark.parametrize(
        ("field", "value"), [("email", "nobody"), ("role", "owner"), ("full_name", ""), ("password", NEW)]
    )
    async def test_what_is_wrong_is_pointed_at(
        self, client: httpx.AsyncClient, admin: StaffMember, field: str, value: str
    ):
        refused = await hire(client, admin.headers, **{field: value})
        assert refused.status_code == 422
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [f"/{field}"]

    async def test_a_session_that_proved_nothing_lately_makes_and_changes_nobody(
        self, client: httpx.AsyncClient, admin: StaffMember, staff: StaffMember, clock: ManualClock
    ):
        staff_id = await id_of(client, staff.headers)
        clock.advance(timedelta(minutes=6))
        assert refusal(await hire(client, admin.headers)) == (403, "step_up_required")
        assert refusal(await change(client, admin.headers, staff_id, role="admin")) == (403, "step_up_required")
        await client.post("/v1/auth/step-up", json={"password": PASSWORD}, headers=admin.headers)
        assert (await hire(client, admin.headers)).status_code == 201

    async def test_no_member_of_a_company_becomes_staff(
        self, client: httpx.AsyncClient, admin: StaffMember, mover_a: Member
    ):
        owner_id = await id_of(client, mover_a.headers)
        assert refusal(await change(client, admin.headers, owner_id, role="admin")) == (404, "staff_not_found")


class TestChanging:
    async def test_a_changed_or_deactivated_ones_sessions_end_at_once(
        self, client: httpx.AsyncClient, admin: StaffMember, staff: StaffMember
    ):
        staff_id = await id_of(client, staff.headers)
        assert (await change(client, admin.headers, staff_id, role="support")).json()["role"] == "support"
        assert await may_read_queue(client, staff.headers) == 401
        login = {"email": staff.email, "password": PASSWORD}
        again = (await client.post("/v1/auth/login", json=login)).json()
        assert again["user"]["staff_role"] == "support"
        headers = {"Authorization": f"Bearer {again['access_token']}"}
        assert (await change(client, admin.headers, staff_id, is_active=False)).json()["is_active"] is False
        assert await may_read_queue(client, headers) == 401
        refresh = {"refresh_token": again["refresh_token"]}
        assert (await client.post("/v1/auth/refresh", json=refresh)).status_code == 401
        assert refusal(await client.post("/v1/auth/login", json=login)) == (401, "bad_credentials")
        assert (await change(client, admin.headers, staff_id, is_active=True)).json()["is_active"] is True
        assert await may_read_queue(client, headers) == 401, "an ended session stays so"
        assert (await client.post("/v1/auth/login", json=login)).status_code == 200

    async def test_a_change_to_what_is_ends_no_session(
        self, client: httpx.AsyncClient, admin: StaffMember, staff: StaffMember
    ):
        staff_id = await id_of(client, staff.headers)
        assert (await change(client, admin.headers, staff_id, role="reviewer", is_active=True)).status_code == 200
        assert await may_read_queue(client, staff.headers) == 200


@pytest.fixture
def own_logins(template: str, worker_id: str) -> Iterator[Logins]:
    """A database whose staff are known."""
    name = f"movehub_staff_{os.getpid()}_{worker_id}"
    yield clone(template, name)
    drop(name)


@pytest.fixture
async def alone(
    own_logins: Logins, tmp_path: Path
) -> AsyncIterator[tuple[httpx.AsyncClient, Resources, dict[str, str]]]:
    """A platform that has one admin."""
    known = settings_for(own_logins, tmp_path)
    engine = create_engine(SecretStr(own_logins.app), known.db, application_name="movehub-staff")
    async with running(own_logins, Database(engine, registry.error_map()), tmp_path) as (client, resources, _):
        yield client, resources, await sign_in_admin(client, resources, "first@example.com")
    await engine.dispose()


async def test_an_admin_who_can_sign_in_stays(alone: tuple[httpx.AsyncClient, Resources, dict[str, str]]):
    client, resources, first = alone
    own_id = await id_of(client, first)
    pending = (await hire(client, first, role="admin")).json()
    for body in ({"role": "support"}, {"is_active": False}):
        assert refusal(await change(client, first, own_id, **body)) == (409, "last_admin"), pending
    second = (await sign_in_staff(client, resources, StaffRole.ADMIN)).headers
    second_id = await id_of(client, second)
    answers = await asyncio.gather(
        change(client, first, second_id, role="support"), change(client, second, own_id, is_active=False)
    )
    # The other has lost the role, or the session, by then.
    assert sorted(answer.status_code for answer in answers) in ([200, 401], [200, 403])
    statuses = [(await client.get(STAFF, headers=headers)).status_code for headers in (first, second)]
    assert sorted(statuses) == [200, 401]
