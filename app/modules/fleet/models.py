from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.fleet.values import CrewRole
from app.runtime.db.base import Model, Tenant, Versioned, enum_column

AS_RESOURCE = (["org_id", "id"], ["resources.org_id", "resources.id"])


class Truck(Tenant, Versioned, Model):
    __tablename__ = "trucks"

    name: Mapped[str]
    license_plate: Mapped[str]
    capacity_cuft: Mapped[int] = mapped_column(comment="loadable cubic feet")
    max_weight_lb: Mapped[int] = mapped_column(comment="payload, pounds")
    base: Mapped[dict[str, Any]] = mapped_column(comment="a located place: where it stands at night")
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: in service")

    __table_args__ = (
        sa.ForeignKeyConstraint(*AS_RESOURCE),
        # A plate moves on with its owner, and who left may come back: unique among those in service.
        sa.Index(
            "uq_trucks_org_id_license_plate",
            "org_id",
            "license_plate",
            unique=True,
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
        sa.CheckConstraint("capacity_cuft > 0 AND max_weight_lb > 0", name="capacity"),
    )


class Driver(Tenant, Versioned, Model):
    """A member of a crew: one who drives, or one who carries."""

    __tablename__ = "drivers"

    full_name: Mapped[str]
    phone: Mapped[str] = mapped_column(comment="E.164")
    role: Mapped[CrewRole] = mapped_column(enum_column(CrewRole, "role"))
    license_number: Mapped[str | None] = mapped_column(comment="drivers only")
    license_class: Mapped[str | None] = mapped_column(comment="drivers only")
    license_expires_on: Mapped[date | None] = mapped_column(comment="drivers only; the last day it is valid")
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: in service")

    __table_args__ = (
        sa.ForeignKeyConstraint(*AS_RESOURCE),
        sa.Index(
            "uq_drivers_org_id_license_number",
            "org_id",
            "license_number",
            unique=True,
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
        sa.CheckConstraint(
            "(role = 'driver') = (license_number IS NOT NULL) AND (role = 'driver') = (license_class IS NOT NULL) "
            "AND (role = 'driver') = (license_expires_on IS NOT NULL)",
            name="license",
        ),
    )
