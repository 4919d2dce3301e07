"""What is kept of a customer: all of it named, all of it exported, and gone when they wish."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.customers import handlers as customers
from app.modules.privacy import handlers, service
from app.runtime.db.session import Database
from app.runtime.jobs import upkeep
from app.runtime.resources import Resources
from tests.architecture.personal_data import SUBJECT, classed, columns_of
from tests.conftest import Logins, Member, StaffMember, register
from tests.factories.bookings import complete, issue, new_key, open_market
from tests.factories.customers import SignedInCustomer, new_email, new_phone, sign_in_customer

pytestmark = pytest.mark.integration

COLUMNS: Final = """
    SELECT c.relname, a.attname FROM pg_class AS c
    JOIN pg_namespace AS n ON n.oid = c.relnamespace AND n.nspname = 'app'
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind IN ('r', 'p')"""
# Where the export holds the rows of a table.
EXPORTED: Final = (
    "customers",
    "customer_sessions",
    "quotes",
    "bookings",
    "booking_steps",
    "invoices",
    "invoice_parties",
)
OWNED: Final = {"customers": "id = $1"} | dict.fromkeys(
    ("customer_sessions", "quotes", "bookings", "invoices", "invoice_parties"), "customer_id = $1"
)
SEALED: Final = ("sealed", "lawful")
STEPS: Final = "booking_id IN (SELECT id FROM app.bookings WHERE customer_id = $1)"


@dataclass(frozen=True, slots=True)
class Traces:
    """A customer who has left something of themselves in every table, and what it was."""

    customer: SignedInCustomer
    member: Member
    done_id: str
    invoice_number: str
    words: tuple[str, ...]


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


async def book(
    client: httpx.AsyncClient, headers: dict[str, str], member: Member, street: str, who: dict[str, str]
) -> str:
    """A held booking of a search from that street."""
    wish = {
        "origin": {"line1": street, "city": "San Francisco", "state": "CA", "postal_code": "94103"},
        "destination": {"line1": f"{street} B", "city": "Oakland", "state": "CA", "postal_code": "94607"},
        "starts_at": who.pop("starts_at"),
        "home_size": "studio",
        "limit": 50,
    }
    offers = (await client.post("/v1/search", json=wish)).json()["offers"]
    [offer] = [one["offer_id"] for one in offers if one["organization"]["id"] == str(member.org_id)]
    quote = await client.post("/v1/quotes", json={"offer_id": offer}, headers=headers | new_key())
    body = {"quote_id": quote.json()["id"], "contact": who}
    held = await client.post("/v1/bookings", json=body, headers=headers | new_key())
    assert held.status_code == 201, held.text
    booking_id: str = held.json()["id"]
    return booking_id


async def post(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any = None) -> None:
    answer = await client.post(path, json=body, headers=headers | new_key())
    assert answer.is_success, answer.text


@pytest.fixture
async def traces(client: httpx.AsyncClient, resources: Resources, staff: StaffMember) -> Traces:
    """One move done and billed, one cancelled with a word about why."""
    member = await register(client)
    await open_market(client, member.headers, staff.headers)
    phone, name, street, reason = new_phone(), f"Zoë {uuid4().hex}", f"{uuid4().hex} Street", f"ill {uuid4().hex}"
    customer = await sign_in_customer(client, resources, phone=phone)
    await client.patch("/v1/customers/me", json={"full_name": name}, headers=customer.headers)
    contact = {"full_name": f"{name} senior", "phone": new_phone(), "email": new_email()}
    first = {**contact, "starts_at": "2027-03-08T09:00:00"}
    done_id = await book(client, customer.headers, member, street, first)
    await post(client, customer.headers, f"/v1/bookings/{done_id}/confirm")
    await complete(client, member.headers, done_id)
    number = (await issue(client, member.headers, done_id))["number"]
    second = {**contact, "starts_at": "2027-03-09T09:00:00"}
    cancelled_id = await book(client, customer.headers, member, street, second)
    await post(client, customer.headers, f"/v1/bookings/{cancelled_id}/cancel", {"reason": reason})
    words = (phone, name, street, reason, contact["phone"], contact["email"])
    return Traces(customer, member, done_id, number, words)


async def rows_of(admin: asyncpg.Connection, table: str, customer_id: UUID) -> dict[str, dict[str, Any]]:
    """The customer's rows as PostgreSQL writes them in JSON, by id."""
    condition = OWNED.get(table, STEPS)
    found = await admin.fetch(f"SELECT to_jsonb(t) FROM app.{table} AS t WHERE {condition}", customer_id)
    rows = [json.loads(row[0]) for row in found]
    return {row["id"]: row for row in rows}


async def tables_with(admin: asyncpg.Connection, words: tuple[str, ...]) -> set[str]:
    """Every table in which any of the words stands, in whatever column, bytes included."""
    found = set()
    for table in {table for table, _ in await admin.fetch(COLUMNS)}:
        rows = await admin.fetch(f"SELECT to_jsonb(t)::text FROM app.{table} AS t")
        texts = [row[0] for row in rows]
        if table == "idempotency_keys":
            texts += [
                bytes(row[0]).decode(errors="replace")
                for row in await admin.fetch("SELECT body FROM app.idempotency_keys")
            ]
        if any(word in text for word in words for text in texts):
            found.add(table)
    return found


def exported_rows(export: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    customer = dict(export["customer"])
    sessions = customer.pop("sessions")
    found = [dict(booking) for booking in export["bookings"]]
    steps = [step for booking in found for step in booking.pop("history")]
    billed = [dict(invoice) for invoice in export["invoices"]]
    parties = [invoice.pop("parties") for invoice in billed]
    return {
        "customers": [customer],
        "customer_sessions": sessions,
        "quotes": export["quotes"],
        "bookings": found,
        "booking_steps": steps,
        "invoices": billed,
        "invoice_parties": parties,
    }


class TestClasses:
    async def test_every_column_has_its_class_and_every_class_its_column(self, admin: asyncpg.Connection):
        there = {(row[0], row[1]) for row in await admin.fetch(COLUMNS)}

        assert there == set(classed())

    async def test_a_new_column_is_seen(self, admin: asyncpg.Connection):
        transaction = admin.transaction()
        await transaction.start()
        try:
            await admin.execute("ALTER TABLE app.customers ADD COLUMN shoe_size integer")
            assert ("customers", "shoe_size") in {(row[0], row[1]) for row in await admin.fetch(COLUMNS)} - set(
                classed()
            )
        finally:
            await transaction.rollback()

    def test_every_table_of_a_customer_is_exported(self):
        assert {table for (table, _), name in classed().items() if name in SUBJECT} == set(EXPORTED)


class TestExportMe:
    async def test_it_holds_every_row_and_every_column(
        self, client: httpx.AsyncClient, traces: Traces, admin: asyncpg.Connection
    ):
        answer = await client.get("/v1/customers/me/export", headers=traces.customer.headers)

        assert answer.status_code == 200, answer.text
        assert "attachment" in answer.headers["content-disposition"]
        for word in traces.words:
            assert word in answer.text
        for table, rows in exported_rows(answer.json()).items():
            kept = await rows_of(admin, table, traces.customer.id)
            assert len(rows) == len(kept) > 0, table
            for row in rows:
                assert row.keys() >= columns_of(table, *SUBJECT), table
                assert row.keys() >= {name.removeprefix("sealed_") for name in columns_of(table, *SEALED)}, table
                assert not row.keys() & columns_of(table, "secret", *SEALED), table
                if "id" in row:
                    stored = kept[row["id"]]
                    for column in columns_of(table, "erased"):
                        assert row[column] == stored[column], (table, column)

    async def test_nothing_of_anybody_else_is_in_it(
        self, client: httpx.AsyncClient, resources: Resources, traces: Traces
    ):
        other = await sign_in_customer(client, resources)

        export = (await client.get("/v1/customers/me/export", headers=other.headers)).json()

        assert export["customer"]["id"] == str(other.id)
        assert (export["quotes"], export["bookings"], export["invoices"]) == ([], [], [])

    async def test_the_trail_tells_of_it(self, client: httpx.AsyncClient, traces: Traces, admin: asyncpg.Connection):
        await client.get("/v1/customers/me/export", headers=traces.customer.headers)

        told = "SELECT count(*) FROM app.audit_entries WHERE action = 'privacy.exported' AND actor_id = $1"
        assert await admin.fetchval(told, traces.customer.id) == 1


class TestEraseMe:
    async def test_no_word_is_left(
        self,
        client: httpx.AsyncClient,
        traces: Traces,
        admin: asyncpg.Connection,
        worker_resources: Resources,
        clock: ManualClock,
    ):
        before = await tables_with(admin, traces.words)

        answer = await client.delete("/v1/customers/me", headers=traces.customer.headers)

        assert answer.status_code == 200, answer.text
        [row] = (await rows_of(admin, "customers", traces.customer.id)).values()
        assert [name for name in columns_of("customers", "erased", "sealed", "secret") if row[name] is not None] == []
        assert {"customers", "bookings", "quotes", "booking_steps"} <= before
        assert await tables_with(admin, traces.words) <= {"otp_challenges"}
        clock.advance(timedelta(hours=25))
        await customers.forget_old_codes(worker_resources)
        await upkeep.forget_old_rows(worker_resources)
        assert await tables_with(admin, traces.words) == set()

    async def test_the_answer_tells_what_is_kept_and_until_when(
        self, client: httpx.AsyncClient, traces: Traces, clock: ManualClock
    ):
        told = (await client.delete("/v1/customers/me", headers=traces.customer.headers)).json()

        assert datetime.fromisoformat(told["erased_at"]) == clock.now()
        [kept] = told["kept"]
        assert (kept["number"], kept["organization_id"]) == (traces.invoice_number, str(traces.member.org_id))
        assert kept["until"] == f"{clock.now().year + 7}-12-31"
        pdf = await client.get(f"/v1/invoices/{kept['invoice_id']}/pdf", headers=traces.member.headers)
        assert pdf.status_code == 200

    async def test_sessions_end_and_the_number_is_free(
        self, client: httpx.AsyncClient, resources: Resources, traces: Traces
    ):
        await client.delete("/v1/customers/me", headers=traces.customer.headers)

        after = await client.get("/v1/customers/me", headers=traces.customer.headers)
        newcomer = await sign_in_customer(client, resources, phone=traces.words[0])

        assert (after.status_code, after.json()["code"]) == (401, "session_ended")
        assert newcomer.id != traces.customer.id
        listed = await client.get("/v1/bookings", headers=newcomer.headers)
        assert listed.json()["items"] == []

    async def test_the_calendar_forgets_where_the_truck_stood(
        self, client: httpx.AsyncClient, traces: Traces, admin: asyncpg.Connection
    ):
        told = "SELECT count(first_lat), count(*) FROM app.reservations WHERE source_id = $1"
        before = await admin.fetchrow(told, UUID(traces.done_id))
        await client.delete("/v1/customers/me", headers=traces.customer.headers)
        after = await admin.fetchrow(told, UUID(traces.done_id))
        assert before is not None
        assert after is not None
        assert (before[0] > 0, after[0], after[1]) == (True, 0, before[1])

    async def test_the_company_keeps_move_and_invoice(self, client: httpx.AsyncClient, traces: Traces):
        before = (await client.get(f"/v1/bookings/{traces.done_id}", headers=traces.member.headers)).json()
        await client.delete("/v1/customers/me", headers=traces.customer.headers)

        after = (await client.get(f"/v1/bookings/{traces.done_id}", headers=traces.member.headers)).json()
        invoices = await client.get("/v1/invoices", headers=traces.member.headers)

        assert after["contact"] == {"full_name": "Erased", "phone": "", "email": None}
        assert (after["origin"]["line1"], after["origin"]["city"]) == ("", "San Francisco")
        assert (after["price"], after["status"]) == (before["price"], "completed")
        assert [one["number"] for one in invoices.json()["items"]] == [traces.invoice_number]

    async def test_nobody_writes_them_back_in(
        self, client: httpx.AsyncClient, traces: Traces, admin: asyncpg.Connection
    ):
        path = f"/v1/bookings/{traces.done_id}"
        await client.delete("/v1/customers/me", headers=traces.customer.headers)
        version = {"If-Match": (await client.get(path, headers=traces.member.headers)).headers["ETag"]}
        contact = {"full_name": "Real Name Again", "phone": "+14065550111", "email": "back@x.example"}

        patched = await client.patch(path, json={"contact": contact}, headers=traces.member.headers | version)
        link = await client.post(f"{path}/tracking-link/renew", headers=traces.member.headers | new_key())

        assert (patched.status_code, patched.json()["code"]) == (409, "contact_erased")
        assert link.json()["url"] is None
        assert await tables_with(admin, ("Real Name Again", "+14065550111", "back@x.example")) == set()

    async def test_a_move_of_somebody_erased_is_not_taken_back(self, client: httpx.AsyncClient, traces: Traces):
        contact = {"full_name": "Zoë", "phone": "+14155550123", "starts_at": "2027-03-10T09:00:00"}
        early = await book(client, traces.customer.headers, traces.member, "1 Pine Street", contact)
        await post(client, traces.customer.headers, f"/v1/bookings/{early}/confirm", {})
        await complete(client, traces.member.headers, early)
        await client.delete("/v1/customers/me", headers=traces.customer.headers)
        path, headers = f"/v1/bookings/{early}/take-back", traces.member.headers | new_key()

        refused = await client.post(path, json={"reason": "oops"}, headers=headers)

        assert (refused.status_code, refused.json()["code"]) == (409, "contact_erased")

    async def test_an_open_booking_comes_first(
        self, client: httpx.AsyncClient, traces: Traces, admin: asyncpg.Connection
    ):
        contact = {"full_name": "Zoë", "phone": "+14155550123", "starts_at": "2027-03-10T09:00:00"}
        held = await book(client, traces.customer.headers, traces.member, "1 Pine Street", contact)

        refused = await client.delete("/v1/customers/me", headers=traces.customer.headers)

        assert (refused.status_code, refused.json()["code"]) == (409, "bookings_open")
        assert [(one["id"], one["status"]) for one in refused.json()["bookings"]] == [(held, "held")]
        assert (await rows_of(admin, "customers", traces.customer.id)).popitem()[1]["erased_at"] is None
        await post(client, traces.customer.headers, f"/v1/bookings/{held}/cancel", {"reason": "no"})
        assert (await client.delete("/v1/customers/me", headers=traces.customer.headers)).status_code == 200

    async def test_members_and_staff_are_no_customers(
        self, client: httpx.AsyncClient, mover_a: Member, staff: StaffMember
    ):
        for headers, status in ((mover_a.headers, 403), (staff.headers, 403), ({}, 401)):
            assert (await client.delete("/v1/customers/me", headers=headers)).status_code == status
            assert (await client.get("/v1/customers/me/export", headers=headers)).status_code == status


class TestReapply:
    async def test_whom_a_restore_brings_back_is_erased_again(
        self,
        client: httpx.AsyncClient,
        resources: Resources,
        worker_resources: Resources,
        app_database: Database,
        traces: Traces,
        admin: asyncpg.Connection,
    ):
        customer_id, store, now = traces.customer.id, resources.ports.objects, resources.clock.now()
        backup = await rows_of(admin, "customers", customer_id), await rows_of(admin, "bookings", customer_id)
        await client.delete("/v1/customers/me", headers=traces.customer.headers)
        await handlers.keep_erased(worker_resources)
        for table, rows in zip(("customers", "bookings"), backup, strict=True):
            for row in rows.values():
                columns = (
                    "sealed_phone, phone_index, sealed_email, email_index, full_name, erased_at"
                    if table == "customers"
                    else "contact_name, sealed_contact, phone_index, email_index, origin, destination"
                )
                restore = (
                    f"UPDATE app.{table} SET ({columns}) = (SELECT {columns} FROM "
                    f"jsonb_populate_record(NULL::app.{table}, $1)) WHERE id = $2"
                )
                await admin.execute(restore, json.dumps(row), UUID(row["id"]))
        assert {"customers", "bookings"} <= await tables_with(admin, traces.words)

        first = await service.reapply(app_database, store, now)
        second = await service.reapply(app_database, store, now)

        assert (first, second) == (1, 0)
        assert not {"customers", "bookings"} & await tables_with(admin, traces.words)

    async def test_the_list_only_grows_and_holds_ids_alone(self, resources: Resources):
        store, now = resources.ports.objects, resources.clock.now()
        one, two = uuid4(), uuid4()

        assert await service.keep_list(store, [(one, now)])
        assert await service.keep_list(store, [(two, now)])
        assert not await service.keep_list(store, [])

        assert await service.erased_elsewhere(store) == {one, two}
        body = json.loads(await store.get(service.ERASED_KEY) or b"")
        assert body == {"erased": sorted([str(one), str(two)])}

    async def test_a_list_that_is_none_is_refused(self, resources: Resources, app_database: Database):
        await resources.ports.objects.put(service.ERASED_KEY, b"[1]")

        with pytest.raises(service.ListUnreadable):
            await service.reapply(app_database, resources.ports.objects, resources.clock.now())
