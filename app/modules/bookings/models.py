from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.actor import ActorKind
from app.modules.bookings.values import BookingStatus, DisputeOutcome, Door, Party, PolicyKind
from app.runtime.db.base import Currency, Model, Tenant, Versioned, enum_column

DEAD = "('cancelled', 'expired', 'no_show')"


SETTLED = (
    "num_nonnulls(ended_by, cancellation_fee, cancellation_refund, covers_replacement) IN (0, 4) "
    "AND (ended_by IS NULL OR status IN ('cancelled', 'no_show')) "
    "AND cancellation_fee >= 0 AND cancellation_refund >= 0"
)


PLACE = "num_nonnulls(latitude, longitude) IN (0, 2) AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180"


class Booking(Tenant, Versioned, Model):
    """A move that a company has promised, or holds for a quarter of an hour."""

    __tablename__ = "bookings"

    reference: Mapped[str] = mapped_column(comment="short, for people on the phone")
    status: Mapped[BookingStatus] = mapped_column(enum_column(BookingStatus, "status"))
    customer_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("customers.id"), comment="null: booked by hand for somebody on the phone"
    )
    quote_id: Mapped[UUID | None] = mapped_column(comment="null: booked by hand")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    arrives_until: Mapped[datetime | None] = mapped_column(
        comment="the end of the arrival window, which begins at starts_at; null: no window"
    )
    planned_arrival_at: Mapped[datetime | None] = mapped_column(
        comment="when in that window the crew is to come, which alone is kept for it; null: all of it is"
    )
    time_told_at: Mapped[datetime | None] = mapped_column(
        comment="when the company last told the customer another hour to be there; null: not since they chose"
    )
    pickup_zone: Mapped[str] = mapped_column(comment="IANA zone of the pickup")
    origin: Mapped[dict[str, Any]]
    destination: Mapped[dict[str, Any]]
    contact_name: Mapped[str] = mapped_column(comment="whom the crew calls")
    sealed_contact: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="their phone and email as JSON, sealed for this row; null: erased"
    )
    phone_index: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="keyed hash of the contact's number; null: erased"
    )
    email_index: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="keyed hash of the contact's address; null: none, or erased"
    )
    crew_size: Mapped[int]
    truck_ids: Mapped[list[UUID]] = mapped_column(
        pg.ARRAY(pg.UUID(as_uuid=True)),
        comment="as assigned last; what is taken, and when, stands in reservations",
    )
    driver_ids: Mapped[list[UUID]] = mapped_column(
        pg.ARRAY(pg.UUID(as_uuid=True)), comment="as truck_ids: drivers and helpers"
    )
    equipment_ids: Mapped[list[UUID]] = mapped_column(
        pg.ARRAY(pg.UUID(as_uuid=True)),
        server_default="{}",
        comment="as truck_ids: pieces with a calendar of their own",
    )
    volume_cuft: Mapped[int | None] = mapped_column(comment="null: not estimated")
    weight_lb: Mapped[int | None] = mapped_column(comment="null: not estimated")
    skills: Mapped[list[str]] = mapped_column(server_default="{}", comment="each of somebody in the crew")
    truck_features: Mapped[list[str]] = mapped_column(server_default="{}", comment="all of each truck")
    distance_miles: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 1), comment="null: not routed")
    job: Mapped[dict[str, Any] | None] = mapped_column(
        comment="the engine's inputs; null: the price was agreed by hand"
    )
    pricing_config_id: Mapped[UUID | None] = mapped_column(comment="null: the price was agreed by hand")
    price: Mapped[dict[str, Any]] = mapped_column(comment="lines and total as promised")
    total: Mapped[Decimal]
    currency: Mapped[Currency]
    hold_expires_at: Mapped[datetime | None] = mapped_column(comment="null: not a hold any more")
    confirmed_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]
    cancellation_reason: Mapped[str | None]
    legs: Mapped[list[Any] | None] = mapped_column(
        pg.JSONB(none_as_null=True),
        comment="parts of a move of several days: kind, window, trucks, people, equipment; null: one piece",
    )
    cancellation_terms: Mapped[dict[str, Any]] = mapped_column(comment="the company's policy as it was when held")
    ended_by: Mapped[Party | None] = mapped_column(
        enum_column(Party, "ended_by"), comment="whose doing a cancellation or a no-show was; null: neither"
    )
    cancellation_fee: Mapped[Decimal | None] = mapped_column(
        comment="of the deposit; null: neither, 0 is a fee of zero"
    )
    cancellation_refund: Mapped[Decimal | None] = mapped_column(comment="the rest of the deposit; null as the fee")
    covers_replacement: Mapped[bool | None] = mapped_column(
        comment="whether the company bears what another mover costs more; null as the fee"
    )
    discounts_used: Mapped[list[str]] = mapped_column(
        server_default="{}", comment="codes whose uses are counted for it; none: never confirmed, or called off free"
    )
    link_issue: Mapped[int] = mapped_column(
        server_default=sa.text("1"), comment="which of the links given out is good: those before are withdrawn"
    )
    reschedule_issue: Mapped[int] = mapped_column(
        server_default=sa.text("1"), comment="as link_issue, of the links that give it another time"
    )
    asks_door_codes: Mapped[bool] = mapped_column(comment="as the company's rule was when held")
    actuals: Mapped[dict[str, Any] | None] = mapped_column(comment="hours, miles and extras as worked; null: not done")
    final_price: Mapped[dict[str, Any] | None] = mapped_column(comment="priced on the actuals; null: not done")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "quote_id"], ["quotes.org_id", "quotes.id"]),
        sa.ForeignKeyConstraint(["org_id", "pricing_config_id"], ["pricing_configs.org_id", "pricing_configs.id"]),
        sa.UniqueConstraint("org_id", "reference"),
        sa.CheckConstraint("ends_at > starts_at", name="window"),
        sa.CheckConstraint("arrives_until > starts_at AND arrives_until < ends_at", name="arrival"),
        sa.CheckConstraint(
            "planned_arrival_at IS NULL OR (arrives_until IS NOT NULL "
            "AND planned_arrival_at BETWEEN starts_at AND arrives_until)",
            name="planned_arrival",
        ),
        sa.CheckConstraint("(status = 'held') = (hold_expires_at IS NOT NULL)", name="hold"),
        sa.CheckConstraint("total >= 0", name="total"),
        sa.CheckConstraint(SETTLED, name="settled"),
        sa.Index(
            "uq_bookings_quote_id_live",
            "org_id",
            "quote_id",
            unique=True,
            postgresql_where=sa.text(f"status NOT IN {DEAD}"),
        ),
        sa.Index("ix_bookings_org_id_quote_id", "org_id", "quote_id"),
        sa.Index("ix_bookings_org_id_pricing_config_id", "org_id", "pricing_config_id"),
        sa.Index("ix_bookings_org_id_starts_at_id", "org_id", "starts_at", "id"),
        sa.Index("ix_bookings_customer_id_starts_at_id", "customer_id", "starts_at", "id"),
        # Looked up whole, by staff. Hash indexes: 10 µs a hold where B-trees of keyed hashes took three times that.
        sa.Index("ix_bookings_phone_index", "phone_index", postgresql_using="hash"),
        sa.Index("ix_bookings_email_index", "email_index", postgresql_using="hash"),
        sa.Index(
            "ix_bookings_contact_name",
            sa.text("app.plain(contact_name) gin_trgm_ops"),
            postgresql_using="gin",
            postgresql_where=sa.text("hold_expires_at IS NULL"),
        ),
        sa.Index(
            "ix_bookings_hold_expires_at",
            "hold_expires_at",
            postgresql_where=sa.text("hold_expires_at IS NOT NULL"),
        ),
    )


class BookingStep(Tenant, Model):
    """One step of a booking's life: who, when, where, from what to what. Only ever added; an erasure takes note and
    place.
    """

    __tablename__ = "booking_steps"

    booking_id: Mapped[UUID]
    at: Mapped[datetime]
    from_status: Mapped[BookingStatus | None] = mapped_column(
        enum_column(BookingStatus, "from_status"), comment="null: the beginning"
    )
    to_status: Mapped[BookingStatus] = mapped_column(enum_column(BookingStatus, "to_status"))
    actor_kind: Mapped[ActorKind] = mapped_column(enum_column(ActorKind, "actor_kind"))
    actor_id: Mapped[UUID | None] = mapped_column(comment="null: the program itself")
    note: Mapped[str | None]
    latitude: Mapped[float | None] = mapped_column(sa.Double, comment="WGS 84, of whoever reported; null: not told")
    longitude: Mapped[float | None] = mapped_column(sa.Double, comment="as latitude")
    photo_ids: Mapped[list[Any]] = mapped_column(pg.JSONB, server_default="[]", comment="uploads of the company")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "booking_id"], ["bookings.org_id", "bookings.id"]),
        sa.CheckConstraint(PLACE, name="place"),
        sa.Index("ix_booking_steps_org_id_booking_id_at", "org_id", "booking_id", "at"),
    )


class CancellationPolicy(Tenant, Versioned, Model):
    """What a company gives back of a deposit, by notice. A booking takes its own copy when it is held."""

    __tablename__ = "cancellation_policies"

    kind: Mapped[PolicyKind] = mapped_column(enum_column(PolicyKind, "kind"))
    steps: Mapped[list[dict[str, Any]]] = mapped_column(comment="notice_hours and refund_percent, the longest first")

    __table_args__ = (sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]), sa.UniqueConstraint("org_id"))


class BookingRules(Tenant, Versioned, Model):
    """What a company wants of its bookings; each booking takes a copy when it is held."""

    __tablename__ = "booking_rules"

    door_codes: Mapped[bool] = mapped_column(comment="the customer gives a code at the pickup and one at the delivery")
    turnaround_minutes: Mapped[int] = mapped_column(comment="between two jobs, beside the drive; the calendar has it")

    __table_args__ = (sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]), sa.UniqueConstraint("org_id"))


class DoorCode(Tenant, Model):
    """The code of one door of a confirmed booking. Its digits stand nowhere: they are derived."""

    __tablename__ = "door_codes"

    booking_id: Mapped[UUID]
    door: Mapped[Door] = mapped_column(enum_column(Door, "door"))
    issue: Mapped[int] = mapped_column(comment="rises when new codes are made; part of what they are derived from")
    issued_at: Mapped[datetime]
    attempts_left: Mapped[int]
    given_at: Mapped[datetime | None] = mapped_column(comment="null: not yet")
    waived_at: Mapped[datetime | None] = mapped_column(comment="an owner or manager goes without; null: nobody does")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "booking_id"], ["bookings.org_id", "bookings.id"]),
        sa.UniqueConstraint("org_id", "booking_id", "door"),
        sa.CheckConstraint("attempts_left >= 0", name="attempts"),
    )


class NoShowDispute(Tenant, Model):
    """A company's word against the report that it did not come, and what staff made of it."""

    __tablename__ = "no_show_disputes"

    booking_id: Mapped[UUID]
    note: Mapped[str | None] = mapped_column(
        comment="the company's word; null: erased with the customer, once it is decided"
    )
    disputed_by: Mapped[UUID] = mapped_column(comment="the member")
    disputed_at: Mapped[datetime]
    outcome: Mapped[DisputeOutcome | None] = mapped_column(
        enum_column(DisputeOutcome, "outcome"), comment="null: it waits for staff"
    )
    reason: Mapped[str | None] = mapped_column(comment="the staff's, both sides read it; null: none yet, or erased")
    decided_by: Mapped[UUID | None] = mapped_column(comment="of the staff; null as the outcome")
    decided_at: Mapped[datetime | None] = mapped_column(comment="null as the outcome")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id", "booking_id"], ["bookings.org_id", "bookings.id"]),
        sa.UniqueConstraint("org_id", "booking_id"),
        sa.CheckConstraint("num_nonnulls(outcome, decided_by, decided_at) IN (0, 3)", name="decided"),
        sa.Index("ix_no_show_disputes_id", "id"),  # staff name a dispute by its id alone
        sa.Index(
            "ix_no_show_disputes_disputed_at_id",
            "disputed_at",
            "id",
            postgresql_where=sa.text("outcome IS NULL"),
        ),
    )


class CalendarFeed(Tenant, Model):
    """A link by which programs read the company's moves, or those of one truck or person, until it is revoked."""

    __tablename__ = "calendar_feeds"

    name: Mapped[str]
    resource_id: Mapped[UUID | None] = mapped_column(comment="null: the whole company")
    created_by: Mapped[UUID] = mapped_column(comment="the member; who leaves, leaves the link to the company")
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(comment="null: it is read")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.ForeignKeyConstraint(["org_id", "resource_id"], ["resources.org_id", "resources.id"]),
        sa.Index("ix_calendar_feeds_org_id_resource_id", "org_id", "resource_id"),
    )
