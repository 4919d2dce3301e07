"""Windows of arrival: a crew that may come later is kept for so much longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from app.modules.calendar.public import LONGEST_WINDOW, Window
from app.modules.market.rules.ranking import Plan
from app.modules.market.rules.working_days import PlannedLeg

AT_ONCE = timedelta(0)


def arriving_within(plans: Iterable[Plan], width: timedelta) -> tuple[Plan, ...]:
    """The same ways to do a job, for a company whose crew may arrive up to so long after its start: what is reserved
    suffices whenever they come. A way that then takes longer than anybody can be booked for is left out.
    """
    if not width:
        return tuple(plans)
    return tuple(one for one in (_until_later(plan, width) for plan in plans) if one.window.length <= LONGEST_WINDOW)


def _until_later(plan: Plan, width: timedelta) -> Plan:
    """Each leg may begin and end so much later; the first is kept from its start on."""
    window = Window(plan.window.starts_at, plan.window.ends_at + width)
    legs = (
        PlannedLeg(leg.kind, Window(leg.window.starts_at + (width if number else AT_ONCE), leg.window.ends_at + width))
        for number, leg in enumerate(plan.legs)
    )
    return replace(plan, window=window, legs=tuple(legs), arrives_within=width)
