"""What the market holds of a customer: all of it for them to take along, and no address when they go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.kernel.places import Place
from app.modules.market import repository
from app.runtime.db.session import ReadSession, WriteSession


async def personal_data(session: ReadSession, customer_id: UUID) -> Sequence[dict[str, Any]]:
    """Every quote of the customer. As the customer."""
    return await repository.list_rows_of_customer(session, customer_id)


async def erase_customer(session: WriteSession, customer_id: UUID) -> None:
    """Take the addresses out of the customer's quotes; towns, times and prices stay. As the customer, for booking."""
    for row in await repository.list_rows_of_customer(session, customer_id):
        await repository.act_on_company(session, row["org_id"])
        places = {
            name: Place.model_validate(row[name]).without_address().model_dump(mode="json")
            for name in ("origin", "destination")
        }
        await repository.overwrite_quote(session, row["org_id"], row["id"], places)
