"""What a dump of the database tells of whom crews call: a name. Number and address are sealed, and found by the whole."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import sqlalchemy as sa

from app.kernel.ids import new_id
from app.modules.bookings import repository
from app.modules.bookings.handlers import reseal_contacts
from app.modules.bookings.service import letters
from app.modules.bookings.service.contacts import contact_of
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import CannotOpen, Sealer, Seals
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import book_by_hand, complete_by_hand, new_key
from tests.factories.customers import new_email, new_phone
from tests.factories.market import post

pytestmark = pytest.mark.integration

EVERYTHING = "SELECT tablename FROM pg_tables WHERE schemaname = 'app'"


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


def somebody() -> dict[str, str]:
    return {"full_name": "Ada Pinch", "phone": new_phone(), "email": new_email()}


def in_any_form(*told: str) -> list[str]:
    """As it stands, in hexadecimal, and hashed without a key: there are too few numbers for that to protect them."""
    plain = [text.encode() for one in told for text in {one, one.removeprefix("+")}]
    words = [*(one.decode() for one in plain), *(one.hex() for one in plain)]
    return words + [make(one).hexdigest() for one in plain for make in (hashlib.sha256, hashlib.md5, hashlib.sha1)]


async def companies_of(client: httpx.AsyncClient, staff: StaffMember, said: str) -> list[str]:
    answer = await client.get("/v1/ops/orgs", headers=staff.headers, params={"q": said})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["items"]]


async def test_no_number_or_address_is_anywhere_in_the_database(
    client: httpx.AsyncClient, mover_a: Member, admin: asyncpg.Connection
):
    first, second = somebody(), somebody()
    booking = await book_by_hand(client, mover_a.headers, contact=first)
    path = f"/v1/bookings/{booking['id']}"
    body = {"contact": {"phone": second["phone"], "email": second["email"]}}
    changed = await client.patch(path, headers=mover_a.headers | {"If-Match": '"v1"'}, json=body)
    assert changed.json()["contact"] == second
    billed = await complete_by_hand(client, mover_a.headers, contact=first)
    invoice = await client.post(f"/v1/bookings/{billed['id']}/invoice", headers=mover_a.headers | new_key())
    assert invoice.status_code == 201, invoice.text
    words = in_any_form(first["phone"], first["email"], second["phone"], second["email"])
    for (table,) in await admin.fetch(EVERYTHING):
        for (row,) in await admin.fetch(f"SELECT to_jsonb(t)::text FROM app.{table} AS t"):
            assert not [word for word in words if word in row], table


async def test_a_kept_answer_is_given_again_and_opens_for_its_key_alone(
    client: httpx.AsyncClient, mover_a: Member, admin: asyncpg.Connection
):
    booking = await book_by_hand(client, mover_a.headers, contact=somebody())
    path = f"/v1/bookings/{booking['id']}/confirm"
    key, other = new_key(), new_key()
    first, again = [await client.post(path, headers=mover_a.headers | key) for _ in range(2)]
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    moved = "UPDATE app.idempotency_keys SET key = $2 WHERE key = $1"
    await admin.execute(moved, key["Idempotency-Key"], other["Idempotency-Key"])
    gone = await client.post(path, headers=mover_a.headers | other)
    assert (gone.status_code, gone.json()["code"]) == (409, "idempotency_answer_gone")


async def test_staff_find_a_company_by_the_whole_of_what_a_caller_left_last(
    client: httpx.AsyncClient, staff: StaffMember, mover_a: Member
):
    left = somebody()
    booking = await book_by_hand(client, mover_a.headers, contact=left)
    for said in (left["phone"], left["email"], left["email"].upper()):
        assert await companies_of(client, staff, said) == [str(mover_a.org_id)], said
    for said in (left["phone"][:-1], left["email"][1:]):
        assert str(mover_a.org_id) not in await companies_of(client, staff, said), said
    headers = mover_a.headers | {"If-Match": '"v1"'}
    await client.patch(f"/v1/bookings/{booking['id']}", headers=headers, json={"contact": {"email": None}})
    assert await companies_of(client, staff, left["email"]) == []
    assert await companies_of(client, staff, left["phone"]) == [str(mover_a.org_id)]


async def test_what_is_moved_to_another_booking_opens_for_nobody(
    client: httpx.AsyncClient, mover_a: Member, admin: asyncpg.Connection
):
    one, other = [await book_by_hand(client, mover_a.headers, contact=somebody()) for _ in range(2)]
    swap = (
        "UPDATE app.bookings SET sealed_contact = (SELECT sealed_contact FROM app.bookings WHERE id = $2) WHERE id = $1"
    )
    await admin.execute(swap, one["id"], other["id"])
    shown = await client.get(f"/v1/bookings/{one['id']}", headers=mover_a.headers)
    assert shown.json()["contact"] == {"full_name": "Ada Pinch", "phone": "", "email": None}
    listed = await client.get("/v1/bookings", headers=mover_a.headers)
    assert {item["contact_name"] for item in listed.json()["items"]} == {"Ada Pinch"}


async def test_of_one_that_opens_for_nobody_all_goes_on_and_it_is_mended_by_telling_it_anew(
    client: httpx.AsyncClient, mover_a: Member, admin: asyncpg.Connection
):
    booking, now = await book_by_hand(client, mover_a.headers, contact=somebody()), somebody()
    await admin.execute("UPDATE app.bookings SET sealed_contact = '\\x00' WHERE id = $1", booking["id"])
    path = f"/v1/bookings/{booking['id']}"
    confirmed = await post(client, mover_a.headers, f"{path}/confirm")
    assert confirmed["contact"]["phone"] == ""
    headers = mover_a.headers | {"If-Match": f'"v{confirmed["version"]}"'}
    for half in ({"full_name": "Eve"}, {"phone": now["phone"]}, {"email": None}):
        refused = await client.patch(path, headers=headers, json={"contact": half})
        assert (refused.status_code, refused.json()["code"]) == (409, "contact_unreadable")
    mended = await client.patch(path, headers=headers, json={"contact": now})
    assert mended.json()["contact"] == now
    assert (await client.get(path, headers=mover_a.headers)).json()["contact"] == now


async def test_one_that_opens_for_nobody_does_not_stop_the_others(
    client: httpx.AsyncClient,
    mover_a: Member,
    admin: asyncpg.Connection,
    worker_resources: Resources,
    caplog: pytest.LogCaptureFixture,
):
    one, other = [await book_by_hand(client, mover_a.headers, contact=somebody()) for _ in range(2)]
    for booking in (one, other):
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/confirm")
    # Of the present form, with a key that nobody has.
    lost = Sealer(b"the sealing key that was deleted by mistake").seal("{}", "bookings", "contact", one["id"])
    await admin.execute("UPDATE app.bookings SET sealed_contact = $2 WHERE id = $1", one["id"], lost)

    feed = await post(client, mover_a.headers, "/v1/calendar-feeds", {"name": "All"}, 201)
    link = urlsplit(feed["url"])
    shown = await client.get(f"{link.path}?{link.query}")
    assert shown.status_code == 200, shown.text
    assert one["id"] in shown.text
    assert other["id"] in shown.text

    now = worker_resources.clock.now()
    async with worker_resources.database.read(Identity(Audience.WORKER, org_id=mover_a.org_id)) as session:
        told = {one.subject: one for one in await letters.suspended_letters(session, mover_a.org_id, now)}
    unread, read = (told[f"About your move {booking['reference']}"] for booking in (one, other))
    assert (unread.customer_email, unread.customer_phone) == (None, "")
    assert (read.customer_email, read.customer_phone) == (other["contact"]["email"], other["contact"]["phone"])
    assert {record.booking_id for record in caplog.records if hasattr(record, "booking_id")} == {one["id"]}


async def test_a_changed_key_takes_over_while_everything_goes_on(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    left = somebody()
    booking = await book_by_hand(client, mover_a.headers, contact=left)
    former, present = b"a sealing key of the tests, long enough", b"the sealing key that comes after, long enough"

    def with_keys(*keys: bytes) -> Resources:
        sealer = Sealer(*keys)
        database = worker_resources.database.with_seals(Seals(sealer, worker_resources.pepper))
        return replace(worker_resources, sealer=sealer, database=database)

    async def read(resources: Resources) -> dict[str, Any]:
        worker = Identity(Audience.WORKER, org_id=mover_a.org_id)
        async with resources.database.read(worker) as session:
            row = await repository.get_booking(session, booking["id"])
            assert row is not None
            return contact_of(session.seals, row)

    assert await read(with_keys(present, former)) == left
    await reseal_contacts(with_keys(present, former))
    assert await read(with_keys(present)) == left
    with pytest.raises(CannotOpen):
        await read(worker_resources)
    await reseal_contacts(with_keys(former, present))
    shown = await client.get(f"/v1/bookings/{booking['id']}", headers=mover_a.headers)
    assert shown.json()["contact"] == left


async def test_staff_find_a_contact_without_reading_every_booking(resources: Resources):
    """As staff, whose policies let no operator through that could leak: the hashes are compared by one that cannot."""
    hashes = [hashlib.sha256(word).digest() for word in (b"a number", b"an address")]
    query = (
        "EXPLAIN SELECT id FROM app.bookings "
        "WHERE email_index = ANY (CAST(:hashes AS bytea[])) OR phone_index = ANY (CAST(:hashes AS bytea[]))"
    )
    async with resources.database.read(Identity(Audience.STAFF, user_id=new_id())) as session:
        # Of a table of a few rows every plan is a scan.
        await session.execute(sa.text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join((await session.execute(sa.text(query), {"hashes": hashes})).scalars())
    assert "ix_bookings_email_index" in plan
    assert "ix_bookings_phone_index" in plan
    assert "Seq Scan" not in plan
