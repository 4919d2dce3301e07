from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID


class InvoiceStatus(StrEnum):
    ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class KeptInvoice:
    """An invoice that says who was moved. `until`: the last day on which it does."""

    id: UUID
    number: str
    org_id: UUID
    until: date
