from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.pricing.models import DiscountUse, OwnEstimator, PricingConfig
from app.modules.pricing.models import ObservedJob as StoredJob
from app.modules.pricing.rules.learning import ObservedJob
from app.modules.pricing.values import ConfigStatus
from app.runtime.db.base import AnyRow
from app.runtime.db.session import DriverRow, ReadSession, WriteSession
from app.runtime.db.statements import Ready

QUIET = {"synchronize_session": False}


async def insert_config(session: WriteSession, row: dict[str, Any]) -> int:
    """Insert the next version of the company's prices; its number. Two at once: one meets the unique constraint."""
    number = (
        sa.select(sa.func.coalesce(sa.func.max(PricingConfig.number), 0) + 1)
        .where(PricingConfig.org_id == row["org_id"])
        .scalar_subquery()
    )
    query = sa.insert(PricingConfig).values(**row, number=number).returning(PricingConfig.number)
    return (await session.execute(query)).scalar_one()


async def get_config(session: ReadSession, org_id: UUID, config_id: UUID) -> PricingConfig | None:
    query = sa.select(PricingConfig).where(PricingConfig.org_id == org_id, PricingConfig.id == config_id)
    return (await session.execute(query)).scalar_one_or_none()


async def get_active(session: ReadSession, org_id: UUID) -> PricingConfig | None:
    query = sa.select(PricingConfig).where(PricingConfig.org_id == org_id, PricingConfig.status == ConfigStatus.ACTIVE)
    return (await session.execute(query)).scalar_one_or_none()


async def list_configs(session: ReadSession, org_id: UUID, page: PageRequest) -> Sequence[PricingConfig]:
    """The newest version first; one row more than the page holds."""
    query = sa.select(PricingConfig).where(PricingConfig.org_id == org_id)
    if page.after is not None:
        query = query.where(PricingConfig.number < int(page.after[0]))
    query = query.order_by(PricingConfig.number.desc()).limit(page.limit + 1)
    return (await session.execute(query)).scalars().all()


async def lock_versions(session: WriteSession, org_id: UUID) -> None:
    """Have the company's versions change by one hand at a time. Locks: its first version, which stands for all."""
    query = sa.select(PricingConfig.id).where(PricingConfig.org_id == org_id, PricingConfig.number == 1)
    # Quotes refer to the version: they need not wait.
    await session.execute(query.with_for_update(key_share=True))


async def activate(session: WriteSession, org_id: UUID, config_id: UUID, now: datetime) -> None:
    """Retire the active version and put this one in force. Needs: `lock_versions`."""
    mine = sa.update(PricingConfig).where(PricingConfig.org_id == org_id)
    retire = mine.where(PricingConfig.status == ConfigStatus.ACTIVE, PricingConfig.id != config_id)
    await session.execute(retire.values(status=ConfigStatus.RETIRED, retired_at=now), execution_options=QUIET)
    begin = mine.where(PricingConfig.id == config_id)
    values = {"status": ConfigStatus.ACTIVE, "activated_at": now, "retired_at": None, "in_force_from": None}
    await session.execute(begin.values(**values), execution_options=QUIET)


async def plan(session: WriteSession, org_id: UUID, config_id: UUID, in_force_from: datetime | None) -> None:
    query = sa.update(PricingConfig).where(PricingConfig.org_id == org_id, PricingConfig.id == config_id)
    await session.execute(query.values(in_force_from=in_force_from), execution_options=QUIET)


async def get_due(session: ReadSession, org_id: UUID, config_id: UUID, now: datetime) -> PricingConfig | None:
    """A planned version whose time has come."""
    query = sa.select(PricingConfig).where(PricingConfig.org_id == org_id, PricingConfig.id == config_id)
    return (await session.execute(query.where(PricingConfig.in_force_from <= now))).scalar_one_or_none()


async def list_overdue(session: ReadSession, org_id: UUID, now: datetime) -> Sequence[PricingConfig]:
    """The company's planned versions whose time has come, the first first."""
    query = sa.select(PricingConfig).where(PricingConfig.org_id == org_id, PricingConfig.in_force_from <= now)
    query = query.order_by(PricingConfig.in_force_from, PricingConfig.number)
    return (await session.execute(query)).scalars().all()


async def list_due(session: ReadSession, now: datetime, limit: int) -> Sequence[AnyRow]:
    """(org_id, config_id) of all companies' planned versions whose time has come, the first first."""
    query = sa.text("SELECT org_id, config_id FROM app.price_lists_due(:now, :limit)")
    return (await session.execute(query, {"now": now, "limit": limit})).all()


ACTIVE_IDS = Ready(
    sa.select(PricingConfig.org_id, PricingConfig.id).where(
        PricingConfig.org_id == sa.any_(sa.bindparam("org_ids", type_=pg.ARRAY(pg.UUID(as_uuid=True)))),
        PricingConfig.status == ConfigStatus.ACTIVE,
    )
)


async def list_active_ids(session: ReadSession, org_ids: Sequence[UUID]) -> Sequence[DriverRow]:
    """(org_id, config_id) of those that have prices in force."""
    return await ACTIVE_IDS.rows(session, {"org_ids": org_ids})


async def list_bodies(session: ReadSession, ids: Sequence[UUID]) -> Sequence[AnyRow]:
    query = sa.select(PricingConfig.id, PricingConfig.org_id, PricingConfig.number, PricingConfig.body).where(
        PricingConfig.id.in_(ids)
    )
    return (await session.execute(query)).all()


async def put_own(session: WriteSession, org_id: UUID, fields: dict[str, Any]) -> None:
    """Change these fields of the company's own figures; the first ones make its row."""
    query = pg.insert(OwnEstimator).values(**{"org_id": org_id, "id": new_id(), "items": [], "figures": {}, **fields})
    await session.execute(query.on_conflict_do_update(index_elements=["org_id"], set_=fields))


async def lock_own(session: WriteSession, org_id: UUID) -> AnyRow | None:
    """(items, pace, figures, learning_since); None: it has none. Locks: the company's own figures."""
    query = sa.select(OwnEstimator.items, OwnEstimator.pace, OwnEstimator.figures, OwnEstimator.learning_since)
    return (await session.execute(query.where(OwnEstimator.org_id == org_id).with_for_update())).one_or_none()


async def put_pace(session: WriteSession, org_id: UUID, since: datetime | None, fields: dict[str, Any]) -> None:
    """As `put_own`, of what was learned `since` then: where the company begins anew meanwhile, nothing is written."""
    query = pg.insert(OwnEstimator).values(org_id=org_id, id=new_id(), items=[], figures={}, **fields)
    is_as_read = OwnEstimator.learning_since.is_not_distinct_from(since)
    await session.execute(query.on_conflict_do_update(index_elements=["org_id"], set_=fields, where=is_as_read))


async def list_own(session: ReadSession, org_ids: Sequence[UUID]) -> Sequence[AnyRow]:
    """(org_id, items, pace, figures) of those that have figures of their own."""
    query = sa.select(OwnEstimator.org_id, OwnEstimator.items, OwnEstimator.pace, OwnEstimator.figures)
    return (await session.execute(query.where(OwnEstimator.org_id.in_(org_ids)))).all()


async def insert_observed(session: WriteSession, row: dict[str, Any]) -> None:
    """A booking that was observed before stays as it was."""
    query = pg.insert(StoredJob).values(**row).on_conflict_do_nothing(index_elements=["org_id", "booking_id"])
    await session.execute(query)


async def delete_observed(session: WriteSession, org_id: UUID, booking_id: UUID) -> bool:
    """Whether there was one."""
    query = sa.delete(StoredJob).where(StoredJob.org_id == org_id, StoredJob.booking_id == booking_id)
    return (await session.execute(query.returning(StoredJob.id))).one_or_none() is not None


async def list_observed(session: ReadSession, org_id: UUID, limit: int) -> Sequence[ObservedJob]:
    """The latest completed jobs of the company, the last one first; none from before it set what makes its hours."""
    since = sa.select(OwnEstimator.learning_since).where(OwnEstimator.org_id == org_id).scalar_subquery()
    query = (
        sa.select(
            StoredJob.volume_cuft,
            StoredJob.prior_hours,
            StoredJob.p50_hours,
            StoredJob.p90_hours,
            StoredJob.actual_hours,
        )
        .where(StoredJob.org_id == org_id, StoredJob.completed_at >= sa.func.coalesce(since, StoredJob.completed_at))
        .order_by(StoredJob.completed_at.desc(), StoredJob.id.desc())
        .limit(limit)
    )
    return [ObservedJob(*row) for row in (await session.execute(query)).all()]


async def use_discount(session: WriteSession, org_id: UUID, code: str, most: int) -> bool:
    """Count one use more, in one statement; False: it was had as often as it may be. Locks: the discount's count."""
    query = pg.insert(DiscountUse).values(org_id=org_id, id=new_id(), code=code, uses=1)
    query = query.on_conflict_do_update(
        index_elements=["org_id", "code"], set_={"uses": DiscountUse.uses + 1}, where=DiscountUse.uses < most
    )
    return (await session.execute(query.returning(DiscountUse.uses))).scalar_one_or_none() is not None


async def lock_discounts(session: WriteSession, org_id: UUID) -> None:
    """Locks: the counts of all the company's discounts, by code."""
    query = sa.select(DiscountUse.code).where(DiscountUse.org_id == org_id).order_by(DiscountUse.code)
    await session.execute(query.with_for_update())


async def return_discount(session: WriteSession, org_id: UUID, code: str) -> None:
    """Count one use less. Locks: the discount's count."""
    mine = DiscountUse.org_id == org_id, DiscountUse.code == code, DiscountUse.uses > 0
    await session.execute(sa.update(DiscountUse).where(*mine).values(uses=DiscountUse.uses - 1))


async def list_discount_uses(session: ReadSession, org_ids: Sequence[UUID], codes: Collection[str]) -> Sequence[AnyRow]:
    """(org_id, code, uses) of those that were had."""
    query = sa.select(DiscountUse.org_id, DiscountUse.code, DiscountUse.uses)
    query = query.where(DiscountUse.org_id.in_(org_ids), DiscountUse.code.in_(codes))
    return (await session.execute(query)).all()
