"""The heads of all chains, kept outside the database each day: only they show that a chain has lost its end.

Whoever rules the database can write a whole chain anew. He cannot do it unseen while the store keeps its objects
from being overwritten (an object lock, or another machine).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from app.kernel.ports.object_store import ObjectStore
from app.modules.audit.values import Head

DAYS_COMPARED: Final = 31


class ExportUnreadable(ValueError):
    """An exported file of heads is none."""


def _key(day: date) -> str:
    return f"audit/heads/{day.isoformat()}.json"


async def export(store: ObjectStore, day: date, heads: Sequence[Head]) -> bool:
    """Keep the heads as those of the day (UTC); a day that has its heads keeps them. Whether they were written."""
    if await store.exists(_key(day)):
        return False
    rows = [{"org_id": str(head.org_id), "seq": head.seq, "hash": head.hash.hex()} for head in heads]
    await store.put(_key(day), json.dumps({"day": day.isoformat(), "heads": rows}, indent=1).encode())
    return True


async def exported(store: ObjectStore, today: date) -> tuple[int, list[Head]]:
    """How many days have their heads, of the last 31, and all these heads. Raises: ExportUnreadable."""
    days, found = 0, []
    for back in range(DAYS_COMPARED):
        key = _key(today - timedelta(days=back))
        body = await store.get(key)
        if body is not None:
            days += 1
            found += _read(key, body)
    return days, found


def _read(key: str, body: bytes) -> list[Head]:
    try:
        rows = json.loads(body)["heads"]
        return [Head(UUID(row["org_id"]), int(row["seq"]), bytes.fromhex(row["hash"])) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise ExportUnreadable(f"{key} cannot be read ({type(error).__name__})") from None
