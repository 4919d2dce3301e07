from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from app.kernel.errors import Conflict, NotFound, Unprocessable


class OrgNotFound(NotFound):
    code: ClassVar[str] = "org_not_found"
    title: ClassVar[str] = "There is no such company, or it is not open to the public."


class ServiceAreaNotFound(NotFound):
    code: ClassVar[str] = "service_area_not_found"
    title: ClassVar[str] = "There is no such service area."


class LastServiceArea(Conflict):
    code: ClassVar[str] = "last_service_area"
    title: ClassVar[str] = "A company keeps at least one service area: without one nobody can find it."


class AreaRefused(Unprocessable):
    code: ClassVar[str] = "area_refused"
    title: ClassVar[str] = "This is no area that can be served."
    fault_codes: ClassVar[Mapping[str, str]] = {
        "invalid_polygon": "This is no valid polygon.",
        "area_too_large": "The area is larger than one may be.",
        "too_many_vertices": "The area has more vertices than one may have.",
        "ring_too_short": "A ring has four positions at least.",
        "ring_open": "A ring ends where it begins.",
        "crosses_antimeridian": "An area does not cross the 180th meridian: give two.",
        "near_pole": "An area stays between 85 degrees north and south.",
    }


class DayOffNotFound(NotFound):
    code: ClassVar[str] = "day_off_not_found"
    title: ClassVar[str] = "There is no such day off."


class DayOffStands(Conflict):
    code: ClassVar[str] = "day_off_stands"
    title: ClassVar[str] = "Your company already has this day off."
    constraints: ClassVar[tuple[str, ...]] = ("uq_company_days_off_org_id_day",)


class DayOffPast(Unprocessable):
    code: ClassVar[str] = "day_off_past"
    title: ClassVar[str] = "This day is over."


class BranchNotFound(NotFound):
    code: ClassVar[str] = "branch_not_found"
    title: ClassVar[str] = "There is no such branch of your company."


class BranchNameTaken(Conflict):
    code: ClassVar[str] = "branch_name_taken"
    title: ClassVar[str] = "Another branch of yours has this name."
    constraints: ClassVar[tuple[str, ...]] = ("uq_branches_org_id_name",)


class BranchClosed(Conflict):
    code: ClassVar[str] = "branch_closed"
    title: ClassVar[str] = "This branch is closed, so it cannot be changed, and nothing comes to it."


class UsdotNumberNotWaiting(Conflict):
    code: ClassVar[str] = "usdot_number_not_waiting"
    title: ClassVar[str] = "This number waits for nobody: it was looked at, or the company tells another by now."


class UsdotNumberFixed(Conflict):
    code: ClassVar[str] = "usdot_number_fixed"
    title: ClassVar[str] = "The U.S. DOT number was shown to be verified by it: it stays while the company is."
