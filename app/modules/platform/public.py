"""What other modules may ask of the platform's settings."""

from __future__ import annotations

from app.modules.platform import repository
from app.modules.platform.service import set_settings, show_settings
from app.modules.platform.values import PlatformSettings, StandingSettings

__all__ = ["PlatformSettings", "StandingSettings", "fee_percent", "fuel_index_price", "set_settings", "show_settings"]

# For members of a company too: what it pays is no secret.
fee_percent = repository.get_fee_percent
# For searches too, which are anybody's.
fuel_index_price = repository.get_fuel_index_price
