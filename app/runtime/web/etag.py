"""ETags from row versions, and the `If-Match` that a change must or may send."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed, PreconditionRequired

_ETAG: Final = re.compile(r'(?:W/)?"v(\d{1,9})"', re.ASCII)


def put_etag(response: Response, version: int) -> None:
    response.headers["ETag"] = f'"v{version}"'


async def if_match(
    header: Annotated[str | None, Header(alias="If-Match", max_length=200, description="The ETag you read.")] = None,
) -> int | None:
    """The version the client read; None without If-Match or with `*`.

    Raises: PreconditionFailed (412) for a tag that cannot be ours.
    """
    if header is None or header.strip() == "*":
        return None
    match = _ETAG.fullmatch(header.strip())
    if match is None:
        raise PreconditionFailed
    return int(match[1])


async def if_match_required(version: Annotated[int | None, Depends(if_match)]) -> int:
    """As `if_match`. Raises: PreconditionRequired (428)."""
    if version is None:
        raise PreconditionRequired
    return version


IfMatch = Annotated[int | None, Depends(if_match)]
IfMatchRequired = Annotated[int, Depends(if_match_required)]
