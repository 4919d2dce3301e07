"""Offers by a company's own figures: its things, its pace; shown, and the same on the day, in sixty days, and held."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

import httpx
import pytest

from app.kernel.clock import ManualClock
from app.modules.pricing.rules.estimator_figures import CARTON_MIX
from app.modules.pricing.service.learning import observe_job
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import StaffMember
from tests.factories.bookings import new_key
from tests.factories.market import Company, hold, invite_customers, open_company, quote
from tests.modules.pricing.jobs import job

pytestmark = pytest.mark.integration

# A town of its own.
DICKINSON: Final = {"line1": "99 2nd Street E", "city": "Dickinson", "state": "ND", "postal_code": "58601"}
SOFAS: Final = [{"code": "sofa_3_seat", "quantity": 6}]
WISH: Final[dict[str, Any]] = {"origin": DICKINSON, "destination": DICKINSON, "starts_at": "2027-03-09T09:00:00"}
OWN: Final = "/v1/org/inventory-items"
ENOUGH: Final = 30


async def offers(client: httpx.AsyncClient, **load: Any) -> dict[str, dict[str, Any]]:
    answer = await client.post("/v1/search", json=WISH | load | {"limit": 50})
    assert answer.status_code == 200, answer.text
    return {offer["organization"]["id"]: offer for offer in answer.json()["offers"]}


async def set_own(client: httpx.AsyncClient, company: Company, *items: dict[str, Any]) -> httpx.Response:
    return await client.put(OWN, headers=company.headers | new_key(), json={"items": list(items)})


async def work_slowly(resources: Resources, company: Company) -> None:
    """So many jobs that took half as long again as the figures say."""
    identity = Identity(Audience.MOVER, user_id=uuid4(), org_id=company.member.org_id)
    async with resources.database.write(identity) as session:
        for _ in range(ENOUGH):
            one = job(volume_cuft="600", crew=2)
            now = resources.clock.now()
            await observe_job(session, company.member.org_id, uuid4(), one, actual_hours=Decimal("4.3"), now=now)


def length(offer: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(offer["ends_at"]) - datetime.fromisoformat(offer["starts_at"])


async def test_a_company_that_knows_its_sofas_larger_asks_more_for_them(
    client: httpx.AsyncClient, staff: StaffMember
) -> None:
    usual, mine = [await open_company(client, staff.headers, place=DICKINSON) for _ in range(2)]
    before = await offers(client, items=SOFAS)
    assert before[usual.id]["price"]["total"] == before[mine.id]["price"]["total"]
    answer = await set_own(client, mine, {"code": "sofa_3_seat", "volume_cuft": "120", "disassembly_minutes": 20})
    assert (answer.status_code, answer.json()["items"][0]["volume_cuft"]) == (200, 120)
    assert (await client.get(OWN, headers=mine.headers)).json() == answer.json()
    after = await offers(client, items=SOFAS)
    assert after[usual.id]["price"] == before[usual.id]["price"]
    assert Decimal(after[mine.id]["price"]["total"]["amount"]) > Decimal(after[usual.id]["price"]["total"]["amount"])
    assert after[usual.id]["own_figures"] == []
    assert [(one["code"], one["value"]) for one in after[mine.id]["own_figures"]] == [("own_items", 6)]
    estimated = await client.post(
        "/v1/org/estimates", headers=mine.headers, json={"origin": DICKINSON, "destination": DICKINSON, "items": SOFAS}
    )
    assert estimated.json()["volume_cuft"] == 720
    assert (await offers(client, home_size="studio"))[mine.id]["own_figures"] == []
    assert (await set_own(client, mine)).json() == {"items": []}
    assert (await offers(client, items=SOFAS))[mine.id]["price"] == before[mine.id]["price"]


async def test_a_slow_company_is_booked_for_longer(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    usual, slow = [await open_company(client, staff.headers, place=DICKINSON) for _ in range(2)]
    before = (await offers(client, home_size="one_bedroom"))[slow.id]
    await work_slowly(resources, slow)
    found = await offers(client, home_size="one_bedroom")
    mine = found[slow.id]
    ratio, p90 = mine["own_figures"]
    assert (ratio["code"], p90["code"]) == ("own_ratio", "p90_ratio")
    assert 1.2 < ratio["value"] < 1.6
    assert "30 own jobs" in ratio["source"]
    assert length(mine) > length(before) == length(found[usual.id])
    assert Decimal(mine["price"]["total"]["amount"]) > Decimal(before["price"]["total"]["amount"])
    await check_dates(client, found)
    [customer] = await invite_customers(resources, 1)
    booked = await hold(client, customer, (await quote(client, customer, mine["offer_id"]))["id"])
    assert booked.status_code == 201, booked.text
    assert (booked.json()["ends_at"], booked.json()["price"]["total"]) == (mine["ends_at"], mine["price"]["total"])
    between = datetime.fromisoformat(mine["ends_at"]) - timedelta(minutes=15)
    assert slow.id not in await offers(client, home_size="one_bedroom", starts_at=between.isoformat())


async def check_dates(client: httpx.AsyncClient, found: dict[str, dict[str, Any]]) -> None:
    """Of the day itself, as the search has found it."""
    answer = await client.post("/v1/search/dates", json=WISH | {"home_size": "one_bedroom", "days": 2})
    [first, _] = answer.json()["dates"]
    lowest = min(found.values(), key=lambda one: (Decimal(one["price"]["total"]["amount"]), one["organization"]["id"]))
    assert (first["offers"], first["cheapest"][0]["total"]) == (len(found), lowest["price"]["total"])


@pytest.mark.parametrize(
    ("item", "pointer", "code"),
    [
        ({"code": "no_such_thing", "volume_cuft": 5}, "/items/0/code", "value_error"),
        ({"code": "custom", "volume_cuft": 5}, "/items/0/code", "value_error"),
        ({"code": "sofa_3_seat"}, "/items/0", "nothing_own"),
        ({"code": "sofa_3_seat", "volume_cuft": 0}, "/items/0/volume_cuft", "greater_than"),
        ({"code": "sofa_3_seat", "weight_lb": -1}, "/items/0/weight_lb", "greater_than"),
        ({"code": "sofa_3_seat", "disassembly_minutes": 1.5}, "/items/0/disassembly_minutes", "value_error"),
        ({"code": "sofa_3_seat", "volume": 5}, "/items/0/volume", "unknown_field"),
    ],
)
async def test_what_cannot_be_meant_is_refused(
    client: httpx.AsyncClient, mover_a: Any, item: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await set_own(client, Company(mover_a), item)
    assert (answer.status_code, [one["pointer"] for one in answer.json()["errors"]][-1]) == (422, pointer)
    assert answer.json()["errors"][-1]["code"] == code
    assert (await client.get(OWN, headers=mover_a.headers)).json() == {"items": []}


async def test_a_thing_is_named_once(client: httpx.AsyncClient, mover_a: Any) -> None:
    twice = [{"code": "sofa_3_seat", "volume_cuft": 5}, {"code": "sofa_3_seat", "volume_cuft": 6}]
    answer = await set_own(client, Company(mover_a), *twice)
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/items/1/code", "repeated")]


FIGURES: Final = "/v1/org/estimator-figures"


async def set_figures(client: httpx.AsyncClient, company: Company, **told: Any) -> httpx.Response:
    figures = [{"code": code, "value": value} for code, value in told.items()]
    return await client.put(FIGURES, headers=company.headers | new_key(), json={"figures": figures})


async def test_a_company_with_figures_of_its_own_is_estimated_priced_and_booked_by_them(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    usual, mine = [await open_company(client, staff.headers, place=DICKINSON) for _ in range(2)]
    before = await offers(client, items=SOFAS)
    told = await set_figures(
        client, mine, loose_item="600", crew_of_two="12", p90_ratio="2", cartons_per_hour="1", cuft_per_mover_hour="50"
    )
    assert told.status_code == 200, told.text
    shown = {one["code"]: one for one in (await client.get(FIGURES, headers=mine.headers)).json()["items"]}
    assert (shown["loose_item"]["value"], shown["loose_item"]["common"], shown["loose_item"]["is_own"]) == (
        600,
        30,
        True,
    )
    assert shown["truck_load"]["is_own"] is False
    found = await offers(client, items=SOFAS)
    assert found[usual.id]["price"] == before[usual.id]["price"]
    assert found[usual.id]["own_figures"] == []
    assert Decimal(found[mine.id]["price"]["total"]["amount"]) > Decimal(before[mine.id]["price"]["total"]["amount"])
    assert length(found[mine.id]) > length(before[mine.id])
    named = {one["code"]: (one["value"], one["source"]) for one in found[mine.id]["own_figures"]}
    assert named == {
        "loose_item": (600, "the company"),
        "crew_of_two": (12, "the company"),
        "p90_ratio": (2, "the company"),
        "cartons_per_hour": (1, "the company"),
        "cuft_per_mover_hour": (50, "the company"),
    }
    estimated = await client.post(
        "/v1/org/estimates", headers=mine.headers, json={"origin": DICKINSON, "destination": DICKINSON, "items": SOFAS}
    )
    [loose] = [one for one in estimated.json()["factors"] if one["code"] == "loose_item"]
    assert (loose["value"], loose["source"]) == (600, "the company")
    [customer] = await invite_customers(resources, 1)
    booked = await hold(client, customer, (await quote(client, customer, found[mine.id]["offer_id"]))["id"])
    assert (booked.status_code, booked.json()["ends_at"]) == (201, found[mine.id]["ends_at"])
    assert (await set_figures(client, mine)).status_code == 200
    assert (await offers(client, items=SOFAS))[usual.id]["own_figures"] == []


async def test_a_pace_is_learned_anew_beside_other_figures(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources, clock: ManualClock
) -> None:
    company = await open_company(client, staff.headers, place=DICKINSON)
    await work_slowly(resources, company)
    clock.advance(timedelta(minutes=1))

    async def pace() -> list[str]:
        return [one["code"] for one in (await offers(client, home_size="studio"))[company.id]["own_figures"]]

    # Room in a truck says nothing of hours.
    await set_figures(client, company, truck_volume="1400")
    assert await pace() == ["truck_volume", "own_ratio", "p90_ratio"]
    await set_figures(client, company, cuft_per_mover_hour="70")
    assert await pace() == ["cuft_per_mover_hour"]
    await work_slowly(resources, company)
    assert await pace() == ["cuft_per_mover_hour", "own_ratio", "p90_ratio"]
    [_, ratio, _] = (await offers(client, home_size="studio"))[company.id]["own_figures"]
    assert ratio["value"] < 1.1


async def test_a_company_that_knows_its_homes_larger_asks_more_for_them_and_packs_more_cartons(
    client: httpx.AsyncClient, staff: StaffMember, resources: Resources
) -> None:
    usual, mine = [await open_company(client, staff.headers, place=DICKINSON) for _ in range(2)]
    studio = {"home_size": "studio"}
    before, listed = await offers(client, **studio), await offers(client, items=SOFAS)
    told = await set_figures(client, mine, studio_volume="450", studio_cartons="44", mix_dish_pack="0")
    assert told.status_code == 200, told.text
    found = await offers(client, **studio)
    assert found[usual.id]["price"] == before[usual.id]["price"]
    assert found[usual.id]["own_figures"] == []
    named = [(one["code"], one["value"], one["source"]) for one in found[mine.id]["own_figures"]]
    assert named == [
        ("studio_volume", 450, "the company"),
        ("studio_cartons", 44, "the company"),
        ("mix_dish_pack", 0, "the company"),
    ]
    assert Decimal(found[mine.id]["price"]["total"]["amount"]) > Decimal(before[mine.id]["price"]["total"]["amount"])
    # Of a list nothing is another's.
    by_list = (await offers(client, items=SOFAS))[mine.id]
    assert (by_list["price"], by_list["own_figures"]) == (listed[mine.id]["price"], [])

    way = {"origin": DICKINSON, "destination": DICKINSON}
    made = (await client.post("/v1/org/estimates", headers=mine.headers, json=way | studio)).json()
    assert (made["volume_cuft"], sum(one["quantity"] for one in made["cartons"])) == (450, 44)
    assert "dish_pack" not in {one["code"] for one in made["cartons"]}
    sources = {one["code"]: one["source"] for one in made["factors"]}
    assert {sources[code] for code in ("volume", "studio_volume", "studio_cartons", "mix_dish_pack")} == {"the company"}
    assert sources["mix_carton_book"] == "starting guess"
    everybody = (await client.post("/v1/estimates", json=way | studio)).json()
    assert everybody["volume_cuft"] == 300

    [customer] = await invite_customers(resources, 1)
    booked = await hold(client, customer, (await quote(client, customer, found[mine.id]["offer_id"]))["id"])
    assert (booked.status_code, booked.json()["ends_at"]) == (201, found[mine.id]["ends_at"])
    assert booked.json()["price"]["total"] == found[mine.id]["price"]["total"]


@pytest.mark.parametrize(
    ("told", "pointer", "code"),
    [
        ({"no_such": 1}, "/figures/0/code", "enum"),
        ({"own_ratio": 1}, "/figures/0/code", "enum"),
        ({"loose_item": 601}, "/figures/0/value", "out_of_bounds"),
        ({"crew_of_two": "30"}, "/figures/0/value", "bands_shrink"),
        ({"crew_of_four": "12"}, "/figures/0/value", "bands_shrink"),
        ({"studio_volume": 49}, "/figures/0/value", "out_of_bounds"),
        ({"mix_carton_book": "100.5"}, "/figures/0/value", "out_of_bounds"),
        ({"studio_cartons": "22.5"}, "/figures/0/value", "not_whole"),
        ({"studio_volume": 600}, "/figures/0/value", "homes_shrink"),
        ({"loose_item": 30, "four_bedroom_volume": 900}, "/figures/1/value", "homes_shrink"),
        ({"studio_volume": 600, "four_bedroom_volume": 2000}, "/figures/0/value", "homes_shrink"),
        ({"two_bedroom_cartons": 44}, "/figures/0/value", "homes_shrink"),
        (dict.fromkeys(CARTON_MIX.values(), 0), "/figures", "mix_is_empty"),
        ({"cuft_per_mover_hour": "NaN"}, "/figures/0/value", "value_error"),
    ],
)
async def test_a_figure_that_cannot_be_is_refused(
    client: httpx.AsyncClient, mover_a: Any, told: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await set_figures(client, Company(mover_a), **told)
    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][-1]["pointer"], answer.json()["errors"][-1]["code"]) == (pointer, code)
    items = (await client.get(FIGURES, headers=mover_a.headers)).json()["items"]
    assert not any(one["is_own"] for one in items)
