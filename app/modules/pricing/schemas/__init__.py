"""What goes over the wire: jobs to try prices on, prices, estimates, the catalogue."""

from app.modules.pricing.schemas.estimates import (
    EstimateIn,
    EstimateOut,
    FactorOut,
    InventoryItemOut,
    ItemCountIn,
    LoadIn,
    SignedEstimateOut,
    ToldEstimateIn,
    estimate_out,
    estimate_request,
    item_out,
)
from app.modules.pricing.schemas.jobs import JobIn, SimulateIn
from app.modules.pricing.schemas.prices import LineOut, PriceOut, SimulatedOut, line_out, price_out, simulated_out
from app.modules.pricing.schemas.services import PackingWishIn, ServicesIn

__all__ = [
    "EstimateIn",
    "EstimateOut",
    "FactorOut",
    "InventoryItemOut",
    "ItemCountIn",
    "JobIn",
    "LineOut",
    "LoadIn",
    "PackingWishIn",
    "PriceOut",
    "ServicesIn",
    "SignedEstimateOut",
    "SimulateIn",
    "SimulatedOut",
    "ToldEstimateIn",
    "estimate_out",
    "estimate_request",
    "item_out",
    "line_out",
    "price_out",
    "simulated_out",
]
