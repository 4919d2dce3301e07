"""A customer reports that nobody came, and the company says that it did: staff decide what counts."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa

from app.kernel.actor import StaffRole
from app.kernel.clock import ManualClock
from app.kernel.errors import NotFound
from app.modules.bookings import handlers
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import Member, StaffMember, sign_in_staff
from tests.factories.bookings import book_by_hand, new_key
from tests.factories.customers import SignedInCustomer
from tests.factories.market import Company, hold, invite_customers, open_company, post, quote, search
from tests.factories.signing import signed_in_again
from tests.factories.worker import letters_about, work

pytestmark = pytest.mark.integration

# A town of its own.
CHOTEAU: Final = {"line1": "1 Main Avenue N", "city": "Choteau", "state": "MT", "postal_code": "59422"}
MORNING: Final = datetime(2027, 3, 9, 16, tzinfo=UTC)
UNTIL: Final = "2027-03-23T18:00:00Z"
QUEUE: Final = "/v1/ops/no-show-disputes"
NOTE: Final = {"note": "We rang at nine and waited an hour."}
REASON: Final = {"reason": "The crew's photos show the door."}


@dataclass(frozen=True)
class Missed:
    """A no-show that the customer reported of the company: its path, and whoever has to do with it."""

    booking_id: str
    company: Company
    customer: SignedInCustomer
    headers: dict[str, str]

    @property
    def path(self) -> str:
        return f"/v1/bookings/{self.booking_id}/dispute-no-show"

    @property
    def shown_at(self) -> str:
        return f"/v1/bookings/{self.booking_id}/no-show-dispute"


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    return await open_company(client, staff.headers, place=CHOTEAU)


@pytest.fixture
async def missed(client: httpx.AsyncClient, company: Company, resources: Resources, clock: ManualClock) -> Missed:
    [customer] = await invite_customers(resources, 1)
    found = await search(client, MORNING.isoformat(), origin=CHOTEAU, destination=CHOTEAU)
    [offer] = [one for one in found["offers"] if one["organization"]["id"] == company.id]
    held = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
    booking_id = held.json()["id"]
    await post(client, customer.headers, f"/v1/bookings/{booking_id}/confirm")
    clock.move_to(MORNING + timedelta(hours=2))
    await post(client, customer.headers, f"/v1/bookings/{booking_id}/no-show", {"note": "Nobody rang"})
    return Missed(booking_id, company, customer, await signed_in_again(client, company.member))


@pytest.fixture
async def desk(client: httpx.AsyncClient, missed: Missed, resources: Resources) -> StaffMember:
    """A reviewer who has signed in since."""
    return await sign_in_staff(client, resources, StaffRole.REVIEWER)


async def send(client: httpx.AsyncClient, headers: dict[str, str], path: str, body: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post(path, headers=headers | new_key(), json=body)
    return answer.status_code, answer.json()


async def waiting(client: httpx.AsyncClient, desk: StaffMember, missed: Missed) -> list[dict[str, Any]]:
    """What waits of this booking, of all pages."""
    found: list[dict[str, Any]] = []
    params: dict[str, Any] = {"limit": 2}
    while True:
        page = (await client.get(QUEUE, headers=desk.headers, params=params)).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return [one for one in found if one["booking_id"] == missed.booking_id]
        params = {"limit": 2, "cursor": page["next_cursor"]}


async def standing(client: httpx.AsyncClient, missed: Missed) -> dict[str, Any]:
    found: dict[str, Any] = (await client.get(missed.shown_at, headers=missed.headers)).json()
    return found


async def missed_count(client: httpx.AsyncClient, missed: Missed, worker: Resources) -> int:
    await work(worker)
    count: int = (await client.get("/v1/org", headers=missed.headers)).json()["promises"]["missed"]
    return count


async def test_a_report_whose_dispute_is_accepted_counts_no_more_and_both_are_told(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember, worker_resources: Resources, settings: Settings
) -> None:
    assert await missed_count(client, missed, worker_resources) == 1
    assert await standing(client, missed) == {"disputable_until": UNTIL, "dispute": None}
    disputed = await post(client, missed.headers, missed.path, NOTE, 201)
    assert (disputed["note"], disputed["outcome"]) == (NOTE["note"], None)
    [one] = await waiting(client, desk, missed)
    assert (one["organization"]["id"], one["note"], one["report_note"]) == (
        missed.company.id,
        NOTE["note"],
        "Nobody rang",
    )
    assert await missed_count(client, missed, worker_resources) == 1
    decided = await post(client, desk.headers, f"{QUEUE}/{one['id']}/accept", REASON)
    assert (decided["outcome"], decided["reason"]) == ("accepted", REASON["reason"])
    assert await missed_count(client, missed, worker_resources) == 0
    assert await waiting(client, desk, missed) == []
    assert await standing(client, missed) == {"disputable_until": UNTIL, "dispute": decided}
    booking = (await client.get(f"/v1/bookings/{missed.booking_id}", headers=missed.headers)).json()
    assert booking["status"] == "no_show"
    letters = letters_about(settings, booking["reference"])
    told = [one for one in letters if "counts for nothing" in one["text"]]
    assert len(told) == 2
    assert all(REASON["reason"] in one["text"] for one in told)


async def test_both_are_told_of_the_report_and_until_when_it_may_be_disputed(
    client: httpx.AsyncClient, missed: Missed, worker_resources: Resources, settings: Settings
) -> None:
    await work(worker_resources)
    booking = (await client.get(f"/v1/bookings/{missed.booking_id}", headers=missed.headers)).json()
    told = [
        one for one in letters_about(settings, booking["reference"]) if one["subject"].startswith("Reported missed")
    ]
    assert missed.company.member.email in {one["to"] for one in told}
    assert len(told) == 2
    assert all("may dispute it until 2027-03-23 12:00 MDT (America/Denver)" in one["text"] for one in told)


async def test_a_report_whose_dispute_is_rejected_counts_on(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember, worker_resources: Resources
) -> None:
    disputed = await post(client, missed.headers, missed.path, NOTE, 201)
    decided = await post(client, desk.headers, f"{QUEUE}/{disputed['id']}/reject", REASON)
    assert decided["outcome"] == "rejected"
    assert await missed_count(client, missed, worker_resources) == 1
    for act in ("reject", "accept"):
        status, refused = await send(client, desk.headers, f"{QUEUE}/{disputed['id']}/{act}", REASON)
        assert (status, refused["code"], refused["outcome"]) == (409, "dispute_decided", "rejected")
    status, refused = await send(client, missed.headers, missed.path, NOTE)
    assert (status, refused["code"]) == (409, "already_disputed")


async def test_of_two_who_dispute_at_once_and_two_who_decide_at_once_one_does(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember
) -> None:
    told = await asyncio.gather(*(send(client, missed.headers, missed.path, NOTE) for _ in range(3)))
    assert sorted(status for status, _ in told) == [201, 409, 409]
    [dispute] = [body for status, body in told if status == 201]
    acts = ("reject", "accept")
    decided = await asyncio.gather(
        *(send(client, desk.headers, f"{QUEUE}/{dispute['id']}/{act}", REASON) for act in acts)
    )
    assert sorted(status for status, _ in decided) == [200, 409]


async def test_not_later_than_two_weeks_after_the_report(
    client: httpx.AsyncClient, missed: Missed, clock: ManualClock
) -> None:
    clock.advance(timedelta(days=14, seconds=1))
    headers = await signed_in_again(client, missed.company.member)
    status, refused = await send(client, headers, missed.path, NOTE)
    assert (status, refused["code"], refused["until"]) == (409, "not_disputable", UNTIL)


async def test_only_a_no_show_of_the_companys_own_is_disputed_and_by_its_leads(
    client: httpx.AsyncClient, missed: Missed, mover_b: Member, clock: ManualClock
) -> None:
    own = await book_by_hand(
        client, missed.headers, window={"starts_at": "2027-03-20T09:00", "ends_at": "2027-03-20T12:00"}
    )
    status, refused = await send(client, missed.headers, f"/v1/bookings/{own['id']}/dispute-no-show", NOTE)
    assert (status, refused["code"], refused["until"]) == (409, "not_disputable", None)
    await post(client, missed.headers, f"/v1/bookings/{own['id']}/confirm")
    clock.move_to(datetime(2027, 3, 20, 17, tzinfo=UTC))
    headers = await signed_in_again(client, missed.company.member)
    await post(client, headers, f"/v1/bookings/{own['id']}/no-show")
    status, refused = await send(client, headers, f"/v1/bookings/{own['id']}/dispute-no-show", NOTE)
    assert (status, refused["code"]) == (409, "not_disputable")
    other = await signed_in_again(client, mover_b)
    assert (await send(client, other, missed.path, NOTE))[0] == 404
    assert (await client.get(missed.shown_at, headers=other)).status_code == 404
    nothing = await client.get(f"/v1/bookings/{own['id']}/no-show-dispute", headers=headers)
    assert nothing.json() == {"disputable_until": None, "dispute": None}
    assert (await send(client, missed.customer.headers, missed.path, NOTE))[0] == 403
    assert (await send(client, headers, missed.path, {"note": ""}))[0] == 422


async def test_an_erasure_takes_what_was_written_and_leaves_what_was_decided(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember
) -> None:
    disputed = await post(client, missed.headers, missed.path, NOTE, 201)
    await post(client, desk.headers, f"{QUEUE}/{disputed['id']}/reject", REASON)
    assert (await client.delete("/v1/customers/me", headers=missed.customer.headers)).status_code == 200
    shown = (await standing(client, missed))["dispute"]
    assert (shown["note"], shown["reason"], shown["outcome"]) == (None, None, "rejected")


async def test_an_erasure_does_not_silence_a_dispute_and_its_words_go_when_it_is_decided(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember, worker_resources: Resources, clock: ManualClock
) -> None:
    disputed = await post(client, missed.headers, missed.path, NOTE, 201)
    assert (await client.delete("/v1/customers/me", headers=missed.customer.headers)).status_code == 200
    [waits] = await waiting(client, desk, missed)
    assert (waits["note"], waits["report_note"]) == (NOTE["note"], None)
    await handlers.forget_disputes(worker_resources)
    assert (await standing(client, missed))["dispute"]["note"] == NOTE["note"]
    await post(client, desk.headers, f"{QUEUE}/{disputed['id']}/accept", REASON)
    assert await missed_count(client, missed, worker_resources) == 0
    clock.advance(timedelta(days=7, seconds=1))
    await handlers.forget_disputes(worker_resources)
    headers = await signed_in_again(client, missed.company.member)
    shown = (await client.get(missed.shown_at, headers=headers)).json()["dispute"]
    assert (shown["note"], shown["reason"], shown["outcome"]) == (None, None, "accepted")


async def test_one_that_is_told_after_an_erasure_is_decided_and_forgotten_too(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember, worker_resources: Resources, clock: ManualClock
) -> None:
    assert (await client.delete("/v1/customers/me", headers=missed.customer.headers)).status_code == 200
    disputed = await post(client, missed.headers, missed.path, NOTE, 201)
    await post(client, desk.headers, f"{QUEUE}/{disputed['id']}/reject", REASON)
    assert (await standing(client, missed))["dispute"]["reason"] == REASON["reason"]
    clock.advance(timedelta(days=7, seconds=1))
    await handlers.forget_disputes(worker_resources)
    headers = await signed_in_again(client, missed.company.member)
    shown = (await client.get(missed.shown_at, headers=headers)).json()["dispute"]
    assert (shown["note"], shown["reason"]) == (None, None)


async def test_of_a_customer_who_stays_the_words_stay_and_are_theirs_to_take_along(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember, worker_resources: Resources, clock: ManualClock
) -> None:
    disputed = await post(client, missed.headers, missed.path, NOTE, 201)
    await post(client, desk.headers, f"{QUEUE}/{disputed['id']}/reject", REASON)
    taken = (await client.get("/v1/customers/me/export", headers=missed.customer.headers)).json()
    [booking] = [one for one in taken["bookings"] if one["id"] == missed.booking_id]
    told = booking["no_show_dispute"]
    assert (told["note"], told["reason"], told["outcome"]) == (NOTE["note"], REASON["reason"], "rejected")
    clock.advance(timedelta(days=30))
    await handlers.forget_disputes(worker_resources)
    headers = await signed_in_again(client, missed.company.member)
    assert (await client.get(missed.shown_at, headers=headers)).json()["dispute"]["note"] == NOTE["note"]


async def test_the_companys_side_of_the_program_cannot_write_what_staff_decide(
    missed: Missed, app_database: Database
) -> None:
    identity = Identity(Audience.MOVER, org_id=UUID(missed.company.id))
    ids = {"org_id": missed.company.id, "id": str(uuid4()), "booking_id": missed.booking_id}
    own, values = "org_id, id, booking_id, disputed_by, disputed_at", ":org_id, :id, :booking_id, :id, now()"
    decided = sa.text(f"INSERT INTO no_show_disputes ({own}, outcome) VALUES ({values}, 'accepted')")
    with pytest.raises(NotFound):  # as which the database's refusal reaches us
        async with app_database.write(identity) as session:
            await session.execute(decided, ids)
    async with app_database.write(identity) as session:
        await session.execute(sa.text(f"INSERT INTO no_show_disputes ({own}) VALUES ({values})"), ids)


async def test_what_nobody_disputed_is_not_decided(
    client: httpx.AsyncClient, missed: Missed, desk: StaffMember
) -> None:
    for act in ("reject", "accept"):
        status, refused = await send(client, desk.headers, f"{QUEUE}/{missed.booking_id}/{act}", REASON)
        assert (status, refused["code"]) == (404, "dispute_not_found")
