"""What a dump of the database tells of customers' numbers and addresses: nothing, and nothing can be tried out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import asyncpg
import httpx
import pytest

from app.modules.customers import handlers
from app.modules.customers import public as customers
from app.modules.customers.service.seals import seals_of
from app.modules.customers.values import Channel
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, Sealer
from tests.conftest import Logins
from tests.dump import tables_that_tell
from tests.factories.customers import SignedInCustomer, code_of, new_email, new_phone, sign_in_customer

pytestmark = pytest.mark.integration

WORKER = Identity(Audience.WORKER)


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


async def add_email(client: httpx.AsyncClient, resources: Resources, customer: SignedInCustomer, email: str) -> None:
    asked = await client.post("/v1/customers/me/otp", json={"email": email}, headers=customer.headers)
    challenge_id = asked.json()["challenge_id"]
    proof = {"challenge_id": challenge_id, "code": await code_of(resources, challenge_id)}
    answer = await client.post("/v1/customers/me/otp/verify", json=proof, headers=customer.headers)
    assert answer.status_code == 200, answer.text


async def test_no_number_or_address_is_anywhere_in_the_database(
    client: httpx.AsyncClient, resources: Resources, admin: asyncpg.Connection
):
    phone, email = new_phone(), new_email()
    customer = await sign_in_customer(client, resources, phone=phone)
    await add_email(client, resources, customer, email)
    assert await tables_that_tell(admin, (phone, phone.removeprefix("+"), email)) == set()
    me = (await client.get("/v1/customers/me", headers=customer.headers)).json()
    assert (me["phone"], me["email"]) == (phone, email)


async def test_staff_find_a_customer_by_the_whole_address(client: httpx.AsyncClient, resources: Resources):
    phone, email = new_phone(), new_email()
    customer = await sign_in_customer(client, resources, phone=phone)
    await add_email(client, resources, customer, email)
    staff = Identity(Audience.STAFF, user_id=customer.id)
    async with resources.database.read(staff) as session:
        for address in (phone, email, email.upper()):
            found = await customers.find_customer(session, resources, address)
            assert found is not None
            assert (found.id, found.phone, found.email) == (customer.id, phone, email)
        for address in (phone[:-1], new_phone(), email[1:], ""):
            assert await customers.find_customer(session, resources, address) is None


async def test_what_is_moved_to_another_row_opens_for_nobody(
    client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, admin: asyncpg.Connection
):
    one, other = [await sign_in_customer(client, resources) for _ in range(2)]
    swap = (
        "UPDATE app.customers SET sealed_phone = (SELECT sealed_phone FROM app.customers WHERE id = $2) WHERE id = $1"
    )
    await admin.execute(swap, one.id, other.id)
    async with worker_resources.database.read(WORKER) as session:
        with pytest.raises(CannotOpen):
            await customers.customer(session, worker_resources, one.id)


async def test_a_number_is_another_to_the_index_than_the_same_text_as_an_address(resources: Resources):
    seals = seals_of(resources)
    assert seals.index(Channel.SMS, "+14155550123") != seals.index(Channel.EMAIL, "+14155550123")
    assert seals.index(Channel.SMS, "+14155550123") == seals.index(Channel.SMS, "+14155550123")


async def test_a_changed_key_takes_over_while_everything_goes_on(
    client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, admin: asyncpg.Connection
):
    phone = new_phone()
    customer = await sign_in_customer(client, resources, phone=phone)
    email_alone = await sign_in_customer(client, resources, email=new_email())
    former, present = b"a sealing key of the tests, long enough", b"the sealing key that comes after, long enough"
    changed = replace(worker_resources, sealer=Sealer(present, former))
    async with changed.database.read(WORKER) as session:
        assert (await customers.customer(session, changed, customer.id)).phone == phone

    await handlers.reseal(changed)

    alone = replace(worker_resources, sealer=Sealer(present))
    async with alone.database.read(WORKER) as session:
        assert (await customers.customer(session, alone, customer.id)).phone == phone
        assert (await customers.customer(session, alone, email_alone.id)).email is not None
    async with worker_resources.database.read(WORKER) as session:
        with pytest.raises(CannotOpen):
            await customers.customer(session, worker_resources, customer.id)
    await handlers.reseal(replace(worker_resources, sealer=Sealer(former, present)))
    assert (await client.get("/v1/customers/me", headers=customer.headers)).json()["phone"] == phone
