"""What the market decides: how long a job takes a company's time, who is shown, and in which order. All pure."""

from app.modules.market.rules.arrivals import arriving_within
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
    with_smaller_crew,
)
from app.modules.market.rules.working_days import Days, PlannedLeg, days_of_work, legs_from_json, legs_to_json

__all__ = [
    "Candidate",
    "Days",
    "Plan",
    "PlannedLeg",
    "Ranked",
    "Scale",
    "Wish",
    "arriving_within",
    "count_facets",
    "days_of_work",
    "for_company",
    "from_base",
    "legs_from_json",
    "legs_to_json",
    "rank",
    "scale_of",
    "suits",
    "with_smaller_crew",
]
