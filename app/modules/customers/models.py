from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.customers.values import Channel
from app.runtime.db.base import Id, Model, Versioned, enum_column


class Customer(Model, Versioned):
    """A person who moves house; belongs to no company."""

    __tablename__ = "customers"

    id: Mapped[Id]
    sealed_phone: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="E.164, sealed for this row; null: known by e-mail only"
    )
    phone_index: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="HMAC of the number, keyed with the pepper"
    )
    sealed_email: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="lower case, sealed for this row; null: known by phone only"
    )
    email_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary, comment="as phone_index")
    full_name: Mapped[str | None] = mapped_column(comment="null: not told yet")
    erased_at: Mapped[datetime | None] = mapped_column(comment="null: not erased")

    __table_args__ = (
        sa.UniqueConstraint("phone_index"),
        sa.UniqueConstraint("email_index"),
        sa.Index(
            "ix_customers_full_name",
            sa.text("app.plain(full_name) gin_trgm_ops"),
            postgresql_using="gin",
            postgresql_where=sa.text("full_name IS NOT NULL"),
        ),
        sa.CheckConstraint("(sealed_phone IS NULL) = (phone_index IS NULL)", name="phone"),
        sa.CheckConstraint("(sealed_email IS NULL) = (email_index IS NULL)", name="email"),
        sa.CheckConstraint(
            "erased_at IS NOT NULL OR sealed_phone IS NOT NULL OR sealed_email IS NOT NULL", name="reachable"
        ),
    )


class OtpChallenge(Model):
    """One request for a one-time code. The code itself is nowhere: it is derived from id and salt with the pepper."""

    __tablename__ = "otp_challenges"

    id: Mapped[Id]
    channel: Mapped[Channel] = mapped_column(enum_column(Channel, "channel"))
    sealed_recipient: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="E.164 or lower-case e-mail, sealed")
    recipient_index: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="as a customer's")
    customer_id: Mapped[UUID | None] = mapped_column(comment="whose own it is to become; null: to sign in with")
    sealed_warned: Mapped[bytes | None] = mapped_column(
        sa.LargeBinary, comment="who is told that it has become theirs, sealed; null: it has not"
    )
    requested_from: Mapped[str] = mapped_column(comment="network address of the caller")
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary)
    attempts_left: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    consumed_at: Mapped[datetime | None] = mapped_column(comment="null: neither used nor superseded")

    __table_args__ = (
        sa.CheckConstraint("attempts_left >= 0", name="attempts_left"),
        sa.Index("ix_otp_challenges_recipient_index_created_at", "recipient_index", "created_at"),
        sa.Index("ix_otp_challenges_requested_from_created_at", "requested_from", "created_at"),
    )


class OtpDay(Model):
    """How many codes went on a day to a recipient, a prefix, all numbers: outlives the challenges, names nobody."""

    __tablename__ = "otp_days"

    subject: Mapped[str] = mapped_column(
        primary_key=True, comment="+: all numbers; +1415: those of a prefix; otherwise a recipient's keyed hash"
    )
    day: Mapped[date] = mapped_column(primary_key=True, comment="UTC")
    sent: Mapped[int] = mapped_column(sa.BigInteger)


class CustomerSession(Model):
    """A customer's opaque session; only the SHA-256 of the token is kept."""

    __tablename__ = "customer_sessions"

    id: Mapped[Id]
    customer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("customers.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(comment="null: live")

    __table_args__ = (sa.UniqueConstraint("token_hash"),)
