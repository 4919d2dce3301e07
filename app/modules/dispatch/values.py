from __future__ import annotations

from enum import StrEnum


class LeftReason(StrEnum):
    """Why a job keeps what it has instead of being given a team."""

    PAPERS_END_BEFORE = "papers_end_before"
    TOO_LARGE = "too_large"
    NO_TRUCK_FREE = "no_truck_free"
    NO_DRIVER_FREE = "no_driver_free"
    NO_LICENSE = "no_license"
    NO_SKILLS = "no_skills"
    CREW_TOO_SMALL = "crew_too_small"
    NEEDED_ELSEWHERE = "needed_elsewhere"
