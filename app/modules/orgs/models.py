from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.geo import Point
from app.modules.orgs.values import AreaKind, OrgStatus, Promises, ToldNumber
from app.runtime.db.base import Id, Model, Tenant, Versioned, enum_column
from app.runtime.db.points import PointColumn


class Organization(Model, Versioned):
    """A company. The root of its tenant: its `id` is every other table's `org_id`."""

    __tablename__ = "organizations"

    id: Mapped[Id]
    name: Mapped[str]
    phone: Mapped[str] = mapped_column(comment="E.164")
    timezone: Mapped[str] = mapped_column(comment="IANA zone of the company's office")
    usdot_number: Mapped[str | None] = mapped_column(comment="printed on every paper; null: none given")
    told_usdot_number: Mapped[str | None] = mapped_column(
        comment="told since it was asked to be verified; printed nowhere; null: none"
    )
    told_usdot_at: Mapped[datetime | None] = mapped_column(comment="null as told_usdot_number")
    told_usdot_refusal: Mapped[str | None] = mapped_column(comment="why staff refused it; null: they have yet to look")
    status: Mapped[OrgStatus] = mapped_column(enum_column(OrgStatus, "status"))
    address: Mapped[dict[str, Any]] = mapped_column(comment="a located place")
    city: Mapped[str] = mapped_column(comment="of the address, for the public profile")
    state: Mapped[str] = mapped_column(comment="of the address, for the public profile")
    location: Mapped[Any] = mapped_column(Geography("POINT", srid=4326, spatial_index=False))
    rating_average: Mapped[Decimal | None] = mapped_column(sa.Numeric(3, 2), comment="1 to 5; null: not rated yet")
    rating_count: Mapped[int] = mapped_column(default=0)
    lead_time_hours: Mapped[int] = mapped_column(comment="between a customer's booking and the job's start, at least")
    requires_both_ends: Mapped[bool] = mapped_column(comment="a service area must hold the destination too")
    business_hours: Mapped[dict[str, Any] | None] = mapped_column(
        pg.JSONB(none_as_null=True), comment="when jobs start, by weekday and the office's clock; null: always"
    )
    arrival_window_minutes: Mapped[int] = mapped_column(
        server_default=sa.text("0"), comment="so long after a job's start the crew may arrive; 0: at its start"
    )

    kept_count: Mapped[int] = mapped_column(
        server_default=sa.text("0"), comment="customers' jobs of the market in the last 12 months that it did"
    )
    cancelled_count: Mapped[int] = mapped_column(server_default=sa.text("0"), comment="such jobs that it cancelled")
    missed_count: Mapped[int] = mapped_column(server_default=sa.text("0"), comment="such jobs it did not come to")
    called_off_count: Mapped[int] = mapped_column(
        server_default=sa.text("0"), comment="such jobs that it cancelled for a customer who called"
    )
    counted_at: Mapped[datetime | None] = mapped_column(comment="when these four were; null: not yet")

    @property
    def promises(self) -> Promises:
        counts = (self.kept_count, self.cancelled_count, self.missed_count, self.called_off_count)
        return Promises(*counts, self.counted_at)

    @property
    def unconfirmed_usdot_number(self) -> ToldNumber | None:
        """What it has told and nobody has confirmed."""
        if self.told_usdot_number is None or self.told_usdot_at is None:
            return None
        told = self.told_usdot_number, self.told_usdot_at, self.told_usdot_refusal
        return ToldNumber(self.id, self.name, *told)

    __table_args__ = (
        sa.CheckConstraint("rating_average BETWEEN 1 AND 5", name="rating_average"),
        sa.CheckConstraint("(told_usdot_number IS NULL) = (told_usdot_at IS NULL)", name="told_usdot"),
        sa.Index(
            "ix_organizations_told_usdot_at",
            "told_usdot_at",
            "id",
            postgresql_where=sa.text("told_usdot_number IS NOT NULL AND told_usdot_refusal IS NULL"),
        ),
        sa.CheckConstraint("lead_time_hours BETWEEN 0 AND 720", name="lead_time_hours"),
        sa.CheckConstraint("arrival_window_minutes BETWEEN 0 AND 240", name="arrival_window_minutes"),
    )


class ServiceArea(Tenant, Model):
    """Where a company picks up: a point and a radius, or a polygon; kept as the polygon that search asks."""

    __tablename__ = "service_areas"

    kind: Mapped[AreaKind] = mapped_column(enum_column(AreaKind, "kind"))
    center: Mapped[Point | None] = mapped_column(PointColumn, comment="null: a polygon")
    radius_miles: Mapped[Decimal | None] = mapped_column(sa.Numeric(6, 1), comment="null: a polygon")
    area: Mapped[Any] = mapped_column(Geography("POLYGON", srid=4326, spatial_index=False))

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("radius_miles > 0 AND radius_miles <= 500", name="radius_miles"),
        sa.CheckConstraint(
            "num_nonnulls(center, radius_miles) = CASE kind WHEN 'radius' THEN 2 ELSE 0 END", name="circle"
        ),
        sa.Index("ix_service_areas_area", "area", postgresql_using="gist"),
    )


class CompanyDayOff(Tenant, Model):
    """A day on which a company takes no jobs of customers."""

    __tablename__ = "company_days_off"

    day: Mapped[date] = mapped_column(comment="by the office's clock")
    name: Mapped[str]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "day"),
    )


class Branch(Tenant, Versioned, Model):
    """A place of a company beside its office. Closed, it stays for what belonged to it."""

    __tablename__ = "branches"

    name: Mapped[str]
    phone: Mapped[str | None] = mapped_column(comment="E.164; null: the company's")
    address: Mapped[dict[str, Any]] = mapped_column(comment="a located place")
    closed_at: Mapped[datetime | None] = mapped_column(comment="null: open")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.Index(
            "uq_branches_org_id_name", "org_id", "name", unique=True, postgresql_where=sa.text("closed_at IS NULL")
        ),
    )
