"""How a day is planned, in three steps. All pure: the solver is asked in between."""

from app.modules.dispatch.rules.day import Day, jobs_of_truck, jobs_to_plan, with_skills_of_legs
from app.modules.dispatch.rules.plan import DayPlan, Left, Planned, read_plan
from app.modules.dispatch.rules.program import Draft, draft_program
from app.modules.dispatch.rules.swap import DaySwap, Swapped, find_time_off, replace_truck

__all__ = [
    "Day",
    "DayPlan",
    "DaySwap",
    "Draft",
    "Left",
    "Planned",
    "Swapped",
    "draft_program",
    "find_time_off",
    "jobs_of_truck",
    "jobs_to_plan",
    "read_plan",
    "replace_truck",
    "with_skills_of_legs",
]
