"""Members and invitations over HTTP: who may change whom, what ends at once, and who comes in by a link."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.modules.identity.service.invitations import invitation_token
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Member, StaffMember
from tests.factories.callers import PASSWORD as MEMBERS
from tests.factories.callers import add_member, sign_in_member
from tests.factories.worker import read_mailbox, work
from tests.modules.identity.test_passwords import token_in

pytestmark = pytest.mark.integration

NEWCOMERS = "purple giraffe on a ladder"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def log_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD) -> dict[str, str]:
    answer = await client.post("/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


async def members_of(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, dict[str, Any]]:
    """By e-mail address."""
    answer = await client.get("/v1/org/members?limit=100", headers=headers)
    assert answer.status_code == 200, answer.text
    return {one["email"]: one for one in answer.json()["items"]}


async def change(client: httpx.AsyncClient, headers: dict[str, str], member_id: str, **body: Any) -> httpx.Response:
    return await client.patch(f"/v1/org/members/{member_id}", json=body, headers=headers)


async def invite(
    client: httpx.AsyncClient, headers: dict[str, str], email: str, role: str = "driver"
) -> httpx.Response:
    return await client.post("/v1/org/invitations", json={"email": email, "role": role}, headers=headers)


async def accept(client: httpx.AsyncClient, token: str, **changes: Any) -> httpx.Response:
    body = {"token": token, "password": NEWCOMERS, "full_name": "Nell New"} | changes
    return await client.post("/v1/auth/invitations/accept", json=body)


def new_email() -> str:
    return f"{uuid4().hex}@example.com"


class TestMembers:
    async def test_a_changed_or_deactivated_members_sessions_end_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        email = await add_member(resources, mover_a.org_id, Role.DISPATCHER)
        headers = await log_in(client, email, MEMBERS)
        member = (await members_of(client, mover_a.headers))[email]
        assert (await change(client, mover_a.headers, member["id"], role="driver")).status_code == 204
        assert (await client.get("/v1/auth/me", headers=headers)).status_code == 401
        headers = await log_in(client, email, MEMBERS)
        assert (await client.get("/v1/auth/me", headers=headers)).json()["role"] == "driver"
        assert (await change(client, mover_a.headers, member["id"], is_active=False)).status_code == 204
        assert (await client.get("/v1/auth/me", headers=headers)).status_code == 401
        refused = await client.post("/v1/auth/login", json={"email": email, "password": MEMBERS})
        assert refusal(refused) == (403, "no_membership")
        assert (await change(client, mover_a.headers, member["id"], is_active=True)).status_code == 204
        await log_in(client, email, MEMBERS)
        removed = await client.delete(f"/v1/org/members/{member['id']}", headers=mover_a.headers)
        assert removed.status_code == 204
        assert email not in await members_of(client, mover_a.headers)

    async def test_managers_touch_no_owner_and_make_none(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        manager = await sign_in_member(client, resources, mover_a.org_id, Role.MANAGER)
        driver = await add_member(resources, mover_a.org_id, Role.DRIVER)
        ids = {email: one["id"] for email, one in (await members_of(client, manager)).items()}
        owner_id, driver_id = ids[mover_a.email], ids[driver]
        for answer in (
            await change(client, manager, owner_id, role="driver"),
            await change(client, manager, owner_id, is_active=False),
            await change(client, manager, driver_id, role="owner"),
            await client.delete(f"/v1/org/members/{owner_id}", headers=manager),
            await invite(client, manager, new_email(), "owner"),
        ):
            assert refusal(answer) == (403, "owners_alone")
        assert (await change(client, manager, driver_id, role="accountant")).status_code == 204

    async def test_the_last_owner_stays(self, client: httpx.AsyncClient, mover_a: Member):
        own_id = (await members_of(client, mover_a.headers))[mover_a.email]["id"]
        for answer in (
            await change(client, mover_a.headers, own_id, role="manager"),
            await change(client, mover_a.headers, own_id, is_active=False),
            await client.delete(f"/v1/org/members/{own_id}", headers=mover_a.headers),
        ):
            assert refusal(answer) == (409, "last_owner")
        assert (await client.get("/v1/auth/me", headers=mover_a.headers)).json()["role"] == "owner"

    async def test_of_two_owners_who_remove_each_other_one_stays(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        email = await add_member(resources, mover_a.org_id, Role.OWNER)
        other = await log_in(client, email, MEMBERS)
        ids = {one_email: one["id"] for one_email, one in (await members_of(client, other)).items()}
        answers = await asyncio.gather(
            client.delete(f"/v1/org/members/{ids[email]}", headers=mover_a.headers),
            client.delete(f"/v1/org/members/{ids[mover_a.email]}", headers=other),
        )
        assert sorted(answer.status_code for answer in answers) == [204, 401]
        left = [mover_a.headers, other][[answer.status_code for answer in answers].index(401) ^ 1]
        assert len(await members_of(client, left)) == 1

    async def test_ownership_goes_over_with_a_fresh_proof_alone(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        email = await add_member(resources, mover_a.org_id, Role.MANAGER)
        member_id = (await members_of(client, mover_a.headers))[email]["id"]
        clock.advance(timedelta(minutes=6))
        path, body = "/v1/org/transfer-ownership", {"member_id": member_id}
        stale = await client.post(path, json=body, headers=mover_a.headers)
        assert refusal(stale) == (403, "step_up_required")
        await client.post("/v1/auth/step-up", headers=mover_a.headers, json={"password": PASSWORD})
        assert (await client.post(path, json=body, headers=mover_a.headers)).status_code == 204
        roles = {
            one: told["role"] for one, told in (await members_of(client, await log_in(client, email, MEMBERS))).items()
        }
        assert roles == {email: "owner", mover_a.email: "manager"}

    async def test_another_companys_members_are_none(self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member):
        own_id = (await members_of(client, mover_a.headers))[mover_a.email]["id"]
        assert mover_a.email not in await members_of(client, mover_b.headers)
        for answer in (
            await change(client, mover_b.headers, own_id, role="driver"),
            await client.delete(f"/v1/org/members/{own_id}", headers=mover_b.headers),
        ):
            assert refusal(answer) == (404, "member_not_found")


class TestProof:
    """What a stolen session must not do."""

    async def test_nobody_becomes_a_lead_by_a_sign_in_of_long_ago(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock
    ):
        email = await add_member(resources, mover_a.org_id, Role.DISPATCHER)
        member = (await members_of(client, mover_a.headers))[email]
        clock.advance(timedelta(minutes=6))
        for role in ("owner", "manager"):
            refused = await change(client, mover_a.headers, member["id"], role=role)
            assert refusal(refused) == (403, "step_up_required")
            assert refusal(await invite(client, mover_a.headers, new_email(), role)) == (403, "step_up_required")
        assert (await members_of(client, mover_a.headers))[email]["role"] == "dispatcher"
        assert (await client.get("/v1/org/invitations", headers=mover_a.headers)).json()["items"] == []
        assert (await change(client, mover_a.headers, member["id"], role="accountant")).status_code == 204
        assert (await invite(client, mover_a.headers, new_email(), "dispatcher")).status_code == 201
        await client.post("/v1/auth/step-up", json={"password": PASSWORD}, headers=mover_a.headers)
        assert (await change(client, mover_a.headers, member["id"], role="manager")).status_code == 204
        assert (await invite(client, mover_a.headers, new_email(), "owner")).status_code == 201

    @pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
    async def test_no_deactivated_lead_comes_back_by_a_sign_in_of_long_ago(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources, clock: ManualClock, role: Role
    ):
        emails = [await add_member(resources, mover_a.org_id, one) for one in (role, Role.DRIVER)]
        ids = [(await members_of(client, mover_a.headers))[email]["id"] for email in emails]
        clock.advance(timedelta(minutes=6))
        for member_id in ids:
            assert (await change(client, mover_a.headers, member_id, is_active=False)).status_code == 204
        for body in ({"is_active": True}, {"is_active": True, "role": role}):
            refused = await change(client, mover_a.headers, ids[0], **body)
            assert refusal(refused) == (403, "step_up_required")
        assert not (await members_of(client, mover_a.headers))[emails[0]]["is_active"]
        assert (await change(client, mover_a.headers, ids[1], is_active=True)).status_code == 204
        await client.post("/v1/auth/step-up", json={"password": PASSWORD}, headers=mover_a.headers)
        assert (await change(client, mover_a.headers, ids[0], is_active=True)).status_code == 204


class TestInvitations:
    async def test_a_newcomer_comes_in_by_the_mailed_link_once(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        email = new_email()
        assert (await invite(client, mover_a.headers, email)).status_code == 201
        await work(worker_resources)
        token = token_in(settings, email, "mhi")
        assert refusal(await accept(client, token, full_name=None)) == (422, "name_needed")
        assert refusal(await accept(client, token, password="password1234")) == (422, "password_refused")
        done = await accept(client, token)
        assert done.json() == {"email": email, "organization_id": str(mover_a.org_id), "role": "driver"}
        assert refusal(await accept(client, token)) == (422, "invitation_refused")
        me = await client.get("/v1/auth/me", headers=await log_in(client, email, NEWCOMERS))
        assert (me.json()["role"], me.json()["user"]["email_verified_at"] is not None) == ("driver", True)
        assert refusal(await invite(client, mover_a.headers, email)) == (409, "already_member")

    async def test_whoever_has_an_account_shows_its_password_and_has_two_companies(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        mover_b: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        await invite(client, mover_a.headers, mover_b.email, "accountant")
        await work(worker_resources)
        token = token_in(settings, mover_b.email, "mhi")
        assert refusal(await accept(client, token)) == (401, "bad_credentials")
        assert (await accept(client, token, password=PASSWORD)).status_code == 200
        headers = await log_in(client, mover_b.email)
        listed = (await client.get("/v1/auth/memberships", headers=headers)).json()["items"]
        assert {one["organization_id"]: one["role"] for one in listed} == {
            str(mover_a.org_id): "accountant",
            str(mover_b.org_id): "owner",
        }
        clock.advance(timedelta(seconds=1))
        switched = await client.post(
            "/v1/auth/switch-org", json={"organization_id": str(mover_a.org_id)}, headers=headers
        )
        assert (switched.status_code, switched.json()["role"]) == (200, "accountant")
        assert (await client.get("/v1/auth/me", headers=headers)).status_code == 401
        other = {"Authorization": f"Bearer {switched.json()['access_token']}"}
        assert (await client.get("/v1/auth/me", headers=other)).json()["organization"]["id"] == str(mover_a.org_id)
        # The company last used is the one that the next sign-in is for.
        again = await client.get("/v1/auth/me", headers=await log_in(client, mover_b.email))
        assert again.json()["organization"]["id"] == str(mover_a.org_id)

    async def test_an_answer_kept_for_one_company_is_not_given_for_another(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        mover_b: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        await invite(client, mover_a.headers, mover_b.email, "manager")
        await work(worker_resources)
        await accept(client, token_in(settings, mover_b.email, "mhi"), password=PASSWORD)
        headers = await log_in(client, mover_b.email)
        helper, key = (
            {"full_name": "Hugo Lind", "role": "helper", "phone": "+14155550136"},
            {"Idempotency-Key": uuid4().hex},
        )
        made = await client.post("/v1/drivers", json=helper, headers=headers | key)
        assert made.status_code == 201, made.text
        clock.advance(timedelta(seconds=1))
        company = {"organization_id": str(mover_a.org_id)}
        switched = (await client.post("/v1/auth/switch-org", json=company, headers=headers)).json()
        there = {"Authorization": f"Bearer {switched['access_token']}"}
        assert refusal(await client.post("/v1/drivers", json=helper, headers=there | key)) == (
            422,
            "idempotency_key_reused",
        )

    async def test_a_foreign_company_cannot_be_switched_to(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ):
        for org_id in (mover_b.org_id, uuid4()):
            answer = await client.post(
                "/v1/auth/switch-org", json={"organization_id": str(org_id)}, headers=mover_a.headers
            )
            assert refusal(answer) == (404, "not_your_company")

    async def test_sent_again_the_first_link_is_worth_nothing_and_revoked_neither(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        email = new_email()
        invited = (await invite(client, mover_a.headers, email)).json()
        assert refusal(await invite(client, mover_a.headers, email)) == (409, "invitation_open")
        await work(worker_resources)
        first = token_in(settings, email, "mhi")
        settings.mail.mailbox.unlink()
        clock.advance(timedelta(minutes=1))
        path = f"/v1/org/invitations/{invited['id']}"
        assert (await client.post(f"{path}/resend", headers=mover_a.headers)).status_code == 200
        await work(worker_resources)
        second = token_in(settings, email, "mhi")
        assert refusal(await accept(client, first)) == (422, "invitation_refused")
        assert (await client.delete(path, headers=mover_a.headers)).status_code == 204
        assert refusal(await accept(client, second)) == (422, "invitation_refused")
        assert refusal(await client.delete(path, headers=mover_a.headers)) == (404, "invitation_not_found")
        assert (await invite(client, mover_a.headers, email)).status_code == 201

    async def test_a_link_ends_after_seven_days(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        email = new_email()
        await invite(client, mover_a.headers, email)
        await work(worker_resources)
        clock.advance(timedelta(days=7))
        assert refusal(await accept(client, token_in(settings, email, "mhi"))) == (422, "invitation_refused")

    async def test_of_many_at_once_one_accepts(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        email = new_email()
        await invite(client, mover_a.headers, email)
        await work(worker_resources)
        token = token_in(settings, email, "mhi")
        answers = await asyncio.gather(*(accept(client, token) for _ in range(6)))
        assert min(answer.status_code for answer in answers) == 200
        assert [answer.status_code for answer in answers].count(200) == 1
        assert len(await members_of(client, mover_a.headers)) == 2

    async def test_staff_are_members_of_no_company_and_nobody_is_told_who_is_staff(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        staff: StaffMember,
        resources: Resources,
        worker_resources: Resources,
        settings: Settings,
    ):
        unknown = new_email()
        asked = [await invite(client, mover_a.headers, email) for email in (staff.email, unknown)]
        assert [answer.status_code for answer in asked] == [201, 201]
        assert {frozenset(answer.json()) for answer in asked} == {frozenset(asked[0].json())}
        await work(worker_resources)
        [mail] = [one for one in read_mailbox(settings.mail.mailbox, to=staff.email) if "asked you" in one["subject"]]
        assert "mhi_" not in mail["text"]
        # Whoever has the link all the same: with the right password and a wrong one.
        invited = asked[0].json()
        expires_at = datetime.fromisoformat(invited["expires_at"])
        token = invitation_token(resources.signer, mover_a.org_id, UUID(invited["id"]), expires_at)
        for password in (PASSWORD, NEWCOMERS):
            assert refusal(await accept(client, token, password=password)) == (422, "invitation_refused")
        assert staff.email not in await members_of(client, mover_a.headers)
        me = await client.get("/v1/auth/me", headers=await log_in(client, staff.email))
        assert (me.json()["organization"], me.json()["user"]["staff_role"] is not None) == (None, True)

    @pytest.mark.parametrize("token", ["", "mhi_x", "mhi_" + "A" * 120, "mhv_AAAA"])
    async def test_a_forged_link_is_refused(self, client: httpx.AsyncClient, token: str):
        assert refusal(await accept(client, token)) == (422, "invitation_refused")
