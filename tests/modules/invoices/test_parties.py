"""Who an invoice is written to: kept beside it for as long as the law asks, and a pseudonym from then on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from app.kernel.clock import ManualClock
from app.kernel.ports.documents import InvoiceDocument
from app.modules.invoices import handlers, rules, service
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.sealing import Sealer, Seals
from tests.conftest import Logins, Member
from tests.dump import tables_that_tell
from tests.factories.bookings import CONTACT, complete_by_hand, issue
from tests.factories.fleet import SAN_FRANCISCO

pytestmark = pytest.mark.integration

FORMER, PRESENT = b"a sealing key of the tests, long enough", b"the sealing key that comes after, long enough"


class Paper:
    """In the renderer's place: what would be printed."""

    def __init__(self) -> None:
        self.printed: list[InvoiceDocument] = []

    async def render_invoice(self, document: InvoiceDocument, *, made_at: datetime) -> bytes:
        self.printed.append(document)
        return b""


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(logins.admin)
    yield connection
    await connection.close()


async def billed(client: httpx.AsyncClient, member: Member, name: str, street: str) -> dict[str, Any]:
    origin, contact = {**SAN_FRANCISCO, "line1": street}, {**CONTACT, "full_name": name}
    done = await complete_by_hand(client, member.headers, origin=origin, contact=contact)
    invoice: dict[str, Any] = await issue(client, member.headers, done["id"])
    return invoice | {"reference": done["reference"]}


async def printed(resources: Resources, member: Member, invoice: dict[str, Any]) -> InvoiceDocument:
    paper = Paper()
    company = Identity(Audience.MOVER, org_id=member.org_id)
    ports = replace(resources.ports, documents=paper)
    await service.render_invoice(resources.database, ports, company, UUID(invoice["id"]))
    return paper.printed[0]


async def test_the_invoice_itself_names_nobody_and_the_paper_does(
    client: httpx.AsyncClient, resources: Resources, mover_a: Member, admin: asyncpg.Connection
):
    name, street = f"Zoë {uuid4().hex}", f"{uuid4().hex} Street"
    invoice = await billed(client, mover_a, name, street)

    paper = await printed(resources, mover_a, invoice)

    assert (paper.buyer.name, paper.move.pickup_lines[0]) == (name, street)
    assert paper.buyer.address_lines == paper.move.delivery_lines
    assert not await tables_that_tell(admin, (name, street)) & {"invoices", "invoice_parties"}
    pdf = await client.get(f"/v1/invoices/{invoice['id']}/pdf", headers=mover_a.headers)
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


async def test_after_the_term_it_is_written_to_a_pseudonym(
    client: httpx.AsyncClient,
    resources: Resources,
    worker_resources: Resources,
    mover_a: Member,
    clock: ManualClock,
):
    name, street = f"Zoë {uuid4().hex}", f"{uuid4().hex} Street"
    invoice = await billed(client, mover_a, name, street)
    years, issued = resources.settings.privacy.invoice_years, clock.now()
    whole = await printed(resources, mover_a, invoice)

    clock.move_to(datetime(issued.year + years, 12, 31, 23, 59, tzinfo=UTC))
    await handlers.forget_parties(worker_resources)
    assert await printed(resources, mover_a, invoice) == whole

    clock.move_to(datetime(issued.year + years + 1, 1, 1, tzinfo=UTC))
    await handlers.forget_parties(worker_resources)
    await handlers.forget_parties(worker_resources)
    paper = await printed(resources, mover_a, invoice)
    assert name not in paper.model_dump_json()
    assert street not in paper.model_dump_json()
    assert paper.buyer.name == f"Customer of move {invoice['reference']}"
    assert paper.move.pickup_lines == (f"{SAN_FRANCISCO['city']}, {SAN_FRANCISCO['state']}",)
    assert (paper.number, paper.lines, paper.total) == (whole.number, whole.lines, whole.total)
    assert rules.fingerprint(paper.model_dump(mode="json")) == invoice["sha256"]


async def test_what_is_moved_to_another_invoice_is_not_printed(
    client: httpx.AsyncClient, resources: Resources, mover_a: Member, admin: asyncpg.Connection
):
    one, other = [await billed(client, mover_a, name, "1 Pine Street") for name in ("Ada Pinch", "Bo Reed")]
    swap = (
        "UPDATE app.invoice_parties SET sealed_parties = "
        "(SELECT sealed_parties FROM app.invoice_parties WHERE id = $2) WHERE id = $1"
    )
    await admin.execute(swap, one["id"], other["id"])

    assert (await printed(resources, mover_a, one)).buyer.name == f"Customer of move {one['reference']}"
    assert (await printed(resources, mover_a, other)).buyer.name == "Bo Reed"


@pytest.mark.parametrize("change", ["DELETE FROM app.invoice_parties", "TRUNCATE app.invoice_parties"])
async def test_nobody_deletes_who_an_invoice_is_written_to(logins: Logins, change: str):
    for login, refusal in (
        (logins.admin, asyncpg.RestrictViolationError),
        (logins.app, asyncpg.InsufficientPrivilegeError),
        (logins.worker, asyncpg.InsufficientPrivilegeError),
    ):
        connection = await asyncpg.connect(login)
        with pytest.raises(refusal):
            await connection.execute(change)
        await connection.close()


async def test_a_changed_key_takes_over_while_everything_goes_on(
    client: httpx.AsyncClient, resources: Resources, worker_resources: Resources, mover_a: Member
):
    invoice = await billed(client, mover_a, "Ada Pinch", "1 Pine Street")

    def with_keys(known: Resources, *keys: bytes) -> Resources:
        sealer = Sealer(*keys)
        return replace(known, sealer=sealer, database=known.database.with_seals(Seals(sealer, known.pepper)))

    assert (await printed(with_keys(resources, PRESENT, FORMER), mover_a, invoice)).buyer.name == "Ada Pinch"
    await handlers.reseal(with_keys(worker_resources, PRESENT, FORMER))
    assert (await printed(with_keys(resources, PRESENT), mover_a, invoice)).buyer.name == "Ada Pinch"
    assert (await printed(resources, mover_a, invoice)).buyer.name.startswith("Customer of move")
    await handlers.reseal(with_keys(worker_resources, FORMER, PRESENT))
    assert (await printed(resources, mover_a, invoice)).buyer.name == "Ada Pinch"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("issued", "years", "until"),
    [
        (datetime(2027, 3, 1, tzinfo=UTC), 7, date(2034, 12, 31)),
        (datetime(2028, 2, 29, tzinfo=UTC), 1, date(2029, 12, 31)),
        (datetime(2027, 12, 31, 23, 59, tzinfo=UTC), 10, date(2037, 12, 31)),
    ],
)
def test_a_term_is_counted_from_the_end_of_its_year(issued: datetime, years: int, until: date):
    assert rules.kept_until(issued, years) == until
    last = datetime(until.year, 12, 31, 23, 59, tzinfo=UTC)
    assert rules.forgotten_before(last, years) <= issued
    assert rules.forgotten_before(datetime(until.year + 1, 1, 1, tzinfo=UTC), years) > issued
