"""What a paper counts for that nobody has looked at: as much as the one it renews, and not for long. All pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from app.modules.orgs.values import OrgStatus
from app.modules.verification.values import LAST_DAY, Believed, DocumentKind, InsuranceKind, Review, Trust

# After the end of the one it renews: staff may be slow for some days, and a false paper carries nobody further.
TRUSTED_FOR: Final = timedelta(days=14)
# A renewal bears the number of the one before it: another number is another licence, whoever's it is.
BY_NUMBER: Final = frozenset({DocumentKind.MC_NUMBER, DocumentKind.STATE_PERMIT, DocumentKind.TAX_ID})
LOOKED_AT_WITH_THE_REQUEST: Final = frozenset({OrgStatus.DRAFT, OrgStatus.REJECTED})


def first_review(status: OrgStatus) -> Review:
    """How a paper begins that a company of that standing shows."""
    return Review.WITH_REQUEST if status in LOOKED_AT_WITH_THE_REQUEST else Review.WAITING


def trust(
    kind: InsuranceKind | DocumentKind,
    number: str | bytes | None,
    effective_on: date,
    believed: Iterable[Believed],
    refused_at: datetime | None = None,
) -> Trust | None:
    """How far a paper is trusted for what stands before it: `believed`, of its kind and truck, of all times.

    `refused_at`: when staff last refused such a paper; what they had confirmed until then carries none any more.
    None: it renews nothing, and counts once staff have looked at it.
    """
    renews = (one for one in believed if kind not in BY_NUMBER or one.number == number)
    stands = (one for one in renews if refused_at is None or one.looked_at > refused_at)
    renewed = max(stands, key=lambda one: (one.last_day, one.limit), default=None)
    if renewed is None:
        return None
    until = LAST_DAY if renewed.last_day > LAST_DAY - TRUSTED_FOR else renewed.last_day + TRUSTED_FOR
    return Trust(until, renewed.limit) if until >= effective_on else None
