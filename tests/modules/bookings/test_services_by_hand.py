"""Packing, protection, codes and fuel in a booking that a dispatcher makes: priced as a quote's."""

from __future__ import annotations

from typing import Any, Final

import httpx
import pytest

from tests.conftest import StaffMember
from tests.factories.bookings import CONTACT, OAKLAND, new_key
from tests.factories.fleet import SAN_FRANCISCO
from tests.factories.market import Company, open_company

pytestmark = pytest.mark.integration

PRICES: Final[dict[str, Any]] = {
    "base_hourly_rate": "150",
    "base_mileage_rate": "2.50",
    "minimum_charge": "0",
    "surcharge_rules": [
        {"type": "packing", "amount_per_carton": "6.50"},
        {"type": "valuation", "kind": "full", "rate_per_1000": "9.50", "deductible": "250.00"},
        {"type": "discount", "code": "ONCE", "percent": "10", "max_uses": 1},
    ],
}
ESTIMATE: Final = {"volume_cuft": 600, "weight_lb": 4200, "crew_size": 2, "duration_hours": "4"}
FULL: Final[dict[str, Any]] = {"kind": "full", "declared_value": "42000", "deductible": "250"}


async def book(client: httpx.AsyncClient, company: Company, day: int, **told: Any) -> httpx.Response:
    job = {
        "origin": SAN_FRANCISCO,
        "destination": OAKLAND,
        "contact": CONTACT,
        "window": {"starts_at": f"2027-03-{day:02}T09:00:00", "ends_at": f"2027-03-{day:02}T15:00:00"},
        "truck_ids": company.truck_ids,
        "driver_ids": [*company.driver_ids, *company.helper_ids],
    }
    body = job | ({} if "price" in told else {"estimate": ESTIMATE}) | told
    return await client.post("/v1/bookings", headers=company.headers | new_key(), json=body)


def amounts(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 201, answer.text
    return {line["code"]: line["amount"]["amount"] for line in answer.json()["price"]["lines"]}


async def test_what_is_chosen_has_its_lines_and_a_code_is_had_once(
    client: httpx.AsyncClient, staff: StaffMember
) -> None:
    company = await open_company(client, staff.headers, prices=PRICES)
    plain = amounts(await book(client, company, 8))
    assert not plain.keys() & {"packing", "valuation", "discount"}
    services = {"packing": {"cartons": 20}, "valuation": FULL, "codes": ["ONCE", "NOBODYS"]}
    chosen = await book(client, company, 9, services=services)
    found = amounts(chosen)
    assert (found["packing"], found["valuation"]) == ("130.00", "399.00")
    assert found["discount"].startswith("-")
    here = f"/v1/bookings/{chosen.json()['id']}"
    assert (await client.post(f"{here}/confirm", headers=company.headers | new_key())).status_code == 200
    assert "discount" not in amounts(await book(client, company, 10, services=services))
    called_off = await client.post(f"{here}/cancel", headers=company.headers | new_key(), json={"reason": "Rain"})
    assert called_off.status_code == 200, called_off.text
    assert "discount" in amounts(await book(client, company, 11, services=services))


async def test_packing_takes_its_cartons_an_hour(client: httpx.AsyncClient, staff: StaffMember) -> None:
    hourly = {"surcharge_rules": [{"type": "packing", "hourly": "60"}]}
    company = await open_company(client, staff.headers, prices=PRICES | hourly)
    services = {"packing": {"cartons": 20}}
    assert amounts(await book(client, company, 8, services=services))["packing"] == "120.00"
    own = {"figures": [{"code": "cartons_per_hour", "value": "5"}]}
    put = await client.put("/v1/org/estimator-figures", headers=company.headers | new_key(), json=own)
    assert put.status_code == 200
    assert amounts(await book(client, company, 9, services=services))["packing"] == "240.00"


@pytest.mark.parametrize(
    ("told", "status", "said"),
    [
        ({"services": {"packing": {}}}, 422, "/services/packing/cartons"),
        ({"services": {"packing": {"cartons": 0}}}, 422, "/services/packing/cartons"),
        ({"services": {"polish": True}}, 422, "/services/polish"),
        ({"services": {}, "price": {"amount": "500", "currency": "USD"}}, 422, ""),
        ({"services": {"valuation": FULL | {"deductible": "500"}}}, 409, "not_priceable"),
    ],
)
async def test_what_cannot_be_had_is_refused(
    client: httpx.AsyncClient, staff: StaffMember, told: dict[str, Any], status: int, said: str
) -> None:
    company = await open_company(client, staff.headers, prices=PRICES)
    refused = await book(client, company, 8, **told)
    assert refused.status_code == status, refused.text
    body = refused.json()
    assert said in ([one["pointer"] for one in body["errors"]] if status == 422 else [body["code"]])


async def test_the_work_is_no_longer_than_what_the_window_leaves_for_it(
    client: httpx.AsyncClient, staff: StaffMember
) -> None:
    company = await open_company(client, staff.headers, prices=PRICES)
    answers = [await book(client, company, 8 + at, arrival_window_minutes=120 + at) for at in (0, 1)]
    assert [one.status_code for one in answers] == [201, 422]
    assert [(one["pointer"], one["code"]) for one in answers[1].json()["errors"]] == [
        ("/estimate/duration_hours", "window_too_short")
    ]


async def test_hours_that_fill_a_window_of_no_whole_hundredths_fit_it(
    client: httpx.AsyncClient, staff: StaffMember
) -> None:
    company = await open_company(client, staff.headers, prices=PRICES)
    window = {"starts_at": "2027-03-08T09:00:00", "ends_at": "2027-03-08T10:40:00"}
    told = [ESTIMATE | {"duration_hours": hours} for hours in ("1.68", "1.67")]
    longer, filling = [await book(client, company, 8, window=window, estimate=one) for one in told]
    assert (longer.status_code, filling.status_code) == (422, 201)
    assert longer.json()["detail"] == "The work takes longer than the 1.67 hours that the window leaves for the work."
