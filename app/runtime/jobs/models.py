from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db.base import Model


class ScheduleTurn(Model):
    """When a schedule is due next: whoever moves `due_at` on has the turn."""

    __tablename__ = "schedules"

    name: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
