from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.runtime.db.base import Model, Versioned


class StoredSettings(Versioned, Model):
    """The one row of the platform's settings."""

    __tablename__ = "platform_settings"

    id: Mapped[int] = mapped_column(sa.SmallInteger, primary_key=True, autoincrement=False, comment="1: the one row")
    fee_percent: Mapped[Decimal] = mapped_column(sa.Numeric(5, 2), comment="of a job's price, inside it")
    four_eyes: Mapped[bool] = mapped_column(comment="two of the staff approve a company")
    claim_minutes: Mapped[int] = mapped_column(comment="how long a reviewer keeps a case")
    fuel_index_price: Mapped[Decimal | None] = mapped_column(
        sa.Numeric(6, 3), comment="US dollars a gallon, for jobs priced from now on; null: not told"
    )

    __table_args__ = (
        sa.CheckConstraint("id = 1", name="one_row"),
        sa.CheckConstraint("fee_percent BETWEEN 0 AND 100", name="fee_percent"),
        sa.CheckConstraint("claim_minutes BETWEEN 1 AND 1440", name="claim_minutes"),
        sa.CheckConstraint("fuel_index_price >= 0", name="fuel_index_price"),
    )
