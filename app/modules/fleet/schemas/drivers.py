from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, ClassVar, Final
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from app.kernel.instants import Day
from app.kernel.money import MoneyIn, MoneyOut
from app.kernel.patch import Patch
from app.kernel.text import Text120, upper_line
from app.modules.calendar.public import PRINTED_CLASS
from app.modules.fleet.values import CrewRole, Skill
from app.modules.identity.public import Email
from app.runtime.phones import Phone

LicenseNumber = Annotated[
    str,
    StringConstraints(pattern="^[A-Z0-9][A-Z0-9 -]{0,29}$"),
    BeforeValidator(upper_line),
    Field(examples=["D1234567"]),
]
LicenseClass = Annotated[
    str,
    StringConstraints(pattern=PRINTED_CLASS),
    BeforeValidator(upper_line),
    Field(description="as the licence prints it: the letter, or `CDL A`, `CLASS B`", examples=["C", "CDL CLASS A"]),
]


AS_MEMBER: Final = "as which member of yours they sign in; a member who is a driver sees the jobs of this one"
AS_INVITED: Final = "the latest invitation that was sent for this one; null: none was, or it was accepted"


class DriverIn(BaseModel):
    """A member of a crew. Licence fields are for `driver` alone, and there all three."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    full_name: Text120
    phone: Phone
    role: CrewRole
    license_number: LicenseNumber | None = None
    license_class: LicenseClass | None = None
    license_expires_on: Day | None = None
    skills: frozenset[Skill] = frozenset()
    user_id: Annotated[UUID | None, Field(description=AS_MEMBER)] = None
    branch_id: UUID | None = None


class DriverPatch(Patch):
    """The role stays: who begins to drive is added as a driver. `user_id` null: they sign in as no member."""

    clearable: ClassVar[frozenset[str]] = frozenset({"branch_id", "user_id"})

    full_name: Text120 | None = None
    phone: Phone | None = None
    license_number: LicenseNumber | None = None
    license_class: LicenseClass | None = None
    license_expires_on: Day | None = None
    skills: frozenset[Skill] | None = None
    user_id: Annotated[UUID | None, Field(description=AS_MEMBER)] = None
    branch_id: UUID | None = None


class DriverOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    full_name: str
    phone: str
    role: CrewRole
    user_id: UUID | None
    invitation_id: Annotated[UUID | None, Field(description=AS_INVITED)]
    license_number: str | None
    license_class: str | None
    license_expires_on: date | None
    skills: list[Skill]
    branch_id: UUID | None
    retired_at: datetime | None
    version: int


class InviteCrewIn(BaseModel):
    """Where the invitation is mailed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email


class HourlyCostIn(BaseModel):
    """What an hour of somebody costs the company; null: not told any more."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    hourly_cost: MoneyIn | None


class HourlyCostOut(BaseModel):
    driver_id: UUID
    full_name: str
    role: CrewRole
    hourly_cost: MoneyOut | None
