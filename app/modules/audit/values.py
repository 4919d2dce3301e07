from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

# The chain of what belongs to no company.
PLATFORM: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Change:
    """What an actor did, as a use case tells it.

    `action` is `<module>.<what_happened>`. `before` and `after` name the fields that may have changed; equal ones are
    left out. Numbers, enums, ids, dates and flags stand in the trail as they are; of any text only that it changed.
    `org_id` is the company whose trail it is; None: the actor's own company, for others the platform's trail.
    """

    action: str
    resource: str
    resource_id: UUID | None = None
    before: Mapping[str, object] = field(default_factory=dict)
    after: Mapping[str, object] = field(default_factory=dict)
    org_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What an entry says; its hash covers all of it. `network` is the caller's address cut to /24 or /48."""

    org_id: UUID
    at: datetime
    action: str
    actor_kind: str
    actor_id: UUID | None
    actor_role: str | None
    resource: str
    resource_id: UUID | None
    changes: list[dict[str, Any]] = field(default_factory=list)
    request_id: str | None = None
    network: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An entry as it stands in its chain."""

    seq: int
    content: Content
    content_hash: bytes
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last link of a chain at the time of an export."""

    org_id: UUID
    seq: int
    hash: bytes


class Fault(StrEnum):
    """How a link betrays itself."""

    EDITED = "edited"
    MISSING = "missing"
    OUT_OF_ORDER = "out_of_order"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Break:
    """The first broken link of a chain."""

    org_id: UUID
    seq: int
    fault: Fault
