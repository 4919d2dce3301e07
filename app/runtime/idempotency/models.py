from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db.base import Model


class IdempotencyKey(Model):
    """The answer to a keyed request, written in the transaction of its effect; kept 24 hours."""

    __tablename__ = "idempotency_keys"

    caller_id: Mapped[UUID] = mapped_column(primary_key=True, comment="user, API key or customer")
    route: Mapped[str] = mapped_column(primary_key=True, comment="method and path as requested")
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="SHA-256 of the body")
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[bytes] = mapped_column(sa.LargeBinary, comment="sealed for caller, route and key")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_idempotency_keys_expires_at", "expires_at"),)
