"""Cookies of browsers: HTTP-only, `__Host-` wherever the connection is https."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from app.runtime.auth.credentials import (
    ACCESS_COOKIE,
    CSRF_COOKIE,
    CUSTOMER_COOKIE,
    REFRESH_COOKIE,
    SECURE_PREFIX,
    cookie_prefixes,
)
from app.runtime.auth.csrf import refuse_foreign_sign_in
from app.runtime.resources import resources_of


def _is_secure(request: Request) -> bool:
    return resources_of(request).settings.is_production or request.url.scheme == "https"


def _put(response: Response, request: Request, name: str, value: str, lifetime: timedelta, *, readable: bool) -> None:
    secure = _is_secure(request)
    response.set_cookie(
        f"{SECURE_PREFIX}{name}" if secure else name,
        value,
        max_age=int(lifetime.total_seconds()),
        path="/",
        secure=secure,
        httponly=not readable,
        samesite="strict" if name == REFRESH_COOKIE else "lax",
    )


def put_mover_cookies(response: Response, request: Request, *, access: str, refresh: str, csrf: str) -> None:
    """Raises: CsrfRefused (403) for a request of another site: it must not sign its visitor in."""
    refuse_foreign_sign_in(request)
    auth = resources_of(request).settings.auth
    _put(response, request, ACCESS_COOKIE, access, timedelta(minutes=auth.access_minutes), readable=False)
    _put(response, request, REFRESH_COOKIE, refresh, timedelta(days=auth.refresh_days), readable=False)
    _put(response, request, CSRF_COOKIE, csrf, timedelta(days=auth.refresh_days), readable=True)


def put_customer_cookies(response: Response, request: Request, *, session: str, csrf: str) -> None:
    """Raises: CsrfRefused (403), as above."""
    refuse_foreign_sign_in(request)
    lifetime = timedelta(days=resources_of(request).settings.auth.customer_session_days)
    _put(response, request, CUSTOMER_COOKIE, session, lifetime, readable=False)
    _put(response, request, CSRF_COOKIE, csrf, lifetime, readable=True)


def drop_cookies(response: Response, request: Request) -> None:
    """Take back whatever cookies of ours the request carried."""
    for name in (ACCESS_COOKIE, REFRESH_COOKIE, CUSTOMER_COOKIE, CSRF_COOKIE):
        for full in (name, f"{SECURE_PREFIX}{name}"):
            if full in request.cookies:
                response.delete_cookie(full, path="/", secure=full != name)


def refresh_cookie(request: Request) -> str | None:
    prefixes = cookie_prefixes(is_production=resources_of(request).settings.is_production)
    sent = (request.cookies.get(prefix + REFRESH_COOKIE) for prefix in prefixes)
    return next(filter(None, sent), None)
