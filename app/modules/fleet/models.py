from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.geo import Point
from app.modules.fleet.values import CrewRole, EquipmentKind, Sighting, Skill, TruckFeature
from app.runtime.db.base import Currency, Model, Tenant, Versioned, enum_column
from app.runtime.db.points import PointColumn

OF_BRANCH = (["org_id", "branch_id"], ["branches.org_id", "branches.id"])
AS_RESOURCE = (["org_id", "id"], ["resources.org_id", "resources.id"])


def only(column: str, values: Iterable[str]) -> sa.CheckConstraint:
    """An array's members are all of these."""
    known = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} <@ ARRAY[{known}]::text[]", name=column)


class Truck(Tenant, Versioned, Model):
    __tablename__ = "trucks"

    name: Mapped[str]
    license_plate: Mapped[str]
    capacity_cuft: Mapped[int] = mapped_column(comment="loadable cubic feet")
    max_weight_lb: Mapped[int] = mapped_column(comment="payload, pounds")
    body_length_ft: Mapped[int | None] = mapped_column(comment="of the loading space, feet; null: not told")
    has_lift_gate: Mapped[bool]
    features: Mapped[list[str]]
    branch_id: Mapped[UUID | None] = mapped_column(comment="null: the company's office")
    base: Mapped[dict[str, Any]] = mapped_column(comment="a located place: where it stands at night")
    location: Mapped[Point | None] = mapped_column(PointColumn, comment="where it was seen last; null: never")
    located_at: Mapped[datetime | None] = mapped_column(comment="when that was, by the clock of who told it")
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: in service")

    __table_args__ = (
        sa.ForeignKeyConstraint(*AS_RESOURCE),
        sa.ForeignKeyConstraint(*OF_BRANCH),
        sa.Index("ix_trucks_org_id_branch_id", "org_id", "branch_id"),
        # A plate moves on with its owner, and who left may come back: unique among those in service.
        sa.Index(
            "uq_trucks_org_id_license_plate",
            "org_id",
            "license_plate",
            unique=True,
            postgresql_where=sa.text("retired_at IS NULL"),
        ),
        sa.CheckConstraint("capacity_cuft > 0 AND max_weight_lb > 0", name="capacity"),
        sa.CheckConstraint("body_length_ft > 0", name="body_length_ft"),
        only("features", TruckFeature),
        sa.CheckConstraint("(location IS NULL) = (located_at IS NULL)", name="located"),
    )

    @property
    def last_seen(self) -> Sighting | None:
        if self.location is None or self.located_at is None:
            return None
        return Sighting(self.location, self.located_at)


class TruckPhoto(Tenant, Model):
    """A photo shown with a truck. Its id is the upload's."""

    __tablename__ = "truck_photos"

    truck_id: Mapped[UUID]
    added_at: Mapped[datetime]

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "truck_id"], ["trucks.org_id", "trucks.id"]),
        sa.ForeignKeyConstraint(["org_id", "id"], ["uploads.org_id", "uploads.id"]),
        sa.Index("ix_truck_photos_org_id_truck_id", "org_id", "truck_id"),
    )


class Driver(Tenant, Versioned, Model):
    """A member of a crew: one who drives, or one who carries."""

    __tablename__ = "drivers"

    full_name: Mapped[str]
    sealed_phone: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="E.164, sealed for this row")
    role: Mapped[CrewRole] = mapped_column(enum_column(CrewRole, "role"))
    user_id: Mapped[UUID | None] = mapped_column(comment="as which member they sign in; null: as none")
    invitation_id: Mapped[UUID | None] = mapped_column(
        comment="who accepts it signs in as this one; null: none was sent, or it was accepted"
    )
    license_number: Mapped[str | None] = mapped_column(comment="drivers only")
    license_class: Mapped[str | None] = mapped_column(comment="drivers only")
    license_expires_on: Mapped[date | None] = mapped_column(comment="drivers only; the last day it is valid")
    skills: Mapped[list[str]]
    branch_id: Mapped[UUID | None] = mapped_column(comment="null: the company's office")
    hourly_cost: Mapped[Decimal | None] = mapped_column(comment="what an hour costs the company; null: not told")
    hourly_cost_currency: Mapped[Currency | None]
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: in service")

    __table_args__ = (
        sa.ForeignKeyConstraint(*AS_RESOURCE),
        sa.ForeignKeyConstraint(
            ["org_id", "user_id"], ["members.org_id", "members.user_id"], ondelete="SET NULL (user_id)"
        ),
        sa.UniqueConstraint("org_id", "user_id"),
        sa.ForeignKeyConstraint(["org_id", "invitation_id"], ["invitations.org_id", "invitations.id"]),
        sa.UniqueConstraint("org_id", "invitation_id"),
        sa.ForeignKeyConstraint(*OF_BRANCH),
        sa.Index("ix_drivers_org_id_branch_id", "org_id", "branch_id"),
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
        only("skills", Skill),
        sa.CheckConstraint(
            "hourly_cost >= 0 AND (hourly_cost IS NULL) = (hourly_cost_currency IS NULL)", name="hourly_cost"
        ),
    )


class Equipment(Tenant, Versioned, Model):
    """What goes along on trucks: counted, or a piece with a calendar of its own, and then a resource of the same id."""

    __tablename__ = "equipment"

    name: Mapped[str]
    kind: Mapped[EquipmentKind] = mapped_column(enum_column(EquipmentKind, "kind"))
    stock: Mapped[int] = mapped_column(comment="how many there are, in use or not")
    is_piece: Mapped[bool] = mapped_column(server_default=sa.false(), comment="one thing, taken as trucks are")
    branch_id: Mapped[UUID | None] = mapped_column(comment="null: the company's office")
    retired_at: Mapped[datetime | None] = mapped_column(comment="null: in use")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(*OF_BRANCH),
        sa.Index("ix_equipment_org_id_branch_id", "org_id", "branch_id"),
        sa.CheckConstraint("stock >= 0 AND (stock = 1 OR NOT is_piece)", name="stock"),
        sa.Index(
            "uq_equipment_org_id_name", "org_id", "name", unique=True, postgresql_where=sa.text("retired_at IS NULL")
        ),
    )
