from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, EmailStr, Field

from app.kernel.actor import Role
from app.kernel.patch import Patch
from app.kernel.scopes import Scope
from app.kernel.text import Text120
from app.modules.identity.rules import normalized_password
from app.modules.identity.values import ApiKeyStatus, StaffRole, Transport
from app.modules.orgs.public import OrgIn, OrgOut

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 128


def _normalized(password: object) -> object:
    return normalized_password(password) if isinstance(password, str) else password


def _storable(password: str) -> str:
    if "\x00" in password or not password.isprintable():
        raise ValueError("must not contain control characters")
    return password


def _each_once(scopes: list[Scope]) -> list[Scope]:
    if len(set(scopes)) != len(scopes):
        raise ValueError("name each scope once")
    return sorted(scopes)


Email = Annotated[EmailStr, Field(max_length=254), AfterValidator(str.lower)]
# The lengths stand before the normalizing in the list, so that they are those of what it gives; and so that text
# without a UTF-8 form (a lone surrogate), which cannot be hashed, is refused.
NewPassword = Annotated[
    str,
    Field(min_length=SHORTEST_PASSWORD, max_length=LONGEST_PASSWORD),
    BeforeValidator(_normalized),
    AfterValidator(_storable),
]
# At sign-in only the length is checked: rules for new passwords must not lock out old ones.
Password = Annotated[str, Field(min_length=1, max_length=LONGEST_PASSWORD), BeforeValidator(_normalized)]


class RegisterIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    password: NewPassword
    full_name: Text120
    organization: OrgIn
    transport: Transport = Transport.BEARER


class MemberOut(BaseModel):
    """Somebody's place in your company."""

    id: UUID
    user_id: UUID
    full_name: str
    email: str
    role: Role
    is_active: bool
    created_at: datetime


class ChangeMemberIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    role: Role | None = None
    is_active: bool | None = None


class TransferIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    member_id: UUID


class InviteIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    role: Role


class InvitationOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None
    revoked_at: datetime | None


class AcceptInvitationIn(BaseModel):
    """`full_name` is asked of whoever has no account yet; `password` is the account's, or becomes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[str, Field(max_length=200)]
    password: NewPassword
    full_name: Text120 | None = None


class AcceptedOut(BaseModel):
    """Sign in with this address now."""

    email: str
    organization_id: UUID
    role: Role


class MembershipOut(BaseModel):
    organization_id: UUID
    name: str
    role: Role


class MembershipsOut(BaseModel):
    items: list[MembershipOut]


class SwitchIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    organization_id: UUID


class LoginIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    password: Password
    transport: Transport = Transport.BEARER


class RefreshIn(BaseModel):
    """By cookie the body is empty: the token is in the cookie."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    refresh_token: Annotated[str, Field(max_length=400)] | None = None


class AddressIn(BaseModel):
    """Whom to send a link."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email


class MailTokenIn(BaseModel):
    """The token of a mailed link."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    token: Annotated[str, Field(max_length=200)]


class EmailChangeIn(BaseModel):
    """The address that is to be yours from now on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email


class ResetPasswordIn(MailTokenIn):
    password: NewPassword


class ChangePasswordIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    current_password: Password
    new_password: NewPassword


class CodeIn(BaseModel):
    """Six digits of an authenticator app."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(pattern=r"^[0-9]{6}$")]


AnyCode = Annotated[str, Field(min_length=6, max_length=20, description="of the app, or a recovery code")]


class AnswerChallengeIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    challenge: Annotated[str, Field(max_length=200)]
    code: AnyCode


class DisableSecondFactorIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    password: Password
    code: AnyCode


class StepUpIn(BaseModel):
    """A code for who has a second factor, the password for who has none."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: AnyCode | None = None
    password: Password | None = None


class EnrolmentOut(BaseModel):
    """`otpauth_uri` is what the app reads as a QR code; `secret` is for typing in."""

    secret: str
    otpauth_uri: str


class RecoveryCodesOut(BaseModel):
    recovery_codes: list[str]


class SignInPolicyIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    second_factor_required: bool


class SignInPolicyOut(BaseModel):
    second_factor_required: bool


class StaffIn(BaseModel):
    """A member of the platform's staff, as the operator's command line takes one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    password: NewPassword
    full_name: Text120
    role: StaffRole


class HireIn(BaseModel):
    """Who becomes a member of the platform's staff; a link to choose a password is mailed there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: Email
    full_name: Text120
    role: StaffRole


class ChangeStaffIn(Patch):
    """What is to be different."""

    role: StaffRole | None = None
    is_active: bool | None = None


class StaffOut(BaseModel):
    """A member of the platform's staff. `email_verified_at` null: has not followed the link to choose a password."""

    id: UUID
    email: str
    full_name: str
    role: StaffRole
    is_active: bool
    email_verified_at: datetime | None
    created_at: datetime


class UserOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str
    full_name: str
    staff_role: StaffRole | None
    email_verified_at: datetime | None


class MePatch(Patch):
    """What you are called."""

    full_name: Text120


class SignedInOut(BaseModel):
    """With `cookie` transport the tokens are in cookies and null here; `csrf_token` goes into X-CSRF-Token."""

    user: UserOut
    organization: OrgOut | None
    role: Role | None
    must_enrol_second_factor: bool
    access_token: str | None
    refresh_token: str | None
    token_type: str
    expires_at: datetime
    csrf_token: str | None


class TokenOut(BaseModel):
    """RFC 6749, 5.1."""

    access_token: str
    refresh_token: str
    token_type: str
    expires_in: int


class RefreshedOut(BaseModel):
    access_token: str | None
    refresh_token: str | None
    token_type: str
    expires_at: datetime
    csrf_token: str | None


class MeOut(BaseModel):
    """`version` of the person; the ETag."""

    user: UserOut
    organization: OrgOut | None
    role: Role | None
    version: int


class SessionOut(BaseModel):
    """A device on which you are signed in; `last_used_at` is its last sign-in or refresh."""

    id: UUID
    device: str
    network: str
    transport: Transport
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    is_current: bool


class SessionList(BaseModel):
    items: list[SessionOut]


class ApiKeyIn(BaseModel):
    """`expires_in_days` null: it is good until it is revoked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Text120
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=len(Scope)), AfterValidator(_each_once)]
    expires_in_days: Annotated[int, Field(ge=1, le=1_825)] | None = None


class RotateApiKeyIn(BaseModel):
    """For how long the former secret is good beside the new one; 0: not at all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    overlap_hours: Annotated[int, Field(ge=0, le=168)] = 24


class ApiKeyOut(BaseModel):
    """An API key without its secret. `prefix`: how the key begins. Times of use are to the minute."""

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    status: ApiKeyStatus
    created_by: UUID
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    rotated_at: datetime | None
    former_ends_at: datetime | None
    former_last_used_at: datetime | None
    revoked_at: datetime | None


class NewApiKeyOut(ApiKeyOut):
    """`key` is shown this once: an answer that is given again under its Idempotency-Key has null."""

    key: str | None
