from __future__ import annotations

from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geography
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.orgs.values import AreaKind, OrgStatus
from app.runtime.db.base import Id, Model, Tenant, Versioned, enum_column


class Organization(Model, Versioned):
    """A company. The root of its tenant: its `id` is every other table's `org_id`."""

    __tablename__ = "organizations"

    id: Mapped[Id]
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(comment="E.164")
    timezone: Mapped[str] = mapped_column(comment="IANA zone of the company's office")
    usdot_number: Mapped[str | None] = mapped_column(comment="printed on every paper; null: none given")
    status: Mapped[OrgStatus] = mapped_column(enum_column(OrgStatus, "status"))
    address: Mapped[dict[str, Any]] = mapped_column(comment="a located place")
    city: Mapped[str] = mapped_column(comment="of the address, for the public profile")
    state: Mapped[str] = mapped_column(comment="of the address, for the public profile")
    location: Mapped[Any] = mapped_column(Geography("POINT", srid=4326, spatial_index=False))
    rating_average: Mapped[Decimal | None] = mapped_column(sa.Numeric(3, 2), comment="1 to 5; null: not rated yet")
    rating_count: Mapped[int] = mapped_column(default=0)

    __table_args__ = (sa.CheckConstraint("rating_average BETWEEN 1 AND 5", name="rating_average"),)


class ServiceArea(Tenant, Model):
    """Where a company picks up: a point and a radius, kept as the polygon that search asks."""

    __tablename__ = "service_areas"

    kind: Mapped[AreaKind] = mapped_column(enum_column(AreaKind, "kind"))
    center: Mapped[Any] = mapped_column(Geography("POINT", srid=4326, spatial_index=False))
    radius_miles: Mapped[Decimal] = mapped_column(sa.Numeric(6, 1))
    area: Mapped[Any] = mapped_column(Geography("POLYGON", srid=4326, spatial_index=False))

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("radius_miles > 0 AND radius_miles <= 500", name="radius_miles"),
        sa.Index("ix_service_areas_area", "area", postgresql_using="gist"),
    )
