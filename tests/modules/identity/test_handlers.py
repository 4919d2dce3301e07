"""What a member is written to, from the request to the mailbox."""

from datetime import timedelta

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Member
from tests.factories.worker import read_mailbox, work

pytestmark = pytest.mark.integration


class TestWelcomeOwner:
    async def test_owner_is_told_what_to_do_next(
        self, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        await work(worker_resources)

        mails = read_mailbox(settings.mail.mailbox, to=mover_a.email)
        [mail] = [mail for mail in mails if mail["subject"] == "Welcome to MoveHub"]
        assert mail["text"].startswith("Hello Ann Owner,\n")
        assert "http://127.0.0.1:8000/docs" in mail["text"]


class TestTellOfApiKey:
    async def test_the_owners_hear_of_a_key_and_of_its_new_secret(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, settings: Settings
    ):
        body = {"name": "ERP of the office", "scopes": ["fleet:read"]}
        made = (await client.post("/v1/org/api-keys", json=body, headers=mover_a.headers)).json()
        await client.post(f"/v1/org/api-keys/{made['id']}/rotate", json={}, headers=mover_a.headers)
        await work(worker_resources)

        mails = {mail["subject"]: mail["text"] for mail in read_mailbox(settings.mail.mailbox, to=mover_a.email)}
        for subject in ("An API key was made", "An API key was given a new secret"):
            assert '"ERP of the office"' in mails[subject]
            assert f"/v1/org/api-keys/{made['id']}" in mails[subject]
            assert "mh_test_" not in mails[subject]


class TestWarnOfReplay:
    async def test_owner_hears_of_a_spent_token_that_came_back(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        login = await client.post("/v1/auth/login", json={"email": mover_a.email, "password": PASSWORD})
        spent = login.json()["refresh_token"]
        await client.post("/v1/auth/refresh", json={"refresh_token": spent})
        clock.advance(timedelta(minutes=1))
        assert (await client.post("/v1/auth/refresh", json={"refresh_token": spent})).status_code == 401
        clock.advance(timedelta(minutes=30))

        await work(worker_resources)

        mails = read_mailbox(settings.mail.mailbox, to=mover_a.email)
        [warning] = [mail for mail in mails if mail["subject"] == "We ended one of your sign-ins"]
        assert "at 2027-03-01 17:01 UTC" in warning["text"]
