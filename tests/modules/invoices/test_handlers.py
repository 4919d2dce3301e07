from collections.abc import Sequence
from uuid import UUID

import httpx
import pytest

from app.kernel.ids import new_id
from app.kernel.ports.mail import Mail
from app.modules.invoices import handlers
from app.modules.invoices.events import InvoiceIssued
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Outgoing, Work
from app.runtime.resources import Resources
from tests.factories.bookings import CONTACT, complete_by_hand, issue
from tests.factories.callers import Caller

pytestmark = pytest.mark.integration


async def deliver(resources: Resources, event: InvoiceIssued, message_id: UUID) -> Sequence[Outgoing]:
    """What the worker would send, read as the worker reads it."""
    now = resources.clock.now()
    work = Work("invoices.tell_issued", message_id, now, now, resources)
    async with resources.database.read(Identity(Audience.WORKER, org_id=event.org_id)) as session:
        return await handlers.tell_issued(session, event, work)


class TestTellIssued:
    async def test_the_customer_reads_number_total_and_due_day(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller, worker_resources: Resources
    ) -> None:
        booking = await complete_by_hand(committed_client, committed_mover.headers)
        invoice = await issue(committed_client, committed_mover.headers, booking["id"])
        event = InvoiceIssued(org_id=committed_mover.org_id, invoice_id=UUID(invoice["id"]))
        message_id = new_id()
        first, second = [await deliver(worker_resources, event, message_id) for _ in range(2)]
        assert first == second
        [mail] = first
        assert isinstance(mail, Mail)
        assert mail.to == CONTACT["email"]
        assert mail.subject.startswith("Invoice 2027-000001 of ")
        assert "over 500.00 USD, due on 2027-03-31." in mail.text

    async def test_without_an_address_nothing_is_sent(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller, worker_resources: Resources
    ) -> None:
        contact = {name: value for name, value in CONTACT.items() if name != "email"}
        booking = await complete_by_hand(committed_client, committed_mover.headers, contact=contact)
        invoice = await issue(committed_client, committed_mover.headers, booking["id"])
        event = InvoiceIssued(org_id=committed_mover.org_id, invoice_id=UUID(invoice["id"]))
        assert await deliver(worker_resources, event, new_id()) == []
