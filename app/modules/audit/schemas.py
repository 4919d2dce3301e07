from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.instants import Instant
from app.kernel.paging import ListQuery

Name = Annotated[str, Field(max_length=80, pattern=r"^[a-z_]+(\.[a-z_]+)?$")]


class TrailQuery(ListQuery):
    """Filters of a trail; `from` is included, `to` is not."""

    action: Annotated[Name | None, Field(examples=["fleet.truck_retired"])] = None
    actor_id: UUID | None = None
    resource: Annotated[Name | None, Field(examples=["truck"])] = None
    resource_id: UUID | None = None
    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None


class ActorOut(BaseModel):
    """Who did it; `id` is null for the program and for whoever was not signed in, `role` for all but members."""

    kind: str
    id: UUID | None
    role: str | None


class ResourceOut(BaseModel):
    """What it was done to; `id` is null for a list."""

    kind: str
    id: UUID | None


class FieldChangeOut(BaseModel):
    """One field. Text is never kept: then `withheld` is true, and both values are null."""

    model_config = ConfigDict(extra="forbid")

    field: str
    before: Any
    after: Any
    withheld: bool


class EntryOut(BaseModel):
    """One entry of a trail. `network` is the address of the caller without its end, and null for customers; `hash` ties
    the entry to the one before.
    """

    seq: int
    at: datetime
    action: str
    actor: ActorOut
    resource: ResourceOut
    changes: list[FieldChangeOut]
    request_id: str | None
    network: str | None
    hash: str
