"""Prices, places and instants as invoices meet them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.kernel.places import Place

# Half past eight in the evening of 31 December in Los Angeles; the new year in New York.
LAST_EVENING = datetime(2028, 1, 1, 5, 30, tzinfo=UTC)


def place(line1: str) -> Place:
    return Place.model_validate(
        {
            "line1": line1,
            "city": "San Francisco",
            "state": "CA",
            "postal_code": "94103",
            "country": "US",
            "location": {"lat": 37.77, "lng": -122.41},
            "location_precision": "postal_code",
            "zone": "America/Los_Angeles",
            "access": None,
        }
    )


def _money(amount: Decimal) -> dict[str, str]:
    return {"amount": f"{amount:.2f}", "currency": "USD"}


def _line(code: str, amount: Decimal) -> dict[str, Any]:
    return {
        "code": code,
        "description": code.title(),
        "quantity": "1",
        "unit": "job",
        "unit_price": f"{amount:.2f}",
        "amount": _money(amount),
        "rule": None,
    }


def price(*amounts: str, tax: str | None = None) -> dict[str, Any]:
    """A stored final price of these lines, the tax last."""
    lines = [_line("labour", Decimal(amount)) for amount in amounts]
    subtotal = sum(map(Decimal, amounts), Decimal(0))
    if tax is not None:
        lines.append(_line("tax", Decimal(tax)))
    return {"lines": lines, "subtotal": _money(subtotal), "total": _money(subtotal + Decimal(tax or 0))}
