"""What a customer chooses beside the move: packing, protection, codes; who offers it, for how much, and how often."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest

from app.kernel.money import round_cents
from app.runtime.resources import Resources
from tests.conftest import StaffMember
from tests.factories.bookings import new_key
from tests.factories.market import Company, hold, invite_customers, open_company, quote

pytestmark = pytest.mark.integration

# A town of its own.
MILES_CITY: Final = {"line1": "17 S 8th Street", "city": "Miles City", "state": "MT", "postal_code": "59301"}
GLENDIVE: Final = {"line1": "300 S Merrill Avenue", "city": "Glendive", "state": "MT", "postal_code": "59330"}
WISH: Final[dict[str, Any]] = {
    "origin": MILES_CITY,
    "destination": MILES_CITY,
    "starts_at": "2027-03-09T09:00:00",
    "home_size": "two_bedroom",
}
PLAIN: Final[dict[str, Any]] = {"base_hourly_rate": "150", "base_mileage_rate": "2.50", "minimum_charge": "0"}
FULL: Final[dict[str, Any]] = {"kind": "full", "declared_value": "42000", "deductible": "250"}
RULES: Final[list[dict[str, Any]]] = [
    {"type": "packing", "amount_per_carton": "6.50"},
    {"type": "valuation", "kind": "full", "rate_per_1000": "9.50", "deductible": "250.00"},
    {"type": "custom", "code": "COI", "description": "Certificate of insurance", "amount": "35.00"},
    {"type": "discount", "code": "ONCE", "percent": "10", "max_uses": 1},
]


@pytest.fixture
async def companies(client: httpx.AsyncClient, staff: StaffMember) -> tuple[Company, Company]:
    """One with all services, and one with none."""
    able = await open_company(client, staff.headers, place=MILES_CITY, prices=PLAIN | {"surcharge_rules": RULES})
    return able, await open_company(client, staff.headers, place=MILES_CITY, prices=PLAIN)


async def offers(
    client: httpx.AsyncClient, destination: dict[str, str] = MILES_CITY, **services: Any
) -> dict[str, dict[str, Any]]:
    wish = WISH | {"destination": destination, "limit": 50, "services": services}
    answer = await client.post("/v1/search", json=wish)
    assert answer.status_code == 200, answer.text
    return {offer["organization"]["id"]: offer for offer in answer.json()["offers"]}


def amounts(offer: dict[str, Any]) -> dict[str, str]:
    return {line["code"]: line["amount"]["amount"] for line in offer["price"]["lines"]}


def hours(offer: dict[str, Any]) -> float:
    return (
        datetime.fromisoformat(offer["ends_at"]) - datetime.fromisoformat(offer["starts_at"])
    ).total_seconds() / 3600


async def test_only_who_has_a_price_for_it_offers_it(
    client: httpx.AsyncClient, companies: tuple[Company, Company]
) -> None:
    able, unable = companies
    without = await offers(client)
    assert {able.id, unable.id} <= set(without)
    chosen: list[dict[str, Any]] = [{"packing": {}}, {"valuation": FULL}]
    for services in chosen:
        found = await offers(client, **services)
        assert able.id in found
        assert unable.id not in found
    shown = (await offers(client))[able.id]
    assert shown["deposit"] == {"amount": "0.00", "currency": "USD"}
    # What the law gives for nothing is nobody's service.
    assert unable.id in await offers(client, valuation={"kind": "released", "declared_value": "0"})
    other = await offers(client, valuation=FULL | {"deductible": "500"})
    assert able.id not in other


async def test_packing_is_of_the_estimated_cartons_and_takes_its_time(
    client: httpx.AsyncClient, companies: tuple[Company, Company]
) -> None:
    able = companies[0].id
    without = (await offers(client))[able]
    packed = {"cartons": 20}
    wishes: list[dict[str, Any]] = [{}, packed, packed | {"hours": "0.001"}, packed | {"hours": "3.5"}]
    usual, told, low, high = [(await offers(client, packing=one))[able] for one in wishes]
    # A home of two bedrooms has 54 cartons; ten are packed in an hour, in started quarters.
    assert (amounts(usual)["packing"], hours(usual) - hours(without)) == ("351.00", 5.5)
    assert (amounts(told)["packing"], hours(told) - hours(without)) == ("130.00", 2.0)
    # Whoever named fewer hours would name the price.
    assert (amounts(low)["packing"], hours(low) - hours(without)) == ("130.00", 2.0)
    assert (amounts(high)["packing"], hours(high) - hours(without)) == ("130.00", 3.5)
    assert amounts(usual)["labour"] == amounts(without)["labour"]


async def test_an_estimate_sent_back_packs_what_it_listed(
    client: httpx.AsyncClient, companies: tuple[Company, Company]
) -> None:
    wish = {name: value for name, value in WISH.items() if name != "home_size"} | {"services": {"packing": {}}}
    items = {"items": [{"code": "carton_medium", "quantity": 7}, {"code": "sofa_3_seat"}]}
    asked = {name: WISH[name] for name in ("origin", "destination")} | items
    estimate = (await client.post("/v1/estimates", json=asked)).json()
    for load in (items, {"estimate": estimate}):
        answer = await client.post("/v1/search", json=wish | load)
        [mine] = [one for one in answer.json()["offers"] if one["organization"]["id"] == companies[0].id]
        assert amounts(mine)["packing"] == "45.50"


async def test_the_quote_explains_what_was_chosen(
    client: httpx.AsyncClient, companies: tuple[Company, Company], resources: Resources
) -> None:
    [customer] = await invite_customers(resources, 1)
    chosen: dict[str, Any] = {"packing": {"cartons": 4}, "valuation": FULL, "codes": ["COI", "NOBODYS"]}
    offer = (await offers(client, **chosen))[companies[0].id]
    found = amounts(offer)
    assert (found["packing"], found["valuation"], found["custom"]) == ("26.00", "399.00", "35.00")
    quoted = await quote(client, customer, offer["offer_id"])
    explained = (await client.get(f"/v1/quotes/{quoted['id']}/explain", headers=customer.headers)).json()
    inputs = explained["inputs"]
    assert inputs["packing"] == {"cartons": 4, "hours": "0.5"}
    assert (inputs["valuation"]["declared_value"], inputs["codes"]) == ("42000", ["COI", "NOBODYS"])
    total = sum(Decimal(line["amount"]["amount"]) for line in explained["price"]["lines"])
    assert f"{total:.2f}" == explained["price"]["total"]["amount"] == quoted["price"]["total"]["amount"]


async def test_the_last_use_of_a_discount_is_had_once(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    company = await open_company(
        client,
        staff.headers,
        place=MILES_CITY,
        trucks=(1600, 1600),
        drivers=2,
        helpers=2,
        prices=PLAIN | {"surcharge_rules": RULES},
    )
    customers = await invite_customers(resources, 2)
    held = []
    for customer in customers:
        offer = (await offers(client, codes=["ONCE"]))[company.id]
        assert amounts(offer)["discount"].startswith("-")
        made = await hold(client, customer, (await quote(client, customer, offer["offer_id"]))["id"])
        assert made.status_code == 201, made.text
        held.append((customer, f"/v1/bookings/{made.json()['id']}"))
    answers = await asyncio.gather(
        *(client.post(f"{path}/confirm", headers=customer.headers | new_key()) for customer, path in held)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    [late] = [at for at, answer in enumerate(answers) if answer.status_code == 409]
    assert (answers[late].json()["code"], answers[late].json()["discount"]) == ("discount_used_up", "ONCE")
    customer, path = held[late]
    assert (await client.get(path, headers=customer.headers)).json()["status"] == "held"
    other = await client.post(
        "/v1/search", json=WISH | {"limit": 50, "starts_at": "2027-03-10T09:00:00", "services": {"codes": ["ONCE"]}}
    )
    [mine] = [one for one in other.json()["offers"] if one["organization"]["id"] == company.id]
    assert "discount" not in amounts(mine)


async def test_each_day_costs_what_a_search_for_it_finds(
    client: httpx.AsyncClient, companies: tuple[Company, Company]
) -> None:
    services: dict[str, Any] = {"packing": {"cartons": 10}, "codes": ["ONCE", "COI"]}
    [day] = (await client.post("/v1/search/dates", json=WISH | {"days": 1, "services": services})).json()["dates"]
    found = await offers(client, **services)
    assert day["offers"] == len(found)
    assert day["cheapest"][0]["total"] in [one["price"]["total"] for one in found.values()]


async def set_fuel_price(client: httpx.AsyncClient, staff: StaffMember, price: str | None) -> None:
    shown = await client.get("/v1/ops/settings", headers=staff.headers)
    named = ("fee_percent", "four_eyes", "claim_minutes")
    body = {name: shown.json()[name] for name in named} | {"fuel_index_price": price}
    etag = {"If-Match": shown.headers["etag"]}
    answer = await client.put("/v1/ops/settings", headers=staff.headers | etag | new_key(), json=body)
    assert answer.status_code == 200, answer.text


async def test_a_fuel_table_is_priced_by_the_platforms_index(
    client: httpx.AsyncClient, staff: StaffMember, admin: StaffMember, resources: Resources
) -> None:
    table = {"surcharge_rules": [{"type": "fuel", "table": True}]}
    company = await open_company(client, staff.headers, place=MILES_CITY, prices=PLAIN | table)
    abroad = await open_company(client, staff.headers, place=MILES_CITY, prices=PLAIN | table | {"currency": "CAD"})
    assert company.id not in await offers(client, destination=GLENDIVE)
    [customer] = await invite_customers(resources, 1)
    await set_fuel_price(client, admin, "2.814")
    try:
        found = await offers(client, destination=GLENDIVE)
        # The index is US dollars a gallon: it says nothing to prices in another currency.
        assert abroad.id not in found
        offer = found[company.id]
        quoted = await quote(client, customer, offer["offer_id"])
    finally:
        await set_fuel_price(client, admin, None)
    # 7,000 lb: 0.0006255 x miles x (2.814 - 2.50) x 100.
    explained = (await client.get(f"/v1/quotes/{quoted['id']}/explain", headers=customer.headers)).json()
    assert explained["inputs"]["fuel_index_price"] == "2.814"
    assert explained["price"]["total"] == offer["price"]["total"]
    miles = Decimal(explained["inputs"]["distance_miles"])
    assert miles > 60
    assert Decimal(amounts(offer)["fuel"]) == round_cents(miles * Decimal("0.0006255") * Decimal("31.4"))


@pytest.mark.parametrize(
    ("services", "pointer"),
    [
        ({"packing": {"cartons": 0}}, "/services/packing/cartons"),
        ({"packing": {"hours": "-1"}}, "/services/packing/hours"),
        ({"packing": True}, "/services/packing"),
        ({"valuation": {"kind": "full"}}, "/services/valuation/declared_value"),
        ({"valuation": FULL | {"declared_value": "1e400"}}, "/services/valuation/declared_value"),
        ({"codes": ["two words"]}, "/services/codes/0"),
        ({"codes": ["X"] * 11}, "/services/codes"),
        ({"parking": True}, "/services/parking"),
    ],
)
async def test_what_is_no_service_is_named(client: httpx.AsyncClient, services: dict[str, Any], pointer: str) -> None:
    answer = await client.post("/v1/search", json=WISH | {"services": services})
    assert answer.status_code == 422, answer.text
    assert pointer in [fault["pointer"] for fault in answer.json()["errors"]]


async def test_nothing_is_packed_into_no_cartons(client: httpx.AsyncClient) -> None:
    wish = {name: value for name, value in WISH.items() if name != "home_size"}
    sofa = {"items": [{"code": "sofa_3_seat"}], "services": {"packing": {}}}
    answer = await client.post("/v1/search", json=wish | sofa)
    assert (answer.status_code, answer.json()["code"]) == (422, "nothing_to_pack")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/services/packing/cartons"]
