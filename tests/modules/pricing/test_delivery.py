"""What may be asked for at the door: the worked example, each limit, and over HTTP."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.modules.pricing.rules.delivery import Arrived, Charges, Part, delivery_maximum
from app.modules.pricing.values import EstimateKind

CENTS = st.decimals(0, 100_000, places=2)
BINDING, NON_BINDING, CEILING = EstimateKind.BINDING, EstimateKind.NON_BINDING, EstimateKind.NOT_TO_EXCEED


def charges(kind: EstimateKind, estimated: str, **parts: str) -> Charges:
    told: dict[str, Any] = {name: Decimal(amount) for name, amount in parts.items()}
    return Charges(kind, Decimal(estimated), **told)


def part(kind: EstimateKind, estimated: str, loaded: str, delivered: str, valuation: str = "0", **more: str) -> Charges:
    arrived = Arrived(Decimal(loaded), Decimal(delivered), Decimal(valuation))
    return charges(kind, estimated, **more)._replace(arrived=arrived)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("told", "at_delivery", "later", "never"),
    [
        pytest.param(charges(NON_BINDING, "4000", impracticable="900"), "5060", "240", "0", id="worked example"),
        pytest.param(charges(NON_BINDING, "4000", final="3700"), "3700", "0", "0", id="lighter than estimated"),
        pytest.param(charges(NON_BINDING, "4000", final="5000"), "4400", "600", "0", id="heavier: 110 %, rest later"),
        pytest.param(charges(BINDING, "4000", final="5000"), "4000", "0", "1000", id="binding is binding"),
        pytest.param(charges(BINDING, "4000", requested="250"), "4250", "0", "0", id="asked for afterwards"),
        pytest.param(
            charges(BINDING, "4000", requested="1000", impracticable="800"), "5750", "50", "0", id="15 % of both"
        ),
        pytest.param(charges(CEILING, "2000", final="1800"), "1800", "0", "0", id="under the ceiling"),
        pytest.param(charges(CEILING, "2000", final="2600"), "2000", "0", "600", id="ceiling"),
        pytest.param(part(BINDING, "4000", "8000", "6000"), "3000", "0", "1000", id="a quarter lost"),
        pytest.param(
            part(NON_BINDING, "4000", "8000", "6000", impracticable="900"), "3795", "180", "1325", id="each prorated"
        ),
        pytest.param(
            part(NON_BINDING, "4000", "8000", "0", "125"), "125", "0", "4400", id="total loss: valuation alone"
        ),
        pytest.param(part(CEILING, "2000", "8000", "8000", "60", final="1800"), "1860", "0", "0", id="all arrived"),
        pytest.param(charges(NON_BINDING, "0.05"), "0.06", "0", "0", id="half a cent goes up"),
    ],
)
def test_limits(told: Charges, at_delivery: str, later: str, never: str) -> None:
    found = delivery_maximum(told)
    assert (found.at_delivery, found.later, found.never) == (Decimal(at_delivery), Decimal(later), Decimal(never))


@pytest.mark.unit
def test_each_part_says_by_what_it_is_limited() -> None:
    found = delivery_maximum(part(NON_BINDING, "4000", "8000", "6000", "125", requested="200", impracticable="900"))
    assert found.parts == (
        Part("estimate", Decimal(3300), Decimal(0), "49 CFR 375.405, 375.407: 110 % of a non-binding estimate"),
        Part("requested_services", Decimal(150), Decimal(0), "asked for by the shipper after the order was signed"),
        Part(
            "impracticable_operations",
            Decimal("517.50"),
            Decimal("157.50"),
            "49 CFR 375.403, 375.405: 15 % of all other charges due at delivery",
        ),
        Part(
            "valuation",
            Decimal(125),
            Decimal(0),
            "49 CFR 375.703-375.709: charges by the weight delivered, and the valuation charge whole",
        ),
    )


@pytest.mark.unit
@given(st.sampled_from(EstimateKind), CENTS, CENTS, CENTS, CENTS)
def test_nothing_is_lost_and_no_limit_passed(
    kind: EstimateKind, estimated: Decimal, final: Decimal, requested: Decimal, impracticable: Decimal
) -> None:
    found = delivery_maximum(Charges(kind, estimated, final, requested, impracticable))
    assert found.at_delivery + found.later + found.never == final + requested + impracticable
    assert found.at_delivery == sum(part.at_delivery for part in found.parts)
    most = (estimated * Decimal("1.1") + requested) * Decimal("1.15") + Decimal("0.02")
    assert found.at_delivery <= most
    assert min(found.later, found.never, *(part.at_delivery for part in found.parts)) >= 0


@pytest.mark.unit
@given(
    st.sampled_from(EstimateKind),
    st.tuples(CENTS, CENTS, CENTS, CENTS),
    st.integers(1, 9000),
    st.integers(0, 9000),
    CENTS,
)
def test_of_a_part_no_more_is_owed_than_of_the_whole(
    kind: EstimateKind, amounts: tuple[Decimal, ...], loaded: int, delivered: int, valuation: Decimal
) -> None:
    estimated, final, requested, impracticable = amounts
    whole = Charges(kind, estimated, final, requested, impracticable)
    arrived = Arrived(Decimal(max(loaded, delivered)), Decimal(delivered), valuation)
    found, all_of_it = delivery_maximum(whole._replace(arrived=arrived)), delivery_maximum(whole)
    assert found.at_delivery + found.later + found.never == sum(amounts[1:]) + valuation
    assert found.at_delivery <= all_of_it.at_delivery + valuation + Decimal("0.02")
    assert found.at_delivery >= valuation
    if not delivered:
        assert (found.at_delivery, found.later) == (valuation, Decimal(0))


@pytest.mark.integration
async def test_anyone_asks_what_is_lawful_at_the_door(client: httpx.AsyncClient) -> None:
    body = {"kind": "non_binding", "estimated": "4000", "impracticable": 900}
    answer = await client.post("/v1/estimates/delivery-maximum", json=body)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["at_delivery"]["amount"], told["later"]["amount"]) == ("5060.00", "240.00")
    assert told["later_after_days"] == 30
    assert [part["at_delivery"]["amount"] for part in told["parts"]] == ["4400.00", "0.00", "660.00"]
    assert all(part["authority"] for part in told["parts"])


@pytest.mark.integration
async def test_a_part_is_asked_for_in_proportion(client: httpx.AsyncClient) -> None:
    arrived = {"loaded_lb": 8000, "delivered_lb": "6000", "valuation": "125"}
    body = {"kind": "binding", "estimated": "4000", "arrived": arrived}
    told = (await client.post("/v1/estimates/delivery-maximum", json=body)).json()
    assert [told[name]["amount"] for name in ("at_delivery", "later", "never")] == ["3125.00", "0.00", "1000.00"]
    assert [(part["code"], part["at_delivery"]["amount"]) for part in told["parts"]][-1] == ("valuation", "125.00")


@pytest.mark.integration
@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "non_binding"}, "/estimated"),
        ({"kind": "guess", "estimated": "1"}, "/kind"),
        ({"kind": "binding", "estimated": "-1"}, "/estimated"),
        ({"kind": "binding", "estimated": "1", "currency": "JPY"}, "/currency"),
        ({"kind": "not_to_exceed", "estimated": "1", "impracticable": "1"}, "/impracticable"),
        ({"kind": "binding", "estimated": "1", "arrived": {"delivered_lb": 1}}, "/arrived/loaded_lb"),
        ({"kind": "binding", "estimated": "1", "arrived": {"loaded_lb": 0, "delivered_lb": 0}}, "/arrived/loaded_lb"),
        (
            {"kind": "binding", "estimated": "1", "arrived": {"loaded_lb": 5, "delivered_lb": 6}},
            "/arrived/delivered_lb",
        ),
    ],
)
async def test_refusals_name_the_place(client: httpx.AsyncClient, body: dict[str, Any], pointer: str) -> None:
    answer = await client.post("/v1/estimates/delivery-maximum", json=body)
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
