"""What staff set for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from app.kernel.actor import Staff
from app.modules.ops.schemas.settings import SettingsOut
from app.modules.platform import public as platform
from app.modules.platform.public import PlatformSettings, StandingSettings
from app.modules.verification import public as verification
from app.modules.verification.public import PackCode
from app.runtime.db.session import WriteSession


async def show_enforced_packs(session: WriteSession) -> list[PackCode]:
    return sorted(await verification.list_enforced_packs(session))


async def enforce_packs(session: WriteSession, actor: Staff, packs: Sequence[PackCode]) -> list[PackCode]:
    return sorted(await verification.enforce_packs(session, actor, packs))


def _settings(standing: StandingSettings) -> SettingsOut:
    told = asdict(standing.settings) | {"version": standing.version, "updated_at": standing.updated_at}
    return SettingsOut.model_validate(told)


async def show_settings(session: WriteSession) -> SettingsOut:
    return _settings(await platform.show_settings(session))


async def set_settings(session: WriteSession, actor: Staff, settings: PlatformSettings, version: int) -> SettingsOut:
    """Locks: the settings. Raises: PreconditionFailed (412)."""
    return _settings(await platform.set_settings(session, actor, settings, version))
