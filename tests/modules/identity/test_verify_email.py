"""Whose e-mail address it is."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.factories.verification import make_ready
from tests.factories.worker import read_mailbox, work
from tests.modules.identity.test_passwords import asked_for, token_in
from tests.modules.identity.test_routes import bearer, refusal, registration

pytestmark = pytest.mark.integration


async def newcomer(client: httpx.AsyncClient) -> tuple[str, dict[str, str]]:
    body = registration()
    return body["email"], bearer((await client.post("/v1/auth/register", json=body)).json())


async def verify(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.post("/v1/auth/verify-email", json={"token": token})


async def verified_at(client: httpx.AsyncClient, headers: dict[str, str]) -> str | None:
    at: str | None = (await client.get("/v1/auth/me", headers=headers)).json()["user"]["email_verified_at"]
    return at


async def missing(client: httpx.AsyncClient, headers: dict[str, str]) -> list[str]:
    shown = await client.get("/v1/org/verification", headers=headers)
    return [one["code"] for one in shown.json()["missing"]]


async def test_the_link_of_the_registration_verifies_once(
    client: httpx.AsyncClient, worker_resources: Resources, settings: Settings
):
    email, headers = await newcomer(client)
    await work(worker_resources)
    assert await verified_at(client, headers) is None
    assert "verified_email" in await missing(client, headers)
    token = token_in(settings, email, "mhv")
    assert (await verify(client, token)).status_code == 204
    assert await verified_at(client, headers) == "2027-03-01T17:00:00Z"
    assert "verified_email" not in await missing(client, headers)
    assert refusal(await verify(client, token)) == (422, "mail_token_refused")


async def test_a_link_lives_a_day_and_another_can_be_asked_for(
    client: httpx.AsyncClient, worker_resources: Resources, settings: Settings, clock: ManualClock
):
    email, _ = await newcomer(client)
    await work(worker_resources)
    late = token_in(settings, email, "mhv")
    clock.advance(timedelta(hours=24))
    assert refusal(await verify(client, late)) == (422, "mail_token_refused")
    await asked_for(client, email, "verify-email")
    await work(worker_resources)
    assert (await verify(client, token_in(settings, email, "mhv"))).status_code == 204


async def test_who_is_verified_or_unknown_is_sent_nothing(
    client: httpx.AsyncClient, worker_resources: Resources, settings: Settings
):
    email, _ = await newcomer(client)
    await work(worker_resources)
    await verify(client, token_in(settings, email, "mhv"))
    before = len(read_mailbox(settings.mail.mailbox, to=email))
    for address in (email, f"x{email}"):
        await asked_for(client, address, "verify-email")
    await work(worker_resources)
    assert len(read_mailbox(settings.mail.mailbox, to=email)) == before
    assert read_mailbox(settings.mail.mailbox, to=f"x{email}") == []


async def test_a_company_asks_for_verification_with_an_address_of_its_owners(
    client: httpx.AsyncClient, worker_resources: Resources, settings: Settings
):
    email, headers = await newcomer(client)
    await make_ready(client, headers)
    refused = await client.post("/v1/org/verification", headers=headers)
    assert refusal(refused) == (403, "email_not_verified")
    await work(worker_resources)
    await verify(client, token_in(settings, email, "mhv"))
    assert (await client.post("/v1/org/verification", headers=headers)).status_code == 201
