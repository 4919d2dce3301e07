"""Every refusal as application/problem+json (RFC 9457), from one tree of errors and with a stable code.

No stack trace, no SQL and no value that the client sent goes out.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any, ClassVar, Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import AppError, BadRequest, Fault, NotFound, PayloadTooLarge, Unprocessable
from app.kernel.faults import code_of, json_pointer, message_of
from app.runtime.telemetry.logs import request_id

logger = logging.getLogger(__name__)

TYPE_BASE: Final = "https://movehub.example/problems/"
MEDIA_TYPE: Final = "application/problem+json"


class NotJson(BadRequest):
    code: ClassVar[str] = "not_json"
    title: ClassVar[str] = "The body is not JSON, or is nested too deeply."


class FormUnreadable(BadRequest):
    code: ClassVar[str] = "form_unreadable"
    title: ClassVar[str] = "The body is no form that can be read, or has too many parts."


class NoSuchRoute(NotFound):
    code: ClassVar[str] = "no_such_route"
    title: ClassVar[str] = "There is no such path."


class MethodNotAllowed(AppError):
    status: ClassVar[int] = 405
    code: ClassVar[str] = "method_not_allowed"
    title: ClassVar[str] = "This path does not take this method."


class UnsupportedMediaType(AppError):
    status: ClassVar[int] = 415
    code: ClassVar[str] = "unsupported_media_type"
    title: ClassVar[str] = "Send JSON, uncompressed, with Content-Type: application/json."


class BodyTooSlow(AppError):
    status: ClassVar[int] = 408
    code: ClassVar[str] = "body_too_slow"
    title: ClassVar[str] = "The body came too slowly and was not waited for; nothing was changed."


class BodyRefused(HTTPException):
    """A refusal from within the reading of a body: of any other error FastAPI tells that the body is not JSON."""

    def __init__(self, refusal: AppError) -> None:
        super().__init__(refusal.status)
        self.refusal = refusal


FORMS: Final = ("multipart/form-data", "application/x-www-form-urlencoded")

BY_STATUS: Final[dict[int, type[AppError]]] = {
    400: NotJson,
    404: NoSuchRoute,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
}


def problem_body(error: AppError, path: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": TYPE_BASE + error.code,
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "instance": path,
        "code": error.code,
        "request_id": request_id.get(),
    }
    if error.faults:
        body["errors"] = [_told(fault) for fault in error.faults]
    return body | error.extensions


def _told(fault: Fault) -> dict[str, Any]:
    told = {"pointer": fault.pointer, "code": fault.code, "message": fault.message}
    return told if fault.example is None else told | {"example": fault.example}


def problem_response(error: AppError, path: str, headers: Mapping[str, str] | None = None) -> Response:
    content = json.dumps(problem_body(error, path), default=str, ensure_ascii=True).encode()
    return Response(content, error.status, {**error.headers, **(headers or {})}, media_type=MEDIA_TYPE)


def pointer_of(location: tuple[str | int, ...]) -> str:
    """RFC 6901 pointer of a place in the body; `query:name` and the like for a place outside of it."""
    where, *rest = location or ("body",)
    if where == "body":
        return json_pointer(rest)
    return f"{where}:{'.'.join(str(step) for step in rest)}"


def fault_of(error: Mapping[str, Any]) -> Fault:
    """A pydantic error as a fault, without the input that pydantic would quote."""
    example = error.get("ctx", {}).get("example")
    return Fault(pointer_of(tuple(error["loc"])), code_of(error), message_of(error), example)


def validation_error(errors: list[Mapping[str, Any]]) -> AppError:
    if any(error["type"] == "json_invalid" for error in errors):
        return NotJson()
    faults = tuple(fault_of(error) for error in errors[:50])
    places = "One place" if len(errors) == 1 else f"{len(errors)} places"
    return Unprocessable(f"{places} of the request cannot be taken.", faults=faults)


async def on_app_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AppError)  # noqa: S101 - registered for this class alone
    return problem_response(error, request.url.path)


async def on_validation_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class alone
    return problem_response(validation_error(list(error.errors())), request.url.path)


async def on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class alone
    if isinstance(error, BodyRefused):
        return problem_response(error.refusal, request.url.path)
    known = BY_STATUS.get(error.status_code)
    if known is NotJson and request.headers.get("content-type", "").startswith(FORMS):
        known = FormUnreadable
    refusal = known() if known else AppError()
    return problem_response(refusal, request.url.path, error.headers)


def unexpected(path: str, error: BaseException) -> Response:
    """The answer to a fault of ours: said once in the log with its trace, and to the client without it."""
    logger.error("unhandled exception", exc_info=error, extra={"path_template": path})
    return problem_response(AppError(), path)


def install(app: FastAPI) -> None:
    app.add_exception_handler(AppError, on_app_error)
    app.add_exception_handler(RequestValidationError, on_validation_error)
    app.add_exception_handler(HTTPException, on_http_exception)
