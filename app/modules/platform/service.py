from __future__ import annotations

from dataclasses import asdict

from app.kernel.actor import Staff
from app.kernel.versions import check_version
from app.modules.audit.public import Change, fields_of, record
from app.modules.platform import repository
from app.modules.platform.models import StoredSettings
from app.modules.platform.values import PlatformSettings, StandingSettings
from app.runtime.db.session import ReadSession, WriteSession


def _standing(row: StoredSettings) -> StandingSettings:
    settings = PlatformSettings(row.fee_percent, row.four_eyes, row.claim_minutes, row.fuel_index_price)
    return StandingSettings(settings, row.version, row.updated_at)


async def show_settings(session: ReadSession) -> StandingSettings:
    """For staff."""
    return _standing(await repository.get_settings(session))


async def set_settings(
    session: WriteSession, actor: Staff, settings: PlatformSettings, version: int
) -> StandingSettings:
    """In force at once: for cases claimed and approved, and price lists made, from now on.

    Locks: the settings. Raises: PreconditionFailed (412).
    """
    row = await repository.lock_settings(session)
    check_version(row.version, version)
    wanted = asdict(settings)
    before = fields_of(row, wanted)
    row.change(actor.now, **wanted)
    await session.flush()
    record(session, actor, Change("platform.settings_set", "platform", None, before, fields_of(row, wanted)))
    return _standing(row)
