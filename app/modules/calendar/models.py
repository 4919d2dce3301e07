from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.calendar.values import ReservationKind, ResourceKind
from app.runtime.db.base import Model, Tenant, Versioned, enum_column


class Resource(Tenant, Model):
    """Who or what can be taken: a truck, a driver, a helper, a piece of equipment. Its id is theirs."""

    __tablename__ = "resources"

    kind: Mapped[ResourceKind] = mapped_column(enum_column(ResourceKind, "kind"))
    capacity_cuft: Mapped[int] = mapped_column(default=0, comment="cubic feet; 0 for people")
    max_weight_lb: Mapped[int] = mapped_column(default=0, comment="pounds; 0 for people")
    skills: Mapped[list[str]] = mapped_column(default=list)
    usable_until: Mapped[date | None] = mapped_column(comment="last day its papers allow; null: no limit")
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: in service")
    turnaround_minutes: Mapped[int] = mapped_column(default=0, comment="between two jobs, beside the drive")
    hours_zone: Mapped[str | None] = mapped_column(comment="IANA zone of the clock it works by; null: at any time")
    hours_weekly: Mapped[Any | None] = mapped_column(
        pg.INT4MULTIRANGE, comment="minutes of a week and a day, from Monday; null as hours_zone"
    )
    hours_less: Mapped[Any | None] = mapped_column(
        pg.INT4MULTIRANGE, comment="what days that differ take away: minutes since 1970-01-05; null as hours_zone"
    )
    hours_more: Mapped[Any | None] = mapped_column(pg.INT4MULTIRANGE, comment="what they add; null as hours_zone")
    branch_id: Mapped[UUID | None] = mapped_column(comment="of a truck: whose days it counts for; null: the company's")
    locked_at: Mapped[datetime | None] = mapped_column(
        comment="never written: the one column whose UPDATE is granted, so that rows can be locked"
    )

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("capacity_cuft >= 0 AND max_weight_lb >= 0", name="capacity"),
        sa.CheckConstraint("turnaround_minutes BETWEEN 0 AND 120", name="turnaround"),
        sa.CheckConstraint("num_nonnulls(hours_zone, hours_weekly, hours_less, hours_more) IN (0, 4)", name="hours"),
        sa.Index("ix_resources_org_id_kind", "org_id", "kind"),
    )


class Reservation(Tenant, Model):
    """A resource taken for a window. The database refuses two live ones that overlap: nothing else has to."""

    __tablename__ = "reservations"

    resource_id: Mapped[UUID]
    resource_kind: Mapped[ResourceKind] = mapped_column(enum_column(ResourceKind, "resource_kind"))
    during: Mapped[Any] = mapped_column(pg.TSTZRANGE, comment="[start, end) in UTC")
    starts_at: Mapped[datetime] = mapped_column(
        sa.Computed("lower(during)", persisted=True), comment="of `during`: leakproof, so it may use an index"
    )
    ends_at: Mapped[datetime] = mapped_column(sa.Computed("upper(during)", persisted=True))
    kind: Mapped[ReservationKind] = mapped_column(enum_column(ReservationKind, "kind"))
    source_id: Mapped[UUID] = mapped_column(comment="the booking or the time off it stands for")
    active: Mapped[bool] = mapped_column(comment="false: cancelled, expired or given back; blocks nothing")
    held_until: Mapped[datetime | None] = mapped_column(comment="a hold's end; null: kept")
    created_at: Mapped[datetime]
    first_lat: Mapped[float | None] = mapped_column(sa.Double, comment="where the job begins, WGS 84; null: no job")
    first_lng: Mapped[float | None] = mapped_column(sa.Double, comment="as first_lat")
    last_lat: Mapped[float | None] = mapped_column(sa.Double, comment="where the job ends; null as first_lat")
    last_lng: Mapped[float | None] = mapped_column(sa.Double, comment="as last_lat")
    is_far: Mapped[bool] = mapped_column(
        server_default=sa.false(), comment="it ends out of reach of where it begins (values.LOCAL_MILES)"
    )

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "resource_id"], ["resources.org_id", "resources.id"]),
        pg.ExcludeConstraint(
            ("org_id", "="),
            ("resource_id", "="),
            ("during", "&&"),
            where=sa.text("active"),
            using="gist",
            name="ex_reservations_overlap",
        ),
        sa.CheckConstraint(
            "NOT isempty(during) AND lower_inc(during) AND NOT upper_inc(during) "
            "AND NOT lower_inf(during) AND NOT upper_inf(during) "
            "AND isfinite(lower(during)) AND isfinite(upper(during)) "
            "AND upper(during) - lower(during) BETWEEN interval '15 minutes' AND interval '30 days'",
            name="window",
        ),
        sa.Index("ix_reservations_org_id_resource_id_starts_at", "org_id", "resource_id", "starts_at"),
        sa.CheckConstraint("num_nonnulls(first_lat, first_lng, last_lat, last_lng) IN (0, 4)", name="stops"),
        sa.Index("ix_reservations_org_id_source_id", "org_id", "source_id"),
        sa.Index("ix_reservations_org_id_starts_at", "org_id", "starts_at", postgresql_where=sa.text("active")),
        sa.Index(
            "ix_reservations_long",
            "org_id",
            "starts_at",
            postgresql_where=sa.text("active AND (is_far OR ends_at - starts_at > interval '2 days')"),
        ),
    )


class Shifts(Tenant, Versioned, Model):
    """When a truck or person works, as people wrote it; the resource carries what is looked up."""

    __tablename__ = "shifts"

    resource_id: Mapped[UUID]
    zone: Mapped[str] = mapped_column(comment="IANA zone of the office when they were written")
    weekly: Mapped[list[dict[str, Any]] | None] = mapped_column(comment="weekday, starts, ends; null: at any time")
    exceptions: Mapped[list[dict[str, Any]]] = mapped_column(comment="day, and its shifts in the place of the week's")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "resource_id"], ["resources.org_id", "resources.id"]),
        sa.UniqueConstraint("org_id", "resource_id"),
    )


class DayLimit(Tenant, Versioned, Model):
    """How many jobs a company takes on a day; null: as many as there are."""

    __tablename__ = "day_limits"

    zone: Mapped[str] = mapped_column(comment="IANA zone of the office: whose days are counted")
    jobs: Mapped[int | None] = mapped_column(comment="in all")
    van_jobs: Mapped[int | None] = mapped_column(comment="with a truck of less than 600 cubic feet")
    box_jobs: Mapped[int | None] = mapped_column(comment="with one of less than 1,300")
    large_jobs: Mapped[int | None] = mapped_column(comment="with one of more")
    branches: Mapped[list[Any]] = mapped_column(
        pg.JSONB, server_default="[]", comment="branch_id, and as above with a truck of the branch"
    )

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id"),
        sa.CheckConstraint("least(jobs, van_jobs, box_jobs, large_jobs) >= 0", name="jobs"),
    )


class CalendarRules(Tenant, Model):
    """What a company wants of its calendar, for resources to come; those that are there carry it themselves."""

    __tablename__ = "calendar_rules"

    turnaround_minutes: Mapped[int] = mapped_column(comment="between two jobs, beside the drive")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id"),
        sa.CheckConstraint("turnaround_minutes BETWEEN 0 AND 120", name="turnaround"),
    )
