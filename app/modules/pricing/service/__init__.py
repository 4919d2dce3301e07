"""Use cases of prices: the versions of a price list, cards to price with, jobs."""

from app.modules.pricing.service.configs import activate_config, list_configs, show_config, write_config

__all__ = ["activate_config", "list_configs", "show_config", "write_config"]
