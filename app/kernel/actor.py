"""Who asks. A use case takes one of these, so that its signature says who may call it.

`now` is the instant of the request, from the program's clock: decisions read it, never a clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


class Role(StrEnum):
    """What a member is in a company."""

    OWNER = "owner"
    MANAGER = "manager"
    DISPATCHER = "dispatcher"
    DRIVER = "driver"
    ACCOUNTANT = "accountant"


class StaffRole(StrEnum):
    """What a member of the platform's own staff is."""

    REVIEWER = "reviewer"
    SUPPORT = "support"
    ADMIN = "admin"


class ActorKind(StrEnum):
    MOVER = "mover"
    API_KEY = "api_key"
    CUSTOMER = "customer"
    LINK = "link"
    STAFF = "staff"
    ANYONE = "anyone"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class MoverMember:
    """A member, acting for one company."""

    user_id: UUID
    org_id: UUID
    role: Role
    session_id: UUID
    now: datetime
    kind = ActorKind.MOVER

    @property
    def id(self) -> UUID:
        return self.user_id


@dataclass(frozen=True, slots=True)
class MoverProgram:
    """A company's own program, by its API key. It is nobody: what is a person's alone takes a MoverMember."""

    key_id: UUID
    org_id: UUID
    now: datetime
    kind = ActorKind.API_KEY

    @property
    def id(self) -> UUID:
        return self.key_id


@dataclass(frozen=True, slots=True)
class Customer:
    customer_id: UUID
    session_id: UUID
    now: datetime
    kind = ActorKind.CUSTOMER

    @property
    def id(self) -> UUID:
        return self.customer_id


@dataclass(frozen=True, slots=True)
class Staff:
    """A member of the platform's own staff. `role` is None until the database has been asked for it."""

    user_id: UUID
    session_id: UUID
    now: datetime
    role: StaffRole | None = None
    kind = ActorKind.STAFF

    @property
    def id(self) -> UUID:
        return self.user_id


@dataclass(frozen=True, slots=True)
class Anyone:
    """A caller who has not said who he is."""

    now: datetime
    kind = ActorKind.ANYONE


@dataclass(frozen=True, slots=True)
class System:
    """The program itself, in the worker."""

    now: datetime
    kind = ActorKind.SYSTEM


class LinkScope(StrEnum):
    """The one thing that a link opens."""

    TRACK = "track"
    RESCHEDULE = "reschedule"


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Whoever has a link that we signed: nobody we know, let in to one thing of one booking.

    `issue`: of how many links before; a booking tells which one is good.
    """

    scope: LinkScope
    org_id: UUID
    booking_id: UUID
    issue: int
    now: datetime
    kind = ActorKind.LINK


# Whoever acts for one company.
Mover = MoverMember | MoverProgram
Actor = Mover | Customer | LinkHolder | Staff | Anyone | System
