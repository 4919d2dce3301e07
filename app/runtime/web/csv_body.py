"""Tables going in and out as text/csv."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.object_door import attachment
from app.kernel.tables import TableRefused
from app.runtime.web.problems import UnsupportedMediaType

MEDIA_TYPE: Final = "text/csv"
# For a route's `openapi_extra`, and for the 200 of one that answers a table.
CSV_BODY: Final[dict[str, Any]] = {
    "requestBody": {"required": True, "content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}
}
CSV_ANSWER: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}}


async def csv_text(request: Request) -> str:
    """The body of a table. Raises: UnsupportedMediaType (415), TableRefused (422) for what is not UTF-8."""
    kind, *parameters = (part.strip().lower() for part in request.headers.get("content-type", "").split(";"))
    charsets = [part.removeprefix("charset=").strip('"') for part in parameters if part.startswith("charset=")]
    if kind != MEDIA_TYPE or charsets not in ([], ["utf-8"]):
        raise UnsupportedMediaType("Send the table as text/csv in UTF-8.")
    try:
        return (await request.body()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TableRefused("The table is not written in UTF-8.") from None


CsvText = Annotated[str, Depends(csv_text)]


def csv_answer(text: str, file_name: str) -> Response:
    headers = {"Content-Disposition": attachment(file_name), "X-Content-Type-Options": "nosniff"}
    return Response(text, media_type=f"{MEDIA_TYPE}; charset=utf-8", headers=headers)
