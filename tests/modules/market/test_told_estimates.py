"""An estimate comes back from the client: signed, unchanged and young, or it is refused."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.pricing.rules import CATALOGUE
from app.modules.pricing.values import HomeSize
from app.runtime.resources import Resources
from tests.conftest import StaffMember
from tests.factories.market import Company, invite_customers, open_company, quote

pytestmark = pytest.mark.integration

# A town of its own.
JAMESTOWN: Final = {"line1": "102 3rd Avenue SE", "city": "Jamestown", "state": "ND", "postal_code": "58401"}
PLACES: Final[dict[str, Any]] = {"origin": JAMESTOWN, "destination": JAMESTOWN}
FIFTH_FLOOR: Final = JAMESTOWN | {"access": {"stairs_flights": 4, "has_elevator": False}}
STARTS_AT: Final = "2027-03-09T09:00:00"
PIANO: Final = {"items": [{"code": "piano_upright"}, {"code": "sofa_3_seat", "quantity": 8}]}
# A piano costs 200, a flight 50.
PRICES: Final[dict[str, Any]] = {
    "base_hourly_rate": "150",
    "base_mileage_rate": "2.50",
    "minimum_charge": "0",
    "surcharge_rules": [
        {"type": "item", "category": "piano", "amount": "200.00"},
        {"type": "stairs", "amount": "50.00", "per_flight": True},
    ],
}
FIGURES: Final = {
    "/volume_cuft": 1,
    "/weight_lb": 1,
    "/crew_size": 1,
    "/duration_hours/p50": 0.25,
    "/duration_hours/p90": 0.25,
}


@pytest.fixture
async def company(client: httpx.AsyncClient, staff: StaffMember) -> Company:
    return await open_company(client, staff.headers, place=JAMESTOWN, prices=PRICES)


async def estimate(client: httpx.AsyncClient, **load: Any) -> dict[str, Any]:
    answer = await client.post("/v1/estimates", json=PLACES | load)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


async def search(client: httpx.AsyncClient, **wish: Any) -> httpx.Response:
    return await client.post("/v1/search", json=PLACES | {"starts_at": STARTS_AT, "limit": 50} | wish)


async def price_of(client: httpx.AsyncClient, company: Company, **wish: Any) -> dict[str, Any]:
    found = await search(client, **wish)
    assert found.status_code == 200, found.text
    [mine] = [one for one in found.json()["offers"] if one["organization"]["id"] == company.id]
    price: dict[str, Any] = mine["price"]
    return price


@pytest.mark.parametrize("size", list(HomeSize))
async def test_every_home_comes_back_as_it_came(client: httpx.AsyncClient, size: HomeSize) -> None:
    told = await estimate(client, home_size=size)
    assert (await search(client, estimate=told)).status_code == 200
    assert (await search(client, estimate={"token": told["token"]})).status_code == 200


async def test_the_longest_list_comes_back(client: httpx.AsyncClient) -> None:
    box = {"length_in": "48.125", "width_in": "36.5", "height_in": "24.375"}
    codes = list(CATALOGUE) * 4
    items: list[dict[str, Any]] = [{"code": code, "weight_lb": f"{at}.125"} for at, code in enumerate(codes, 1)]
    items += [{"code": "custom", "quantity": at, "dimensions": box} for at in range(1, 501 - len(items))]
    told = await estimate(client, items=items)
    assert len(items) == 500
    answer = await search(client, estimate=told)
    assert answer.status_code == 200, answer.text


async def test_what_is_listed_is_priced_as_if_it_were_listed_again(client: httpx.AsyncClient, company: Company) -> None:
    told = await estimate(client, **PIANO)
    price = await price_of(client, company, estimate=told)
    assert price == await price_of(client, company, **PIANO)
    assert "item" in [line["code"] for line in price["lines"]]


async def test_other_floors_than_those_estimated_are_worked_out_anew(
    client: httpx.AsyncClient, company: Company
) -> None:
    told = await estimate(client, **PIANO)
    low, high = [await price_of(client, company, estimate=told, origin=one) for one in (JAMESTOWN, FIFTH_FLOOR)]
    assert high == await price_of(client, company, origin=FIFTH_FLOOR, **PIANO)
    labour = [Decimal(price["lines"][0]["amount"]["amount"]) for price in (low, high)]
    assert labour[0] < labour[1]


@pytest.mark.parametrize("path", ["/v1/search", "/v1/search/dates"])
async def test_a_changed_figure_is_named(client: httpx.AsyncClient, path: str) -> None:
    told = await estimate(client, home_size="two_bedroom")
    changed = told | {name[1:]: figure for name, figure in FIGURES.items() if name.count("/") == 1}
    changed["duration_hours"] = {"p50": 0.25, "p90": 0.25}
    answer = await client.post(path, json=PLACES | {"starts_at": STARTS_AT, "estimate": changed})
    assert (answer.status_code, answer.json()["code"]) == (422, "estimate_changed")
    faults = {fault["pointer"]: fault["message"] for fault in answer.json()["errors"]}
    assert set(faults) == {f"/estimate{name}" for name in FIGURES}
    assert faults["/estimate/duration_hours/p50"] == "It was estimated as 5."


async def test_another_tokens_figures_are_not_ones_own(client: httpx.AsyncClient) -> None:
    small, large = [await estimate(client, home_size=size) for size in ("studio", "four_bedroom")]
    answer = await search(client, estimate=large | {"token": small["token"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "estimate_changed")


async def test_a_token_that_is_not_ours_is_refused(client: httpx.AsyncClient, resources: Resources) -> None:
    token = (await estimate(client, home_size="studio"))["token"]
    flipped = ("B" if token[40] == "A" else "A").join((token[:40], token[41:]))
    offer = resources.signer.sign("offer", resources.signer.read("estimate", token))
    for forged in (flipped, token[:-3], offer, "x"):
        answer = await search(client, estimate={"token": forged})
        assert (answer.status_code, answer.json()["code"]) == (422, "estimate_refused")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/estimate/token"]


async def test_figures_without_our_signature_are_no_estimate(client: httpx.AsyncClient) -> None:
    told = await estimate(client, home_size="studio")
    answer = await search(client, estimate={name: value for name, value in told.items() if name != "token"})
    assert answer.status_code == 422
    assert [(fault["pointer"], fault["code"]) for fault in answer.json()["errors"]] == [("/estimate/token", "required")]


async def test_an_estimate_expires(
    client: httpx.AsyncClient, clock: ManualClock, company: Company, resources: Resources
) -> None:
    [customer] = await invite_customers(resources, 1)
    told = await estimate(client, home_size="studio")
    clock.advance(timedelta(hours=24) - timedelta(seconds=1))
    found = (await search(client, estimate=told)).json()["offers"]
    clock.advance(timedelta(seconds=1))
    answer = await search(client, estimate=told)
    assert (answer.status_code, answer.json()["code"]) == (409, "estimate_expired")
    [mine] = [one for one in found if one["organization"]["id"] == company.id]
    # An offer that was made of it stands as long as it says.
    assert (await quote(client, customer, mine["offer_id"]))["price"] == mine["price"]


async def test_a_companys_own_estimate_is_no_ticket_to_the_market(client: httpx.AsyncClient, company: Company) -> None:
    answer = await client.post("/v1/org/estimates", headers=company.headers, json=PLACES | {"home_size": "studio"})
    assert answer.status_code == 200
    assert "token" not in answer.json()
