"""What an entry shows of a change, and how entries hang together."""

from __future__ import annotations

import hashlib
import ipaddress
import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from app.modules.audit.values import PLATFORM, Break, Content, Fault, Head, Link

FIRST_PREVIOUS: Final = bytes(32)
_ACTION: Final = re.compile(r"[a-z_]+\.[a-z_]+")


def check_action(action: str) -> str:
    """Raises: ValueError."""
    if not _ACTION.fullmatch(action):
        raise ValueError(f"an action is called <module>.<what_happened>, not {action}")
    return action


def is_shown(value: object) -> bool:
    """Whether a value may stand in the trail: by its type, so that no list of personal fields can be out of date."""
    if isinstance(value, list | tuple | set | frozenset):
        return all(is_shown(one) for one in value)
    return value is None or isinstance(value, bool | int | StrEnum | Decimal | date | UUID)


def _shown(value: Any) -> Any:
    if isinstance(value, set | frozenset):
        return sorted(_shown(one) for one in value)
    if isinstance(value, list | tuple):
        return [_shown(one) for one in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    return str(value) if isinstance(value, Decimal | UUID) else value


def fields_of(row: object, names: Iterable[str]) -> dict[str, object]:
    """These fields of a row as they are now: a side of a change."""
    return {name: getattr(row, name) for name in names}


def differences(before: Mapping[str, object], after: Mapping[str, object]) -> list[dict[str, Any]]:
    """One for each field that differs, by name; `withheld` where the values may not be shown."""
    found: list[dict[str, Any]] = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if is_shown(old) and is_shown(new):
            found.append({"field": name, "before": _shown(old), "after": _shown(new), "withheld": False})
        else:
            found.append({"field": name, "before": None, "after": None, "withheld": True})
    return found


@lru_cache(maxsize=1_024)  # a person sends more than one request
def network_of(address: str | None) -> str | None:
    """The address without its end, /24 or /48: enough to recognise a place, too little to recognise a person."""
    try:
        known = ipaddress.ip_address(address or "")
    except ValueError:
        return None
    return str(ipaddress.ip_network((known, 24 if known.version == 4 else 48), strict=False))  # noqa: PLR2004 - IPv4


def content_hash(content: Content) -> bytes:
    """SHA-256 of the canonical row: a JSON array of its fields in the order of `Content`, keys sorted, UTF-8."""
    row = [
        str(content.org_id),
        content.at.astimezone(UTC).isoformat(timespec="microseconds"),
        content.action,
        content.actor_kind,
        None if content.actor_id is None else str(content.actor_id),
        content.actor_role,
        content.resource,
        None if content.resource_id is None else str(content.resource_id),
        content.changes,
        content.request_id,
        content.network,
    ]
    text = json.dumps(row, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(text.encode()).digest()


def link_hash(previous: bytes, seq: int, content: bytes) -> bytes:
    """As app.link_audit_entry() in the database."""
    return hashlib.sha256(previous + seq.to_bytes(8, "big") + content).digest()


def find_break(link: Link, before: Link | None) -> Fault | None:
    """What is wrong with `link`, which stands after `before` (None: it is the first)."""
    if link.seq != (before.seq if before else 0) + 1:
        return Fault.MISSING
    if content_hash(link.content) != link.content_hash:
        return Fault.EDITED
    if link.previous_hash != (before.hash if before else FIRST_PREVIOUS):
        return Fault.OUT_OF_ORDER
    if link.hash != link_hash(link.previous_hash, link.seq, link.content_hash):
        return Fault.EDITED
    return None


def compare_heads(heads: Iterable[Head], standing: Mapping[tuple[UUID, int], bytes]) -> list[Break]:
    """The exported heads that do not stand any more; `standing` holds the hashes at the heads' places."""
    breaks = []
    for head in heads:
        stands = standing.get((head.org_id, head.seq))
        if stands is None:
            breaks.append(Break(head.org_id, head.seq, Fault.TRUNCATED))
        elif stands != head.hash:
            breaks.append(Break(head.org_id, head.seq, Fault.REWRITTEN))
    return breaks


_SENTENCES: Final = {
    Fault.EDITED: "does not say what was written",
    Fault.MISSING: "is missing",
    Fault.OUT_OF_ORDER: "does not follow from the one before it",
    Fault.TRUNCATED: "was exported as the last one, and is gone with whatever came after it",
    Fault.REWRITTEN: "is not the one that was exported",
}


def describe(broken: Break) -> str:
    """One sentence for the operator."""
    chain = "the platform's chain" if broken.org_id == PLATFORM else f"the chain of company {broken.org_id}"
    return f"Broken: entry {broken.seq} of {chain} {_SENTENCES[broken.fault]}."
