"""Use cases of the calendar, by what they are about."""

from app.modules.calendar.service.legs import foresee_legs, release_leg, reserve_legs, swap_leg
from app.modules.calendar.service.limits import set_limits, show_limits
from app.modules.calendar.service.market import free_capacity, suiting_starts, whole_capacity
from app.modules.calendar.service.reservations import (
    Ask,
    cancel_time_off,
    count_in_service,
    foresee_move,
    list_lanes,
    list_taken,
    move,
    reserve,
    reserve_named,
    retire_resource,
    set_turnaround,
    show_availability,
    swap,
    take_time_off,
)
from app.modules.calendar.service.shifts import set_shifts, show_shifts

__all__ = [
    "Ask",
    "cancel_time_off",
    "count_in_service",
    "foresee_legs",
    "foresee_move",
    "free_capacity",
    "list_lanes",
    "list_taken",
    "move",
    "release_leg",
    "reserve",
    "reserve_legs",
    "reserve_named",
    "retire_resource",
    "set_limits",
    "set_shifts",
    "set_turnaround",
    "show_availability",
    "show_limits",
    "show_shifts",
    "suiting_starts",
    "swap",
    "swap_leg",
    "take_time_off",
    "whole_capacity",
]
