"""The documentation pages, /docs (Swagger UI) and /redoc (ReDoc), whole from this machine: no CDN, no web font."""

import hashlib
import os
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

ASSETS: Final = Path(__file__).parent / "assets"
SWAGGER: Final = "swagger-ui-5.35.0"
REDOC: Final = "redoc-2.5.4"
DIGEST_LENGTH: Final = 12
LASTING: Final = "public, max-age=31536000, immutable"
Name = str | os.PathLike[str]

# Both pages style by script (styled-components, React), hence 'unsafe-inline' for styles, and for them alone.
# ReDoc searches in a worker that it makes from its own text, hence blob:.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; worker-src blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS: Final = {"content-security-policy": POLICY, "cache-control": "no-cache"}

PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>MoveHub API</title>
<link rel="icon" type="image/png" href="{icon}">
{styles}
</head>
<body>
<div id="{element}" data-openapi-url="{openapi_url}"></div>
{scripts}
</body>
</html>
"""


class LastingFiles(StaticFiles):
    """Files whose address changes with their content (`?v=`), so that a browser asks for each only once."""

    def file_response(
        self, full_path: Name, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        is_lasting = scope["query_string"].startswith(b"v=")
        response.headers["cache-control"] = LASTING if is_lasting else "no-cache"
        return response


def mount_docs(app: Starlette, *, openapi_url: str) -> None:
    """Serve /docs, /redoc and /assets/…, none of them in the OpenAPI document; `openapi_url` is a path of ours."""
    swagger = _page(
        "swagger-ui",
        openapi_url,
        styles=("docs.css", f"{SWAGGER}/swagger-ui.css"),
        scripts=(f"{SWAGGER}/swagger-ui-bundle.js", "swagger-start.js"),
    )
    redoc = _page(
        "redoc",
        openapi_url,
        styles=("docs.css",),
        scripts=(f"{REDOC}/redoc.standalone.js", "redoc-start.js"),
    )

    async def show_swagger(_: Request) -> Response:
        return HTMLResponse(swagger, headers=PAGE_HEADERS)

    async def show_redoc(_: Request) -> Response:
        return HTMLResponse(redoc, headers=PAGE_HEADERS)

    app.add_route("/docs", show_swagger, include_in_schema=False)
    app.add_route("/redoc", show_redoc, include_in_schema=False)
    app.mount("/assets", LastingFiles(directory=ASSETS), name="assets")


def _page(element: str, openapi_url: str, *, styles: tuple[str, ...], scripts: tuple[str, ...]) -> str:
    return PAGE.format(
        element=element,
        openapi_url=openapi_url,
        icon=_address(f"{SWAGGER}/favicon-32x32.png"),
        styles="\n".join(f'<link rel="stylesheet" href="{_address(name)}">' for name in styles),
        scripts="\n".join(f'<script src="{_address(name)}"></script>' for name in scripts),
    )


def _address(name: str) -> str:
    digest = hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:DIGEST_LENGTH]
    return f"/assets/{name}?v={digest}"
