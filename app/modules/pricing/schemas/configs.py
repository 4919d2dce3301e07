"""A version of a price list as it is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from app.modules.pricing.values import ConfigStatus


class ConfigOut(BaseModel):
    id: UUID
    version: Annotated[int, Field(description="1, 2, 3 … within the company")]
    status: ConfigStatus
    currency: str
    config: Annotated[dict[str, Any], Field(description="As stored: decimals are strings.")]
    created_at: datetime
    activated_at: datetime | None
    retired_at: datetime | None
