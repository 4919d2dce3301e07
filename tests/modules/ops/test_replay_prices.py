"""`movehub replay prices`: history is priced again, and a cent that moved is named."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app import cli
from app.runtime.resources import Resources
from tests.conftest import Logins, Member, StaffMember
from tests.factories.bookings import (
    PRICES,
    SMALL_JOB,
    book_by_hand,
    complete_by_hand,
    complete_for_customer,
    issue,
    open_market,
)
from tests.factories.customers import sign_in_customer
from tests.factories.market import post

pytestmark = pytest.mark.integration

RULES = [
    {"type": "holiday", "amount": "40", "calendar": {"country": "US", "state": "CA"}},
    {"type": "weekend", "days": [0, 1, 6], "multiplier": "1.25"},
    {"type": "discount", "code": "SPRING", "percent": "5"},
]
EXTRA = {"code": "piano", "description": "A piano nobody told of", "amount": {"amount": "75.50", "currency": "USD"}}
DAY = "2020-01-01"


@dataclass(frozen=True, slots=True)
class History:
    """A company with a price of each kind."""

    org_id: UUID
    quote_id: UUID
    booking_id: UUID
    by_hand_id: UUID
    invoice_id: UUID


@pytest.fixture
async def history(client: httpx.AsyncClient, mover_a: Member, staff: StaffMember, resources: Resources) -> History:
    await open_market(client, mover_a.headers, staff.headers)
    prices = {**PRICES, "surcharge_rules": RULES, "tax_rate": "0.0875", "platform_fee_percent": "3"}
    config = await post(client, mover_a.headers, "/v1/pricing-configs", prices, 201)
    await post(client, mover_a.headers, f"/v1/pricing-configs/{config['id']}/activate")
    by_hand = await complete_by_hand(client, mover_a.headers, extras=[EXTRA])
    window = {"starts_at": "2027-03-10T09:00:00", "ends_at": "2027-03-10T13:00:00"}
    await book_by_hand(client, mover_a.headers, estimate=SMALL_JOB, window=window)
    customer = await sign_in_customer(client, resources)
    done = await complete_for_customer(client, mover_a.headers, customer.headers, str(mover_a.org_id))
    invoice = await issue(client, mover_a.headers, done["id"])
    ids = (done["quote_id"], done["id"], by_hand["id"], invoice["id"])
    return History(mover_a.org_id, *map(UUID, ids))


@asynccontextmanager
async def table_owner(logins: Logins, table: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    """Somebody who may do everything to the table: policies and triggers are off while he is at it."""
    connection = await asyncpg.connect(logins.admin)
    try:
        async with connection.transaction():
            await connection.execute("SET LOCAL ROLE movehub_owner")
            await connection.execute(f"ALTER TABLE app.{table} DISABLE TRIGGER USER, NO FORCE ROW LEVEL SECURITY")
            yield connection
            await connection.execute(f"ALTER TABLE app.{table} ENABLE TRIGGER USER, FORCE ROW LEVEL SECURITY")
    finally:
        await connection.close()


async def replayed(resources: Resources, monkeypatch: pytest.MonkeyPatch, *more: str, since: str = DAY) -> int:
    monkeypatch.setattr(cli, "read_settings", lambda: resources.settings)
    return await asyncio.to_thread(cli.main, ["replay", "prices", "--since", since, *more])


async def test_what_was_priced_has_not_moved(
    history: History, resources: Resources, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert await replayed(resources, monkeypatch, "--org", str(history.org_id)) == 0
    # One quote, three bookings of which two are done, one invoice.
    assert capsys.readouterr().out == "7 prices made again, no cent has moved.\n"


async def test_only_the_named_company_and_time_are_priced(
    history: History, resources: Resources, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    assert await replayed(resources, monkeypatch, "--org", str(uuid4())) == 0
    assert await replayed(resources, monkeypatch, "--org", str(history.org_id), since="2099-01-01") == 0
    assert capsys.readouterr().out == "0 prices made again, no cent has moved.\n" * 2


LABOUR = "'{lines,0,amount,amount}', '\"1.01\"'"
EDITS = {
    "a quote's line": ("quotes", "quote_id", f"price = jsonb_set(price, {LABOUR})", "quote", "line labour"),
    "a quote's total": ("quotes", "quote_id", "total = total + 0.01", "quote", "total beside the lines"),
    "a quote's fee": (
        "quotes",
        "quote_id",
        "price = jsonb_set(price, '{platform_fee,amount}', '\"0.01\"')",
        "quote",
        "platform_fee",
    ),
    "a quote's version": (
        "quotes",
        "quote_id",
        "price = jsonb_set(price, '{config_version}', '9')",
        "quote",
        "version of the price list",
    ),
    "a quote's inputs": ("quotes", "quote_id", "job = jsonb_set(job, '{hours}', '\"99\"')", "quote", "line labour"),
    "an unreadable quote": ("quotes", "quote_id", "price = '{}'", "quote", "price"),
    "a booking's line": ("bookings", "booking_id", f"price = jsonb_set(price, {LABOUR})", "booking", "line labour"),
    "a final price's line": (
        "bookings",
        "booking_id",
        f"final_price = jsonb_set(final_price, {LABOUR})",
        "final price of booking",
        "line labour",
    ),
    "a price agreed by hand": (
        "bookings",
        "by_hand_id",
        f"price = jsonb_set(price, {LABOUR})",
        "booking",
        "line agreed_price",
    ),
    "an extra of the day": (
        "bookings",
        "by_hand_id",
        "final_price = jsonb_set(final_price, '{lines,1,amount,amount}', '\"75.51\"')",
        "final price of booking",
        "line piano",
    ),
    "an invoice's line": (
        "invoices",
        "invoice_id",
        "document = jsonb_set(document, '{lines,0,amount}', '\"1.01\"')",
        "invoice",
        "line 1",
    ),
    "an invoice's sums": (
        "invoices",
        "invoice_id",
        "tax = tax + 0.01, total = total + 0.01",
        "invoice",
        "tax beside the document",
    ),
}


@pytest.mark.parametrize("edit", EDITS)
async def test_a_price_changed_behind_our_back_is_named(
    edit: str,
    history: History,
    resources: Resources,
    logins: Logins,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    table, target, change, what, place = EDITS[edit]
    row_id = getattr(history, target)
    async with table_owner(logins, table) as owner:
        assert await owner.execute(f"UPDATE app.{table} SET {change} WHERE id = $1", row_id) == "UPDATE 1"
    assert await replayed(resources, monkeypatch, "--org", str(history.org_id)) == cli.PRICES_MOVED == 4
    told = capsys.readouterr()
    assert f"Moved: {what} {row_id} of company {history.org_id}, {place}" in told.out
    assert "of 7 prices have moved." in told.err


async def test_a_cent_is_told_with_what_it_was_and_what_it_is(
    history: History,
    resources: Resources,
    logins: Logins,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    async with table_owner(logins, "bookings") as owner:
        await owner.execute(
            "UPDATE app.bookings SET total = 500.01 WHERE id = $1 AND total = 500.00", history.by_hand_id
        )
    assert await replayed(resources, monkeypatch, "--org", str(history.org_id)) == 4
    prefix = f"Moved: booking {history.by_hand_id} of company {history.org_id}, "
    assert f"{prefix}total: was 500.00 USD, is 500.01 USD\n" in capsys.readouterr().out


async def test_a_day_must_be_named(
    resources: Resources, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(cli, "read_settings", lambda: resources.settings)
    assert cli.main(["replay", "prices"]) == 2
    assert "--since" in capsys.readouterr().err
    with pytest.raises(SystemExit) as refused:
        cli.main(["replay", "prices", "--since", "yesterday"])
    assert refused.value.code == 2
