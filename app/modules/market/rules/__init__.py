"""What the market decides: how long a job takes a company's time, who is shown, and in which order. All pure."""

from app.modules.market.rules.choosing import Wish, count_facets, suits
from app.modules.market.rules.ranking import (
    Candidate,
    Plan,
    Ranked,
    Scale,
    for_company,
    from_base,
    rank,
    scale_of,
    window_of,
    with_smaller_crew,
)

__all__ = [
    "Candidate",
    "Plan",
    "Ranked",
    "Scale",
    "Wish",
    "count_facets",
    "for_company",
    "from_base",
    "rank",
    "scale_of",
    "suits",
    "window_of",
    "with_smaller_crew",
]
