from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from app.kernel.actor import Mover
from app.kernel.errors import Fault
from app.kernel.ids import new_id
from app.kernel.paging import PageRequest
from app.modules.audit.public import Change, fields_of, record
from app.modules.platform import public as platform
from app.modules.pricing import repository
from app.modules.pricing.errors import ConfigNotFound
from app.modules.pricing.models import PricingConfig as StoredConfig
from app.modules.pricing.rules import PricingConfig, compare_configs, config_to_json, lint, parse_config, price
from app.modules.pricing.rules.diff import Change as Differing
from app.modules.pricing.rules.rule import plain
from app.modules.pricing.schemas import JobIn
from app.modules.pricing.service.cards import rate_card
from app.modules.pricing.service.holidays import make_ready
from app.modules.pricing.values import ConfigStatus, Price
from app.runtime.db.session import ReadSession, WriteSession

# The last place on earth where a day ends: what has passed there has passed for every company.
LAST_CLOCK: Final = timedelta(hours=-12)


async def write_config(session: WriteSession, actor: Mover, config: PricingConfig) -> StoredConfig:
    """Store the next version of the company's prices: a draft, or, when none is in force yet, in force at once.

    Raises: HolidaysUnknown (422), ConfigRace (409).
    """
    make_ready(config)
    # The platform's share is not the company's to name; versions written before keep the one they have.
    config = config.model_copy(update={"platform_fee_percent": plain(await platform.fee_percent(session))})
    is_first = await repository.get_active(session, actor.org_id) is None
    row = {
        "org_id": actor.org_id,
        "id": new_id(),
        "status": ConfigStatus.ACTIVE if is_first else ConfigStatus.DRAFT,
        "body": config_to_json(config),
        "currency": config.currency,
        "created_at": actor.now,
        "activated_at": actor.now if is_first else None,
        "retired_at": None,
        "in_force_from": None,
    }
    number = await repository.insert_config(session, row)
    stored = StoredConfig(**row, number=number)
    after = fields_of(stored, ("number", "status", "currency"))
    record(session, actor, Change("pricing.config_written", "pricing_config", stored.id, after=after))
    return stored


async def show_config(session: ReadSession, actor: Mover, config_id: UUID) -> StoredConfig:
    """Raises: ConfigNotFound (404)."""
    config = await repository.get_config(session, actor.org_id, config_id)
    if config is None:
        raise ConfigNotFound
    return config


async def list_configs(session: ReadSession, actor: Mover, page: PageRequest) -> Sequence[StoredConfig]:
    return await repository.list_configs(session, actor.org_id, page)


async def simulate_version(session: ReadSession, actor: Mover, config_id: UUID, told: JobIn) -> tuple[Price, int]:
    """A job's price by a stored version, and the version's number. Raises: ConfigNotFound (404), NotPriced (409)."""
    card = await rate_card(session, actor.org_id, config_id)
    return price(card.compiled, told.to_job(actor.now)), card.number


def warnings_of(config: StoredConfig, now: datetime) -> tuple[Fault, ...]:
    """What its author should look at again."""
    return lint(parse_config(config.body), (now + LAST_CLOCK).date())


async def compare_versions(
    session: ReadSession, actor: Mover, since: UUID | None, config_id: UUID
) -> tuple[StoredConfig, StoredConfig, tuple[Differing, ...]]:
    """Both versions, and where they differ; no `since`: from the one in force. Raises: ConfigNotFound (404)."""
    after = await show_config(session, actor, config_id)
    in_force = await repository.get_active(session, actor.org_id) if since is None else None
    before = in_force or await show_config(session, actor, since or config_id)
    return before, after, compare_configs(before.body, after.body)
