"""Use cases of prices: the versions of a price list, cards to price with, jobs."""

from app.modules.pricing.service.configs import (
    compare_versions,
    list_configs,
    show_config,
    simulate_version,
    warnings_of,
    write_config,
)
from app.modules.pricing.service.holidays import make_ready
from app.modules.pricing.service.loads import Terms, estimate_move

__all__ = [
    "Terms",
    "compare_versions",
    "estimate_move",
    "list_configs",
    "make_ready",
    "show_config",
    "simulate_version",
    "warnings_of",
    "write_config",
]
