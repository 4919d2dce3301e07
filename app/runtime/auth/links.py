"""Links that open one thing of one booking to whoever has them, without a sign-in: made and read here alone.

The scope is a part of what is signed: a link of one scope is none of another. That it was not withdrawn, the use case
asks of the booking.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

from fastapi import Query
from starlette.requests import Request

from app.kernel.actor import LinkHolder, LinkScope
from app.kernel.errors import NotFound
from app.kernel.signing import BadToken, Signer
from app.runtime.resources import Resources, resources_of


class SignedLinkRefused(NotFound):
    """One answer for a forged, foreign, expired or withdrawn link: nothing to be learned from it."""

    code: ClassVar[str] = "signed_link_refused"
    title: ClassVar[str] = "This link is not good any more, or never was: ask for a new one."


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links to where this program is reached."""

    signer: Signer
    public_url: str

    def url(self, path: str, holder: LinkHolder, expires_at: datetime) -> str:
        return f"{self.public_url.rstrip('/')}{path}?token={self.token(holder, expires_at)}"

    def token(self, holder: LinkHolder, expires_at: datetime) -> str:
        payload = {
            "b": holder.booking_id.hex,
            "i": holder.issue,
            "o": holder.org_id.hex,
            "x": int(expires_at.timestamp()),
        }
        return self.signer.sign(_purpose(holder.scope), payload)

    def read(self, scope: LinkScope, token: str, now: datetime) -> LinkHolder:
        """Raises: SignedLinkRefused (404)."""
        try:
            payload: dict[str, Any] = self.signer.read(_purpose(scope), token)
        except BadToken:
            raise SignedLinkRefused from None
        if datetime.fromtimestamp(payload["x"], UTC) <= now:
            raise SignedLinkRefused
        return LinkHolder(scope, UUID(payload["o"]), UUID(payload["b"]), payload["i"], now)


def _purpose(scope: LinkScope) -> str:
    return f"link {scope}"


def links_of(resources: Resources) -> Links:
    return Links(resources.signer, resources.settings.http.public_url)


def link_holder(scope: LinkScope) -> Callable[..., Awaitable[LinkHolder]]:
    """A dependency: whoever has a link of this scope. Raises: SignedLinkRefused (404)."""

    async def holder_of_link(request: Request, token: Annotated[str, Query(max_length=400)] = "") -> LinkHolder:
        resources = resources_of(request)
        return links_of(resources).read(scope, token, resources.clock.now())

    return holder_of_link
