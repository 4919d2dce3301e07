from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, Forbidden, Unauthenticated


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
