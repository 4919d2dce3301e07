"""A transport that holds every answer against the OpenAPI document: what a test meets, clients can read about."""

from __future__ import annotations

import json
import re
from typing import Any, ClassVar, Final

import httpx
from fastapi import FastAPI

PROBLEM: Final = "application/problem+json"


Operations = tuple[tuple[re.Pattern[str], dict[str, Any]], ...]


def operations(app: FastAPI) -> Operations:
    """The document's paths as patterns: fixed ones first, as /pricing-configs/schema is not a config's id."""
    paths = app.openapi()["paths"]
    ordered = sorted(paths, key=lambda path: path.count("{"))
    return tuple((re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), paths[path]) for path in ordered)


def undocumented(known: Operations, method: str, path: str, answer: httpx.Response) -> str | None:
    """What the document does not say about this answer; None when it says all."""
    for pattern, item in known:
        operation = item.get(method.lower())
        if operation is None or not pattern.fullmatch(path):
            continue
        where = f"{method} {pattern.pattern} answers {answer.status_code}"
        response = operation["responses"].get(str(answer.status_code))
        if response is None:
            return f"{where}, the document does not: {answer.text[:200]}"
        if answer.headers.get("content-type", "").startswith(PROBLEM):
            code = json.loads(answer.content)["code"]
            if f"`{code}`" not in response["description"]:
                return f"{where} {code}, the document does not"
        return None
    return None


class DocumentedTransport(httpx.AsyncBaseTransport):
    """The app in process. Answers that its document does not name fail the test that met them."""

    # One app's document is every app's: building it takes longer than most tests.
    known: ClassVar[Operations | None] = None

    def __init__(self, app: FastAPI) -> None:
        if DocumentedTransport.known is None:
            DocumentedTransport.known = operations(app)
        self.app = app
        self._inner = httpx.ASGITransport(app)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        await answer.aread()
        # A fault of ours is a failure of its own; the document does not promise it.
        if answer.status_code != 500:
            missing = undocumented(self.known or (), request.method, request.url.path, answer)
            assert missing is None, missing
        return answer
