"""How a day is planned, in three steps. All pure: the solver is asked in between."""

from app.modules.dispatch.rules.day import Day
from app.modules.dispatch.rules.plan import DayPlan, Left, Planned, read_plan
from app.modules.dispatch.rules.program import Draft, draft_program
from app.modules.dispatch.rules.swap import Swapped, replace_truck

__all__ = ["Day", "DayPlan", "Draft", "Left", "Planned", "Swapped", "draft_program", "read_plan", "replace_truck"]
