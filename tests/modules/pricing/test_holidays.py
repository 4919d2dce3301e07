"""Holidays by country and state: in a price over HTTP, in a stored price list, and in a price made again."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import httpx
import pytest

from app.modules.pricing.rules import parse_config, price, replay
from app.modules.pricing.service.holidays import holiday_dates, make_ready
from tests.conftest import register
from tests.factories.bookings import PRICES, new_key
from tests.modules.pricing.jobs import config, job, lines

CALIFORNIA: Final = {"type": "holiday", "calendar": {"country": "US", "state": "CA"}, "amount": "40"}


def simulated(*rules: dict[str, Any], starts_at: str) -> dict[str, Any]:
    facts = {"starts_at": starts_at, "pickup_zone": "America/Los_Angeles", "hours": "3"}
    return {"config": {**PRICES, "surcharge_rules": list(rules)}, "job": facts}


def test_observed_days_and_the_days_of_one_state_are_holidays() -> None:
    california, country = holiday_dates(("US", "CA")), holiday_dates(("US", None))
    assert california is not None
    assert country is not None
    # The Fourth of July 2027 is a Sunday, New Year's Day 2028 a Saturday: observed on Monday, and the year before.
    assert {date(2027, 7, 4), date(2027, 7, 5), date(2027, 12, 31)} <= california
    assert date(2027, 3, 31) in california - country
    assert min(california).year == 2000
    assert max(california).year == 2100


@pytest.mark.parametrize("calendar", [("ZZ", None), ("US", "ZZ")])
def test_there_is_no_such_calendar(calendar: tuple[str, str | None]) -> None:
    assert holiday_dates(calendar) is None


def test_a_price_made_again_asks_no_library(monkeypatch: pytest.MonkeyPatch) -> None:
    body = parse_config(config(CALIFORNIA))
    on_cesar_chavez = job(starts_at="2027-03-31T09:00:00-07:00")
    agreed = price(make_ready(body), on_cesar_chavez)
    assert lines(agreed)[-1] == ("holiday", "40.00")
    monkeypatch.setattr("app.modules.pricing.service.holidays.holiday_dates", lambda _: frozenset())
    assert "holiday" not in dict(lines(price(make_ready(body), on_cesar_chavez)))
    assert replay(body, on_cesar_chavez, agreed.holidays) == agreed


@pytest.mark.integration
async def test_holidays_are_priced_and_unknown_calendars_refused(client: httpx.AsyncClient) -> None:
    owner = await register(client)
    path = "/v1/pricing-configs/simulate"
    for starts_at, is_dearer in (("2027-03-31T09:00:00-07:00", True), ("2027-03-30T09:00:00-07:00", False)):
        answer = await client.post(path, headers=owner.headers, json=simulated(CALIFORNIA, starts_at=starts_at))
        assert answer.status_code == 200, answer.text
        assert ("holiday" in [line["code"] for line in answer.json()["lines"]]) is is_dearer
    atlantis = CALIFORNIA | {"calendar": {"country": "US", "state": "ZZ"}}
    for method, body in (
        (path, simulated(CALIFORNIA, atlantis, starts_at="2027-03-31T09:00:00-07:00")),
        ("/v1/pricing-configs", {**PRICES, "surcharge_rules": [CALIFORNIA, atlantis]}),
    ):
        answer = await client.post(method, headers=owner.headers | new_key(), json=body)
        assert answer.status_code == 422
        assert answer.json()["code"] == "holiday_calendar_unknown"
        assert answer.json()["errors"][0]["pointer"].endswith("/surcharge_rules/1/calendar")
    stored = await client.post(
        "/v1/pricing-configs", headers=owner.headers | new_key(), json={**PRICES, "surcharge_rules": [CALIFORNIA]}
    )
    assert stored.status_code == 201
    assert stored.json()["version"] == 1
