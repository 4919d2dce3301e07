from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from app.modules.market.models import Quote
from app.runtime.db.base import AnyRow, table_of
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.statements import Ready, ReadyInsert
from app.runtime.db.walk import Walk

QUOTES = table_of(Quote)
INSERT_QUOTE = ReadyInsert(QUOTES)
ACT_ON = Ready(
    sa.text("SELECT set_config('app.current_org_id', :org, true)").bindparams(sa.bindparam("org", type_=sa.Text))
)


async def act_on_company(session: WriteSession, org_id: UUID) -> None:
    """Tell a customer's transaction which company it concerns: from an offer that we signed, never from a body."""
    await ACT_ON.rows(session, {"org": str(org_id)})


def insert_quote(session: WriteSession, row: dict[str, Any]) -> None:
    """With the transaction's last statement."""
    INSERT_QUOTE.insert_last(session, [row])


async def get_quote(session: ReadSession, quote_id: UUID) -> Quote | None:
    """By id alone: the policies show a member its company's, a customer their own."""
    return (await session.execute(sa.select(Quote).where(Quote.id == quote_id))).scalar_one_or_none()


async def list_rows_of_customer(session: ReadSession, customer_id: UUID) -> Sequence[dict[str, Any]]:
    """The whole rows, for the customer's own transaction."""
    query = sa.select(QUOTES).where(QUOTES.c.customer_id == customer_id).order_by(QUOTES.c.id)
    return [dict(row) for row in (await session.execute(query)).mappings()]


async def overwrite_quote(session: WriteSession, org_id: UUID, quote_id: UUID, fields: dict[str, Any]) -> None:
    await session.execute(sa.update(QUOTES).where(QUOTES.c.org_id == org_id, QUOTES.c.id == quote_id).values(**fields))


OWN_QUOTE = Ready(
    sa.select(
        *QUOTES.c,
        sa.func.set_config("app.current_org_id", sa.cast(QUOTES.c.org_id, sa.Text), sa.true()),
        sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(sa.cast(QUOTES.c.customer_id, sa.Text), 0)),
    ).where(QUOTES.c.id == sa.bindparam("quote_id"), QUOTES.c.customer_id == sa.bindparam("of_customer"))
)


async def lock_own_quote(session: WriteSession, quote_id: UUID, customer_id: UUID) -> DriverRow | None:
    """A customer's own quote; in the same statement the transaction learns its company, and waits for the customer's
    other transactions that book: what the next statement counts of theirs, it counts alone.
    """
    rows = await OWN_QUOTE.rows(session, {"quote_id": quote_id, "of_customer": customer_id})
    return rows[0] if rows else None


PRICED = sa.select(
    *(QUOTES.c[name] for name in ("org_id", "id", "pricing_config_id", "job", "price", "total", "currency"))
)


async def list_priced(session: ReadSession, walk: Walk) -> Sequence[AnyRow]:
    """The next quotes of a walk over all companies, with what their prices were made of."""
    return (await session.execute(walk.step(PRICED, QUOTES, QUOTES.c.created_at))).all()
