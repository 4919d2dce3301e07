"""Another phone number or e-mail address, by a code that was received there; and where one is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.customers import handlers
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member, StaffMember
from tests.factories.customers import (
    SignedInCustomer,
    code_of,
    new_email,
    new_phone,
    request_code,
    sign_in_customer,
    verify,
)
from tests.factories.worker import read_mailbox, work

pytestmark = pytest.mark.integration


async def ask(client: httpx.AsyncClient, customer: SignedInCustomer, **recipient: str) -> str:
    """The id of the challenge for a new number or address."""
    answer = await client.post("/v1/customers/me/otp", json=recipient, headers=customer.headers)
    assert answer.status_code == 202, answer.text
    challenge_id: str = answer.json()["challenge_id"]
    return challenge_id


async def prove(client: httpx.AsyncClient, customer: SignedInCustomer, challenge_id: str, code: str) -> httpx.Response:
    body = {"challenge_id": challenge_id, "code": code}
    return await client.post("/v1/customers/me/otp/verify", json=body, headers=customer.headers)


async def me(client: httpx.AsyncClient, customer: SignedInCustomer) -> dict[str, Any]:
    told: dict[str, Any] = (await client.get("/v1/customers/me", headers=customer.headers)).json()
    return told


class TestChangeAddress:
    async def test_new_number_is_ones_own_the_old_one_is_told_and_other_sessions_end(
        self,
        client: httpx.AsyncClient,
        resources: Resources,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        old, new = new_phone(), new_phone()
        here, there = [await sign_in_customer(client, resources, phone=old) for _ in range(2)]
        challenge_id = await ask(client, here, phone=new)
        await work(worker_resources)
        [sms] = read_mailbox(settings.mail.mailbox, to=new)
        assert "to make this the number of your account" in sms["text"]

        changed = await prove(client, here, challenge_id, sms["text"][:6])

        assert (changed.status_code, changed.json()["phone"], changed.headers["etag"]) == (200, new, '"v2"')
        assert (await me(client, here))["phone"] == new
        assert (await me(client, there))["code"] == "session_ended"
        # An hour passes before the worker comes to it: codes are forgotten by then, the warning is not.
        clock.advance(timedelta(hours=2))
        await handlers.forget_old_codes(worker_resources)
        await work(worker_resources)
        assert ["new phone number" in one["text"] for one in read_mailbox(settings.mail.mailbox, to=old)][-1]
        assert (await sign_in_customer(client, resources, phone=new)).id == here.id
        assert (await sign_in_customer(client, resources, phone=old)).id != here.id

    async def test_a_first_address_is_told_to_the_number(
        self, client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, settings: Settings
    ):
        phone, email = new_phone(), new_email()
        zoe = await sign_in_customer(client, resources, phone=phone)
        challenge_id = await ask(client, zoe, email=email)

        changed = await prove(client, zoe, challenge_id, await code_of(resources, challenge_id))

        assert (changed.json()["phone"], changed.json()["email"]) == (phone, email)
        await work(worker_resources)
        assert "new e-mail address" in read_mailbox(settings.mail.mailbox, to=phone)[-1]["text"]
        assert all("new e-mail address" not in one["text"] for one in read_mailbox(settings.mail.mailbox, to=email))

    async def test_the_trail_tells_which_field_and_no_value(
        self, client: httpx.AsyncClient, resources: Resources, staff: StaffMember
    ):
        zoe = await sign_in_customer(client, resources)
        challenge_id = await ask(client, zoe, phone=new_phone())
        await prove(client, zoe, challenge_id, await code_of(resources, challenge_id))

        query = {"resource_id": str(zoe.id)}
        trail = (await client.get("/v1/ops/audit", params=query, headers=staff.headers)).json()["items"]

        told = [(one["action"], [(c["field"], c["withheld"]) for c in one["changes"]]) for one in trail]
        assert told == [("customers.address_changed", [("phone", True)])]

    async def test_somebody_elses_number_is_refused_to_whoever_holds_it(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        phone = new_phone()
        yan = await sign_in_customer(client, resources, phone=phone)
        zoe = await sign_in_customer(client, resources)
        challenge_id = await ask(client, zoe, phone=phone)

        refused = await prove(client, zoe, challenge_id, await code_of(resources, challenge_id))

        assert (refused.status_code, refused.json()["code"]) == (409, "address_taken")
        assert (await me(client, yan))["phone"] == phone
        assert (await me(client, zoe))["phone"] != phone

    async def test_a_code_serves_its_own_customer_and_purpose_alone(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        zoe, yan = [await sign_in_customer(client, resources) for _ in range(2)]
        own = await ask(client, zoe, phone=new_phone())
        to_sign_in = await request_code(client, phone=new_phone())

        answers = [
            await prove(client, yan, own, await code_of(resources, own)),
            await prove(client, zoe, to_sign_in, await code_of(resources, to_sign_in)),
            await prove(client, zoe, str(uuid4()), "123456"),
        ]
        signing_in = await verify(client, own, await code_of(resources, own))

        assert [(one.status_code, one.json()["code"]) for one in answers] == [(422, "code_refused")] * 3
        assert (signing_in.status_code, signing_in.json()["code"]) == (401, "otp_refused")
        # None of these was a try of its owner's.
        assert (await prove(client, zoe, own, await code_of(resources, own))).status_code == 200

    async def test_it_is_tried_five_times_and_used_once(self, client: httpx.AsyncClient, resources: Resources):
        zoe = await sign_in_customer(client, resources)
        spent, used = [await ask(client, zoe, phone=new_phone()) for _ in range(2)]
        code = await code_of(resources, spent)
        wrong = f"{(int(code) + 1) % 1_000_000:06d}"

        tries = [(await prove(client, zoe, spent, one)).status_code for one in (*[wrong] * 5, code)]
        uses = [(await prove(client, zoe, used, await code_of(resources, used))).status_code for _ in range(2)]

        assert tries == [422] * 6
        assert uses == [200, 422]

    async def test_a_session_that_was_ended_sends_nothing(
        self, client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, settings: Settings
    ):
        zoe, phone = await sign_in_customer(client, resources), new_phone()
        await client.post("/v1/customers/logout", headers=zoe.headers)

        refused = await client.post("/v1/customers/me/otp", json={"phone": phone}, headers=zoe.headers)

        assert (refused.status_code, refused.json()["code"]) == (401, "session_ended")
        await work(worker_resources)
        assert read_mailbox(settings.mail.mailbox, to=phone) == []


class TestSessions:
    async def test_they_are_listed_and_ended_by_their_owner_alone(
        self, client: httpx.AsyncClient, resources: Resources, clock: ManualClock
    ):
        phone = new_phone()
        there = await sign_in_customer(client, resources, phone=phone)
        clock.advance(timedelta(minutes=1))
        here = await sign_in_customer(client, resources, phone=phone)
        yan = await sign_in_customer(client, resources)
        path = "/v1/customers/me/sessions"

        listed = (await client.get(path, headers=here.headers)).json()["items"]

        assert [one["is_current"] for one in listed] == [True, False]
        other = f"{path}/{listed[1]['id']}"
        strange = await client.delete(other, headers=yan.headers)
        assert (strange.status_code, strange.json()["code"]) == (404, "customer_session_not_found")
        statuses = [(await client.delete(other, headers=here.headers)).status_code for _ in range(2)]
        assert statuses == [204, 404]
        assert (await me(client, there))["code"] == "session_ended"
        left = (await client.get(path, headers=here.headers)).json()["items"]
        assert [one["id"] for one in left] == [listed[0]["id"]]


NOBODYS = "00000000-0000-7000-8000-000000000000"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/customers/me/otp", {"phone": "+14155550134"}),
        ("POST", "/v1/customers/me/otp/verify", {"challenge_id": NOBODYS, "code": "123456"}),
        ("GET", "/v1/customers/me/sessions", None),
        ("DELETE", f"/v1/customers/me/sessions/{NOBODYS}", None),
    ],
)
async def test_nobody_but_customers(
    client: httpx.AsyncClient,
    mover_a: Member,
    staff: StaffMember,
    method: str,
    path: str,
    body: dict[str, object] | None,
):
    for headers, status in ((mover_a.headers, 403), (staff.headers, 403), ({}, 401)):
        assert (await client.request(method, path, json=body, headers=headers)).status_code == status
