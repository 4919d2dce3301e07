"""Of a hold that expired the person is forgotten after ninety days; of everything else they are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.bookings import handlers
from app.runtime.resources import Resources
from tests.conftest import Member
from tests.factories.bookings import CONTACT, book_by_hand
from tests.factories.market import post
from tests.factories.signing import signed_in_again

pytestmark = pytest.mark.integration

STREET: Final = ("line1", "line2")


async def shown(client: httpx.AsyncClient, headers: dict[str, str], booking_id: str) -> dict[str, Any]:
    answer = await client.get(f"/v1/bookings/{booking_id}", headers=headers)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_after_ninety_days_the_figure_stays_and_the_person_goes(
    client: httpx.AsyncClient,
    mover_a: Member,
    resources: Resources,
    worker_resources: Resources,
    clock: ManualClock,
) -> None:
    expired, confirmed, cancelled = [await book_by_hand(client, mover_a.headers) for _ in range(3)]
    await post(client, mover_a.headers, f"/v1/bookings/{confirmed['id']}/confirm")
    await post(client, mover_a.headers, f"/v1/bookings/{cancelled['id']}/cancel", {"reason": "Another day"})
    clock.advance(timedelta(minutes=16))
    await handlers.expire_holds(worker_resources)

    async def seen() -> list[dict[str, Any]]:
        headers = await signed_in_again(client, mover_a)
        return [await shown(client, headers, one["id"]) for one in (expired, confirmed, cancelled)]

    clock.advance(timedelta(days=89))
    await handlers.forget_expired_holds(worker_resources)
    before = await seen()
    assert [one["contact"] for one in before] == [CONTACT] * 3
    clock.advance(timedelta(days=1))
    await handlers.forget_expired_holds(worker_resources)
    after = await seen()
    assert after[1:] == before[1:]
    was, now = before[0], after[0]
    assert (was["status"], was["version"] + 1) == ("expired", now["version"])
    assert CONTACT.keys() & now["contact"].keys() == CONTACT.keys()
    assert not [told for name, told in CONTACT.items() if now["contact"][name] == told]
    assert was["origin"]["line1"] not in str(now)
    assert was["destination"]["line1"] not in str(now)
    kept = ("id", "reference", "starts_at", "ends_at", "price", "truck_ids")
    assert [now[name] for name in kept] == [was[name] for name in kept]

    await handlers.forget_expired_holds(worker_resources)
    assert await seen() == after
