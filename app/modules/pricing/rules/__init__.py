"""The pricing engine and the estimator: pure decisions, nothing read from outside."""

from app.modules.pricing.rules.catalogue import CATALOGUE, Item, find_items
from app.modules.pricing.rules.config import PricingConfig, config_errors, config_to_json, parse_config
from app.modules.pricing.rules.diff import compare_configs
from app.modules.pricing.rules.engine import CompiledConfig, compile_config, price, replay
from app.modules.pricing.rules.estimator import at_ends, count_cartons, end_of, estimate, packing_of, pieces_of
from app.modules.pricing.rules.lint import lint
from app.modules.pricing.rules.local_time import local_start
from app.modules.pricing.rules.offering import limited_discounts, unoffered
from app.modules.pricing.rules.starts import Starts
from app.modules.pricing.rules.wire import (
    job_from_json,
    job_to_json,
    price_from_json,
    price_to_json,
    request_from_json,
    request_to_json,
)

__all__ = [
    "CATALOGUE",
    "CompiledConfig",
    "Item",
    "PricingConfig",
    "Starts",
    "at_ends",
    "compare_configs",
    "compile_config",
    "config_errors",
    "config_to_json",
    "count_cartons",
    "end_of",
    "estimate",
    "find_items",
    "job_from_json",
    "job_to_json",
    "limited_discounts",
    "lint",
    "local_start",
    "packing_of",
    "parse_config",
    "pieces_of",
    "price",
    "price_from_json",
    "price_to_json",
    "replay",
    "request_from_json",
    "request_to_json",
    "unoffered",
]
