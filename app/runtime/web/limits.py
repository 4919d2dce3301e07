"""Limits of single routes, beside the one that every caller has: sign-in, registration, codes, search."""

from __future__ import annotations

import hashlib
from uuid import UUID

from starlette.requests import Request

from app.runtime.rate_limit import Limit
from app.runtime.resources import Resources, resources_of
from app.runtime.web.middleware import address_of

HOUR = 3_600
QUARTER_HOUR = 900
MINUTE = 60


def _subject(*parts: str) -> str:
    """A name for the counter that holds no personal data."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:24]


async def limit_sign_in(request: Request, email: str) -> None:
    """Per account and address, and per address alone. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    address, limits = address_of(request.scope), resources.settings.limits
    await resources.limiter.require(
        [
            _limit(resources, "sign_in", _subject(email, address), limits.sign_in_per_quarter_hour, QUARTER_HOUR),
            _limit(resources, "sign_in_address", address, limits.sign_in_per_address_hour, HOUR),
        ]
    )


async def limit_registration(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.register_per_address_hour
    await resources.limiter.require([_limit(resources, "register", address_of(request.scope), requests, HOUR)])


async def limit_code_verification(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.otp_verify_per_address_minute
    await resources.limiter.require([_limit(resources, "otp_verify", address_of(request.scope), requests, MINUTE)])


async def limit_mailed_link(request: Request, email: str) -> None:
    """As codes: per recipient, whether there is such an account or not, and per address. Raises: TooManyRequests."""
    resources = resources_of(request)
    address, limits = address_of(request.scope), resources.settings.limits
    await resources.limiter.require(
        [
            _limit(resources, "mailed_link", _subject(email), limits.otp_per_recipient_hour, HOUR),
            _limit(resources, "mailed_link_address", address, limits.otp_per_address_hour, HOUR),
        ]
    )


async def limit_mail_token(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.otp_verify_per_address_minute
    await resources.limiter.require([_limit(resources, "mail_token", address_of(request.scope), requests, MINUTE)])


async def limit_proof(request: Request, user_id: UUID) -> None:
    """How often somebody who is signed in may try their own password or code. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.sign_in_per_quarter_hour
    await resources.limiter.require([_limit(resources, "proof", str(user_id), requests, QUARTER_HOUR)])


async def limit_search(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.search_per_minute
    await resources.limiter.require([_limit(resources, "search", address_of(request.scope), requests, MINUTE)])


def _limit(resources: Resources, name: str, subject: str, requests: int, seconds: int) -> Limit:
    return resources.limiter.limit(name, subject, requests, seconds)
