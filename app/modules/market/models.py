from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.market.values import QuoteStatus
from app.runtime.db.base import Currency, Model, Tenant, enum_column


class Quote(Tenant, Model):
    """A price that a company stands by until it expires, with all it was made from."""

    __tablename__ = "quotes"

    customer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("customers.id"))
    status: Mapped[QuoteStatus] = mapped_column(enum_column(QuoteStatus, "status"))
    booking_id: Mapped[UUID | None] = mapped_column(comment="the last that was confirmed of it; null: none")
    pricing_config_id: Mapped[UUID]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    arrives_until: Mapped[datetime | None] = mapped_column(
        comment="the end of the arrival window, which begins at starts_at; null: no window"
    )
    pickup_zone: Mapped[str] = mapped_column(comment="IANA zone of the pickup, pinned")
    origin: Mapped[dict[str, Any]]
    destination: Mapped[dict[str, Any]]
    crew_size: Mapped[int]
    volume_cuft: Mapped[int]
    weight_lb: Mapped[int]
    skills: Mapped[list[str]] = mapped_column(server_default="{}", comment="each of somebody in the crew")
    truck_features: Mapped[list[str]] = mapped_column(server_default="{}", comment="all of each truck")
    distance_miles: Mapped[Decimal] = mapped_column(sa.Numeric(8, 1))
    duration_hours: Mapped[Decimal] = mapped_column(sa.Numeric(6, 2), comment="hours of labour the price is for")
    legs: Mapped[list[Any] | None] = mapped_column(
        pg.JSONB(none_as_null=True), comment="its parts, of a job longer than a working day: kind and window; null: one"
    )
    job: Mapped[dict[str, Any]] = mapped_column(comment="the engine's inputs: replaying them gives the same cents")
    price: Mapped[dict[str, Any]] = mapped_column(comment="lines and total as priced")
    total: Mapped[Decimal]
    currency: Mapped[Currency]
    expires_at: Mapped[datetime]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "pricing_config_id"], ["pricing_configs.org_id", "pricing_configs.id"]),
        sa.CheckConstraint("(status = 'booked') = (booking_id IS NOT NULL)", name="booked"),
        sa.CheckConstraint("ends_at > starts_at", name="window"),
        sa.CheckConstraint("arrives_until > starts_at AND arrives_until < ends_at", name="arrival"),
        sa.Index("ix_quotes_customer_id_created_at", "customer_id", "created_at"),
        sa.Index("ix_quotes_id", "id"),
        sa.Index("ix_quotes_org_id_pricing_config_id", "org_id", "pricing_config_id"),
    )
