from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db.base import Id, Model


class OutboxEvent(Model):
    """An event that must leave the program, written with the change it tells of."""

    __tablename__ = "outbox_events"

    id: Mapped[Id]
    org_id: Mapped[UUID | None] = mapped_column(comment="null: no company's")
    name: Mapped[str]
    version: Mapped[int]
    payload: Mapped[dict[str, Any]] = mapped_column(comment="ids only: no personal data, no secret")
    trace: Mapped[str | None] = mapped_column(comment="W3C traceparent of the request; null: none")
    created_at: Mapped[datetime]
    claimed_until: Mapped[datetime | None] = mapped_column(comment="held by a relay until then; null: by none")
    sent_at: Mapped[datetime | None] = mapped_column(comment="null: not relayed yet")

    __table_args__ = (
        sa.Index("ix_outbox_events_unsent", "created_at", "id", postgresql_where=sa.text("sent_at IS NULL")),
    )


class InboxMessage(Model):
    """A message a consumer has acted on, written with its effect: a second delivery changes nothing."""

    __tablename__ = "inbox_messages"

    consumer: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[UUID] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
