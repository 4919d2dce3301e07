from __future__ import annotations

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.modules.files.values import ContentType, Rejection, UploadKind, UploadStatus
from app.runtime.db.base import Model, Tenant, enum_column


class Upload(Tenant, Model):
    """A file from its announcement on: pending, scanning, then clean or rejected."""

    __tablename__ = "uploads"

    kind: Mapped[UploadKind] = mapped_column(enum_column(UploadKind, "kind"))
    status: Mapped[UploadStatus] = mapped_column(enum_column(UploadStatus, "status"))
    file_name: Mapped[str] = mapped_column(comment="as the client named it; never part of a key")
    content_type: Mapped[ContentType] = mapped_column(enum_column(ContentType, "content_type"))
    size_bytes: Mapped[int] = mapped_column(sa.BigInteger, comment="as announced; of a clean file: as kept")
    sha256: Mapped[bytes | None] = mapped_column(comment="as announced, or null; of a clean file: as kept")
    uploaded_by: Mapped[UUID] = mapped_column(comment="the member, or the key of the company's program")
    created_at: Mapped[datetime]
    form_expires_at: Mapped[datetime]
    completed_at: Mapped[datetime | None] = mapped_column(comment="null: the client has not said so")
    next_try_at: Mapped[datetime | None] = mapped_column(comment="when it is to be looked at; null: nothing to do")
    tries: Mapped[int] = mapped_column(sa.SmallInteger, comment="how often the store or the scanner was away")
    rejection: Mapped[Rejection | None] = mapped_column(enum_column(Rejection, "rejection"), comment="null: none")
    width: Mapped[int | None] = mapped_column(comment="pixels; null: no picture, or not looked at")
    height: Mapped[int | None] = mapped_column(comment="pixels; null: no picture, or not looked at")
    has_thumbnail: Mapped[bool]
    attached_at: Mapped[datetime | None] = mapped_column(comment="null: nothing holds it; forgotten after a day")

    __table_args__ = (
        sa.ForeignKeyConstraint(["org_id"], ["organizations.id"]),
        sa.CheckConstraint("size_bytes > 0", name="size_bytes"),
        sa.CheckConstraint("(status = 'rejected') = (rejection IS NOT NULL)", name="refused"),
        sa.CheckConstraint("attached_at IS NULL OR status = 'clean'", name="attached"),
        sa.Index("ix_uploads_next_try_at", "next_try_at", postgresql_where=sa.text("next_try_at IS NOT NULL")),
        sa.Index("ix_uploads_created_at", "created_at", postgresql_where=sa.text("attached_at IS NULL")),
    )
