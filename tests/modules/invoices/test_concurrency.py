"""Numbers without gaps and without twins, on real connections, whoever rolls back."""

import asyncio
from collections import Counter
from random import Random
from typing import Any, Final
from uuid import UUID

import httpx
import pytest

from app.kernel.actor import MoverMember, Role
from app.kernel.ids import new_id
from app.modules.bookings import repository as bookings
from app.modules.bookings.rules import reference_of
from app.modules.invoices import service
from app.runtime.db.constraints import DatabaseTimedOut, RetrySafely
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.factories.bookings import complete_by_hand
from tests.factories.callers import Caller

pytestmark = pytest.mark.integration

ISSUES: Final = 200
SHARE_ROLLED_BACK: Final = 0.3
AT_ONCE: Final = 32


class ChangedTheirMindError(Exception):
    pass


def change_mind() -> None:
    raise ChangedTheirMindError


async def copies_of(resources: Resources, company: Caller, booking_id: str) -> list[UUID]:
    """As many completed bookings as are to be issued, each like this one."""
    identity = Identity(Audience.MOVER, org_id=company.org_id)
    copies = [new_id() for _ in range(ISSUES)]
    async with resources.database.write(identity) as session:
        booking = await bookings.get_booking(session, UUID(booking_id))
        assert booking is not None
        row: dict[str, Any] = {column.key: getattr(booking, column.key) for column in booking.__table__.columns}
        row["sealed_contact"] = None  # It opens for its own row alone.
        for copy in copies:
            assert await bookings.insert_booking(session, row | {"id": copy, "reference": reference_of(copy)})
    return copies


async def numbers_of(client: httpx.AsyncClient, company: Caller) -> list[str]:
    found, cursor = [], None
    while True:
        params = {"limit": "100"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get("/v1/invoices", params=params, headers=company.headers)).json()
        found += [item["number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


def unbroken(count: int) -> list[str]:
    return [f"2027-{number:06d}" for number in range(1, count + 1)]


class TestNumbers:
    async def test_200_at_once_of_which_three_in_ten_roll_back_leave_no_gap_and_no_twin(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller, resources: Resources
    ) -> None:
        company = committed_mover
        done = await complete_by_hand(committed_client, company.headers)
        waiting = await copies_of(resources, company, done["id"])
        identity = Identity(Audience.MOVER, org_id=company.org_id)
        actor = MoverMember(new_id(), company.org_id, Role.OWNER, new_id(), resources.clock.now())
        free = asyncio.Semaphore(AT_ONCE)

        async def issue(booking_id: UUID, *, rolls_back: bool) -> UUID | None:
            """The booking's id when it is left without an invoice. As the route does, a lock time-out is tried again."""
            while True:
                try:
                    async with free, resources.database.write(identity) as session:
                        await service.issue_invoice(session, actor, booking_id)
                        if rolls_back:
                            change_mind()
                except ChangedTheirMindError:
                    return booking_id
                except (RetrySafely, DatabaseTimedOut):
                    continue
                return None

        chance = Random(2027)
        fates = [chance.random() < SHARE_ROLLED_BACK for _ in waiting]
        outcomes = await asyncio.gather(
            *(issue(one, rolls_back=fate) for one, fate in zip(waiting, fates, strict=True))
        )
        left = [one for one in outcomes if one is not None]
        assert len(left) == sum(fates) > 40
        assert sorted(await numbers_of(committed_client, company)) == unbroken(ISSUES - len(left))

        await asyncio.gather(*(issue(one, rolls_back=False) for one in left))
        assert sorted(await numbers_of(committed_client, company)) == unbroken(ISSUES)


class TestIssueOnce:
    async def test_of_many_for_one_booking_one_is_issued(
        self, committed_client: httpx.AsyncClient, committed_mover: Caller
    ) -> None:
        done = await complete_by_hand(committed_client, committed_mover.headers)
        path = f"/v1/bookings/{done['id']}/invoice"
        answers = await asyncio.gather(
            *(committed_client.post(path, headers=committed_mover.headers) for _ in range(16))
        )
        assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"already_invoiced"}
        assert await numbers_of(committed_client, committed_mover) == unbroken(1)
