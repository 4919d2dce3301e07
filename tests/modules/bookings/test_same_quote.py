"""One quote asked for again under another key: the customer is told of the booking that is her own."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx
import pytest

from app.runtime.resources import Resources
from tests.conftest import StaffMember
from tests.factories.market import hold, invite_customers, offer_of, open_company, post, quote

pytestmark = pytest.mark.integration

MORNING: Final = "2027-04-05T09:00:00"


def codes(answers: list[httpx.Response]) -> list[str]:
    return sorted(answer.json().get("code", "held") for answer in answers)


@pytest.mark.parametrize("trucks", [(1600,), (1600, 1600, 1600)], ids=["one truck", "three trucks"])
async def test_it_is_already_booked_whatever_else_is_free(
    committed_client: httpx.AsyncClient, committed_staff: StaffMember, resources: Resources, trucks: tuple[int, ...]
) -> None:
    client, people = committed_client, len(trucks)
    company = await open_company(client, committed_staff.headers, trucks=trucks, drivers=people, helpers=people)
    mine, other = await invite_customers(resources, 2)
    offer = await offer_of(client, company, MORNING)
    assert offer is not None
    quote_id, others_quote = [(await quote(client, one, offer["offer_id"]))["id"] for one in (mine, other)]

    at_once = await asyncio.gather(*(hold(client, mine, quote_id) for _ in range(2)))
    assert codes(list(at_once)) == ["held", "quote_already_booked"]
    assert codes([await hold(client, mine, quote_id)]) == ["quote_already_booked"]
    [booking] = [answer.json() for answer in at_once if answer.status_code == 201]
    if people == 1:
        assert codes([await hold(client, other, others_quote)]) == ["slot_taken"]

    await post(client, mine.headers, f"/v1/bookings/{booking['id']}/cancel", {"reason": "Another day"})
    assert codes([await hold(client, other, others_quote)]) == ["held"]
    if people == 1:
        assert codes([await hold(client, mine, quote_id)]) == ["slot_taken"]
