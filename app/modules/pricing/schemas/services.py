"""What a customer chooses beside the move itself."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.modules.pricing.rules.rule import Code, Whole
from app.modules.pricing.schemas.jobs import ValuationIn


class PackingWishIn(BaseModel):
    """Packing by the company. Left out, the cartons are those listed, or those of such a home; the hours are ours."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    cartons: Annotated[Whole, Field(ge=1, le=10_000, examples=[20])] | None = None


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
