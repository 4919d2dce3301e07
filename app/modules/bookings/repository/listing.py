"""The busiest list, whose JSON PostgreSQL builds (decision 0006)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from app.kernel.paging import PageRequest
from app.runtime.db.session import HotRead

# The list is the busiest read: it runs on the driver, and PostgreSQL builds each item, which the program only
# joins. What `rules.as_of` says of an expired hold stands here as the CASE. $1 is the instant of the request.
STATUS = "CASE WHEN b.status = 'held' AND b.hold_expires_at <= $1 THEN 'expired' ELSE b.status END"
ARRIVAL_WINDOW = """CASE WHEN b.arrives_until IS NOT NULL THEN json_build_object(
        'from', to_char(b.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
        'to', to_char(b.arrives_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')) END"""
TOTAL = "json_build_object('amount', b.total::text, 'currency', b.currency)"
ITEM = f"""json_build_object(
    'id', b.id, 'reference', b.reference, 'status', {STATUS},
    'hold_expires_at', to_char(b.hold_expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'starts_at', to_char(b.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'ends_at', to_char(b.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'arrival_window', {ARRIVAL_WINDOW},
    'planned_arrival_at', to_char(b.planned_arrival_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
    'pickup_zone', b.pickup_zone,
    'organization_id', b.org_id, 'contact_name', b.contact_name,
    'origin_city', b.origin->>'city', 'destination_city', b.destination->>'city',
    'crew_size', b.crew_size, 'truck_ids', b.truck_ids, 'driver_ids', b.driver_ids, 'equipment_ids', b.equipment_ids,
    'legs', b.legs,
    'total', {TOTAL}, 'version', b.version)::text"""

ITEM_WITHOUT_TOTAL = ITEM.replace(TOTAL, "NULL::json")

# How each filter is written; its value takes the place of {}.
FILTERS = {"status": f"{STATUS} = ${{}}", "starts_after": "b.starts_at >= ${}", "starts_before": "b.starts_at < ${}"}


@lru_cache(maxsize=64)
def list_query(owner: str, filters: tuple[str, ...], *, is_continued: bool, tells_total: bool = True) -> str:
    """The text of a list: put together from the constants of this file alone, every value is bound."""
    conditions = [f"b.{owner} = $2"]
    conditions += [FILTERS[name].format(number) for number, name in enumerate(filters, start=4)]
    if is_continued:
        first = 4 + len(filters)
        conditions.append(f"(b.starts_at, b.id) < (${first}, ${first + 1})")
    where = " AND ".join(conditions)
    item = ITEM if tells_total else ITEM_WITHOUT_TOTAL
    return (
        f"SELECT b.starts_at, b.id, {item} AS item FROM app.bookings AS b WHERE {where} "  # noqa: S608
        "ORDER BY b.starts_at DESC, b.id DESC LIMIT $3"
    )


async def list_bookings(
    hot: HotRead,
    owner: tuple[str, UUID],
    page: PageRequest,
    now: datetime,
    filters: dict[str, Any],
    *,
    tells_total: bool,
) -> Sequence[Any]:
    """Up to one row more than the page: (starts_at, id, the item as JSON text). The latest start first.

    `owner` is the column, org_id or customer_id, and its value.
    """
    values: list[Any] = [now, owner[1], page.limit + 1, *filters.values()]
    if page.after is not None:
        values += [datetime.fromisoformat(page.after[0]), UUID(page.after[1])]
    is_continued = page.after is not None
    query = list_query(owner[0], tuple(filters), is_continued=is_continued, tells_total=tells_total)
    return await hot.rows(query, *values)
