"""Limits of single routes, beside the one that every caller has: sign-in, registration, codes, holds, search.

All but search guard doors: without Redis they are counted in PostgreSQL (decision 0005).
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from typing import NoReturn
from uuid import UUID

from starlette.requests import Request

from app.kernel.errors import TooManyRequests
from app.runtime.rate_limit.limits import Limit, Verdict
from app.runtime.resources import resources_of
from app.runtime.web.addresses import address_of
from app.runtime.web.middleware import VERDICTS

HOUR = 3_600
QUARTER_HOUR = 900
MINUTE = 60


def _subject(*parts: str) -> str:
    """A name for the counter that holds no personal data."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()[:24]


async def limit_sign_in(request: Request, email: str, *, is_known_place: Callable[[], Awaitable[bool]]) -> None:
    """Per account and address, per address alone, and per account from all places that it does not know.

    Asked whether there is such an account or not. Whoever guesses from many addresses spends the account's limit and
    locks nobody out: `is_known_place`, asked when it is spent, lets pass who signs in from where they usually do.
    Raises: TooManyRequests (429).
    """
    resources = resources_of(request)
    address, limits = address_of(request.scope), resources.settings.limits
    await _require(
        request,
        resources.limiter.door("sign_in", _subject(email, address), limits.sign_in_per_quarter_hour, QUARTER_HOUR),
        resources.limiter.door("sign_in_address", address, limits.sign_in_per_address_hour, HOUR),
    )
    account = resources.limiter.door("sign_in_account", _subject(email), limits.sign_in_per_account_hour, HOUR)
    verdict = await resources.limiter.take([account])
    if not verdict.passes and not await is_known_place():
        _refuse(request, verdict)


async def limit_registration(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.register_per_address_hour
    await _require(request, resources.limiter.door("register", address_of(request.scope), requests, HOUR))


async def limit_code_verification(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.otp_verify_per_address_minute
    await _require(request, resources.limiter.door("otp_verify", address_of(request.scope), requests, MINUTE))


async def limit_mailed_link(request: Request, email: str) -> None:
    """As codes: per recipient, whether there is such an account or not, and per address. Raises: TooManyRequests."""
    resources = resources_of(request)
    address, limits = address_of(request.scope), resources.settings.limits
    await _require(
        request,
        resources.limiter.door("mailed_link", _subject(email), limits.otp_per_recipient_hour, HOUR),
        resources.limiter.door("mailed_link_address", address, limits.otp_per_address_hour, HOUR),
    )


async def limit_mail_token(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.otp_verify_per_address_minute
    await _require(request, resources.limiter.door("mail_token", address_of(request.scope), requests, MINUTE))


async def limit_proof(request: Request, user_id: UUID) -> None:
    """How often somebody who is signed in may try their own password or code. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.sign_in_per_quarter_hour
    await _require(request, resources.limiter.door("proof", str(user_id), requests, QUARTER_HOUR))


async def limit_link(request: Request, booking_id: UUID) -> None:
    """Of a link that changes a booking: whoever uses it, and from wherever. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.link_per_booking_hour
    await _require(request, resources.limiter.door("link", str(booking_id), requests, HOUR))


async def limit_holds(request: Request) -> None:
    """What customers ask to hold from one address, whether they get it or not. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.holds_per_address_hour
    await _require(request, resources.limiter.door("holds", address_of(request.scope), requests, HOUR))


async def limit_search(request: Request) -> None:
    """Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.search_per_minute
    await _require(request, resources.limiter.limit("search", address_of(request.scope), requests, MINUTE))


async def limit_sightings(request: Request, org_id: UUID, truck_id: UUID, teller_id: UUID) -> None:
    """Per truck and whoever tells, so that nobody uses up another's. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    requests = resources.settings.limits.sightings_per_truck_minute
    subject = _subject(str(org_id), str(truck_id), str(teller_id))
    await _require(request, resources.limiter.limit("sightings", subject, requests, MINUTE))


async def _require(request: Request, *limits: Limit) -> None:
    """Count against all limits or none; the answer tells the tightest. Raises: TooManyRequests (429)."""
    resources = resources_of(request)
    verdict = await resources.limiter.take(limits)
    if not verdict.passes:
        _refuse(request, verdict)
    request.scope[VERDICTS].append(verdict)


def _refuse(request: Request, verdict: Verdict) -> NoReturn:
    request.scope[VERDICTS].append(verdict)
    resources_of(request).metrics.refused.labels(verdict.limit.name).inc()
    raise TooManyRequests(headers=verdict.retry_after())
