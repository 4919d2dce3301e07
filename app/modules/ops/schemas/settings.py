from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.modules.platform.public import PlatformSettings
from app.modules.verification.values import PackCode


class EnforcedPacks(BaseModel):
    """Laws by their codes; `generic` holds always."""

    model_config = ConfigDict(extra="forbid")

    packs: Annotated[list[PackCode], Field(max_length=10)]


class SettingsIn(BaseModel):
    """All of them: what is left out is refused, not kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fee_percent: Annotated[
        Decimal,
        Field(ge=0, le=100, max_digits=5, decimal_places=2, description="Of a job's price, inside it.", examples=["4"]),
    ]
    four_eyes: Annotated[bool, Field(description="Two reviewers approve a company.")]
    claim_minutes: Annotated[int, Field(ge=1, le=1440, strict=True, description="How long a reviewer keeps a case.")]

    fuel_index_price: Annotated[
        Decimal | None,
        Field(
            ge=0,
            le=100,
            decimal_places=3,
            description="US dollars a gallon of diesel, for price lists with a fuel table; null: these have no offers.",
            examples=["2.814"],
        ),
    ]

    def to_settings(self) -> PlatformSettings:
        return PlatformSettings(self.fee_percent, self.four_eyes, self.claim_minutes, self.fuel_index_price)


class SettingsOut(BaseModel):
    """The settings in force; a change sends the ETag in `If-Match`."""

    fee_percent: Decimal
    four_eyes: bool
    claim_minutes: int
    fuel_index_price: Decimal | None
    version: int
    updated_at: datetime
