from __future__ import annotations

from enum import StrEnum


class InsuranceKind(StrEnum):
    CARGO = "cargo"
    LIABILITY = "liability"
    WORKERS_COMP = "workers_comp"


class CaseStatus(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
