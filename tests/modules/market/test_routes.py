"""Search and quotes over HTTP: pages, prices that stay, offers that end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.runtime.resources import Resources
from tests.conftest import StaffMember
from tests.factories.bookings import new_key
from tests.factories.customers import SignedInCustomer
from tests.factories.market import invite_customers, open_company, post, quote

pytestmark = pytest.mark.integration

# A town of its own.
FARGO: Final = {"line1": "225 4th Street N", "city": "Fargo", "state": "ND", "postal_code": "58102"}
WISH: Final[dict[str, Any]] = {
    "origin": FARGO,
    "destination": FARGO,
    "starts_at": "2027-03-09T09:00:00",
    "home_size": "studio",
}


@pytest.fixture
async def customer(resources: Resources) -> SignedInCustomer:
    [one] = await invite_customers(resources, 1)
    return one


async def search(client: httpx.AsyncClient, **changes: Any) -> dict[str, Any]:
    answer = await client.post("/v1/search", json=WISH | changes)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


class TestSearch:
    async def test_pages_hold_every_offer_once_and_in_order(
        self, client: httpx.AsyncClient, staff: StaffMember
    ) -> None:
        rates = ("120", "150", "135", "180", "165")
        mine = [
            (await open_company(client, staff.headers, place=FARGO, prices={"base_hourly_rate": one})).id
            for one in rates
        ]
        whole = await search(client, limit=50)
        paged: list[str] = []
        cursor: str | None = None
        while not paged or cursor is not None:
            page = await search(client, limit=2, **({"cursor": cursor} if cursor else {}))
            paged += [one["organization"]["id"] for one in page["offers"]]
            cursor = page["next_cursor"]
        assert paged == [one["organization"]["id"] for one in whole["offers"]]
        assert set(mine) <= set(paged)
        scores = [sum(f["value"] * f["weight"] for f in one["ranking"]) for one in whole["offers"]]
        assert scores == sorted(scores, reverse=True)

    async def test_a_cursor_belongs_to_its_search(self, client: httpx.AsyncClient, staff: StaffMember) -> None:
        for _ in range(2):
            await open_company(client, staff.headers, place=FARGO)
        cursor = (await search(client, limit=1))["next_cursor"]
        for changes in ({"starts_at": "2027-03-10T09:00:00"}, {"home_size": "two_bedroom"}):
            refused = await client.post("/v1/search", json=WISH | {"cursor": cursor} | changes)
            assert (refused.status_code, refused.json()["code"]) == (422, "search_cursor_refused")

    async def test_an_estimate_sent_back_finds_what_its_home_size_does(
        self, client: httpx.AsyncClient, staff: StaffMember
    ) -> None:
        await open_company(client, staff.headers, place=FARGO)
        asked = {"origin": FARGO, "destination": FARGO, "home_size": "studio"}
        estimate = (await client.post("/v1/estimates", json=asked)).json()
        told = {name: value for name, value in WISH.items() if name != "home_size"} | {"estimate": estimate}
        again = (await client.post("/v1/search", json=told)).json()
        first = await search(client)
        prices = [[one["price"]["total"] for one in found["offers"]] for found in (first, again)]
        assert prices[0] == prices[1] != []


class TestMakeQuote:
    async def test_the_price_stays_when_the_list_changes(
        self, client: httpx.AsyncClient, staff: StaffMember, customer: SignedInCustomer
    ) -> None:
        company = await open_company(client, staff.headers, place=FARGO)
        offer = self.mine(await search(client), company.id)
        dear = {"base_hourly_rate": "900", "base_mileage_rate": "2.50", "minimum_charge": "300"}
        config = await post(client, company.headers, "/v1/pricing-configs", dear, 201)
        active = await client.post(
            f"/v1/pricing-configs/{config['id']}/activate", headers=company.headers | new_key() | {"If-Match": '"v1"'}
        )
        assert active.status_code == 200, active.text
        assert self.mine(await search(client), company.id)["price"] != offer["price"]
        pinned = await quote(client, customer, offer["offer_id"])
        assert pinned["price"] == offer["price"]
        shown = await client.get(f"/v1/quotes/{pinned['id']}", headers=customer.headers)
        assert shown.json() == pinned
        explained = (await client.get(f"/v1/quotes/{pinned['id']}/explain", headers=customer.headers)).json()
        assert (explained["price"], explained["config_version"]) == (pinned["price"], 1)

    async def test_what_is_no_offer_says_what_to_do(
        self, client: httpx.AsyncClient, customer: SignedInCustomer
    ) -> None:
        refused = await client.post("/v1/quotes", headers=customer.headers | new_key(), json={"offer_id": "forged"})
        assert (refused.status_code, refused.json()["code"]) == (422, "offer_refused")
        assert "search again" in refused.json()["detail"]

    async def test_an_offer_of_the_release_before_arrival_windows_is_quoted(
        self, client: httpx.AsyncClient, staff: StaffMember, customer: SignedInCustomer, resources: Resources
    ) -> None:
        company = await open_company(client, staff.headers, place=FARGO)
        said = resources.signer.read("offer", self.mine(await search(client), company.id)["offer_id"])
        del said["a"]
        assert await quote(client, customer, resources.signer.sign("offer", said))

    async def test_an_offer_ends_in_half_an_hour_and_a_quote_in_a_day(
        self, client: httpx.AsyncClient, staff: StaffMember, customer: SignedInCustomer, clock: ManualClock
    ) -> None:
        company = await open_company(client, staff.headers, place=FARGO)
        offer = self.mine(await search(client), company.id)
        clock.advance(timedelta(minutes=30) - timedelta(seconds=1))
        pinned = await quote(client, customer, offer["offer_id"])
        assert pinned["is_expired"] is False
        clock.advance(timedelta(seconds=1))
        refused = await client.post(
            "/v1/quotes", headers=customer.headers | new_key(), json={"offer_id": offer["offer_id"]}
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "offer_expired")
        clock.advance(timedelta(hours=24))
        shown = await client.get(f"/v1/quotes/{pinned['id']}", headers=customer.headers)
        assert shown.json()["is_expired"] is True

    async def test_of_a_company_suspended_meanwhile_is_withdrawn(
        self, client: httpx.AsyncClient, staff: StaffMember, customer: SignedInCustomer
    ) -> None:
        company = await open_company(client, staff.headers, place=FARGO)
        offer = self.mine(await search(client), company.id)
        pinned = await quote(client, customer, offer["offer_id"])
        await post(client, staff.headers, f"/v1/ops/orgs/{company.id}/suspend", {"reason": "Papers forged"})
        refused = await client.post(
            "/v1/quotes", headers=customer.headers | new_key(), json={"offer_id": offer["offer_id"]}
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "offer_withdrawn")
        held = await client.post(
            "/v1/bookings",
            headers=customer.headers | new_key(),
            json={"quote_id": pinned["id"], "contact": {"full_name": "Bo", "phone": "+14155550123"}},
        )
        assert (held.status_code, held.json()["code"]) == (409, "company_not_bookable")

    @staticmethod
    def mine(found: dict[str, Any], org_id: str) -> dict[str, Any]:
        [offer] = [one for one in found["offers"] if one["organization"]["id"] == org_id]
        return offer  # type: ignore[no-any-return]
