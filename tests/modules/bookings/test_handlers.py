"""What company and customer are sent about a booking, and what the sweeper of dead holds writes down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.kernel.ids import new_id
from app.kernel.ports.mail import Mail
from app.kernel.ports.sms import Sms
from app.modules.bookings import handlers
from app.modules.bookings.events import BookingCancelled, BookingConfirmed
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.jobs.handlers import Outgoing, Work
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import CONTACT, book_by_hand
from tests.factories.market import post
from tests.factories.signing import signed_in_again

pytestmark = pytest.mark.integration


async def deliver(resources: Resources, event: BookingConfirmed | BookingCancelled) -> Sequence[Outgoing]:
    """What the worker would send, read as the worker reads it; a second run gives the very same."""
    now = resources.clock.now()
    work = Work("bookings.test", new_id(), now, now, resources)
    tell = handlers.tell_confirmed if isinstance(event, BookingConfirmed) else handlers.tell_cancelled
    async with resources.database.read(Identity(Audience.WORKER, org_id=event.org_id)) as session:
        first, second = [await tell(session, event, work) for _ in range(2)]  # type: ignore[arg-type]
    assert first == second
    return first


class TestTellConfirmed:
    async def test_office_and_customer_read_the_same_move_in_their_own_words(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
    ) -> None:
        booking = await book_by_hand(client, mover_a.headers)
        carrier = {"kind": "mc_number", "number": "MC-123456", "issuer": "FMCSA", "effective_on": "2026-01-01"}
        shown = await client.post("/v1/org/documents", headers=mover_a.headers, json=carrier)
        assert shown.status_code == 201, shown.text
        event = BookingConfirmed(org_id=mover_a.org_id, booking_id=UUID(booking["id"]))
        office, customer = await deliver(worker_resources, event)
        assert isinstance(office, Mail)
        assert isinstance(customer, Mail)
        assert (office.to, customer.to) == (mover_a.email, CONTACT["email"])
        for mail in (office, customer):
            assert mail.subject == f"Confirmed: move {booking['reference']} on 2027-03-08"
            assert "Monday 08 March 2027, 09:00 to 08 March 13:00 (America/Los_Angeles)" in mail.text
            assert "Price: 500.00 USD" in mail.text
        assert "Customer: Bob Moss, +14155550123" in office.text
        assert ", U.S. DOT No. 1234567, MC-123456: +14155550134\n" in customer.text

    async def test_without_an_address_the_customer_gets_a_text_message(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
    ) -> None:
        contact = {name: value for name, value in CONTACT.items() if name != "email"}
        booking = await book_by_hand(client, mover_a.headers, contact=contact)
        event = BookingConfirmed(org_id=mover_a.org_id, booking_id=UUID(booking["id"]))
        _, message = await deliver(worker_resources, event)
        assert isinstance(message, Sms)
        assert message.to == CONTACT["phone"]

    async def test_of_another_companys_booking_nothing_is_said(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, worker_resources: Resources
    ) -> None:
        booking = await book_by_hand(client, mover_a.headers)
        event = BookingConfirmed(org_id=mover_b.org_id, booking_id=UUID(booking["id"]))
        assert await deliver(worker_resources, event) == []


class TestTellCancelled:
    async def test_the_reason_is_told(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
    ) -> None:
        booking = await book_by_hand(client, mover_a.headers)
        await post(client, mover_a.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "The truck broke down"})
        event = BookingCancelled(org_id=mover_a.org_id, booking_id=UUID(booking["id"]))
        for mail in await deliver(worker_resources, event):
            assert isinstance(mail, Mail)
            assert mail.subject.startswith("Cancelled: ")
            assert "Reason: The truck broke down" in mail.text


class TestExpireHolds:
    async def test_a_dead_hold_is_written_down_once_and_a_live_one_left_alone(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
    ) -> None:
        dead = await book_by_hand(client, mover_a.headers)
        kept = await book_by_hand(client, mover_a.headers)
        await post(client, mover_a.headers, f"/v1/bookings/{kept['id']}/confirm")
        clock.advance(timedelta(minutes=15))
        headers = await signed_in_again(client, mover_a)
        live = await book_by_hand(client, headers)
        for _ in range(2):
            await handlers.expire_holds(worker_resources)
        for booking, status, steps in ((dead, "expired", 2), (kept, "confirmed", 2), (live, "held", 1)):
            path = f"/v1/bookings/{booking['id']}"
            assert (await client.get(path, headers=headers)).json()["status"] == status
            history = (await client.get(f"{path}/history", headers=headers)).json()["items"]
            assert len(history) == steps
            assert history[-1]["to_status"] == status
            assert history[-1]["actor_kind"] == ("system" if booking is dead else "mover")
