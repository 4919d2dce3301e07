"""No other site may act by a browser's cookies, nor sign a browser in: whatever changes something by cookie, or
sets one, must come from our own pages and carry a header that no foreign page can send.

Where a request comes from, `Sec-Fetch-Site` says, or else `Origin` against an exact list. A caller that sends
neither is no browser of today; the header is asked of it all the same. A Bearer is sent by nobody unasked.
"""

from __future__ import annotations

import hmac
from typing import ClassVar, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from app.kernel.errors import Forbidden
from app.runtime.auth.api_keys import ApiKeyClaims
from app.runtime.auth.credentials import CSRF_HEADER, Credential
from app.runtime.resources import resources_of

PURPOSE: Final = "csrf"
LENGTH: Final = 32
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE: Final = frozenset({"same-origin", "none"})


class CsrfRefused(Forbidden):
    code: ClassVar[str] = "csrf_refused"
    title: ClassVar[str] = "A request with cookies needs the X-CSRF-Token header and must come from our own pages."


def csrf_token(request: Request, session_id: object) -> str:
    """The CSRF token of a session: bound to it, made by nobody else."""
    return resources_of(request).signer.derive(PURPOSE, str(session_id).encode()).hex()[:LENGTH]


def _is_token_of(request: Request, session_id: object, sent: str) -> bool:
    ours = resources_of(request).signer.derivations(PURPOSE, str(session_id).encode())
    return any(hmac.compare_digest(sent.encode(), one.hex()[:LENGTH].encode()) for one in ours)


def refuse_forged(request: Request, credential: Credential) -> None:
    """Raises: CsrfRefused (403) for an unsafe request by cookie that does not prove where it comes from."""
    claims = credential.claims
    if not credential.by_cookie or claims is None or isinstance(claims, ApiKeyClaims):
        return
    if request.method not in SAFE_METHODS:
        refuse_without_token(request, claims.session_id)


def refuse_without_token(request: Request, session_id: object) -> None:
    """Raises: CsrfRefused (403) unless the request comes from our pages with the token of this session."""
    sent = request.headers.get(CSRF_HEADER, "")
    if _comes_from_elsewhere(request) or not _is_token_of(request, session_id, sent):
        raise CsrfRefused


def refuse_foreign_sign_in(request: Request) -> None:
    """Before a session there is no token: our own pages are enough, and without word of them the bare header is.

    Raises: CsrfRefused (403), so that no site signs a visitor in to an account of its own.
    """
    is_told = "sec-fetch-site" in request.headers or "origin" in request.headers
    if _comes_from_elsewhere(request) or not (is_told or request.headers.get(CSRF_HEADER)):
        raise CsrfRefused


def _comes_from_elsewhere(request: Request) -> bool:
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in OWN_SITE
    origin = request.headers.get("origin")
    if origin is None:
        return False
    settings = resources_of(request).settings.http
    host = f"{request.url.scheme}://{request.headers.get('host', '')}"
    return origin not in {host, _origin_of(settings.public_url), *settings.cors_origins}


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
