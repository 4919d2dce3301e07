"""The program refuses to run on a login that row-level security does not bind (security: RLS-1)."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

OLDEST_SERVER: Final = 150_014  # 15.14 closes CVE-2025-8713: statistics that leak past row-level security

QUESTION: Final = sa.text(
    """
    WITH RECURSIVE able(oid) AS (
        SELECT oid FROM pg_roles WHERE rolname = session_user
        UNION
        SELECT m.roleid FROM pg_auth_members AS m JOIN able ON m.member = able.oid
    )
    SELECT r.rolname,
        r.rolsuper, r.rolbypassrls, r.rolcreaterole,
        EXISTS (SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relowner = r.oid AND n.nspname = 'app') AS owns
    FROM pg_roles AS r JOIN able ON able.oid = r.oid
    WHERE r.rolsuper OR r.rolbypassrls OR r.rolcreaterole OR EXISTS (
        SELECT 1 FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relowner = r.oid AND n.nspname = 'app')
    """
)


class TooPowerful(RuntimeError):
    """The login is, owns or can become what row-level security does not bind."""


class ServerTooOld(RuntimeError):
    """The server lacks a fix that tenant isolation rests on."""


async def refuse_powerful_login(engine: AsyncEngine, *, is_production: bool) -> None:
    """Raises: TooPowerful, ServerTooOld (in production)."""
    async with engine.connect() as connection:
        rows = (await connection.execute(QUESTION)).all()
        version = int((await connection.execute(sa.text("SHOW server_version_num"))).scalar_one())
    if rows:
        raise TooPowerful(
            f"The database login is or can become '{rows[0].rolname}', which row-level security does not bind. "
            "Use the login that `movehub prepare-database` made (MOVEHUB_DB__APP_URL)."
        )
    if is_production and version < OLDEST_SERVER:
        raise ServerTooOld(f"PostgreSQL {version} is older than 15.14: upgrade it.")
