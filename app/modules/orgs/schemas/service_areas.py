from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.kernel.figures import NumberOut
from app.kernel.geo import Point
from app.modules.orgs.values import AreaKind

Longitude = Annotated[float, Field(strict=True, ge=-180, le=180, allow_inf_nan=False)]
Latitude = Annotated[float, Field(strict=True, ge=-90, le=90, allow_inf_nan=False)]


class GeoPolygon(BaseModel):
    """A GeoJSON polygon (RFC 7946): rings of [longitude, latitude], the first around the area, others cut out of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: Literal["Polygon"]
    coordinates: Annotated[list[list[tuple[Longitude, Latitude]]], Field(min_length=1, max_length=50)]


class ServiceAreaIn(BaseModel):
    """Where the company picks up: a circle, without a centre around its address; or a polygon."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    center: Point | None = None
    radius_miles: Annotated[Decimal, Field(gt=0, le=500, decimal_places=1)] | None = None
    polygon: GeoPolygon | None = None

    @model_validator(mode="after")
    def refuse_half(self) -> Self:
        if (self.radius_miles is None) is (self.polygon is None):
            raise ValueError("has either radius_miles or a polygon")
        if self.polygon is not None and self.center is not None:
            raise ValueError("a polygon has no center")
        return self


class ServiceAreaOut(BaseModel):
    """Of a circle `center` and `radius_miles`, of a polygon `polygon`; the others are null."""

    id: UUID
    kind: AreaKind
    center: Point | None
    radius_miles: NumberOut | None
    polygon: GeoPolygon | None


class ServiceAreasOut(BaseModel):
    items: list[ServiceAreaOut]
