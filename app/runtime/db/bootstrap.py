"""Roles, database and extensions: what an administrator does once, before the first migration (decision 0002).

Idempotent. The administrator's URL is used here and nowhere else; the logins of API, worker and migrations are
derived from it, their passwords by HMAC from the administrator's own, so that every start finds the same ones.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.runtime.db.base import SCHEMA
from app.runtime.db.tenancy import Audience

OWNER: Final = "movehub_owner"
MIGRATE: Final = "movehub_migrate"
APP: Final = "movehub_app"
WORKER: Final = "movehub_worker"

APP_AUDIENCES: Final = (
    Audience.MOVER,
    Audience.CUSTOMER,
    Audience.BOOKING,
    Audience.MARKET,
    Audience.SIGNIN,
    Audience.STAFF,
)
WORKER_AUDIENCES: Final = (Audience.WORKER,)
MAINTENANCE: Final = "postgres"
EXTENSIONS: Final = ("postgis", "btree_gist", "pg_trgm", "unaccent")
LOGIN_SETTINGS: Final = {
    "search_path": "app, public",
    "statement_timeout": "3s",
    "lock_timeout": "1s",
    "idle_in_transaction_session_timeout": "5s",
    "timezone": "UTC",
    # Made for queries that take minutes: it spends seconds on compiling a statement that takes milliseconds.
    "jit": "off",
}
# Only a superuser may set them: they keep what people typed out of the server's log, where an error would quote it as
# a failing row, a key that is there, a value that is no number, or a statement with its parameters. The program's own
# log tells of every error by its code.
SUPERUSER_LOGIN_SETTINGS: Final = {
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}

NO_URL: Final = (
    "DATABASE_URL is no URL of a PostgreSQL server: give it as postgresql://administrator:password@host:5432/movehub."
)


class CannotPrepare(Exception):
    """The administrator's URL cannot do what is needed; the message is one sentence with the remedy."""


def login_password(admin: URL, role: str) -> str:
    return hmac.new((admin.password or "movehub").encode(), role.encode(), hashlib.sha256).hexdigest()


def login_url(admin: URL, role: str) -> str:
    url = admin.set(drivername="postgresql", username=role, password=login_password(admin, role))
    return url.render_as_string(hide_password=False)


async def prepare_database(admin_url: str) -> dict[str, str]:
    """Make the roles, the database, the schema and the extensions. Returns the three login URLs by setting name.

    Raises: CannotPrepare.
    """
    admin = _administrator(admin_url)
    async with _alone_on_the_server(admin):
        await _prepare(admin)
    return login_urls(admin_url)


def login_urls(admin_url: str) -> dict[str, str]:
    """The URLs of the three logins by setting name; whether they exist is not asked. Raises: CannotPrepare."""
    admin = _administrator(admin_url)
    return {
        "MOVEHUB_DB__APP_URL": login_url(admin, APP),
        "MOVEHUB_DB__WORKER_URL": login_url(admin, WORKER),
        "MOVEHUB_DB__MIGRATE_URL": login_url(admin, MIGRATE),
    }


def plain(admin_url: str) -> str:
    """The administrator's URL as asyncpg takes it. Raises: CannotPrepare."""
    return _administrator(admin_url).render_as_string(hide_password=False)


def _administrator(admin_url: str) -> URL:
    try:
        admin = make_url(admin_url)
    except (ArgumentError, ValueError):
        raise CannotPrepare(NO_URL) from None
    if admin.get_backend_name() not in ("postgresql", "postgres") or not admin.host:
        raise CannotPrepare(NO_URL)
    return admin.set(drivername="postgresql")


@asynccontextmanager
async def _alone_on_the_server(admin: URL) -> AsyncIterator[None]:
    """Roles are shared by all databases of a server: whoever prepares another one at the same time waits.

    An advisory lock is its database's own, so all take it in the one that every server has.
    """
    gate = await _connect(admin.set(database=MAINTENANCE))
    try:
        await gate.execute("SELECT pg_advisory_lock(hashtext('movehub.prepare'))")
        yield
    finally:
        await gate.close()


async def _prepare(admin: URL) -> None:
    await _create_database(admin)
    connection = await _connect(admin)
    try:
        await _create_roles(connection, admin)
        await _create_schema(connection)
    except asyncpg.InsufficientPrivilegeError as error:
        raise CannotPrepare(
            f"The user of DATABASE_URL may not do this ({error}): use an administrator's URL, "
            "or have one create the roles and extensions of docs/operations.md."
        ) from error
    except (asyncpg.UndefinedFileError, asyncpg.FeatureNotSupportedError) as error:
        raise CannotPrepare(f"PostgreSQL lacks an extension ({error}): install PostGIS on its machine.") from error
    finally:
        await connection.close()


async def _connect(url: URL) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(url.render_as_string(hide_password=False), timeout=5)
    except (OSError, TimeoutError) as error:
        raise CannotPrepare(f"No PostgreSQL answers at {url.host}:{url.port or 5432}: start it.") from error
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise CannotPrepare(
            f"PostgreSQL refused the user or password of DATABASE_URL ({error}): give an administrator's."
        ) from error


async def _create_database(admin: URL) -> None:
    try:
        connection = await _connect(admin)
    except asyncpg.InvalidCatalogNameError:
        connection = await _connect(admin.set(database=MAINTENANCE))
        try:
            await connection.execute(f"CREATE DATABASE {_quoted(admin.database or 'movehub')}")
        finally:
            await connection.close()
        return
    await connection.close()


async def _create_roles(connection: asyncpg.Connection, admin: URL) -> None:
    existing = {row["rolname"] for row in await connection.fetch("SELECT rolname FROM pg_roles")}
    for role in (OWNER, *(audience.value for audience in (*APP_AUDIENCES, *WORKER_AUDIENCES))):
        if role not in existing:
            await connection.execute(f"CREATE ROLE {role} NOLOGIN")
    for role in (MIGRATE, APP, WORKER):
        if role not in existing:
            await connection.execute(f"CREATE ROLE {role} LOGIN")
        await connection.execute(
            f"ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOREPLICATION NOINHERIT "
            f"PASSWORD '{login_password(admin, role)}'"
        )
    await connection.execute(f"GRANT {OWNER} TO {MIGRATE}")
    settings = dict(LOGIN_SETTINGS)
    if await connection.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
        settings |= SUPERUSER_LOGIN_SETTINGS
    for login, audiences in ((APP, APP_AUDIENCES), (WORKER, WORKER_AUDIENCES)):
        await connection.execute(f"GRANT {', '.join(audience.value for audience in audiences)} TO {login}")
        for name, value in settings.items():
            await connection.execute(f"ALTER ROLE {login} SET {name} = {_setting_value(name, value)}")
    await connection.execute(f"ALTER ROLE {MIGRATE} SET search_path = app, public")


async def _create_schema(connection: asyncpg.Connection) -> None:
    for extension in EXTENSIONS:
        await connection.execute(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public")
    await connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA} AUTHORIZATION {OWNER}")
    readers = ", ".join((APP, WORKER, *(audience.value for audience in (*APP_AUDIENCES, *WORKER_AUDIENCES))))
    await connection.execute(f"GRANT USAGE ON SCHEMA {SCHEMA} TO {readers}")


def _setting_value(name: str, value: str) -> str:
    return value if name == "search_path" else f"'{value}'"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'
