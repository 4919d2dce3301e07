"""Keys of companies' own programs: made, used, rotated, revoked, and what they are never good for."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from sqlalchemy import text

from app import registry
from app.kernel.clock import ManualClock
from app.main import assemble, build_resources
from app.modules.identity.service.api_keys import MOST_LIVE
from app.runtime.auth.api_keys import LENGTH, make_api_key
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import LimitSettings, Settings
from app.runtime.web.service import Readiness
from tests.conftest import PASSWORD, Logins, Member, StaffMember, register

pytestmark = pytest.mark.integration

KEYS = "/v1/org/api-keys"
TRUCKS = "/v1/trucks"


async def make(client: httpx.AsyncClient, member: Member, *scopes: str, **more: Any) -> dict[str, Any]:
    body = {"name": "ERP", "scopes": list(scopes) or ["fleet:read"], **more}
    answer = await client.post(KEYS, json=body, headers=member.headers)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def code_of(client: httpx.AsyncClient, key: str, path: str = TRUCKS) -> tuple[int, str | None]:
    answer = await client.get(path, headers=bearer(key))
    return answer.status_code, answer.json().get("code")


LIVES = (200, None)
REFUSED = (401, "api_key_refused")


class TestMaking:
    async def test_a_key_is_shown_once_and_does_what_its_scope_says(self, client: httpx.AsyncClient, mover_a: Member):
        made = await make(client, mover_a, "fleet:read")
        assert len(made["key"]) == LENGTH
        assert made["key"].startswith(made["prefix"])
        assert made["prefix"].startswith("mh_test_")
        assert made["status"] == "active"
        assert await code_of(client, made["key"]) == LIVES
        shown = (await client.get(f"{KEYS}/{made['id']}", headers=mover_a.headers)).json()
        listed = (await client.get(KEYS, headers=mover_a.headers)).json()["items"]
        assert [shown["id"]] == [one["id"] for one in listed]
        assert made["key"] not in str((shown, listed))
        assert "key" not in shown

    async def test_an_answer_given_again_has_no_key(self, client: httpx.AsyncClient, mover_a: Member):
        headers = {**mover_a.headers, "Idempotency-Key": uuid4().hex}
        body = {"name": "ERP", "scopes": ["fleet:read"]}
        first = await client.post(KEYS, json=body, headers=headers)
        again = await client.post(KEYS, json=body, headers=headers)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json() == first.json() | {"key": None}

    async def test_it_needs_a_fresh_proof_and_stopping_does_not(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        made = await make(client, mover_a)
        clock.advance(timedelta(minutes=6))
        body = {"name": "ERP", "scopes": ["fleet:read"]}
        for path, sent in ((KEYS, body), (f"{KEYS}/{made['id']}/rotate", {})):
            answer = await client.post(path, json=sent, headers=mover_a.headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "step_up_required")
        assert (await client.delete(f"{KEYS}/{made['id']}", headers=mover_a.headers)).status_code == 204

    @pytest.mark.parametrize(
        "body",
        [
            {"name": "", "scopes": ["fleet:read"]},
            {"name": "x", "scopes": []},
            {"name": "x", "scopes": ["members:write"]},
            {"name": "x", "scopes": ["fleet:read", "fleet:read"]},
            {"name": "x", "scopes": ["fleet:read"], "expires_in_days": 0},
            {"name": "x", "scopes": ["fleet:read"], "key": "mine"},
        ],
    )
    async def test_a_faulty_wish_is_refused(self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any]):
        assert (await client.post(KEYS, json=body, headers=mover_a.headers)).status_code == 422
        assert (await client.get(KEYS, headers=mover_a.headers)).json()["items"] == []

    async def test_who_makes_the_last_permitted_one_at_the_same_time_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        for _ in range(MOST_LIVE - 1):
            await make(client, mover_a)
        body = {"name": "ERP", "scopes": ["fleet:read"]}
        answers = await asyncio.gather(*(client.post(KEYS, json=body, headers=mover_a.headers) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"too_many_api_keys"}


class TestLiving:
    async def test_a_revoked_key_is_refused_at_once(self, client: httpx.AsyncClient, mover_a: Member):
        made = await make(client, mover_a)
        assert await code_of(client, made["key"]) == LIVES
        for _ in range(2):
            assert (await client.delete(f"{KEYS}/{made['id']}", headers=mover_a.headers)).status_code == 204
        assert await code_of(client, made["key"]) == REFUSED
        assert (await client.get(f"{KEYS}/{made['id']}", headers=mover_a.headers)).json()["status"] == "revoked"
        answer = await client.post(f"{KEYS}/{made['id']}/rotate", json={}, headers=mover_a.headers)
        assert (answer.status_code, answer.json()["code"]) == (409, "api_key_ended")

    async def test_a_key_expires(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        made = await make(client, mover_a, expires_in_days=1)
        clock.advance(timedelta(hours=23, minutes=59))
        assert await code_of(client, made["key"]) == LIVES
        clock.advance(timedelta(minutes=1))
        assert await code_of(client, made["key"]) == REFUSED

    async def test_a_suspended_companys_keys_are_refused_at_once_and_live_again_with_it(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        made = await make(client, mover_a)
        admin = await asyncpg.connect(logins.admin)
        try:
            for status, expected in (("suspended", REFUSED), ("verified", LIVES)):
                await admin.execute("UPDATE app.organizations SET status = $1 WHERE id = $2", status, mover_a.org_id)
                assert await code_of(client, made["key"]) == expected
        finally:
            await admin.close()

    async def test_use_is_told_to_the_minute(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        made = await make(client, mover_a)

        async def used() -> str | None:
            shown = (await client.get(f"{KEYS}/{made['id']}", headers=mover_a.headers)).json()
            told: str | None = shown["last_used_at"]
            return told

        assert await used() is None
        first = clock.now()
        await code_of(client, made["key"])
        clock.advance(timedelta(seconds=59))
        await code_of(client, made["key"])
        assert await used() == first.isoformat().replace("+00:00", "Z")
        clock.advance(timedelta(seconds=1))
        await code_of(client, made["key"])
        assert await used() == (first + timedelta(minutes=1)).isoformat().replace("+00:00", "Z")

    async def test_a_refused_key_is_not_told_as_used(self, client: httpx.AsyncClient, mover_a: Member):
        made = await make(client, mover_a)
        assert await code_of(client, made["key"], "/v1/bookings") == (403, "scope_missing")
        shown = (await client.get(f"{KEYS}/{made['id']}", headers=mover_a.headers)).json()
        assert shown["last_used_at"] is None


class TestLimits:
    async def test_all_keys_of_a_company_share_one_limit_and_forged_ones_have_none_of_their_own(
        self, settings: Settings, app_database: Database, clock: ManualClock, logins: Logins
    ):
        limits = LimitSettings(anonymous_per_minute=20, api_keys_per_minute=6)
        resources = build_resources(settings.model_copy(update={"limits": limits}), app_database, clock=clock)
        app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
        transport = httpx.ASGITransport(app, client=(f"address-{uuid4()}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            client._transport.app = app  # type: ignore[attr-defined]
            member, other = await register(client), await register(client)
            keys = [(await make(client, member))["key"] for _ in range(3)]
            strangers = (await make(client, other))["key"]
            answers = await asyncio.gather(*(client.get(TRUCKS, headers=bearer(key)) for key in keys * 4))
            assert sorted(answer.status_code for answer in answers) == [200] * 6 + [429] * 6
            assert await code_of(client, strangers) == LIVES
            forged = [make_api_key(resources.signer, uuid4(), uuid4(), is_live=False) for _ in range(30)]
            answers = await asyncio.gather(*(client.get(TRUCKS, headers=bearer(key)) for key in forged))
            assert {answer.status_code for answer in answers} == {401, 429}
        await resources.close()


class TestRotating:
    async def test_two_secrets_are_good_until_the_formers_end(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        made = await make(client, mover_a)
        former = made["key"]
        answer = await client.post(f"{KEYS}/{made['id']}/rotate", json={"overlap_hours": 2}, headers=mover_a.headers)
        rotated = answer.json()
        assert answer.status_code == 200
        assert (rotated["id"], rotated["status"]) == (made["id"], "rotating")
        assert rotated["key"] != former
        clock.advance(timedelta(hours=1, minutes=59))
        assert await code_of(client, former) == await code_of(client, rotated["key"]) == LIVES
        headers = await signed_in_again(client, mover_a)
        shown = (await client.get(f"{KEYS}/{made['id']}", headers=headers)).json()
        assert shown["former_last_used_at"] == shown["last_used_at"] == clock.now().isoformat().replace("+00:00", "Z")
        clock.advance(timedelta(minutes=1))
        assert await code_of(client, former) == REFUSED
        assert await code_of(client, rotated["key"]) == LIVES

    async def test_the_former_is_ended_at_once(self, client: httpx.AsyncClient, mover_a: Member):
        made = await make(client, mover_a)
        rotate, end = f"{KEYS}/{made['id']}/rotate", f"{KEYS}/{made['id']}/end-rotation"
        rotated = (await client.post(rotate, json={}, headers=mover_a.headers)).json()
        refused = await client.post(rotate, json={}, headers=mover_a.headers)
        assert (refused.status_code, refused.json()["code"]) == (409, "rotation_under_way")
        for _ in range(2):
            assert (await client.post(end, headers=mover_a.headers)).json()["status"] == "active"
        assert await code_of(client, made["key"]) == REFUSED
        assert await code_of(client, rotated["key"]) == LIVES
        assert (await client.post(rotate, json={}, headers=mover_a.headers)).status_code == 200

    async def test_of_eight_at_once_one_rotates_and_the_first_secret_lives(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        made = await make(client, mover_a)
        rotate = f"{KEYS}/{made['id']}/rotate"
        answers = await asyncio.gather(*(client.post(rotate, json={}, headers=mover_a.headers) for _ in range(8)))
        assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
        [rotated] = [answer.json() for answer in answers if answer.status_code == 200]
        assert await code_of(client, made["key"]) == await code_of(client, rotated["key"]) == LIVES

    async def test_without_overlap_the_former_dies_at_once(self, client: httpx.AsyncClient, mover_a: Member):
        made = await make(client, mover_a)
        await client.post(f"{KEYS}/{made['id']}/rotate", json={"overlap_hours": 0}, headers=mover_a.headers)
        assert await code_of(client, made["key"]) == REFUSED

    async def test_a_retry_is_one_keys_whichever_secret_it_is_sent_with(
        self, client: httpx.AsyncClient, mover_a: Member
    ):
        made = await make(client, mover_a, "org:write")
        body = {"radius_miles": 20}
        once = {"Idempotency-Key": uuid4().hex}
        first = await client.post("/v1/org/service-areas", json=body, headers=bearer(made["key"]) | once)
        rotated = (await client.post(f"{KEYS}/{made['id']}/rotate", json={}, headers=mover_a.headers)).json()
        again = await client.post("/v1/org/service-areas", json=body, headers=bearer(rotated["key"]) | once)
        assert first.status_code == 201, first.text
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.json()["id"] == first.json()["id"]


class TestStrangers:
    async def test_a_key_sees_its_own_company_alone(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        made = await make(client, mover_a, "org:read")
        answer = await client.get("/v1/org", headers=bearer(made["key"]))
        assert answer.json()["id"] == str(mover_a.org_id)
        other = await client.get(f"{KEYS}/{made['id']}", headers=mover_b.headers)
        assert (other.status_code, other.json()["code"]) == (404, "api_key_not_found")
        assert (await client.delete(f"{KEYS}/{made['id']}", headers=mover_b.headers)).status_code == 404
        assert (await client.get(KEYS, headers=mover_b.headers)).json()["items"] == []
        assert await code_of(client, made["key"], "/v1/org") == LIVES

    async def test_what_is_no_key_of_ours_is_refused_without_the_database(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        key = (await make(client, mover_a))["key"]
        forged = [
            key[:-1] + ("A" if key[-1] != "A" else "B"),
            key[:20] + ("A" if key[20] != "A" else "B") + key[21:],
            key + "A",
            key[:-4],
            "mh_live_",
            make_api_key(resources.signer, uuid4(), mover_a.org_id, is_live=False),
            key[:8] + "=" * 86,
            key[:8] + "é" * 86,
        ]
        for one in forged:
            answer = await client.get(TRUCKS, headers=[(b"Authorization", f"Bearer {one}".encode())])
            assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated"), one

    async def test_a_true_mac_without_a_row_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        made = await make(client, mover_a)
        for key_id in (uuid4(), UUID(made["id"])):
            text = make_api_key(resources.pepper, key_id, mover_a.org_id, is_live=False)
            assert await code_of(client, text) == REFUSED

    async def test_a_key_for_another_environment_is_another_key(self, client: httpx.AsyncClient, mover_a: Member):
        key = (await make(client, mover_a))["key"]
        assert await code_of(client, key.replace("mh_test_", "mh_live_")) == REFUSED

    @pytest.mark.parametrize("cookie", ["movehub_at", "movehub_ct", "__Host-movehub_at"])
    async def test_a_key_is_no_cookie(self, client: httpx.AsyncClient, mover_a: Member, cookie: str):
        key = (await make(client, mover_a))["key"]
        answer = await client.get(TRUCKS, headers={"Cookie": f"{cookie}={key}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")

    async def test_staff_and_members_of_other_roles_make_none(
        self, client: httpx.AsyncClient, mover_a: Member, staff: StaffMember, logins: Logins
    ):
        body = {"name": "ERP", "scopes": ["fleet:read"]}
        assert (await client.post(KEYS, json=body, headers=staff.headers)).json()["code"] == "wrong_kind_of_caller"
        for role, status in (("dispatcher", 403), ("accountant", 403), ("driver", 403), ("manager", 201)):
            headers = await as_role(client, mover_a, role, logins)
            assert (await client.post(KEYS, json=body, headers=headers)).status_code == status
            assert (await client.get(KEYS, headers=headers)).status_code == (200 if status == 201 else 403)
        beyond = await client.post(KEYS, json=body | {"scopes": ["audit:read"]}, headers=headers)
        assert (beyond.status_code, beyond.json()["code"]) == (403, "scope_not_yours")

    async def test_a_manager_gets_no_secret_of_a_key_that_only_owners_can_give(
        self, client: httpx.AsyncClient, mover_a: Member, logins: Logins
    ):
        audits, fleet = await make(client, mover_a, "audit:read"), await make(client, mover_a, "fleet:read")
        manager = await as_role(client, mover_a, "manager", logins)
        refused = await client.post(f"{KEYS}/{audits['id']}/rotate", json={}, headers=manager)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_not_yours")
        assert "key" not in refused.json()
        shown = (await client.get(f"{KEYS}/{audits['id']}", headers=manager)).json()
        assert (shown["status"], shown["rotated_at"]) == ("active", None)
        allowed = await client.post(f"{KEYS}/{fleet['id']}/rotate", json={}, headers=manager)
        assert allowed.status_code == 200, allowed.text
        # Stopping a key stays a manager's, whatever it opens.
        assert (await client.delete(f"{KEYS}/{audits['id']}", headers=manager)).status_code == 204


class TestTelling:
    async def test_the_trail_names_the_key_that_acted_and_who_made_it(self, client: httpx.AsyncClient, mover_a: Member):
        made = await make(client, mover_a, "org:write", "audit:read")
        area = await client.post("/v1/org/service-areas", json={"radius_miles": 20}, headers=bearer(made["key"]))
        assert area.status_code == 201, area.text
        await client.delete(f"{KEYS}/{made['id']}", headers=mover_a.headers)
        items = (await client.get("/v1/org/audit", headers=mover_a.headers)).json()["items"]
        by_action = {one["action"]: one for one in items}
        assert by_action["identity.api_key_made"]["actor"]["kind"] == "mover"
        changes = {one["field"]: one for one in by_action["identity.api_key_made"]["changes"]}
        assert changes["scopes"]["after"] == ["audit:read", "org:write"]
        [acted] = [one["actor"] for one in items if one["actor"]["kind"] == "api_key"]
        assert (acted["id"], acted["role"]) == (made["id"], None)
        assert "identity.api_key_revoked" in by_action

    async def test_the_secret_is_nowhere(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        logins: Logins,
        caplog: pytest.LogCaptureFixture,
    ):
        caplog.set_level(logging.DEBUG)
        once = {"Idempotency-Key": uuid4().hex}
        answer = await client.post(KEYS, json={"name": "ERP", "scopes": ["org:write"]}, headers=mover_a.headers | once)
        made = answer.json()
        await client.post("/v1/org/service-areas", json={"radius_miles": 9}, headers=bearer(made["key"]))
        rotated = (await client.post(f"{KEYS}/{made['id']}/rotate", json={}, headers=mover_a.headers | once)).json()
        await code_of(client, rotated["key"], "/v1/org")
        secrets = [made["key"][-40:], rotated["key"][-40:]]
        assert not any(secret in caplog.text for secret in secrets)
        whole = await whole_database(logins)
        assert hashlib.sha256(rotated["key"].encode()).hexdigest() in whole, "the search itself finds what is there"
        assert not any(secret in whole or secret.encode().hex() in whole for secret in secrets)

    async def test_a_key_itself_can_write_no_key_even_past_the_routes(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        made = await make(client, mover_a)
        async with resources.database.write(Identity(Audience.MOVER, org_id=mover_a.org_id)) as session:
            changed = await session.execute(text("UPDATE app.api_keys SET scopes = '{audit:read}' RETURNING id"))
            assert changed.all() == []
        assert await code_of(client, made["key"]) == LIVES


async def signed_in_again(client: httpx.AsyncClient, member: Member) -> dict[str, str]:
    answer = await client.post("/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def as_role(client: httpx.AsyncClient, member: Member, role: str, logins: Logins) -> dict[str, str]:
    """The owner, having become something else."""
    admin = await asyncpg.connect(logins.admin)
    try:
        await admin.execute("UPDATE app.members SET role = $1 WHERE org_id = $2", role, member.org_id)
    finally:
        await admin.close()
    return await signed_in_again(client, member)


async def whole_database(logins: Logins) -> str:
    """All rows of all tables as text; bytes as hex."""
    admin = await asyncpg.connect(logins.admin)
    try:
        tables = await admin.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'app'")
        rows = [await admin.fetch(f"SELECT t::text FROM app.{table} AS t") for (table,) in tables]
    finally:
        await admin.close()
    return "\n".join(row[0] for found in rows for row in found)
