"""The most that a carrier may ask for at the door before the goods are handed over."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

from app.kernel.money import round_cents
from app.modules.pricing.values import ZERO, EstimateKind

# 49 CFR 375: a non-binding estimate may be exceeded by a tenth at the door, impracticable operations may be asked
# for up to this share of all the other charges due there, and what remains is billed after so many days.
NON_BINDING_LIMIT: Final = Decimal("1.10")
IMPRACTICABLE_LIMIT: Final = Decimal("0.15")
DAYS_UNTIL_BILLED: Final = 30


class Arrived(NamedTuple):
    """How much of what was loaded has been delivered, by weight; `valuation`: the charge for its protection."""

    loaded_lb: Decimal
    delivered_lb: Decimal
    valuation: Decimal = ZERO


class Charges(NamedTuple):
    """What a move came to, in one currency. `final` None: the most that the estimate allows.

    `requested` is what the shipper asked for after the order was signed; `impracticable` what nobody could foresee.
    `arrived` None: all of it; the valuation charge is then in the estimate.
    """

    kind: EstimateKind
    estimated: Decimal
    final: Decimal | None = None
    requested: Decimal = ZERO
    impracticable: Decimal = ZERO
    arrived: Arrived | None = None


class Part(NamedTuple):
    """A part of the charges: `at_delivery` may be asked for at the door, `later` only afterwards."""

    code: str
    at_delivery: Decimal
    later: Decimal
    authority: str


class DeliveryMaximum(NamedTuple):
    """`never`: beyond a binding total or a ceiling, and for what was lost, nothing is owed at all."""

    parts: tuple[Part, ...]
    at_delivery: Decimal
    later: Decimal
    never: Decimal


LIMITS: Final = {
    EstimateKind.BINDING: (Decimal(1), "49 CFR 375.403: 100 % of a binding estimate"),
    EstimateKind.NON_BINDING: (NON_BINDING_LIMIT, "49 CFR 375.405, 375.407: 110 % of a non-binding estimate"),
    EstimateKind.NOT_TO_EXCEED: (Decimal(1), "Cal. BHGS MAX 4, item 130: the not-to-exceed amount"),
}
_REQUESTED: Final = "asked for by the shipper after the order was signed"
_IMPRACTICABLE: Final = "49 CFR 375.403, 375.405: 15 % of all other charges due at delivery"
_VALUATION: Final = "49 CFR 375.703-375.709: charges by the weight delivered, and the valuation charge whole"


def _prorated(amount: Decimal, arrived: Arrived) -> Decimal:
    return round_cents(amount * arrived.delivered_lb / arrived.loaded_lb)


def _sum(charges: Charges) -> Decimal:
    return (charges.final or ZERO) + charges.requested + charges.impracticable


def _for_what_arrived(charges: Charges, arrived: Arrived) -> tuple[Charges, Decimal]:
    """The charges in proportion to the weight delivered, and what of them is owed no more."""
    share = LIMITS[charges.kind][0]
    final = round_cents(charges.estimated * share) if charges.final is None else charges.final
    owed = Charges(
        charges.kind,
        estimated=_prorated(charges.estimated, arrived),
        final=_prorated(final, arrived),
        requested=_prorated(charges.requested, arrived),
        impracticable=_prorated(charges.impracticable, arrived),
    )
    lost = _sum(charges._replace(final=final)) - _sum(owed)
    return owed, lost


def delivery_maximum(charges: Charges) -> DeliveryMaximum:
    """What may be asked for at the door, what is billed after 30 days, and what not at all.

    $4,000 non-binding with $900 of impracticable operations: 4,400 + min(900, 15 % of 4,400) = 5,060, and 240 later.
    A quarter of the weight lost of a binding $4,000: 3,000, and 1,000 never.
    """
    if charges.arrived is None:
        return _maximum(charges)
    rest, lost = _for_what_arrived(charges, charges.arrived)
    found = _maximum(rest)
    valuation = Part("valuation", charges.arrived.valuation, ZERO, _VALUATION)
    return DeliveryMaximum(
        parts=(*found.parts, valuation),
        at_delivery=found.at_delivery + valuation.at_delivery,
        later=found.later,
        never=found.never + lost,
    )


def _maximum(charges: Charges) -> DeliveryMaximum:
    share, authority = LIMITS[charges.kind]
    limit = round_cents(charges.estimated * share)
    final = limit if charges.final is None else charges.final
    freight, over = min(final, limit), max(ZERO, final - limit)
    stays_owed = charges.kind is EstimateKind.NON_BINDING
    due = freight + charges.requested
    unforeseen = min(charges.impracticable, round_cents(due * IMPRACTICABLE_LIMIT))
    parts = (
        Part("estimate", freight, over if stays_owed else ZERO, authority),
        Part("requested_services", charges.requested, ZERO, _REQUESTED),
        Part("impracticable_operations", unforeseen, charges.impracticable - unforeseen, _IMPRACTICABLE),
    )
    return DeliveryMaximum(
        parts=parts,
        at_delivery=due + unforeseen,
        later=sum((part.later for part in parts), ZERO),
        never=ZERO if stays_owed else over,
    )
