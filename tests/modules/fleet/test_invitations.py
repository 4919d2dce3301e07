"""Somebody of the crew is asked to sign in: who they are is known with the acceptance, once, and of one company."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.kernel.actor import Role
from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member
from tests.factories.bookings import book_by_hand
from tests.factories.callers import sign_in_member
from tests.factories.fleet import add_driver, add_helper, is_driver
from tests.factories.worker import work
from tests.modules.identity.test_members import NEWCOMERS, accept, log_in, members_of, new_email, refusal
from tests.modules.identity.test_passwords import token_in

pytestmark = pytest.mark.integration

Headers = dict[str, str]


async def invite_crew(
    client: httpx.AsyncClient, headers: Headers, driver_id: str, email: str | None = None
) -> httpx.Response:
    body = {"email": email or new_email()}
    return await client.post(f"/v1/drivers/{driver_id}/invitations", json=body, headers=headers)


async def shown(client: httpx.AsyncClient, headers: Headers, driver_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/drivers/{driver_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def come_in(client: httpx.AsyncClient, worker: Resources, settings: Settings, email: str) -> Headers:
    """Accept the mailed invitation, let the worker hear of it, and sign in."""
    await work(worker)
    accepted = await accept(client, token_in(settings, email, "mhi"))
    assert accepted.status_code == 200, accepted.text
    await work(worker)
    return await log_in(client, email, NEWCOMERS)


class TestAccepted:
    async def test_who_accepts_sees_the_jobs_of_whom_they_were_invited_as(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        booking = await book_by_hand(client, mover_a.headers)
        driver_id, email = booking["driver_ids"][0], new_email()
        invited = await invite_crew(client, mover_a.headers, driver_id, email)
        assert (invited.status_code, invited.json()["role"]) == (201, "driver")
        waiting = await shown(client, mover_a.headers, driver_id)
        assert (waiting["user_id"], waiting["invitation_id"]) == (None, invited.json()["id"])
        headers = await come_in(client, worker_resources, settings, email)
        linked = await shown(client, mover_a.headers, driver_id)
        user_id = (await members_of(client, mover_a.headers))[email]["user_id"]
        assert (linked["user_id"], linked["invitation_id"]) == (user_id, None)
        assert linked["version"] == waiting["version"] + 1
        listed = (await client.get("/v1/bookings", headers=headers)).json()["items"]
        assert [one["id"] for one in listed] == [booking["id"]]

    async def test_a_link_of_a_plain_invitation_makes_nobody_one_of_the_crew(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        driver, email = await add_driver(client, mover_a.headers), new_email()
        body = {"email": email, "role": "driver"}
        await client.post("/v1/org/invitations", json=body, headers=mover_a.headers)
        await come_in(client, worker_resources, settings, email)
        assert (await shown(client, mover_a.headers, driver["id"]))["user_id"] is None

    async def test_who_was_linked_to_another_meanwhile_stays_so_and_the_promise_is_void(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        promised, other = [await add_helper(client, mover_a.headers) for _ in range(2)]
        email = new_email()
        await invite_crew(client, mover_a.headers, promised["id"], email)
        await work(worker_resources)
        await accept(client, token_in(settings, email, "mhi"))
        headers = await log_in(client, email, NEWCOMERS)
        await is_driver(client, mover_a.headers, other["id"], headers)
        await work(worker_resources)
        left = await shown(client, mover_a.headers, promised["id"])
        assert (left["user_id"], left["invitation_id"]) == (None, None)
        assert (await shown(client, mover_a.headers, other["id"]))["user_id"] is not None

    async def test_who_is_taken_out_before_the_worker_hears_of_them_is_nobody(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        helper, email = await add_helper(client, mover_a.headers), new_email()
        await invite_crew(client, mover_a.headers, helper["id"], email)
        await work(worker_resources)
        await accept(client, token_in(settings, email, "mhi"))
        member = (await members_of(client, mover_a.headers))[email]
        await client.delete(f"/v1/org/members/{member['id']}", headers=mover_a.headers)
        await work(worker_resources)
        left = await shown(client, mover_a.headers, helper["id"])
        assert (left["user_id"], left["invitation_id"]) == (None, None)


class TestRefused:
    async def test_another_companys_driver_is_none_and_nobody_is_invited(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member
    ):
        foreign = await add_driver(client, mover_b.headers)
        for driver_id in (foreign["id"], str(uuid4())):
            answer = await invite_crew(client, mover_a.headers, driver_id)
            assert refusal(answer) == (404, "driver_not_found")
        assert (await client.get("/v1/org/invitations", headers=mover_a.headers)).json()["items"] == []
        assert (await shown(client, mover_b.headers, foreign["id"]))["invitation_id"] is None

    async def test_who_has_left_or_signs_in_already_is_not_invited(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        retired, linked = [await add_helper(client, mover_a.headers) for _ in range(2)]
        await client.delete(f"/v1/drivers/{retired['id']}", headers=mover_a.headers)
        headers = await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)
        await is_driver(client, mover_a.headers, linked["id"], headers)
        assert refusal(await invite_crew(client, mover_a.headers, retired["id"])) == (409, "retired")
        assert refusal(await invite_crew(client, mover_a.headers, linked["id"])) == (409, "driver_signs_in")
        assert (await client.get("/v1/org/invitations", headers=mover_a.headers)).json()["items"] == []

    async def test_the_address_is_one_that_can_be_invited(self, client: httpx.AsyncClient, mover_a: Member):
        helper = await add_helper(client, mover_a.headers)
        bad = await invite_crew(client, mover_a.headers, helper["id"], "nobody")
        assert (bad.status_code, bad.json()["errors"][0]["pointer"]) == (422, "/email")
        taken = await invite_crew(client, mover_a.headers, helper["id"], mover_a.email)
        assert refusal(taken) == (409, "already_member")
        assert (await shown(client, mover_a.headers, helper["id"]))["invitation_id"] is None

    async def test_those_who_keep_no_members_do_not_invite(
        self, client: httpx.AsyncClient, mover_a: Member, resources: Resources
    ):
        helper = await add_helper(client, mover_a.headers)
        for role in (Role.DISPATCHER, Role.DRIVER, Role.ACCOUNTANT):
            headers = await sign_in_member(client, resources, mover_a.org_id, role)
            assert refusal(await invite_crew(client, headers, helper["id"])) == (403, "role_not_allowed")


class TestPromise:
    async def test_of_two_invitations_at_once_one_is_sent(self, client: httpx.AsyncClient, mover_a: Member):
        helper = await add_helper(client, mover_a.headers)
        answers = await asyncio.gather(*(invite_crew(client, mover_a.headers, helper["id"]) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"driver_invited"}
        listed = (await client.get("/v1/org/invitations", headers=mover_a.headers)).json()["items"]
        assert [one["id"] for one in listed] == [(await shown(client, mover_a.headers, helper["id"]))["invitation_id"]]

    async def test_a_revoked_or_expired_invitation_makes_room_for_another(
        self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock
    ):
        helper, email = await add_helper(client, mover_a.headers), new_email()
        first = (await invite_crew(client, mover_a.headers, helper["id"], email)).json()
        assert refusal(await invite_crew(client, mover_a.headers, helper["id"])) == (409, "driver_invited")
        await client.delete(f"/v1/org/invitations/{first['id']}", headers=mover_a.headers)
        assert (await invite_crew(client, mover_a.headers, helper["id"], email)).status_code == 201
        clock.advance(timedelta(days=7))
        headers = await log_in(client, mover_a.email)
        again = await invite_crew(client, headers, helper["id"], email)
        assert again.status_code == 201
        assert (await shown(client, headers, helper["id"]))["invitation_id"] == again.json()["id"]

    async def test_a_member_named_by_hand_and_who_leaves_end_it(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        resources: Resources,
        worker_resources: Resources,
        settings: Settings,
    ):
        named, leaving = [await add_helper(client, mover_a.headers) for _ in range(2)]
        emails = new_email(), new_email()
        for helper, email in zip((named, leaving), emails, strict=True):
            assert (await invite_crew(client, mover_a.headers, helper["id"], email)).status_code == 201
        await work(worker_resources)
        member = await sign_in_member(client, resources, mover_a.org_id, Role.DRIVER)
        await is_driver(client, mover_a.headers, named["id"], member)
        await client.delete(f"/v1/drivers/{leaving['id']}", headers=mover_a.headers)
        user_id = (await shown(client, mover_a.headers, named["id"]))["user_id"]
        for email in emails:
            assert (await accept(client, token_in(settings, email, "mhi"))).status_code == 200
        await work(worker_resources)
        assert (await shown(client, mover_a.headers, named["id"]))["user_id"] == user_id
        assert (await shown(client, mover_a.headers, leaving["id"]))["user_id"] is None
