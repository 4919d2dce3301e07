"""Versions that come into force by themselves, at an instant that the company has named."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover, System
from app.kernel.errors import Fault
from app.kernel.localtime import to_instant
from app.modules.audit.public import Change, fields_of, record
from app.modules.orgs import public as orgs
from app.modules.pricing import repository
from app.modules.pricing.errors import ConfigInForce, StartPassed
from app.modules.pricing.models import PricingConfig as StoredConfig
from app.modules.pricing.service.configs import show_config
from app.modules.pricing.values import ConfigStatus
from app.runtime.db.session import ReadSession, WriteSession

MOST_AT_ONCE: Final = 100
PLANNED: Final = ("number", "in_force_from")


async def plan_config(
    session: WriteSession, actor: Mover, config_id: UUID, in_force_from: datetime | None
) -> StoredConfig:
    """Have a version come into force then, a wall time by the company's clock; None: not any more.

    Locks: the company's versions. Raises: ConfigNotFound (404), ConfigInForce (409), StartPassed (422),
    LocalTimeRefused (422).
    """
    await repository.lock_versions(session, actor.org_id)
    config = await show_config(session, actor, config_id)
    if config.status is ConfigStatus.ACTIVE:
        raise ConfigInForce
    instant = None
    if in_force_from is not None:
        company = await orgs.company(session, actor.org_id)
        instant = to_instant(in_force_from, company.timezone, pointer="/in_force_from")
        if instant <= actor.now:
            raise StartPassed(faults=(Fault("/in_force_from", StartPassed.code, StartPassed.title),))
    await _plan(session, actor, config, instant)
    return config


async def activate_config(session: WriteSession, actor: Mover, config_id: UUID) -> StoredConfig:
    """Put a version in force instead of the present one; quotes and bookings stay on theirs. Those that were due before
    this, and that the worker has not come to yet, come no more: the later word is this one.

    Locks: the company's versions. Raises: ConfigNotFound (404).
    """
    await repository.lock_versions(session, actor.org_id)
    config = await show_config(session, actor, config_id)
    for overdue in await repository.list_overdue(session, actor.org_id, actor.now):
        if overdue.id != config_id:
            await _plan(session, actor, overdue, None)
    if config.status is not ConfigStatus.ACTIVE:
        await _activate(session, actor, config)
    return config


async def list_due(session: ReadSession, now: datetime) -> list[tuple[UUID, UUID]]:
    """Company and version of those whose time has come, the first first. As the worker."""
    return [(row.org_id, row.config_id) for row in await repository.list_due(session, now, MOST_AT_ONCE)]


async def bring_into_force(session: WriteSession, actor: System, org_id: UUID, config_id: UUID) -> bool:
    """Put a planned version in force instead of the present one; False: it is planned no more. As the company's worker.

    Locks: the company's versions.
    """
    await repository.lock_versions(session, org_id)
    config = await repository.get_due(session, org_id, config_id, actor.now)
    if config is None:
        return False
    await _activate(session, actor, config)
    return True


async def _plan(session: WriteSession, actor: Mover, config: StoredConfig, start: datetime | None) -> None:
    before = fields_of(config, PLANNED)
    await repository.plan(session, config.org_id, config.id, start)
    await session.refresh(config)
    change = Change("pricing.config_planned", "pricing_config", config.id, before, fields_of(config, PLANNED))
    record(session, actor, change)


async def _activate(session: WriteSession, actor: Mover | System, config: StoredConfig) -> None:
    before = fields_of(config, ("status", "in_force_from"))
    await repository.activate(session, config.org_id, config.id, actor.now)
    await session.refresh(config)
    after = fields_of(config, ("number", "status"))
    change = Change("pricing.config_activated", "pricing_config", config.id, before, after, org_id=config.org_id)
    record(session, actor, change)
