"""What goes over the wire: jobs to try prices on, prices, estimates, the catalogue."""

from app.modules.pricing.schemas.jobs import JobIn, SimulateIn
from app.modules.pricing.schemas.prices import LineOut, PriceOut, SimulatedOut, line_out, price_out, simulated_out

__all__ = [
    "JobIn",
    "LineOut",
    "PriceOut",
    "SimulateIn",
    "SimulatedOut",
    "line_out",
    "price_out",
    "simulated_out",
]
