"""A point on the earth as a column: `Mapped[Point] = mapped_column(PointColumn)`."""

from __future__ import annotations

import struct
from typing import Any, Final

import sqlalchemy as sa
from geoalchemy2 import Geography, WKBElement

from app.kernel.geo import Point

# Well-known binary of a point: byte order, type, then longitude and latitude.
WKB_POINT: Final = {0: struct.Struct(">xIdd"), 1: struct.Struct("<xIdd")}


class PointColumn(sa.TypeDecorator[Point]):
    """WGS 84 geography(POINT), read and written as the program's own Point."""

    impl = Geography("POINT", srid=4326, spatial_index=False)
    cache_ok = True

    def process_bind_param(self, value: Point | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else f"SRID=4326;POINT({value.lng!r} {value.lat!r})"

    def process_result_value(self, value: Any | None, dialect: sa.Dialect) -> Point | None:  # noqa: ARG002
        if value is None:
            return None
        raw = bytes(value.data) if isinstance(value, WKBElement) else bytes(value)
        _, lng, lat = WKB_POINT[raw[0]].unpack(raw[:21])
        return Point(lat=lat, lng=lng)
