"""Partial changes: what is left out stays as it is."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator


class Patch(BaseModel):
    """Base of all PATCH bodies. Nothing can be set to null but what `clearable` names, and something must be sent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clearable: ClassVar[frozenset[str]] = frozenset()

    @field_validator("*")
    @classmethod
    def refuse_null(cls, value: Any, info: ValidationInfo) -> Any:
        if value is None and info.field_name not in cls.clearable:
            raise ValueError("cannot be null: leave it out to keep what stands")
        return value

    @model_validator(mode="after")
    def refuse_nothing(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names nothing to change")
        return self
