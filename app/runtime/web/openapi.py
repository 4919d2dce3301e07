"""The OpenAPI document: problems by status on every route, stable operation ids, and who may call."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel, Field

from app.kernel.errors import (
    AppError,
    PayloadTooLarge,
    PreconditionFailed,
    TimedOut,
    TooManyRequests,
    Unauthenticated,
    Unprocessable,
)
from app.runtime.auth.credentials import ACCESS_COOKIE, CUSTOMER_COOKIE, SECURE_PREFIX
from app.runtime.auth.csrf import CsrfRefused
from app.runtime.auth.dependencies import RoleNotAllowed, WrongKindOfCaller
from app.runtime.db.constraints import (
    ApiKeyRefused,
    DatabaseTimedOut,
    DatabaseUnavailable,
    EnrolmentRequired,
    RetrySafely,
    ScopeMissing,
    SessionEnded,
    ValueRefused,
)
from app.runtime.db.share import Overloaded
from app.runtime.web.json_schema import put_in_words
from app.runtime.web.pages import CursorRefused
from app.runtime.web.problems import FORMS, MEDIA_TYPE, BodyTooSlow, FormUnreadable, NotJson, UnsupportedMediaType
from app.runtime.web.route import (
    IdempotencyAnswerGone,
    IdempotencyInProgress,
    IdempotencyKeyMalformed,
    IdempotencyKeyRequired,
    IdempotencyKeyReused,
    UnknownParameter,
)

PASSWORD_FLOW: Final = {"type": "oauth2", "flows": {"password": {"tokenUrl": "/v1/auth/token", "scopes": {}}}}
SECURITY_SCHEMES: Final = {
    "mover": PASSWORD_FLOW | {"description": "A member of a moving company: access token as Bearer."},
    "mover cookie": {"type": "apiKey", "in": "cookie", "name": f"{SECURE_PREFIX}{ACCESS_COOKIE}"},
    "api-key": {"type": "http", "scheme": "bearer", "description": "A company's own program: its API key as Bearer."},
    "customer": {"type": "http", "scheme": "bearer", "description": "A customer's session token."},
    "customer cookie": {"type": "apiKey", "in": "cookie", "name": f"{SECURE_PREFIX}{CUSTOMER_COOKIE}"},
    "staff": PASSWORD_FLOW | {"description": "The platform's staff: access token as Bearer."},
}


class FaultOut(BaseModel):
    pointer: str
    code: str
    message: str
    example: Annotated[Any, Field(description="What would be right: there, or its whole rule. Of price lists.")] = None


class Problem(BaseModel):
    """RFC 9457, with a stable `code`; `GET /v1/errors` lists them."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FaultOut] | None = None


EVERYWHERE: Final[tuple[type[AppError], ...]] = (Unprocessable, TooManyRequests)
# What comes with a part of a route, whoever wrote it: the house refuses there, not the use case.
WITH_DATABASE: Final = (DatabaseUnavailable, Overloaded, RetrySafely, TimedOut, DatabaseTimedOut)
WITH_CHANGES: Final = (PayloadTooLarge, BodyTooSlow, UnsupportedMediaType, ValueRefused)
WITH_SESSION: Final = (Unauthenticated, SessionEnded, EnrolmentRequired, WrongKindOfCaller, RoleNotAllowed)
WITH_KEY: Final = (ApiKeyRefused, ScopeMissing)
WITH_PARAMETER: Final[dict[str, tuple[type[AppError], ...]]] = {
    "cursor": (CursorRefused,),
    "If-Match": (PreconditionFailed,),
    "Idempotency-Key": (IdempotencyKeyMalformed, IdempotencyInProgress, IdempotencyAnswerGone, IdempotencyKeyReused),
}


def problems(*errors: type[AppError]) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: its errors, with those that every route can give, by status."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in (*errors, *EVERYWHERE):
        entry = by_status.setdefault(
            error.status,
            {
                "description": "",
                "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        line = f"`{error.code}`: {error.title}"
        if line not in entry["description"]:
            entry["description"] = f"{entry['description']}\n\n{line}".strip()
    return by_status


def install(app: FastAPI, *, description: str) -> None:
    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(
                title=app.title,
                version=app.version,
                description=description,
                routes=app.routes,
                openapi_version="3.1.0",
            )
            _finish(document)
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = build  # type: ignore[method-assign]


def _finish(document: dict[str, Any]) -> None:
    document.setdefault("components", {})["securitySchemes"] = SECURITY_SCHEMES
    schemas = document["components"].setdefault("schemas", {})
    schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schemas["Problem"].pop("$defs", {}))
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    put_in_words(document)
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _say_who_may_call(operation)
            _add(operation["responses"], problems(*_refusals_of_the_house(path, method, operation)))


def _say_who_may_call(operation: dict[str, Any]) -> None:
    if operation.get("security"):
        # Whoever names no scheme is public; a list of one name each means: any of them.
        operation["x-callers"] = sorted({name.split()[0] for entry in operation["security"] for name in entry})
    else:
        operation["x-callers"] = ["anyone"]


def _with_body(body: dict[str, Any] | None) -> tuple[type[AppError], ...]:
    if body is None:
        return ()
    is_form = any(kind.startswith(FORMS) for kind in body["content"])
    return (FormUnreadable,) if is_form else (NotJson,)


def _refusals_of_the_house(path: str, method: str, operation: dict[str, Any]) -> list[type[AppError]]:
    """What the plumbing refuses on this operation, by its parts; the use case's own errors stand at the route."""
    if path == "/" or path.startswith("/health"):
        return []
    changes, has_session = method != "get", bool(operation.get("security"))
    found = [UnknownParameter, *WITH_DATABASE]
    found += WITH_CHANGES if changes else ()
    found += _with_body(operation.get("requestBody"))
    found += WITH_SESSION if has_session else ()
    found += WITH_KEY if "api-key" in operation["x-callers"] else ()
    # A request by cookie that changes something must prove where it comes from.
    found += (CsrfRefused,) if has_session and changes else ()
    for parameter in operation.get("parameters", ()):
        found += WITH_PARAMETER.get(parameter["name"], ())
    if operation.get("x-idempotency-key-required"):
        found.append(IdempotencyKeyRequired)
    return found


def _add(responses: dict[str, Any], more: dict[int | str, dict[str, Any]]) -> None:
    """Add problems to those that stand, a line a code."""
    for status, response in more.items():
        present = responses.get(str(status))
        if present is None or "HTTPValidationError" in str(present):
            responses[str(status)] = response
            continue
        lines = [line for line in response["description"].split("\n\n") if line not in present["description"]]
        present["description"] = "\n\n".join((present["description"], *lines))
