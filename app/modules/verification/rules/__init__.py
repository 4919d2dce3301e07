"""Rules of verification: what the law asks (packs), whether it is shown (needs), what is lacking (cases), which step
may follow which (steps).
"""

from app.modules.verification.rules.cases import NO_VERIFIED_EMAIL, Readiness, check_complete, check_findings, missing
from app.modules.verification.rules.expiry import due, ended, is_out, is_touched
from app.modules.verification.rules.looks import first_review, trust
from app.modules.verification.rules.needs import (
    OF_EACH_TRUCK,
    asks_of_trucks,
    coverage_of,
    covers,
    fault_of_number,
    outlived,
    papered_trucks,
    unmet,
)
from app.modules.verification.rules.packs import (
    PACKS,
    check_declared,
    licence_of,
    minimum_asked,
    pack_for,
    requirements_of,
    rises,
)
from app.modules.verification.rules.steps import (
    OPEN,
    STEPS,
    Act,
    check_free_for,
    check_held_by,
    check_open,
    is_enough,
    next_status,
    standing_claim,
)

__all__ = [
    "NO_VERIFIED_EMAIL",
    "OF_EACH_TRUCK",
    "OPEN",
    "PACKS",
    "STEPS",
    "Act",
    "Readiness",
    "asks_of_trucks",
    "check_complete",
    "check_declared",
    "check_findings",
    "check_free_for",
    "check_held_by",
    "check_open",
    "coverage_of",
    "covers",
    "due",
    "ended",
    "fault_of_number",
    "first_review",
    "is_enough",
    "is_out",
    "is_touched",
    "licence_of",
    "minimum_asked",
    "missing",
    "next_status",
    "outlived",
    "pack_for",
    "papered_trucks",
    "requirements_of",
    "rises",
    "standing_claim",
    "trust",
    "unmet",
]
