"""What can be refused, and how it is told. One tree for the whole program:

    AppError
    ├── Unauthenticated 401 · Forbidden 403 · NotFound 404 · Conflict 409 · PreconditionFailed 412
    ├── PayloadTooLarge 413 · Unprocessable 422 · PreconditionRequired 428 · TooManyRequests 429
    └── BadRequest 400 · Unavailable 503 · TimedOut 504

A module's errors subclass one of these, give a stable `code` and a sentence, and name the constraints they
stand for; the web renders them, the database layer translates constraint names into them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One faulty place of a payload: RFC 6901 pointer (of the body, or `query:`/`header:` + name), code, sentence.

    `example`: as JSON, what would be right; None: none is given.
    """

    pointer: str
    code: str
    message: str
    example: Any = None


class AppError(Exception):
    """A refusal that the client is meant to read. `detail` may name the case; it never holds a secret or SQL."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong on our side."
    constraints: ClassVar[tuple[str, ...]] = ()
    # What it says of single places (`Fault.code`) in words of their own, each with its meaning, for the catalogue.
    fault_codes: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self,
        detail: str | None = None,
        *,
        faults: tuple[Fault, ...] = (),
        headers: dict[str, str] | None = None,
        **extensions: Any,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.faults = faults
        self.headers = headers or {}
        self.extensions = extensions


class BadRequest(AppError):
    status = 400
    code = "bad_request"
    title = "The request cannot be understood."


class Unauthenticated(AppError):
    status = 401
    code = "unauthenticated"
    title = "Sign in first: there is no valid credential in this request."


class Forbidden(AppError):
    status = 403
    code = "forbidden"
    title = "You are signed in, but this is not yours to do."


class NotFound(AppError):
    status = 404
    code = "not_found"
    title = "There is nothing here for you."


class Conflict(AppError):
    status = 409
    code = "conflict"
    title = "The present state does not allow this."


class PreconditionFailed(AppError):
    status = 412
    code = "stale_version"
    title = "Somebody changed it since you read it: read again, then send the new ETag in If-Match."


class PayloadTooLarge(AppError):
    status = 413
    code = "body_too_large"
    title = "The body is larger than 256 KiB."


class Unprocessable(AppError):
    status = 422
    code = "validation_failed"
    title = "The payload cannot be taken as it is."
    fault_codes: ClassVar[Mapping[str, str]] = MappingProxyType(
        {
            "required": "This is required.",
            "unknown_field": "There is no such field.",
            "repeated_field": "This field stands here twice.",
        }
    )


class PreconditionRequired(AppError):
    status = 428
    code = "if_match_required"
    title = "Send the ETag you read in If-Match."


class TooManyRequests(AppError):
    status = 429
    code = "rate_limited"
    title = "Too many requests: wait as long as Retry-After says."


class Unavailable(AppError):
    status = 503
    code = "unavailable"
    title = "We cannot answer right now. Try again in a moment."

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int = 1, **extensions: Any) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)}, **extensions)


class TimedOut(AppError):
    status = 504
    code = "timed_out"
    title = "This took too long and was given up; nothing was changed."
