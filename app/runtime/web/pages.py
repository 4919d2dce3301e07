"""Lists over HTTP: `limit`, an opaque signed `cursor`, the page and its `Link` header.

A cursor is bound to the list, the caller and the filters it was made for; with any of them changed, or with one
byte changed, it is refused.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar

from fastapi import Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import Fault, Unprocessable
from app.kernel.paging import ListQuery, PageRequest
from app.kernel.signing import BadToken
from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.auth.credentials import CustomerClaims
from app.runtime.auth.dependencies import credential_of
from app.runtime.auth.tokens import Claims
from app.runtime.resources import resources_of


class CursorRefused(Unprocessable):
    code: ClassVar[str] = "cursor_refused"
    title: ClassVar[str] = "This cursor is not one of ours, or belongs to another list."


PlainListQuery = Annotated[ListQuery, Query()]


class Pager:
    """Reads the cursor of a request and signs the next one."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._signer = resources_of(request).signer

    def page(self, query: ListQuery) -> PageRequest:
        """Raises: CursorRefused (422)."""
        if query.cursor is None:
            return PageRequest(limit=query.limit)
        try:
            payload = self._signer.read("cursor", query.cursor)
        except BadToken:
            payload = {}
        if payload.get("for") != self._scope(query):
            raise CursorRefused(faults=(Fault("query:cursor", "cursor_refused", CursorRefused.title),))
        return PageRequest(limit=query.limit, after=payload["after"])

    def next_cursor(self, query: ListQuery, after: Sequence[Any] | None) -> str | None:
        if after is None:
            return None
        return self._signer.sign("cursor", {"for": self._scope(query), "after": [str(key) for key in after]})

    def json_page(self, query: ListQuery, items: Sequence[str], after: Sequence[Any] | None) -> Response:
        """A page whose items PostgreSQL has made JSON already."""
        cursor = self.next_cursor(query, after)
        body = f'{{"items":[{",".join(items)}],"next_cursor":{json.dumps(cursor)}}}'
        response = Response(body.encode(), media_type="application/json")
        self.link(response, cursor)
        return response

    def link(self, response: Response, cursor: str | None) -> None:
        if cursor is not None:
            url = self._request.url.include_query_params(cursor=cursor)
            response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'

    def _scope(self, query: ListQuery) -> str:
        match credential_of(self._request).claims:
            case Claims(org_id=org_id, user_id=user_id):
                caller = str(org_id or user_id)
            case ApiKeyClaims(org_id=org_id):
                caller = str(org_id)
            case CustomerClaims(customer_id=customer_id):
                caller = str(customer_id)
            case _:
                caller = "anyone"
        sent = sorted((name, str(getattr(query, name))) for name in query.model_fields_set - {"cursor", "limit"})
        text = f"{self._request.scope['path']} {caller} {sent}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]


async def pager(request: Request) -> Pager:
    # A class as a dependency would be built in a thread: FastAPI takes whatever is not `async` for blocking.
    return Pager(request)


Paging = Annotated[Pager, Depends(pager)]
