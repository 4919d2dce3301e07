from __future__ import annotations

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, model_validator

from app.kernel.text import Text120
from app.kernel.transport import Transport
from app.runtime.phones import Phone

Email = Annotated[EmailStr, Field(max_length=254), AfterValidator(str.lower)]
Code = Annotated[str, Field(pattern=r"^[0-9]{6}$", examples=["042137"])]


class CodeRequestIn(BaseModel):
    """Where to send the code: exactly one of the two."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phone: Phone | None = None
    email: Email | None = None

    @model_validator(mode="after")
    def require_one_recipient(self) -> Self:
        if (self.phone is None) is (self.email is None):
            raise ValueError("needs exactly one of phone and email")
        return self


class CodeSentOut(BaseModel):
    challenge_id: UUID
    expires_at: datetime


class VerifyIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    challenge_id: UUID
    code: Code
    transport: Transport = Transport.BEARER


class ChangeAddressIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    challenge_id: UUID
    code: Code


class CustomerOut(BaseModel):
    """`phone` and `email` are those a code was received on; null where none was."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    phone: str | None
    email: str | None
    full_name: str | None
    created_at: datetime


class CustomerSignedInOut(BaseModel):
    """With `cookie` transport the token is in a cookie and null here; `csrf_token` goes into X-CSRF-Token."""

    session_token: str | None
    expires_at: datetime
    customer: CustomerOut
    csrf_token: str | None


class CustomerPatch(BaseModel):
    """What is left out stays as it is. Phone and e-mail are changed by receiving a code, not here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    full_name: Text120 | None = None

    @model_validator(mode="after")
    def refuse_nothing(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("names nothing to change")
        return self


class CustomerSessionOut(BaseModel):
    id: UUID
    created_at: datetime
    last_used_at: Annotated[datetime, Field(description="to the day")]
    expires_at: Annotated[datetime, Field(description="unless it is used before")]
    is_current: bool


class CustomerSessionList(BaseModel):
    items: list[CustomerSessionOut]
