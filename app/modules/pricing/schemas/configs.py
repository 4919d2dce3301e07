"""A version of a price list as it is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.errors import Fault
from app.kernel.instants import Moment
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
    in_force_from: Annotated[datetime | None, Field(description="When it comes into force by itself; null: never.")]


class PlanIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    in_force_from: Annotated[
        Moment | None, Field(description="Without an offset: by your company's clock. null: not planned any more.")
    ]


class WarningOut(BaseModel):
    """Something that these prices may say but hardly mean."""

    pointer: Annotated[str, Field(examples=["/surcharge_rules/1/dates"])]
    code: Annotated[str, Field(examples=["passed_by"])]
    message: str

    @classmethod
    def of(cls, fault: Fault) -> Self:
        return cls(pointer=fault.pointer, code=fault.code, message=fault.message)


class ConfigShownOut(ConfigOut):
    """A version with what its author should look at again; a warning refuses nothing."""

    warnings: list[WarningOut]


class DiffQuery(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    since: Annotated[UUID | None, Field(description="The id of a version. Left out: the one in force.")] = None


class ChangeOut(BaseModel):
    """One place that differs. A pointer is null where that version has no such place."""

    pointer_before: Annotated[str | None, Field(examples=["/surcharge_rules/0/amount"])]
    pointer_after: Annotated[str | None, Field(examples=["/surcharge_rules/1/amount"])]
    before: Any
    after: Any


class DiffOut(BaseModel):
    """What the later version says otherwise. A rule that moved is told as removed and added: order counts."""

    version_before: int
    version_after: int
    changes: list[ChangeOut]
