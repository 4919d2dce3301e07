from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import NotFound, Unauthenticated


class OtpRefused(Unauthenticated):
    """One answer for a wrong, used, superseded, expired or unknown code: nothing to be learned from it."""

    code: ClassVar[str] = "otp_refused"
    title: ClassVar[str] = "This code is wrong or no longer valid: ask for a new one."


class CustomerNotFound(NotFound):
    code: ClassVar[str] = "customer_not_found"
    title: ClassVar[str] = "There is no such customer."
