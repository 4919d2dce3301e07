from __future__ import annotations

from app.modules.market import repository
from app.modules.pricing import public as pricing
from app.runtime.db.session import ReadSession
from app.runtime.db.walk import Walk


async def reprice_quotes(session: ReadSession, walk: Walk) -> pricing.Repriced:
    """The next quotes of the walk made again from what is stored with them. As staff."""
    rows = await repository.list_priced(session, walk)
    cards = await pricing.past_cards(session, {row.pricing_config_id for row in rows})
    found = []
    for row in rows:
        card = cards.get(row.pricing_config_id)
        if moved := pricing.find_repriced(row.price, (row.total, row.currency), row.job, card):
            found.append(pricing.Finding("quote", row.org_id, row.id, moved))
    return pricing.Repriced(len(rows), tuple(found), (rows[-1].org_id, rows[-1].id) if rows else None)
