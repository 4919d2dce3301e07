"""The dates of public holidays, by country and state, from the `holidays` library."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Final

import holidays

from app.modules.pricing.rules import CompiledConfig, PricingConfig, compile_config
from app.modules.pricing.rules.timing import HolidayRule
from app.modules.pricing.values import Calendar

# The years in which a job may start; the library ends with 2100; of one calendar, some 1,200 dates in 12 ms.
YEARS: Final = range(2000, 2101)
MOST_KEPT: Final = 200


@lru_cache(maxsize=MOST_KEPT)
def holiday_dates(calendar: Calendar) -> frozenset[date] | None:
    """Every public holiday of the calendar, the days on which one is observed included; None: there is no such one."""
    country, state = calendar
    try:
        return frozenset(holidays.country_holidays(country, subdiv=state, years=YEARS))
    except NotImplementedError:
        return None


def make_ready(config: PricingConfig) -> CompiledConfig:
    """The config ready to price with, its calendars turned into dates.

    Raises: HolidaysUnknown (422), with the pointer of each calendar that the library has not.
    """
    named = {
        rule.calendar.key
        for rule in config.surcharge_rules
        if isinstance(rule, HolidayRule) and rule.calendar is not None
    }
    found = ((calendar, holiday_dates(calendar)) for calendar in named)
    return compile_config(config, {calendar: dates for calendar, dates in found if dates is not None})
