"""What a customer chooses beside the move itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.modules.pricing.rules.rule import Code, Quantity, Whole
from app.modules.pricing.schemas.jobs import ValuationIn


class PackingWishIn(BaseModel):
    """Packing by the company. What is left out is as estimated: the cartons listed, or those of such a home."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cartons: Annotated[Whole, Field(ge=1, le=10_000, examples=[20])] | None = None
    hours: Annotated[
        Quantity | None,
        Field(
            gt=0, le=100, examples=["2.5"], description="Counts where it is more than is estimated for so many cartons"
        ),
    ] = None


class ServicesIn(BaseModel):
    """Only companies that have a price for packing, or for this protection, offer the move with it; amounts are in the
    company's currency. A code that a company does not know changes nothing in its offer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    packing: PackingWishIn | None = None
    valuation: ValuationIn | None = None
    codes: Annotated[
        tuple[Code, ...], Field(max_length=10, examples=[["SPRING"]], description="Of discounts and extra services")
    ] = ()
