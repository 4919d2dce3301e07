from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, Forbidden, Unauthenticated, Unprocessable


class EmailTaken(Conflict):
    code: ClassVar[str] = "email_taken"
    title: ClassVar[str] = "There is an account with this e-mail address: sign in instead."
    constraints: ClassVar[tuple[str, ...]] = ("uq_users_email",)


class BadCredentials(Unauthenticated):
    code: ClassVar[str] = "bad_credentials"
    title: ClassVar[str] = "E-mail address or password is wrong."


class RefreshRefused(Unauthenticated):
    code: ClassVar[str] = "refresh_refused"
    title: ClassVar[str] = "This refresh token is spent or not ours: sign in again."


class NoMembership(Forbidden):
    code: ClassVar[str] = "no_membership"
    title: ClassVar[str] = "This account belongs to no company."


class PasswordRefused(Unprocessable):
    code: ClassVar[str] = "password_refused"
    title: ClassVar[str] = "This password is too easy to guess: choose another."


class WrongPassword(Forbidden):
    code: ClassVar[str] = "wrong_password"
    title: ClassVar[str] = "The current password is not this one."


class MailTokenRefused(Unprocessable):
    code: ClassVar[str] = "mail_token_refused"
    title: ClassVar[str] = "This link is spent, too old or not ours: ask for a new one."


class EmailNotVerified(Forbidden):
    code: ClassVar[str] = "email_not_verified"
    title: ClassVar[str] = "First show that your e-mail address is yours, by the link that we have sent there."
