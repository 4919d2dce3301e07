from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict


class PlanChanged(Conflict):
    """`plan` is the plan as it would be now."""

    code: ClassVar[str] = "plan_changed"
    title: ClassVar[str] = "The day has changed since you looked at this plan: look again."
