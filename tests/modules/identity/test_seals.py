"""What a dump of the database tells of the people who work: neither where they are written to nor where they are
called, and nothing can be tried out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.fleet import handlers as fleet_handlers
from app.modules.identity import handlers, repository
from app.modules.identity.repository.addresses import invitation_index, user_index
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, Sealer, Seals
from app.runtime.settings import Settings
from tests.conftest import Logins, Member
from tests.dump import tables_that_tell
from tests.factories.customers import new_phone
from tests.factories.fleet import add_driver
from tests.factories.worker import work
from tests.modules.identity.test_me import ask, confirm
from tests.modules.identity.test_members import accept, invite, log_in, members_of, new_email
from tests.modules.identity.test_passwords import token_in
from tests.modules.identity.test_second_factor import answer_it, challenge, code_of, enrol

pytestmark = pytest.mark.integration

WORKER = Identity(Audience.WORKER)
FORMER, PRESENT = b"a sealing key of the tests, long enough", b"the sealing key that comes after, long enough"


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


async def user_of(client: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, str]:
    user: dict[str, str] = (await client.get("/v1/auth/me", headers=headers)).json()["user"]
    return user


async def test_no_number_or_address_is_anywhere_in_the_database(
    client: httpx.AsyncClient,
    mover_a: Member,
    worker_resources: Resources,
    settings: Settings,
    admin: asyncpg.Connection,
):
    invited, waits, later = new_email(), new_email(), new_email()
    phone, other_phone = new_phone(), new_phone()
    for email in (invited, waits):
        assert (await invite(client, mover_a.headers, email, "dispatcher")).status_code == 201
    assert (await ask(client, mover_a.headers, later)).status_code == 202
    await work(worker_resources)
    assert (await accept(client, token_in(settings, invited, "mhi"), full_name="Ida Lane")).status_code == 200
    assert (await confirm(client, mover_a.headers, token_in(settings, later, "mhe"))).status_code == 204
    driver = await add_driver(client, mover_a.headers, phone=phone)
    changed = await client.patch(f"/v1/drivers/{driver['id']}", headers=mover_a.headers, json={"phone": other_phone})
    assert (driver["phone"], changed.json()["phone"]) == (phone, other_phone)

    told = (mover_a.email, invited, waits, later, phone, phone[1:], other_phone, other_phone[1:])
    assert await tables_that_tell(admin, told) == set()
    assert set(await members_of(client, mover_a.headers)) == {later, invited}
    open_ones = (await client.get("/v1/org/invitations", headers=mover_a.headers)).json()["items"]
    assert {one["email"] for one in open_ones} == {invited, waits}
    table = await client.get("/v1/drivers.csv", headers=mover_a.headers)
    assert other_phone in table.text


async def test_what_is_moved_to_another_row_opens_for_nobody(
    client: httpx.AsyncClient,
    mover_a: Member,
    mover_b: Member,
    worker_resources: Resources,
    admin: asyncpg.Connection,
):
    one, other = [await user_of(client, member.headers) for member in (mover_a, mover_b)]
    swap = "UPDATE app.{0} SET sealed_{1} = (SELECT sealed_{1} FROM app.{0} WHERE id = $2) WHERE id = $1"
    await admin.execute(swap.format("users", "email"), one["id"], other["id"])
    async with worker_resources.database.read(WORKER) as session:
        with pytest.raises(CannotOpen):
            await repository.get_user_address(session, UUID(one["id"]))
    assert (await user_of(client, mover_a.headers))["email"] == ""  # the member goes on, and is nobody else
    await log_in(client, mover_a.email)

    mine, theirs = [await add_driver(client, member.headers, phone=new_phone()) for member in (mover_a, mover_b)]
    await admin.execute(swap.format("drivers", "phone"), mine["id"], theirs["id"])
    shown = await client.get(f"/v1/drivers/{mine['id']}", headers=mover_a.headers)
    assert (shown.status_code, shown.json()["phone"]) == (200, "")
    told_anew = await client.patch(f"/v1/drivers/{mine['id']}", headers=mover_a.headers, json={"phone": mine["phone"]})
    assert told_anew.json()["phone"] == mine["phone"]


async def test_one_address_is_one_account_however_it_is_spelled(client: httpx.AsyncClient, mover_a: Member):
    await log_in(client, mover_a.email.upper())
    email = new_email()
    assert (await invite(client, mover_a.headers, email, "dispatcher")).status_code == 201
    again = await invite(client, mover_a.headers, email.upper(), "dispatcher")
    assert (again.status_code, again.json()["code"]) == (409, "invitation_open")


def test_an_invitation_is_not_known_by_the_hash_of_who_accepts_it(resources: Resources):
    seals = Seals(resources.sealer, resources.pepper)
    assert user_index(seals, "ida@example.com") == user_index(seals, "IDA@example.com")
    assert user_index(seals, "ida@example.com") != invitation_index(seals, "ida@example.com")


async def test_a_changed_key_takes_over_while_everything_goes_on(
    client: httpx.AsyncClient,
    mover_a: Member,
    resources: Resources,
    worker_resources: Resources,
    clock: ManualClock,
):
    user, phone, email = await user_of(client, mover_a.headers), new_phone(), new_email()
    driver = await add_driver(client, mover_a.headers, phone=phone)
    await invite(client, mover_a.headers, email, "dispatcher")
    secret, _ = await enrol(client, mover_a.headers, clock)

    def with_keys(known: Resources, *keys: bytes) -> Resources:
        sealer = Sealer(*keys)
        return replace(known, sealer=sealer, database=known.database.with_seals(Seals(sealer, known.pepper)))

    async def written_to(known: Resources) -> str:
        async with known.database.read(WORKER) as session:
            found = await repository.get_user_address(session, UUID(user["id"]))
            assert found is not None
            return found.email

    async def change_keys(*keys: bytes) -> None:
        changing = with_keys(worker_resources, *keys)
        assert await written_to(changing) == mover_a.email
        await handlers.reseal(changing)
        await fleet_handlers.reseal(changing)

    await change_keys(PRESENT, FORMER)
    assert await written_to(with_keys(worker_resources, PRESENT)) == mover_a.email
    with pytest.raises(CannotOpen):
        await written_to(worker_resources)
    shown = (await client.get(f"/v1/drivers/{driver['id']}", headers=mover_a.headers)).json()
    assert shown["phone"] == ""  # the API of this test has the former key alone

    await change_keys(FORMER, PRESENT)
    shown = (await client.get(f"/v1/drivers/{driver['id']}", headers=mover_a.headers)).json()
    assert shown["phone"] == phone
    waiting = (await client.get("/v1/org/invitations", headers=mover_a.headers)).json()["items"]
    assert [one["email"] for one in waiting] == [email]
    clock.advance(timedelta(minutes=1))
    answered = await answer_it(client, await challenge(client, mover_a.email), code_of(secret, clock))
    assert answered.status_code == 200, answered.text
