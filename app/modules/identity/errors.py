from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from app.kernel.errors import Conflict, Forbidden, NotFound, Unauthenticated, Unprocessable


class EmailTaken(Conflict):
    code: ClassVar[str] = "email_taken"
    title: ClassVar[str] = "There is an account with this e-mail address: sign in instead."
    constraints: ClassVar[tuple[str, ...]] = ("uq_users_email_index",)


class BadCredentials(Unauthenticated):
    code: ClassVar[str] = "bad_credentials"
    title: ClassVar[str] = "E-mail address or password is wrong."


class RefreshRefused(Unauthenticated):
    code: ClassVar[str] = "refresh_refused"
    title: ClassVar[str] = "This refresh token is spent or not ours: sign in again."


class NoMembership(Forbidden):
    code: ClassVar[str] = "no_membership"
    title: ClassVar[str] = "This account belongs to no company."


class MemberNotFound(NotFound):
    code: ClassVar[str] = "member_not_found"
    title: ClassVar[str] = "Your company has no such member."


class LastOwner(Conflict):
    code: ClassVar[str] = "last_owner"
    title: ClassVar[str] = "A company keeps an owner: make somebody else one first."


class StaffNotFound(NotFound):
    code: ClassVar[str] = "staff_not_found"
    title: ClassVar[str] = "The platform's staff has no such member."


class LastAdmin(Conflict):
    code: ClassVar[str] = "last_admin"
    title: ClassVar[str] = "The platform keeps an admin who can sign in: make somebody else one first."


class OwnersAlone(Forbidden):
    code: ClassVar[str] = "owners_alone"
    title: ClassVar[str] = "Only owners make, change and remove owners."


class AlreadyMember(Conflict):
    code: ClassVar[str] = "already_member"
    title: ClassVar[str] = "Somebody with this e-mail address is a member already."
    constraints: ClassVar[tuple[str, ...]] = ("uq_members_org_id_user_id",)


class InvitationOpen(Conflict):
    code: ClassVar[str] = "invitation_open"
    title: ClassVar[str] = "This address is invited already: send the invitation again, or revoke it."
    constraints: ClassVar[tuple[str, ...]] = ("uq_invitations_org_id_email_index",)


class TooManyInvitations(Conflict):
    code: ClassVar[str] = "too_many_invitations"
    title: ClassVar[str] = "Fifty invitations of your company wait for an answer, which is the most."


class InvitationNotFound(NotFound):
    code: ClassVar[str] = "invitation_not_found"
    title: ClassVar[str] = "Your company has no such invitation that waits for an answer."


class NameNeeded(Unprocessable):
    code: ClassVar[str] = "name_needed"
    title: ClassVar[str] = "You have no account yet: say what you are called."


class InvitationRefused(Unprocessable):
    code: ClassVar[str] = "invitation_refused"
    title: ClassVar[str] = "This invitation is accepted, revoked, too old or not ours: ask for a new one."


class NotYourCompany(NotFound):
    code: ClassVar[str] = "not_your_company"
    title: ClassVar[str] = "You are a member of no such company."


class PasswordRefused(Unprocessable):
    code: ClassVar[str] = "password_refused"
    title: ClassVar[str] = "This password is too easy to guess: choose another."
    fault_codes: ClassVar[Mapping[str, str]] = {
        "common": "This is, or is built on, one of the passwords that are tried first.",
        "names_its_owner": "A password holds neither our name nor yours or your company's.",
    }


class WrongPassword(Forbidden):
    code: ClassVar[str] = "wrong_password"
    title: ClassVar[str] = "The current password is not this one."


class MailTokenRefused(Unprocessable):
    code: ClassVar[str] = "mail_token_refused"
    title: ClassVar[str] = "This link is spent, too old or not ours: ask for a new one."


class EmailNotVerified(Forbidden):
    code: ClassVar[str] = "email_not_verified"
    title: ClassVar[str] = "First show that your e-mail address is yours, by the link that we have sent there."


class SecondFactorRequired(Unauthenticated):
    """With `challenge` and `expires_at`, which POST /v1/auth/mfa/verify takes with a code."""

    code: ClassVar[str] = "second_factor_required"
    title: ClassVar[str] = "The password is right; a code of your authenticator app, or a recovery code, is needed too."


class ChallengeRefused(Unauthenticated):
    code: ClassVar[str] = "challenge_refused"
    title: ClassVar[str] = "This challenge is answered, too old, tried too often or not ours: sign in again."


class SecondFactorRefused(Unauthenticated):
    code: ClassVar[str] = "second_factor_refused"
    title: ClassVar[str] = "This code is wrong, or was used before."


class WrongCode(Forbidden):
    code: ClassVar[str] = "wrong_code"
    title: ClassVar[str] = "This code is missing, wrong, or was used before."


class StepUpRequired(Forbidden):
    code: ClassVar[str] = "step_up_required"
    title: ClassVar[str] = (
        "This needs a proof of the last five minutes that it is you: POST /v1/auth/step-up, then again."
    )


class SecondFactorStands(Conflict):
    code: ClassVar[str] = "second_factor_stands"
    title: ClassVar[str] = "You have a second factor: disable it before you enrol another."


class NothingToConfirm(Conflict):
    code: ClassVar[str] = "nothing_to_confirm"
    title: ClassVar[str] = "No second factor waits to be confirmed: enrol one first."


class SecondFactorMissing(Conflict):
    code: ClassVar[str] = "second_factor_missing"
    title: ClassVar[str] = "You have no second factor: enrol one first."


class SecondFactorDemanded(Conflict):
    code: ClassVar[str] = "second_factor_demanded"
    title: ClassVar[str] = "A second factor is demanded of you, so that it cannot be disabled."


class SessionNotFound(NotFound):
    code: ClassVar[str] = "session_not_found"
    title: ClassVar[str] = "You have no such session, or it has ended."


class ApiKeyNotFound(NotFound):
    code: ClassVar[str] = "api_key_not_found"
    title: ClassVar[str] = "Your company has no such API key."


class ApiKeyEnded(Conflict):
    code: ClassVar[str] = "api_key_ended"
    title: ClassVar[str] = "This API key is revoked or expired: make a new one."


class RotationUnderWay(Conflict):
    code: ClassVar[str] = "rotation_under_way"
    title: ClassVar[str] = "The former secret of this API key is still good: end it first, or wait for its end."


class TooManyApiKeys(Conflict):
    code: ClassVar[str] = "too_many_api_keys"
    title: ClassVar[str] = "Your company has 50 live API keys, which is the most: revoke one first."


class ScopeNotYours(Forbidden):
    code: ClassVar[str] = "scope_not_yours"
    title: ClassVar[str] = "You cannot give an API key what you may not do yourself."
