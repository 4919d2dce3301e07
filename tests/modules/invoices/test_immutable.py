"""An issued invoice never changes: the program may not, and the owner of the table is refused too."""

import json
from uuid import UUID

import asyncpg
import httpx
import pytest

from app.modules.invoices.rules import fingerprint
from tests.conftest import Logins
from tests.factories.bookings import complete_by_hand, issue
from tests.factories.callers import Caller

pytestmark = pytest.mark.integration

CHANGES = (
    "UPDATE app.invoices SET total = 1, subtotal = 1, tax = 0",
    "UPDATE app.invoices SET due_on = due_on + 1",
    "DELETE FROM app.invoices",
)
# Who a login acts as, and what it meets.
ROLES = {
    "admin": ("none", asyncpg.RestrictViolationError),
    "migrate": ("movehub_owner", asyncpg.RestrictViolationError),
    "app": ("movehub_mover", asyncpg.InsufficientPrivilegeError),
    "worker": ("movehub_background", asyncpg.InsufficientPrivilegeError),
}


@pytest.fixture
async def invoice(client: httpx.AsyncClient, mover_a: Caller) -> dict[str, object]:
    booking = await complete_by_hand(client, mover_a.headers)
    return await issue(client, mover_a.headers, booking["id"])


@pytest.mark.parametrize("change", [*CHANGES, "TRUNCATE app.invoices CASCADE"])
@pytest.mark.parametrize("login", ["admin", "migrate", "app", "worker"])
async def test_nobody_changes_or_deletes_one(
    client: httpx.AsyncClient, logins: Logins, mover_a: Caller, invoice: dict[str, object], login: str, change: str
) -> None:
    """The program's logins lack the right to; whoever has it, the administrator and the owner, meets the trigger."""
    role, refusal = ROLES[login]
    connection = await asyncpg.connect(getattr(logins, login))
    try:
        await connection.execute(f"SET ROLE {role}")
        await connection.execute("SELECT set_config('app.current_org_id', $1, false)", str(mover_a.org_id))
        with pytest.raises(refusal):
            await connection.execute(change)
    finally:
        await connection.close()
    shown = await client.get(f"/v1/invoices/{invoice['id']}", headers=mover_a.headers)
    assert shown.json() == invoice


async def test_the_fingerprint_is_that_of_the_stored_document(
    logins: Logins, mover_a: Caller, invoice: dict[str, object]
) -> None:
    connection = await asyncpg.connect(logins.admin)
    try:
        await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)
        row = await connection.fetchrow(
            "SELECT document, sha256 FROM app.invoices WHERE id = $1", UUID(str(invoice["id"]))
        )
    finally:
        await connection.close()
    assert row is not None
    assert fingerprint(row["document"]) == row["sha256"] == invoice["sha256"]
