"""What other modules may ask of invoices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.modules.invoices import repository
from app.runtime.db.session import ReadSession

__all__ = ["personal_data"]


async def personal_data(session: ReadSession, customer_id: UUID) -> Sequence[dict[str, Any]]:
    """Every invoice of the customer. As the customer. They are not erased: the law has the company keep them."""
    return await repository.list_rows_of_customer(session, customer_id)
