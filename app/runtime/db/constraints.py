"""From the database's refusals to the domain's: by constraint name first, then by SQLSTATE.

SQLAlchemy's classes do not say which is which (40001, 40P01, 55P03 and 57014 are all a plain DBAPIError), so
the SQLSTATE decides. One table, tried on a real server (tests/runtime/test_constraints.py).
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import asyncpg
import sqlalchemy.exc

from app.kernel.errors import (
    AppError,
    Conflict,
    Forbidden,
    NotFound,
    TimedOut,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)

logger = logging.getLogger(__name__)


class RetrySafely(Unavailable):
    """Deadlock, serialization failure or lock time-out: the whole transaction may be tried again."""

    code: ClassVar[str] = "try_again"
    title: ClassVar[str] = "Others were changing the same thing at this moment. Try again."


class DatabaseUnavailable(Unavailable):
    code: ClassVar[str] = "database_unavailable"
    title: ClassVar[str] = "The database cannot be reached right now. Nothing was changed; try again in a moment."


class DatabaseTimedOut(TimedOut):
    code: ClassVar[str] = "database_timed_out"


class AlreadyExists(Conflict):
    code: ClassVar[str] = "already_exists"
    title: ClassVar[str] = "There is one like this already."


class ReferenceNotFound(NotFound):
    code: ClassVar[str] = "reference_not_found"
    title: ClassVar[str] = "Something that this refers to does not exist."


class ValueRefused(Unprocessable):
    code: ClassVar[str] = "value_refused"
    title: ClassVar[str] = "A value is outside of what can be stored."


class SessionEnded(Unauthenticated):
    code: ClassVar[str] = "session_ended"
    title: ClassVar[str] = "This session has ended: sign in again."


class EnrolmentRequired(Forbidden):
    code: ClassVar[str] = "second_factor_enrolment_required"
    title: ClassVar[str] = "A second factor is demanded of you: until you have enrolled one, nothing else is open."


class ApiKeyRefused(Unauthenticated):
    code: ClassVar[str] = "api_key_refused"
    title: ClassVar[str] = "This API key is revoked, replaced or expired, or its company is suspended."


class ScopeMissing(Forbidden):
    code: ClassVar[str] = "scope_missing"
    title: ClassVar[str] = "This API key has not been given the scope that this needs."


RETRY_STATES = frozenset({"40001", "40P01", "55P03"})
UNAVAILABLE_STATES = frozenset({"53100", "53200", "53300", "25006", "57P01", "57P02", "57P03", "57P05"})
BY_STATE: dict[str, type[AppError]] = {
    "23505": AlreadyExists,
    "23P01": AlreadyExists,
    "23503": ReferenceNotFound,
    "57014": DatabaseTimedOut,
    "22003": ValueRefused,
    "23502": ValueRefused,
    "22021": ValueRefused,
    "22P05": ValueRefused,
    # A policy said no: to the client it does not exist. The log tells us that a query was built wrong.
    "42501": NotFound,
    "MH401": SessionEnded,
    "MH402": ApiKeyRefused,
    "MH405": ScopeMissing,
    "MH403": EnrolmentRequired,
}


def _cause(error: BaseException) -> tuple[str | None, str | None]:
    """SQLSTATE and constraint name, wherever the driver put them."""
    seen: Any = getattr(error, "orig", None) or error
    while seen is not None:
        state = getattr(seen, "sqlstate", None)
        if state:
            inner = getattr(seen, "__cause__", None)
            name = getattr(seen, "constraint_name", None) or getattr(inner, "constraint_name", None)
            return state, name
        seen = seen.__cause__
    return None, None


# The driver's own reach us from the first round trip, which does not pass through SQLAlchemy's cursor.
DATABASE_ERRORS = (
    sqlalchemy.exc.SQLAlchemyError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)


class ErrorMap:
    """Constraint names of all modules' errors, collected by the registry."""

    def __init__(self, errors: Iterable[type[AppError]]) -> None:
        self._by_constraint = {name: error for error in errors for name in error.constraints}

    def translate(self, error: BaseException) -> AppError | None:
        """The domain's error for one of the database; None for what is a fault of ours (500)."""
        state, constraint = _cause(error)
        if constraint and constraint in self._by_constraint:
            return self._by_constraint[constraint]()
        if state in RETRY_STATES:
            return RetrySafely()
        if state in BY_STATE:
            if state == "42501":
                logger.error("row-level security refused a statement", extra={"sqlstate": state})
            return BY_STATE[state]()
        if state is not None:
            return DatabaseUnavailable() if state in UNAVAILABLE_STATES or state[:2] == "08" else None
        if _is_connection_trouble(error):
            return DatabaseUnavailable()
        return DatabaseTimedOut() if isinstance(error, TimeoutError) else None

    @asynccontextmanager
    async def translating(self) -> AsyncIterator[None]:
        try:
            yield
        except DATABASE_ERRORS as error:
            translated = self.translate(error)
            if translated is None:
                raise
            raise translated from error


def _is_connection_trouble(error: BaseException) -> bool:
    if isinstance(error, sqlalchemy.exc.TimeoutError | asyncpg.InterfaceError):  # the pool is exhausted, or closed
        return True
    if isinstance(error, asyncpg.InternalClientError):
        # The driver says so of a connection that ended between two of its steps, as when PostgreSQL restarts.
        logger.warning("the driver lost its place in a conversation", exc_info=error)
        return True
    if isinstance(error, sqlalchemy.exc.DBAPIError):
        return error.connection_invalidated or isinstance(error, sqlalchemy.exc.InterfaceError)
    return isinstance(error, OSError) and not isinstance(error, TimeoutError)
