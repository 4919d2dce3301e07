"""The pricing engine and the estimator: pure decisions, nothing read from outside."""

from app.modules.pricing.rules.config import PricingConfig, config_errors, config_to_json, parse_config
from app.modules.pricing.rules.engine import CompiledConfig, compile_config, price, replay
from app.modules.pricing.rules.local_time import local_start
from app.modules.pricing.rules.wire import job_from_json, job_to_json, price_from_json, price_to_json

__all__ = [
    "CompiledConfig",
    "PricingConfig",
    "compile_config",
    "config_errors",
    "config_to_json",
    "job_from_json",
    "job_to_json",
    "local_start",
    "parse_config",
    "price",
    "price_from_json",
    "price_to_json",
    "replay",
]
