from __future__ import annotations

from datetime import datetime
from typing import Any

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

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.UniqueConstraint("org_id", "number"),
        sa.Index(
            "uq_pricing_configs_org_id_active",
            "org_id",
            unique=True,
            postgresql_where=sa.text("status = 'active'"),
        ),
    )
