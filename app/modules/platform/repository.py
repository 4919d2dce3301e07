from __future__ import annotations

from decimal import Decimal

import sqlalchemy as sa

from app.modules.platform.models import StoredSettings
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.statements import Ready


async def get_settings(session: ReadSession) -> StoredSettings:
    return (await session.execute(sa.select(StoredSettings))).scalar_one()


async def lock_settings(session: WriteSession) -> StoredSettings:
    return (await session.execute(sa.select(StoredSettings).with_for_update())).scalar_one()


async def get_fee_percent(session: ReadSession) -> Decimal:
    return (await session.execute(sa.select(StoredSettings.fee_percent))).scalar_one()


FUEL_INDEX_PRICE = Ready(sa.select(StoredSettings.fuel_index_price))


async def get_fuel_index_price(session: ReadSession) -> Decimal | None:
    [row] = await FUEL_INDEX_PRICE.rows(session, {})
    price: Decimal | None = row.fuel_index_price
    return price
