from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.pricing.values import ConfigStatus
from app.runtime.db.base import Currency, Model, Tenant, enum_column


class PricingConfig(Tenant, Model):
    """One version of a company's prices. The body never changes; only one version is active."""

    __tablename__ = "pricing_configs"

    number: Mapped[int] = mapped_column(comment="the version: 1, 2, 3 … within the company")
    status: Mapped[ConfigStatus] = mapped_column(enum_column(ConfigStatus, "status"))
    body: Mapped[dict[str, Any]] = mapped_column(comment="the config as validated, decimals as strings")
    currency: Mapped[Currency]
    created_at: Mapped[datetime]
    activated_at: Mapped[datetime | None] = mapped_column(comment="null: never active")
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: not replaced yet")
    in_force_from: Mapped[datetime | None] = mapped_column(comment="planned; null: not planned")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "number"),
        sa.CheckConstraint("in_force_from IS NULL OR status <> 'active'", name="in_force_from"),
        sa.Index(
            "ix_pricing_configs_in_force_from",
            "in_force_from",
            postgresql_where=sa.text("in_force_from IS NOT NULL"),
        ),
        sa.Index(
            "uq_pricing_configs_org_id_active",
            "org_id",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
        ),
    )


class OwnEstimator(Tenant, Model):
    """What a company's estimates are made with instead of the figures that hold for all; one row, or none."""

    __tablename__ = "own_estimators"

    items: Mapped[list[dict[str, Any]]] = mapped_column(comment="things that are not as the catalogue has them")
    pace: Mapped[dict[str, Any] | None] = mapped_column(comment="learnt from observed_jobs; null: too few")
    figures: Mapped[dict[str, Any]] = mapped_column(comment="of the estimator that are its own, by code")
    learning_since: Mapped[datetime | None] = mapped_column(
        comment="when it last set what makes its hours; null: never, and all jobs teach"
    )
    updated_at: Mapped[datetime]

    __table_args__ = (sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]), sa.UniqueConstraint("org_id"))


class ObservedJob(Tenant, Model):
    """A completed job, with what was expected of it before: added, and taken back with the completion. Hours of loading
    and unloading.
    """

    __tablename__ = "observed_jobs"

    booking_id: Mapped[UUID] = mapped_column(comment="once for each booking")
    volume_cuft: Mapped[Decimal] = mapped_column(sa.Numeric(12, 3))
    crew_size: Mapped[int]
    prior_hours: Mapped[Decimal] = mapped_column(
        sa.Numeric(14, 4), comment="by the static figures, or the company's own, for this crew"
    )
    p50_hours: Mapped[Decimal] = mapped_column(sa.Numeric(14, 4), comment="by the jobs completed before")
    p90_hours: Mapped[Decimal] = mapped_column(sa.Numeric(14, 4), comment="as p50_hours")
    actual_hours: Mapped[Decimal] = mapped_column(sa.Numeric(14, 4))
    completed_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "booking_id"),
        sa.CheckConstraint("prior_hours > 0 AND actual_hours > 0", name="hours"),
        sa.Index("ix_observed_jobs_org_id_completed_at_id", "org_id", "completed_at", "id"),
    )


class DiscountUse(Tenant, Model):
    """How often a limited discount was had: by bookings that were confirmed, and not called off without a fee."""

    __tablename__ = "discount_uses"

    code: Mapped[str] = mapped_column(sa.String(60))
    uses: Mapped[int]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "code"),
        sa.CheckConstraint("uses >= 0", name="uses"),
    )
