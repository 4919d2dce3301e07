from datetime import timedelta

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.kernel.errors import AppError
from app.modules.customers import public
from app.modules.customers.errors import CustomerNotFound
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Member, StaffMember
from tests.factories.customers import SignedInCustomer, new_phone, sign_in_customer

pytestmark = pytest.mark.integration


@pytest.fixture
async def zoe(client: httpx.AsyncClient, resources: Resources) -> SignedInCustomer:
    return await sign_in_customer(client, resources)


@pytest.fixture
async def yan(client: httpx.AsyncClient, resources: Resources) -> SignedInCustomer:
    return await sign_in_customer(client, resources)


class TestShowMe:
    async def test_each_customer_sees_themselves(
        self, client: httpx.AsyncClient, zoe: SignedInCustomer, yan: SignedInCustomer
    ):
        seen = [(await client.get("/v1/customers/me", headers=one.headers)).json()["id"] for one in (zoe, yan)]

        assert seen == [str(zoe.id), str(yan.id)]


class TestChangeMe:
    async def test_name_is_kept_as_written_and_the_version_rises(
        self, client: httpx.AsyncClient, zoe: SignedInCustomer, yan: SignedInCustomer
    ):
        name = "Zoë Müller-王 🚚"

        changed = await client.patch("/v1/customers/me", json={"full_name": f"  {name} "}, headers=zoe.headers)

        assert (changed.status_code, changed.headers["etag"]) == (200, '"v2"')
        assert changed.json()["full_name"] == name
        other = await client.get("/v1/customers/me", headers=yan.headers)
        assert (other.json()["full_name"], other.headers["etag"]) == (None, '"v1"')

    async def test_change_over_somebody_elses_is_refused(self, client: httpx.AsyncClient, zoe: SignedInCustomer):
        headers = zoe.headers | {"If-Match": '"v1"'}

        first, second = [
            await client.patch("/v1/customers/me", json={"full_name": name}, headers=headers) for name in ("A", "B")
        ]

        assert (first.status_code, second.status_code) == (200, 412)
        assert (await client.get("/v1/customers/me", headers=zoe.headers)).json()["full_name"] == "A"

    @pytest.mark.parametrize(
        ("body", "pointer"),
        [
            ({}, ""),
            ({"full_name": ""}, "/full_name"),
            ({"full_name": "a\u0000"}, "/full_name"),
            ({"full_name": "a" * 121}, "/full_name"),
            ({"full_name": 7}, "/full_name"),
            ({"phone": "+14155550134"}, "/phone"),
            ({"email": "zoe@example.com"}, "/email"),
        ],
    )
    async def test_bad_change_is_refused_and_nothing_changed(
        self, client: httpx.AsyncClient, zoe: SignedInCustomer, body: dict[str, object], pointer: str
    ):
        answer = await client.patch("/v1/customers/me", json=body, headers=zoe.headers)

        assert answer.status_code == 422
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
        assert (await client.get("/v1/customers/me", headers=zoe.headers)).headers["etag"] == '"v1"'


class TestLogOut:
    async def test_it_ends_this_session_and_no_other(self, client: httpx.AsyncClient, resources: Resources):
        phone = new_phone()
        here, there = [await sign_in_customer(client, resources, phone=phone) for _ in range(2)]

        left = await client.post("/v1/customers/logout", headers=here.headers)

        assert left.status_code == 204
        after = await client.get("/v1/customers/me", headers=here.headers)
        assert (after.status_code, after.json()["code"]) == (401, "session_ended")
        assert (await client.get("/v1/customers/me", headers=there.headers)).status_code == 200


class TestSession:
    @pytest.mark.parametrize(("days", "status"), [(29.9, 200), (30, 401)])
    async def test_it_ends_after_thirty_days_without_use(
        self, client: httpx.AsyncClient, zoe: SignedInCustomer, clock: ManualClock, days: float, status: int
    ):
        clock.advance(timedelta(days=days))

        assert (await client.get("/v1/customers/me", headers=zoe.headers)).status_code == status

    async def test_forged_token_is_refused(self, client: httpx.AsyncClient, zoe: SignedInCustomer):
        token = zoe.headers["Authorization"]
        forged = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")

        answer = await client.get("/v1/customers/me", headers={"Authorization": forged})

        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/customers/me", None),
        ("PATCH", "/v1/customers/me", {"full_name": "Mallory"}),
        ("POST", "/v1/customers/logout", None),
    ],
)
class TestAccess:
    async def test_nobody_but_customers(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        staff: StaffMember,
        method: str,
        path: str,
        body: dict[str, str] | None,
    ):
        answers = [
            await client.request(method, path, json=body, headers=headers)
            for headers in ({}, mover_a.headers, staff.headers)
        ]

        assert [answer.status_code for answer in answers] == [401, 403, 403]
        assert (await client.get("/v1/auth/me", headers=mover_a.headers)).json()["user"]["full_name"] == "Ann Owner"

    async def test_customers(
        self, client: httpx.AsyncClient, zoe: SignedInCustomer, method: str, path: str, body: dict[str, str] | None
    ):
        answer = await client.request(method, path, json=body, headers=zoe.headers)

        assert answer.is_success


class TestPublic:
    async def test_worker_and_the_customer_may_ask_and_another_customer_may_not(
        self, resources: Resources, worker_resources: Resources, zoe: SignedInCustomer, yan: SignedInCustomer
    ):
        async with worker_resources.database.read(Identity(Audience.WORKER)) as session:
            assert (await public.customer(session, resources, zoe.id)).id == zoe.id
        async with resources.database.read(Identity(Audience.CUSTOMER, customer_id=zoe.id)) as session:
            assert (await public.customer(session, resources, zoe.id)).full_name is None
        with pytest.raises(CustomerNotFound) as refusal:
            async with resources.database.read(Identity(Audience.CUSTOMER, customer_id=yan.id)) as session:
                await public.customer(session, resources, zoe.id)
        assert isinstance(refusal.value, AppError)
