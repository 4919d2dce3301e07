"""The OpenAPI document: problems by status on every route, stable operation ids, and who may call."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel

from app.kernel.errors import AppError, PayloadTooLarge, TooManyRequests, Unprocessable
from app.runtime.auth.credentials import ACCESS_COOKIE, CUSTOMER_COOKIE, SECURE_PREFIX
from app.runtime.web.problems import MEDIA_TYPE

PASSWORD_FLOW: Final = {"type": "oauth2", "flows": {"password": {"tokenUrl": "/v1/auth/token", "scopes": {}}}}
SECURITY_SCHEMES: Final = {
    "mover": PASSWORD_FLOW | {"description": "A member of a moving company: access token as Bearer."},
    "mover cookie": {"type": "apiKey", "in": "cookie", "name": f"{SECURE_PREFIX}{ACCESS_COOKIE}"},
    "customer": {"type": "http", "scheme": "bearer", "description": "A customer's session token."},
    "customer cookie": {"type": "apiKey", "in": "cookie", "name": f"{SECURE_PREFIX}{CUSTOMER_COOKIE}"},
    "staff": PASSWORD_FLOW | {"description": "The platform's staff: access token as Bearer."},
}


class FaultOut(BaseModel):
    pointer: str
    code: str
    message: str


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


def operation_id(route: APIRoute) -> str:
    """`<module>.<use case>`, from where the route's function stands and what it is called."""
    parts = route.endpoint.__module__.split(".")
    module = parts[parts.index("modules") + 1] if "modules" in parts else "service"
    return f"{module}.{route.name}"


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
    for item in document["paths"].values():
        for method, operation in item.items():
            if not isinstance(operation, dict):
                continue
            responses = operation["responses"]
            for status, response in problems(*EVERYWHERE).items():
                if "HTTPValidationError" in str(responses.get(str(status), "")) or str(status) not in responses:
                    responses[str(status)] = response
            if method == "post":
                responses.setdefault("413", problems(PayloadTooLarge)[413])
            if operation.get("security"):
                # Whoever names no scheme is public; a list of one name each means: any of them.
                operation["x-callers"] = sorted({name.split()[0] for entry in operation["security"] for name in entry})
            else:
                operation["x-callers"] = ["anyone"]
