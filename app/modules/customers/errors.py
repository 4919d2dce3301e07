from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, NotFound, Unauthenticated, Unavailable, Unprocessable


class OtpRefused(Unauthenticated):
    """One answer for a wrong, used, superseded, expired or unknown code: nothing to be learned from it."""

    code: ClassVar[str] = "otp_refused"
    title: ClassVar[str] = "This code is wrong or no longer valid: ask for a new one."


class TextsSpent(Unavailable):
    """The same for every number, known or not: what is spent is ours."""

    code: ClassVar[str] = "texts_spent"
    title: ClassVar[str] = "No more codes go out by text message today: ask for yours by e-mail."


class CustomerNotFound(NotFound):
    code: ClassVar[str] = "customer_not_found"
    title: ClassVar[str] = "There is no such customer."


class CustomerSessionNotFound(NotFound):
    code: ClassVar[str] = "customer_session_not_found"
    title: ClassVar[str] = "You are not signed in there."


class CodeRefused(Unprocessable):
    """As OtpRefused, for somebody who is signed in and stays so."""

    code: ClassVar[str] = "code_refused"
    title: ClassVar[str] = "This code is wrong or no longer valid: ask for a new one."


class AddressTaken(Conflict):
    """Told to whoever received the code there, and to nobody else."""

    code: ClassVar[str] = "address_taken"
    title: ClassVar[str] = "This number or address belongs to another account of yours: sign in with it."
    constraints: ClassVar[tuple[str, ...]] = ("uq_customers_phone_index", "uq_customers_email_index")
