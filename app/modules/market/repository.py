from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.modules.market.models import Quote
from app.runtime.db.base import AnyRow
from app.runtime.db.session import ReadSession, WriteSession

ACT_ON = sa.text("SELECT set_config('app.current_org_id', :org, true)")


async def act_on_company(session: WriteSession, org_id: UUID) -> None:
    """Tell a customer's transaction which company it concerns: from an offer that we signed, never from a body."""
    await session.execute(ACT_ON, {"org": str(org_id)})


async def insert_quote(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(sa.insert(Quote).values(**row))


async def get_quote(session: ReadSession, quote_id: UUID) -> Quote | None:
    """By id alone: the policies show a member its company's, a customer their own."""
    return (await session.execute(sa.select(Quote).where(Quote.id == quote_id))).scalar_one_or_none()


OWN_QUOTE = sa.select(
    *Quote.__table__.columns, sa.func.set_config("app.current_org_id", sa.cast(Quote.org_id, sa.Text), sa.true())
)


async def find_own_quote(session: WriteSession, quote_id: UUID, customer_id: UUID) -> AnyRow | None:
    """A customer's own quote; in the same statement the transaction learns its company."""
    query = OWN_QUOTE.where(Quote.id == quote_id, Quote.customer_id == customer_id)
    return (await session.execute(query)).one_or_none()
