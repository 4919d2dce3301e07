"""Use cases of the platform's own people."""

from app.modules.ops.service.reviews import (
    approve_verification,
    enforce_packs,
    list_trail,
    list_verifications,
    reinstate_company,
    reject_verification,
    show_enforced_packs,
    suspend_company,
)

__all__ = [
    "approve_verification",
    "enforce_packs",
    "list_trail",
    "list_verifications",
    "reinstate_company",
    "reject_verification",
    "show_enforced_packs",
    "suspend_company",
]
