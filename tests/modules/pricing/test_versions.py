"""Versions of a price list: what one says otherwise than another, and what its author is warned of."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.pricing.rules import compare_configs, config_to_json, lint, parse_config
from tests.conftest import register
from tests.factories.bookings import new_key
from tests.modules.pricing.jobs import WEDNESDAY, config

TODAY = date(2027, 6, 1)
STAIRS = {"type": "stairs", "amount": "50.00", "per_flight": True}
WEEKEND = {"type": "weekend", "multiplier": "1.25", "days": [0, 6]}
ITEM = {"type": "item", "amount": "9.00"}
SHUTTLE = {"type": "shuttle", "amount": "120.00"}
ENDED = {"type": "holiday", "dates": ["2027-05-31"], "amount": "40.00"}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str | None, str | None, Any, Any]]:
    stored = [config_to_json(parse_config(body)) for body in (before, after)]
    return [tuple(change) for change in compare_configs(*stored)]


def test_a_number_spelt_otherwise_is_no_change() -> None:
    assert told(config(STAIRS, tax_rate="0.10"), config({**STAIRS, "amount": 50}, tax_rate=0.1)) == []


def test_each_place_that_differs_is_told_where_it_stands_in_each_version() -> None:
    before = config(STAIRS, WEEKEND, deposit={"percent": "10"})
    after = config(SHUTTLE, {**STAIRS, "amount": "60.00"}, WEEKEND, base_hourly_rate="160")
    differing = told(before, after)
    shuttle = config_to_json(parse_config(after))["surcharge_rules"][0]
    assert sorted(differing, key=str) == sorted(
        [
            ("/base_hourly_rate", "/base_hourly_rate", "150.00", "160.00"),
            ("/deposit", None, {"percent": "10"}, None),
            (None, "/surcharge_rules/0", None, shuttle),
            ("/surcharge_rules/0/amount", "/surcharge_rules/1/amount", "50.00", "60.00"),
        ],
        key=str,
    )


def test_a_rule_that_moved_is_told_because_order_counts() -> None:
    moved = told(config(STAIRS, WEEKEND), config(WEEKEND, STAIRS))
    assert {(one[0] is None, one[1] is None) for one in moved} == {(True, False), (False, True)}
    assert len(moved) == 2


@given(st.lists(st.sampled_from([STAIRS, WEEKEND, SHUTTLE])), st.lists(st.sampled_from([STAIRS, WEEKEND, SHUTTLE])))
def test_what_is_not_told_is_the_same(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> None:
    changes = told(config(*before), config(*after))
    gone = {one[0] for one in changes}
    come = {one[1] for one in changes}
    left = [rule for at, rule in enumerate(before) if f"/surcharge_rules/{at}" not in gone]
    stays = [rule for at, rule in enumerate(after) if f"/surcharge_rules/{at}" not in come]
    assert left == stays


@pytest.mark.parametrize(
    ("body", "warned"),
    [
        (config(STAIRS, WEEKEND, minimum_charge="200"), []),
        (config(ENDED), [("/surcharge_rules/0/dates", "passed_by")]),
        (config(STAIRS, STAIRS), [("/surcharge_rules/1", "repeated")]),
        (config({**STAIRS, "amount": 0}), [("/surcharge_rules/0", "without_effect")]),
        (config(STAIRS, {**WEEKEND, "multiplier": 1}), [("/surcharge_rules/1", "without_effect")]),
        (config({"type": "fuel", "percent": 0}), [("/surcharge_rules/0", "without_effect")]),
        (config(minimum_charge="300", minimum_hours=2), [("/minimum_charge", "never_applies")]),
        (config(minimum_charge="300.01", minimum_hours=2), []),
        (
            config(minimum_charge="600", minimum_hours="3.1", billing_increment_minutes=60),
            [("/minimum_charge", "never_applies")],
        ),
        (config({"type": "item", "category": "pets", "amount": 9}), [("/surcharge_rules/0/category", "never_applies")]),
        (
            config({"type": "item", "codes": ["piano_grand", "unicorn"], "amount": 9}),
            [("/surcharge_rules/0/codes/1", "never_applies")],
        ),
        (config({"type": "item", "codes": ["custom"], "amount": 9}, {**ITEM, "category": "custom"}), []),
        (config(double_drive_free_miles=5), [("/double_drive_free_miles", "never_applies")]),
        (config(double_drive_free_miles=5, travel="double_drive"), []),
        (config({"type": "discount", "code": "A", "percent": 10}, minimum_charge="300", minimum_hours=2), []),
    ],
)
def test_what_a_price_list_hardly_means_is_told(body: dict[str, Any], warned: list[tuple[str, str]]) -> None:
    assert [(fault.pointer, fault.code) for fault in lint(parse_config(body), TODAY)] == warned


@pytest.mark.integration
async def test_versions_are_warned_of_and_compared_over_http(client: httpx.AsyncClient) -> None:
    owner, stranger = await register(client), await register(client)
    path = "/v1/pricing-configs"
    written = []
    for body in (config(STAIRS), config(STAIRS, STAIRS)):
        answer = await client.post(path, headers=owner.headers | new_key(), json=body)
        assert answer.status_code == 201, answer.text
        written.append(answer.json())
    assert [[one["code"] for one in version["warnings"]] for version in written] == [[], ["repeated"]]
    first, second = (version["id"] for version in written)
    shown = await client.get(f"{path}/{second}", headers=owner.headers)
    assert shown.json()["warnings"] == written[1]["warnings"]
    answer = await client.get(f"{path}/{second}/diff", params={"since": first}, headers=owner.headers)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["version_before"], answer.json()["version_after"]) == (1, 2)
    [change] = answer.json()["changes"]
    assert (change["pointer_before"], change["before"]) == (None, None)
    assert change["after"]["type"] == "stairs"
    job = {"starts_at": WEDNESDAY, "pickup_zone": "America/Los_Angeles", "hours": 3, "pickup": {"flights": 1}}
    tried = await client.post(f"{path}/{second}/simulate", headers=owner.headers, json=job)
    assert [(line["amount"]["amount"], line["rule"]) for line in tried.json()["lines"]] == [
        ("450.00", None),
        ("50.00", {"index": 0, "config_version": 2}),
        ("50.00", {"index": 1, "config_version": 2}),
    ]
    unmeant = await client.post(f"{path}/{second}/simulate", headers=owner.headers, json=job | {"hours": -1})
    assert [fault["pointer"] for fault in unmeant.json()["errors"]] == ["/hours"]
    in_force = await client.get(f"{path}/{second}/diff", headers=owner.headers)
    assert in_force.json() == answer.json()
    mine = (await client.post(path, headers=stranger.headers | new_key(), json=config(STAIRS))).json()["id"]
    refused = await client.get(f"{path}/{mine}/diff", params={"since": first}, headers=stranger.headers)
    assert (refused.status_code, refused.json()["code"]) == (404, "pricing_config_not_found")
