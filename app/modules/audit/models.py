from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db.base import Model


class AuditEntry(Model):
    """One link of a chain. A trigger numbers and links it; another refuses every change."""

    __tablename__ = "audit_entries"

    org_id: Mapped[UUID] = mapped_column(primary_key=True, comment="the chain; all zeros: the platform's own")
    seq: Mapped[int] = mapped_column(
        sa.BigInteger, primary_key=True, autoincrement=False, comment="from 1, gapless within the chain"
    )
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(comment="<module>.<what_happened>")
    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(comment="null: the program, or nobody known")
    actor_role: Mapped[str | None] = mapped_column(comment="null: no member")
    resource: Mapped[str] = mapped_column(comment="kind of the thing")
    resource_id: Mapped[UUID | None] = mapped_column(comment="null: a list")
    changes: Mapped[list[dict[str, Any]]] = mapped_column(comment="by field; text is withheld")
    request_id: Mapped[str | None] = mapped_column(comment="null: no request")
    network: Mapped[str | None] = mapped_column(comment="caller's address cut to /24 or /48; null: no request")
    content_hash: Mapped[bytes] = mapped_column(comment="SHA-256 of the canonical row")
    previous_hash: Mapped[bytes] = mapped_column(comment="32 zeros: the first")
    hash: Mapped[bytes] = mapped_column(comment="SHA-256 of previous_hash, seq (8 bytes) and content_hash")

    __table_args__ = (
        sa.Index("ix_audit_entries_org_id_actor_id", "org_id", "actor_id", "seq"),
        sa.Index("ix_audit_entries_org_id_resource_id", "org_id", "resource_id", "seq"),
    )
