"""What a person changes of themselves: their name, and the e-mail address that they sign in with."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Member, StaffMember
from tests.factories.customers import new_email
from tests.factories.worker import read_mailbox, work
from tests.modules.identity.test_passwords import asked_for, reset, token_in

pytestmark = pytest.mark.integration

ME = "/v1/auth/me"


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def log_in(client: httpx.AsyncClient, email: str) -> httpx.Response:
    return await client.post("/v1/auth/login", json={"email": email, "password": PASSWORD})


async def ask(client: httpx.AsyncClient, headers: dict[str, str], email: str) -> httpx.Response:
    return await client.post("/v1/auth/email", json={"email": email}, headers=headers)


async def confirm(client: httpx.AsyncClient, headers: dict[str, str], token: str) -> httpx.Response:
    return await client.post("/v1/auth/email/confirm", json={"token": token}, headers=headers)


class TestChangeMe:
    async def test_members_and_staff_change_what_they_are_called(
        self, client: httpx.AsyncClient, mover_a: Member, staff: StaffMember
    ):
        for caller in (mover_a, staff):
            shown = await client.get(ME, headers=caller.headers)
            headers = caller.headers | {"If-Match": shown.headers["etag"]}
            changed = await client.patch(ME, json={"full_name": "Ann Other"}, headers=headers)
            assert changed.status_code == 200, changed.text
            assert changed.json() == shown.json() | {
                "user": shown.json()["user"] | {"full_name": "Ann Other"},
                "version": shown.json()["version"] + 1,
            }
            assert (await client.get(ME, headers=caller.headers)).json() == changed.json()
            stale = await client.patch(ME, json={"full_name": "Ann Third"}, headers=headers)
            assert refusal(stale) == (412, "stale_version")

    @pytest.mark.parametrize(
        "body", [{}, {"full_name": None}, {"full_name": " "}, {"email": "a@example.com"}, {"staff_role": "admin"}]
    )
    async def test_what_cannot_be_changed_so_is_refused(
        self, client: httpx.AsyncClient, mover_a: Member, body: dict[str, Any]
    ):
        assert (await client.patch(ME, json=body, headers=mover_a.headers)).status_code == 422


class TestEmail:
    async def test_the_new_address_is_shown_first_and_the_former_told(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        email = new_email()
        other = (await log_in(client, mover_a.email)).json()["access_token"]
        await asked_for(client, mover_a.email)
        assert (await ask(client, mover_a.headers, email.upper())).status_code == 202
        await work(worker_resources)
        assert (await client.get(ME, headers=mover_a.headers)).json()["user"]["email"] == mover_a.email
        token = token_in(settings, email, "mhe")
        assert (await confirm(client, mover_a.headers, token)).status_code == 204
        user = (await client.get(ME, headers=mover_a.headers)).json()["user"]
        assert user["email"] == email
        assert user["email_verified_at"] is not None
        assert (await client.get(ME, headers={"Authorization": f"Bearer {other}"})).status_code == 401
        assert refusal(await log_in(client, mover_a.email)) == (401, "bad_credentials")
        assert (await log_in(client, email)).status_code == 200
        await work(worker_resources)
        subjects = [mail["subject"] for mail in read_mailbox(settings.mail.mailbox, to=mover_a.email)]
        assert "Your e-mail address was changed" in subjects
        assert refusal(await confirm(client, mover_a.headers, token)) == (422, "mail_token_refused")
        old = token_in(settings, mover_a.email)
        assert refusal(await reset(client, old)) == (422, "mail_token_refused"), "the former mailbox opens nothing"

    async def test_a_link_is_its_users_alone_and_the_latest_alone_is_good(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        mover_b: Member,
        worker_resources: Resources,
        settings: Settings,
    ):
        first, second = new_email(), new_email()
        for email in (first, second):
            await ask(client, mover_a.headers, email)
            await work(worker_resources)
        assert refusal(await confirm(client, mover_b.headers, token_in(settings, second, "mhe"))) == (
            422,
            "mail_token_refused",
        )
        refused = await confirm(client, mover_a.headers, token_in(settings, first, "mhe"))
        assert refusal(refused) == (422, "mail_token_refused")
        assert refusal(await reset(client, token_in(settings, second, "mhe"))) == (422, "mail_token_refused")
        assert (await confirm(client, mover_a.headers, token_in(settings, second, "mhe"))).status_code == 204

    async def test_a_link_ends_after_a_day(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        email = new_email()
        await ask(client, mover_a.headers, email)
        await work(worker_resources)
        clock.advance(timedelta(hours=24))
        again = {"Authorization": f"Bearer {(await log_in(client, mover_a.email)).json()['access_token']}"}
        refused = await confirm(client, again, token_in(settings, email, "mhe"))
        assert refusal(refused) == (422, "mail_token_refused")

    async def test_an_address_that_has_an_account_is_told_to_nobody(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        mover_b: Member,
        worker_resources: Resources,
        settings: Settings,
    ):
        taken = await ask(client, mover_a.headers, mover_b.email)
        free = await ask(client, mover_a.headers, new_email())
        assert (taken.status_code, taken.content) == (free.status_code, free.content)
        await work(worker_resources)
        texts = [mail["subject"] for mail in read_mailbox(settings.mail.mailbox, to=mover_b.email)]
        assert "Is this your new e-mail address?" not in texts

    async def test_of_two_who_want_one_address_one_gets_it(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        mover_b: Member,
        worker_resources: Resources,
        settings: Settings,
    ):
        email, tokens = new_email(), []
        for member in (mover_a, mover_b):
            await ask(client, member.headers, email)
            await work(worker_resources)
            tokens.append([mail["text"] for mail in read_mailbox(settings.mail.mailbox, to=email)])
        texts = [next(text for text in tokens[0]), next(text for text in tokens[1] if text not in tokens[0])]
        links = [next(word for word in text.split() if word.startswith("mhe_")) for text in texts]
        answers = await asyncio.gather(
            confirm(client, mover_a.headers, links[0]), confirm(client, mover_b.headers, links[1])
        )
        assert sorted(answer.status_code for answer in answers) == [204, 409]
        refused = next(answer for answer in answers if answer.status_code == 409)
        assert refused.json()["code"] == "email_taken"

    async def test_it_needs_a_fresh_proof(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        clock.advance(timedelta(minutes=6))
        assert refusal(await ask(client, mover_a.headers, new_email())) == (403, "step_up_required")


async def test_the_trail_tells_the_role_of_staff_who_sign_in_and_out(
    client: httpx.AsyncClient, admin: StaffMember, staff: StaffMember
):
    await client.patch(ME, json={"full_name": "Sam Other"}, headers=staff.headers)
    await client.post("/v1/auth/step-up", json={"password": PASSWORD}, headers=staff.headers)
    staff_id = (await client.get(ME, headers=staff.headers)).json()["user"]["id"]
    await client.post("/v1/auth/logout", headers=staff.headers)
    listed = await client.get(f"/v1/ops/audit?actor_id={staff_id}&limit=100", headers=admin.headers)
    told = {one["action"]: one["actor"]["role"] for one in listed.json()["items"]}
    assert told == dict.fromkeys(
        ("identity.signed_in", "identity.person_changed", "identity.stepped_up", "identity.signed_out"), "reviewer"
    )
