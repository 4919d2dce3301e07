"""One-time codes over HTTP: how often, how long, and for whom."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa

from app import registry
from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.main import assemble, build_resources
from app.modules.customers import handlers, repository
from app.modules.customers.models import Customer, OtpChallenge
from app.modules.customers.service.seals import seals_of
from app.modules.customers.values import Channel
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.outbox.models import OutboxEvent
from app.runtime.resources import Resources
from app.runtime.settings import LimitSettings, Settings
from app.runtime.web.service import Readiness
from tests.conftest import Logins
from tests.factories.customers import code_of, new_email, new_phone, request_code, verify
from tests.factories.worker import read_mailbox, work

pytestmark = pytest.mark.integration

SIGNIN = Identity(Audience.SIGNIN)
WORKER = Identity(Audience.WORKER)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.fixture
async def strict_client(
    settings: Settings, app_database: Database, clock: ManualClock, logins: Logins
) -> AsyncIterator[httpx.AsyncClient]:
    """A client from an address of its own, with the limits of codes as they ship."""
    limits = LimitSettings(anonymous_per_minute=1_000_000, otp_verify_per_address_minute=1_000_000)
    resources = build_resources(settings.model_copy(update={"limits": limits}), app_database, clock=clock)
    app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
    transport = httpx.ASGITransport(app, client=(f"address-{new_id()}", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    await resources.close()


class TestRequestCode:
    async def test_code_arrives_as_a_text_message_and_opens_a_session(
        self, client: httpx.AsyncClient, worker_resources: Resources, settings: Settings
    ):
        phone = new_phone()
        challenge_id = await request_code(client, phone=phone)

        await work(worker_resources)

        [sms] = read_mailbox(settings.mail.mailbox, to=phone)
        code = sms["text"][:6]
        assert sms["text"].endswith(f"\n\n@127.0.0.1 #{code}")
        assert (await verify(client, challenge_id, code)).status_code == 200

    async def test_code_arrives_by_e_mail_at_the_address_in_lower_case(
        self, client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, settings: Settings
    ):
        email = new_email()
        challenge_id = await request_code(client, email=email.title())

        await work(worker_resources)

        [mail] = read_mailbox(settings.mail.mailbox, to=email)
        assert mail["subject"] == "Your MoveHub code"
        assert f"Your code is {await code_of(resources, challenge_id)}." in mail["text"]

    async def test_only_the_newest_code_is_sent_and_good(
        self, client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, settings: Settings
    ):
        phone = new_phone()
        older = await request_code(client, phone=phone)
        newer = await request_code(client, phone=phone)

        await work(worker_resources)

        code = await code_of(resources, newer)
        assert [sms["text"][:6] for sms in read_mailbox(settings.mail.mailbox, to=phone)] == [code]
        assert (await verify(client, older, await code_of(resources, older))).status_code == 401
        assert (await verify(client, newer, code)).status_code == 200

    async def test_neither_code_nor_recipient_stands_in_the_outbox(
        self, client: httpx.AsyncClient, resources: Resources, worker_resources: Resources
    ):
        phone = new_phone()
        challenge_id = await request_code(client, phone=phone)

        async with worker_resources.database.read(WORKER) as session:
            payload = OutboxEvent.payload["challenge_id"].astext == challenge_id
            row = (await session.execute(sa.select(OutboxEvent).where(payload))).scalar_one()

        assert row.payload == {"org_id": None, "challenge_id": challenge_id}
        written = json.dumps([str(value) for value in vars(row).values()])
        assert phone not in written
        assert await code_of(resources, challenge_id) not in written

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, ""),
            ({"phone": "+14155550134", "email": "a@example.com"}, ""),
            ({"phone": None}, ""),
            ({"phone": "12"}, "/phone"),
            ({"phone": "+1415555013x\u0000"}, "/phone"),
            ({"phone": "+19005550199"}, "/phone"),
            ({"phone": "+979123456789"}, "/phone"),
            ({"phone": "+448712345678"}, "/phone"),
            ({"phone": "+80812345678"}, "/phone"),
            ({"email": "nobody"}, "/email"),
            ({"email": "a\u0000@example.com"}, "/email"),
            ({"phone": "+14155550134", "name": "Zoë"}, "/name"),
        ],
    )
    async def test_bad_recipient_is_refused(self, client: httpx.AsyncClient, body: dict[str, str], pointer: str):
        answer = await client.post("/v1/customers/otp", json=body)

        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]

    async def test_answer_is_the_same_for_known_and_unknown(self, client: httpx.AsyncClient, resources: Resources):
        known, unknown = new_phone(), new_phone()
        challenge_id = await request_code(client, phone=known)
        await verify(client, challenge_id, await code_of(resources, challenge_id))

        first, second = [await client.post("/v1/customers/otp", json={"phone": one}) for one in (known, unknown)]

        assert first.status_code == second.status_code == 202
        assert first.json().keys() == second.json().keys() == {"challenge_id", "expires_at"}
        assert first.json()["expires_at"] == second.json()["expires_at"]


class TestHowOften:
    async def test_next_code_is_sent_after_a_minute(self, strict_client: httpx.AsyncClient, clock: ManualClock):
        phone = new_phone()
        await request_code(strict_client, phone=phone)
        clock.advance(timedelta(seconds=18))

        early = await strict_client.post("/v1/customers/otp", json={"phone": phone})
        clock.advance(timedelta(seconds=42))
        late = await strict_client.post("/v1/customers/otp", json={"phone": phone})

        assert (early.status_code, early.json()["code"]) == (429, "rate_limited")
        assert early.headers["retry-after"] == "42"
        assert late.status_code == 202

    async def test_five_codes_an_hour_go_to_a_recipient(self, strict_client: httpx.AsyncClient, clock: ManualClock):
        phone = new_phone()
        for _ in range(5):
            await request_code(strict_client, phone=phone)
            clock.advance(timedelta(minutes=2))

        sixth = await strict_client.post("/v1/customers/otp", json={"phone": phone})
        clock.advance(timedelta(minutes=50))

        assert (sixth.status_code, sixth.headers["retry-after"]) == (429, "3000")
        await request_code(strict_client, phone=phone)

    async def test_twenty_codes_an_hour_go_out_for_an_address(
        self, strict_client: httpx.AsyncClient, clock: ManualClock
    ):
        for _ in range(20):
            await request_code(strict_client, phone=new_phone())

        answer = await strict_client.post("/v1/customers/otp", json={"phone": new_phone()})
        clock.advance(timedelta(hours=1))

        assert (answer.status_code, answer.headers["retry-after"]) == (429, "3600")
        await request_code(strict_client, phone=new_phone())

    async def test_numbers_of_a_prefix_share_a_days_codes(
        self, settings: Settings, app_database: Database, clock: ManualClock, logins: Logins
    ):
        limits = LimitSettings(anonymous_per_minute=1_000_000, otp_per_prefix_day=3)
        resources = build_resources(settings.model_copy(update={"limits": limits}), app_database, clock=clock)
        app = assemble(resources, Readiness(logins.app, registry.schema_revision()))
        transport = httpx.ASGITransport(app, client=(f"address-{new_id()}", 1))
        numbers = [f"+35227{digits}" for digits in range(100_000, 100_008)]
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            answers = await asyncio.gather(*(client.post("/v1/customers/otp", json={"phone": one}) for one in numbers))
            elsewhere = await client.post("/v1/customers/otp", json={"phone": "+4366412345678"})
            clock.advance(timedelta(days=1))
            tomorrow = await client.post("/v1/customers/otp", json={"phone": numbers[-1]})
        await resources.close()

        assert sorted(answer.status_code for answer in answers) == [202] * 3 + [429] * 5
        waits = {answer.headers["retry-after"] for answer in answers if answer.status_code == 429}
        assert 0 < int(waits.pop()) <= 24 * 3600
        assert (elsewhere.status_code, tomorrow.status_code) == (202, 202)

    async def test_of_ten_requests_at_once_one_sends(self, strict_client: httpx.AsyncClient):
        phone = new_phone()

        answers = await asyncio.gather(
            *(strict_client.post("/v1/customers/otp", json={"phone": phone}) for _ in range(10))
        )

        assert sorted(answer.status_code for answer in answers) == [202] + [429] * 9


class TestVerifyCode:
    async def test_code_is_good_once(self, client: httpx.AsyncClient, resources: Resources):
        challenge_id = await request_code(client, phone=new_phone())
        code = await code_of(resources, challenge_id)

        first, second = [await verify(client, challenge_id, code) for _ in range(2)]

        assert first.status_code == 200
        assert (second.status_code, second.json()["code"]) == (401, "otp_refused")

    async def test_five_wrong_tries_end_it(self, client: httpx.AsyncClient, resources: Resources):
        challenge_id = await request_code(client, phone=new_phone())
        code = await code_of(resources, challenge_id)

        wrong = [await verify(client, challenge_id, other_than(code)) for _ in range(5)]
        right = await verify(client, challenge_id, code)

        assert {answer.status_code for answer in wrong} == {401}
        assert right.status_code == 401
        assert wrong[0].json().keys() == right.json().keys()

    async def test_right_code_is_taken_at_the_fifth_try(self, client: httpx.AsyncClient, resources: Resources):
        challenge_id = await request_code(client, phone=new_phone())
        code = await code_of(resources, challenge_id)
        for _ in range(4):
            await verify(client, challenge_id, other_than(code))

        assert (await verify(client, challenge_id, code)).status_code == 200

    @pytest.mark.parametrize(("minutes", "status"), [(4.99, 200), (5, 401)])
    async def test_code_is_good_for_five_minutes(
        self, client: httpx.AsyncClient, resources: Resources, clock: ManualClock, minutes: float, status: int
    ):
        challenge_id = await request_code(client, phone=new_phone())
        code = await code_of(resources, challenge_id)
        clock.advance(timedelta(minutes=minutes))

        assert (await verify(client, challenge_id, code)).status_code == status

    async def test_code_of_another_challenge_is_refused(self, client: httpx.AsyncClient, resources: Resources):
        mine = await request_code(client, phone=new_phone())
        theirs = await request_code(client, phone=new_phone())

        assert (await verify(client, theirs, await code_of(resources, mine))).status_code == 401

    async def test_unknown_challenge_is_refused_like_a_wrong_code(self, client: httpx.AsyncClient):
        answer = await verify(client, str(new_id()), "123456")

        assert (answer.status_code, answer.json()["code"]) == (401, "otp_refused")

    @pytest.mark.parametrize("code", ["12345", "1234567", "12345x", "１２３４５６", "", " 123456"])  # noqa: RUF001
    async def test_what_is_no_code_is_malformed_and_costs_no_try(self, client: httpx.AsyncClient, code: str):
        answer = await verify(client, str(new_id()), code)

        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/code"]

    async def test_first_code_makes_the_customer_and_the_next_finds_them(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        phone = new_phone()
        seen = []
        for _ in range(2):
            challenge_id = await request_code(client, phone=phone)
            answer = await verify(client, challenge_id, await code_of(resources, challenge_id))
            seen.append(answer.json()["customer"])

        assert seen[0] == seen[1]
        assert seen[0]["phone"] == phone
        assert (seen[0]["email"], seen[0]["full_name"]) == (None, None)

    async def test_cookie_transport_keeps_the_token_out_of_the_body(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        challenge_id = await request_code(client, phone=new_phone())
        client.headers["Origin"] = "http://test"

        answer = await verify(client, challenge_id, await code_of(resources, challenge_id), transport="cookie")

        told = answer.json()
        assert told["session_token"] is None
        assert "HttpOnly" in next(one for one in answer.headers.get_list("set-cookie") if "movehub_ct" in one)
        assert (await client.get("/v1/customers/me")).status_code == 200
        forged = await client.patch("/v1/customers/me", json={"full_name": "Zoë"})
        assert (forged.status_code, forged.json()["code"]) == (403, "csrf_refused")
        header = {"X-CSRF-Token": told["csrf_token"]}
        assert (await client.patch("/v1/customers/me", json={"full_name": "Zoë"}, headers=header)).status_code == 200


class TestRaces:
    async def test_of_thirty_right_tries_at_once_one_opens_a_session(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        challenge_id = await request_code(client, phone=new_phone())
        code = await code_of(resources, challenge_id)

        answers = await asyncio.gather(*(verify(client, challenge_id, code) for _ in range(30)))

        assert sorted(answer.status_code for answer in answers) == [200] + [401] * 29

    async def test_of_a_thousand_wrong_tries_at_once_five_are_looked_at(
        self, client: httpx.AsyncClient, resources: Resources
    ):
        challenge_id = await request_code(client, phone=new_phone())
        code = await code_of(resources, challenge_id)

        at_once = asyncio.Semaphore(200)  # a thousand that wait for one row, each with its deadline, try the machine

        async def guess() -> httpx.Response:
            async with at_once:
                return await verify(client, challenge_id, other_than(code))

        answers = await asyncio.gather(*(guess() for _ in range(1_000)))

        assert {answer.status_code for answer in answers} == {401}
        async with resources.database.read(SIGNIN) as session:
            challenge = await repository.get_challenge(session, UUID(challenge_id))
        assert challenge is not None
        assert challenge.attempts_left == 0
        assert (await verify(client, challenge_id, code)).status_code == 401

    async def test_one_recipient_becomes_one_customer(self, resources: Resources):
        phone, now = new_phone(), resources.clock.now()

        async def come() -> Customer:
            newcomer = Customer(id=new_id(), version=1, created_at=now, updated_at=now)
            seals_of(resources).put(newcomer, Channel.SMS, phone)
            async with resources.database.write(SIGNIN) as session:
                return await repository.find_or_insert_customer(session, newcomer, Channel.SMS)

        found = await asyncio.gather(*(come() for _ in range(10)))

        assert len({customer.id for customer in found}) == 1


class TestForgetOldCodes:
    async def test_codes_go_when_no_limit_counts_them_any_more(
        self, client: httpx.AsyncClient, worker_resources: Resources, clock: ManualClock
    ):
        older = await request_code(client, phone=new_phone())
        clock.advance(timedelta(minutes=1))
        newer = await request_code(client, phone=new_phone())
        clock.advance(timedelta(minutes=59))

        await handlers.forget_old_codes(worker_resources)

        async with worker_resources.database.read(WORKER) as session:
            ids = sa.select(OtpChallenge.id).where(OtpChallenge.id.in_([older, newer]))
            left = [str(one) for one in (await session.execute(ids)).scalars()]
        assert left == [newer]
