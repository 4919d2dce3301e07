"""Rules of verification: what the law asks (packs), whether it is shown (needs), which step may follow (cases)."""

from app.modules.verification.rules.cases import (
    Readiness,
    check_complete,
    check_may_decide,
    check_may_reinstate,
    check_may_submit,
    check_may_suspend,
    missing,
)
from app.modules.verification.rules.needs import OF_EACH_TRUCK, covers, fault_of_number, unmet
from app.modules.verification.rules.packs import PACKS, licence_of, pack_for, requirements_of

__all__ = [
    "OF_EACH_TRUCK",
    "PACKS",
    "Readiness",
    "check_complete",
    "check_may_decide",
    "check_may_reinstate",
    "check_may_submit",
    "check_may_suspend",
    "covers",
    "fault_of_number",
    "licence_of",
    "missing",
    "pack_for",
    "requirements_of",
    "unmet",
]
