"""What the calendar decides: windows and what fits in them, and the hours of trucks and people. All pure."""

from app.modules.calendar.rules.days import days_window
from app.modules.calendar.rules.diaries import clashes, free_in, free_windows
from app.modules.calendar.rules.licences import CLASSES, PRINTED_CLASS, class_of_truck, classes_of, may_drive
from app.modules.calendar.rules.limits import days_of, limits_of
from app.modules.calendar.rules.shifts import compile_hours, describe_span, overlap, week_spans, works
from app.modules.calendar.rules.windows import (
    Wanted,
    check_window,
    choose_again,
    choose_named,
    horizon_of,
    is_usable,
    nearby_windows,
    not_free,
    pick,
    pick_crew,
    pick_trucks,
    starts_that_suit,
    suffices,
)

__all__ = [
    "CLASSES",
    "PRINTED_CLASS",
    "Wanted",
    "check_window",
    "choose_again",
    "choose_named",
    "clashes",
    "class_of_truck",
    "classes_of",
    "compile_hours",
    "days_of",
    "days_window",
    "describe_span",
    "free_in",
    "free_windows",
    "horizon_of",
    "is_usable",
    "limits_of",
    "may_drive",
    "nearby_windows",
    "not_free",
    "overlap",
    "pick",
    "pick_crew",
    "pick_trucks",
    "starts_that_suit",
    "suffices",
    "week_spans",
    "works",
]
