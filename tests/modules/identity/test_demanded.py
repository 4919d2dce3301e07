"""A second factor that is demanded: of a company's members, of staff, and of a sign-in that is under way."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.modules.identity import repository
from app.modules.identity.service.sessions import Device, SignedIn
from app.modules.identity.service.sign_in import find_by_password
from app.modules.identity.service.sign_in import sign_in as sign_in_user
from app.modules.identity.values import Transport
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.callers import PASSWORD as MEMBERS_PASSWORD
from tests.factories.callers import add_member, sign_in_member
from tests.modules.identity.test_routes import bearer, refusal, sign_in, who
from tests.modules.identity.test_second_factor import answer_it, challenge, code_of, enrol

pytestmark = pytest.mark.integration

MOMENT = 0.3


async def demand(client: httpx.AsyncClient, headers: dict[str, str], *, required: bool = True) -> int:
    body = {"second_factor_required": required}
    return (await client.put("/v1/org/sign-in-policy", headers=headers, json=body)).status_code


class TestDemanded:
    async def test_an_owner_demands_only_what_they_have(self, client: httpx.AsyncClient, mover_a: Member):
        body = {"second_factor_required": True}
        answer = await client.put("/v1/org/sign-in-policy", headers=mover_a.headers, json=body)
        assert refusal(answer) == (409, "second_factor_missing")
        shown = (await client.get("/v1/org/sign-in-policy", headers=mover_a.headers)).json()
        assert shown == {"second_factor_required": False}

    async def test_a_sign_in_of_long_ago_does_not_end_the_demand(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        await enrol(client, mover_a.headers, clock)
        assert await demand(client, mover_a.headers) == 200
        clock.advance(timedelta(minutes=6))
        body = {"second_factor_required": False}
        refused = await client.put("/v1/org/sign-in-policy", headers=mover_a.headers, json=body)
        assert refusal(refused) == (403, "step_up_required")
        shown = (await client.get("/v1/org/sign-in-policy", headers=mover_a.headers)).json()
        assert shown == {"second_factor_required": True}
        assert await demand(client, mover_a.headers) == 200

    async def test_members_without_one_can_only_enrol_at_once_and_when_they_sign_in(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, resources: Resources, clock: ManualClock
    ):
        driver = await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)
        await enrol(client, mover_a.headers, clock)
        assert await demand(client, driver) == 403
        assert await demand(client, mover_a.headers) == 200
        for path in ("/v1/auth/me", "/v1/org", "/v1/trucks"):
            refused = await client.get(path, headers=driver)
            assert refusal(refused) == (403, "second_factor_enrolment_required")
        assert await who(client, mover_a.headers) == 200
        assert await who(client, mover_b.headers) == 200
        await enrol(client, driver, clock)
        assert await who(client, driver) == 200

    async def test_a_sign_in_without_one_opens_nothing_but_enrolment(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        driver = await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)
        email = (await client.get("/v1/auth/me", headers=driver)).json()["user"]["email"]
        await enrol(client, mover_a.headers, clock)
        await demand(client, mover_a.headers)
        told = await sign_in(client, email, password=MEMBERS_PASSWORD)
        assert told["must_enrol_second_factor"] is True
        headers = bearer(told)
        assert await who(client, headers) == 403
        fresh = await client.post("/v1/auth/refresh", json={"refresh_token": told["refresh_token"]})
        assert await who(client, bearer(fresh.json())) == 403
        secret, codes = await enrol(client, headers, clock)
        body = {"password": MEMBERS_PASSWORD, "code": codes[0]}
        kept = await client.post("/v1/auth/mfa/disable", headers=headers, json=body)
        assert refusal(kept) == (409, "second_factor_demanded")
        done = await answer_it(
            client, await challenge(client, email, password=MEMBERS_PASSWORD), code_of(secret, clock)
        )
        assert done.json()["must_enrol_second_factor"] is False

    async def test_what_runs_before_a_whole_sign_in_is_closed_to_one_that_may_only_enrol(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        """Routes of the sign-in audience ask for the session themselves."""
        manager = await sign_in_member(client, resources, mover_a.org_id, Role.MANAGER)
        await enrol(client, mover_a.headers, clock)
        assert await demand(client, mover_a.headers) == 200
        passwords = {"current_password": MEMBERS_PASSWORD, "new_password": "purple giraffe on a ladder"}
        for method, path, body in (
            ("GET", "/v1/org/members", None),
            ("GET", "/v1/org/invitations", None),
            ("POST", "/v1/org/invitations", {"email": "friend@example.com", "role": "manager"}),
            ("PATCH", f"/v1/org/members/{mover_a.org_id}", {"is_active": False}),
            ("DELETE", f"/v1/org/members/{mover_a.org_id}", None),
            ("POST", "/v1/auth/password", passwords),
            ("POST", "/v1/auth/email", {"email": "friend@example.com"}),
            ("POST", "/v1/auth/email/confirm", {"token": "mhe_none"}),
            ("POST", "/v1/auth/mfa/disable", {"password": MEMBERS_PASSWORD, "code": "123456"}),
        ):
            refused = await client.request(method, path, headers=manager, json=body)
            assert refusal(refused) == (403, "second_factor_enrolment_required"), path
        assert (await client.get("/v1/auth/memberships", headers=manager)).status_code == 200

    async def test_staff_without_one_can_only_enrol(
        self, client: httpx.AsyncClient, staff: StaffMember, resources: Resources, clock: ManualClock
    ):
        auth = resources.settings.auth.model_copy(update={"second_factor_exempt": ()})
        object.__setattr__(resources, "settings", resources.settings.model_copy(update={"auth": auth}))
        headers = bearer(await sign_in(client, staff.email))
        refused = await client.get("/v1/ops/verifications", headers=headers)
        assert refusal(refused) == (403, "second_factor_enrolment_required")
        await enrol(client, headers, clock)
        assert (await client.get("/v1/ops/verifications", headers=headers)).status_code == 200
        assert await challenge(client, staff.email)


class TestUnderWay:
    """A demand that begins while somebody signs in: of the two one comes second, and sees the other."""

    async def test_a_demand_waits_for_a_sign_in_and_finds_its_session(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        await enrol(client, mover_a.headers, clock)
        email = await add_member(resources, mover_a.org_id, Role.DISPATCHER)
        recognised = await find_by_password(resources, email, MEMBERS_PASSWORD)
        async with resources.database.write(Identity(Audience.SIGNIN)) as session:
            device = Device(Transport.BEARER, "slow")
            signed_in = await sign_in_user(session, resources, recognised, MEMBERS_PASSWORD, device)
            demanded = asyncio.create_task(demand(client, mover_a.headers))
            done, _ = await asyncio.wait({demanded}, timeout=MOMENT)
            assert not done
        assert await demanded == 200
        assert isinstance(signed_in, SignedIn)
        headers = {"Authorization": f"Bearer {signed_in.tokens.access_token}"}
        refused = await client.get("/v1/auth/me", headers=headers)
        assert refusal(refused) == (403, "second_factor_enrolment_required")

    async def test_a_sign_in_waits_for_a_demand_and_keeps_it(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        email = await add_member(resources, mover_a.org_id, Role.DISPATCHER)
        async with resources.database.write(Identity(Audience.SIGNIN, org_id=mover_a.org_id)) as session:
            await repository.lock_factor_demand(session, mover_a.org_id)
            await repository.put_factor_demand(session, mover_a.org_id, True, clock.now())
            waiting = asyncio.create_task(sign_in(client, email, password=MEMBERS_PASSWORD))
            done, _ = await asyncio.wait({waiting}, timeout=MOMENT)
            assert not done
        assert (await waiting)["must_enrol_second_factor"] is True

    async def test_of_a_demand_and_sign_ins_at_once_no_whole_session_is_left(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        await enrol(client, mover_a.headers, clock)
        emails = [await add_member(resources, mover_a.org_id, Role.DISPATCHER) for _ in range(3)]
        status, *told = await asyncio.gather(
            demand(client, mover_a.headers),
            *(sign_in(client, email, password=MEMBERS_PASSWORD) for email in emails * 2),
        )
        assert status == 200
        assert {await who(client, bearer(one)) for one in told} == {403}

    async def test_of_a_demand_and_a_factor_that_is_disabled_at_once_one_wins(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        await enrol(client, mover_a.headers, clock)
        driver = await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)
        _, codes = await enrol(client, driver, clock)
        body = {"password": MEMBERS_PASSWORD, "code": codes[0]}
        status, disabled = await asyncio.gather(
            demand(client, mover_a.headers), client.post("/v1/auth/mfa/disable", headers=driver, json=body)
        )
        assert status == 200
        assert (disabled.status_code, await who(client, driver)) in {(204, 403), (409, 200)}
