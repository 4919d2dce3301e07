from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, Unprocessable


class PlanChanged(Conflict):
    """`plan` is the plan as it would be now."""

    code: ClassVar[str] = "plan_changed"
    title: ClassVar[str] = "The day has changed since you looked at this plan: look again."


class DayOver(Unprocessable):
    code: ClassVar[str] = "day_over"
    title: ClassVar[str] = "This day is over: there is nothing to plan any more."
