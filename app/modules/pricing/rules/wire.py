"""Jobs and prices as JSON, for the quotes that pin them: exact decimals as text, read back as they were."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.kernel.money import Money
from app.modules.pricing.rules.rule import plain
from app.modules.pricing.values import (
    End,
    EstimateKind,
    EstimateRequest,
    HomeSize,
    ItemCount,
    Job,
    Line,
    Packing,
    Piece,
    Price,
    Promise,
    Unit,
    Valuation,
    ValuationKind,
)


def number_text(number: Decimal, places: int = 0) -> str:
    """The one written form of a decimal, with at least `places` decimals."""
    return ("-" if number < 0 else "") + format(plain(number, places), "f")


def _money(money: Money) -> dict[str, str]:
    return {"amount": number_text(money.amount, 2), "currency": money.currency}


def _read_money(stored: Mapping[str, str]) -> Money:
    return Money(Decimal(stored["amount"]), stored["currency"])


def line_to_json(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "description": line.description,
        "quantity": number_text(line.quantity),
        "unit": line.unit.value,
        "unit_price": number_text(line.unit_price, 2),
        "amount": _money(line.amount),
        "rule": line.rule,
    }


def price_to_json(price: Price) -> dict[str, Any]:
    return {
        "lines": [line_to_json(line) for line in price.lines],
        "subtotal": _money(price.subtotal),
        "total": _money(price.total),
        "deposit": _money(price.deposit),
        "platform_fee": _money(price.platform_fee),
        "holidays": [list(calendar) for calendar in price.holidays],
        "promise": price.promise and _promise_to_json(price.promise),
    }


def _promise_to_json(promise: Promise) -> dict[str, Any]:
    ceiling = promise.ceiling
    return {"kind": promise.kind.value, "ceiling": ceiling and _money(ceiling), "authority": promise.authority}


def _promise_from_json(stored: Mapping[str, Any]) -> Promise:
    ceiling = stored["ceiling"]
    return Promise(EstimateKind(stored["kind"]), ceiling and _read_money(ceiling), stored["authority"])


def price_from_json(stored: Mapping[str, Any]) -> Price:
    lines = tuple(
        Line(
            code=line["code"],
            description=line["description"],
            quantity=Decimal(line["quantity"]),
            unit=Unit(line["unit"]),
            unit_price=Decimal(line["unit_price"]),
            amount=_read_money(line["amount"]),
            rule=line["rule"],
        )
        for line in stored["lines"]
    )
    return Price(
        lines=lines,
        subtotal=_read_money(stored["subtotal"]),
        total=_read_money(stored["total"]),
        deposit=_read_money(stored["deposit"]),
        platform_fee=_read_money(stored["platform_fee"]),
        holidays=tuple((country, state) for country, state in stored["holidays"]),
        promise=_promise_from_json(stored["promise"]) if stored.get("promise") else None,
    )


def _end_to_json(end: End) -> dict[str, Any]:
    return {
        "flights": end.flights,
        "elevator": end.elevator,
        "carry_ft": number_text(end.carry_ft),
        "full_truck_access": end.full_truck_access,
    }


def _end_from_json(stored: Mapping[str, Any]) -> End:
    return End(
        flights=stored["flights"],
        elevator=stored["elevator"],
        carry_ft=Decimal(stored["carry_ft"]),
        full_truck_access=stored["full_truck_access"],
    )


def _valuation_to_json(valuation: Valuation) -> dict[str, str]:
    return {
        "kind": valuation.kind.value,
        "declared_value": number_text(valuation.declared_value),
        "deductible": number_text(valuation.deductible),
    }


def _valuation_from_json(stored: Mapping[str, str]) -> Valuation:
    return Valuation(
        kind=ValuationKind(stored["kind"]),
        declared_value=Decimal(stored["declared_value"]),
        deductible=Decimal(stored["deductible"]),
    )


def job_to_json(job: Job) -> dict[str, Any]:
    """Every fact the price depends on, among them the local start and the fuel index."""
    index = job.fuel_index_price
    return {
        "starts_at": job.starts_at.isoformat(),
        "local_start": job.local_start.isoformat(),
        "booked_at": job.booked_at.isoformat(),
        "booked_on": job.booked_on.isoformat(),
        "hours": number_text(job.hours),
        "crew": job.crew,
        "distance_miles": number_text(job.distance_miles),
        "drive_minutes": job.drive_minutes,
        "base_to_pickup_minutes": job.base_to_pickup_minutes,
        "dropoff_to_base_minutes": job.dropoff_to_base_minutes,
        "volume_cuft": number_text(job.volume_cuft),
        "weight_lb": number_text(job.weight_lb),
        "fuel_index_price": None if index is None else number_text(index),
        "pickup": _end_to_json(job.pickup),
        "dropoff": _end_to_json(job.dropoff),
        "inventory": [
            {"code": piece.code, "quantity": piece.quantity, "categories": list(piece.categories)}
            for piece in job.inventory
        ],
        "packing": job.packing and {"cartons": job.packing.cartons, "hours": number_text(job.packing.hours)},
        "valuation": job.valuation and _valuation_to_json(job.valuation),
        "codes": sorted(job.codes),
        "discount_uses": dict(sorted(job.discount_uses.items())),
    }


def job_from_json(stored: Mapping[str, Any]) -> Job:
    index = stored["fuel_index_price"]
    packing = stored["packing"]
    return Job(
        starts_at=datetime.fromisoformat(stored["starts_at"]),
        local_start=datetime.fromisoformat(stored["local_start"]),
        booked_at=datetime.fromisoformat(stored["booked_at"]),
        booked_on=date.fromisoformat(stored["booked_on"]),
        hours=Decimal(stored["hours"]),
        crew=stored["crew"],
        distance_miles=Decimal(stored["distance_miles"]),
        drive_minutes=stored["drive_minutes"],
        base_to_pickup_minutes=stored["base_to_pickup_minutes"],
        dropoff_to_base_minutes=stored["dropoff_to_base_minutes"],
        volume_cuft=Decimal(stored["volume_cuft"]),
        weight_lb=Decimal(stored["weight_lb"]),
        fuel_index_price=None if index is None else Decimal(index),
        pickup=_end_from_json(stored["pickup"]),
        dropoff=_end_from_json(stored["dropoff"]),
        inventory=tuple(
            Piece(piece["code"], piece["quantity"], tuple(piece["categories"])) for piece in stored["inventory"]
        ),
        packing=packing and Packing(packing["cartons"], Decimal(packing["hours"])),
        valuation=stored["valuation"] and _valuation_from_json(stored["valuation"]),
        codes=frozenset(stored["codes"]),
        discount_uses=stored["discount_uses"],
    )


def request_to_json(request: EstimateRequest) -> dict[str, Any]:
    """What an estimate was asked for; items as short rows, because hundreds of them stand in one token."""
    return {
        "home_size": request.home_size and request.home_size.value,
        "items": [
            [
                item.code,
                item.quantity,
                item.weight_lb and str(item.weight_lb),
                item.volume_cuft and str(item.volume_cuft),
            ]
            for item in request.items
        ],
        "pickup": _end_to_json(request.pickup),
        "dropoff": _end_to_json(request.dropoff),
        "weight_lb": request.weight_lb and str(request.weight_lb),
    }


def request_from_json(stored: Mapping[str, Any]) -> EstimateRequest:
    return EstimateRequest(
        home_size=stored["home_size"] and HomeSize(stored["home_size"]),
        items=tuple(
            ItemCount(code, quantity, weight and Decimal(weight), volume and Decimal(volume))
            for code, quantity, weight, volume in stored["items"]
        ),
        pickup=_end_from_json(stored["pickup"]),
        dropoff=_end_from_json(stored["dropoff"]),
        weight_lb=stored["weight_lb"] and Decimal(stored["weight_lb"]),
    )
