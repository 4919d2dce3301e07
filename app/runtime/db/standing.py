"""Whether a database stands as this release brings it up: roles, schema and demo data, told by one question.

`make run` asks before it starts the commands that would find nothing to do: `python -m app.runtime.db.standing`
prints the logins and ends with 0 where everything stands, with 1 where it does not, or cannot be asked; with `mark`
it writes down that everything stands. Loads no more of the program than the question needs.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import asyncpg

from app.runtime.db import bootstrap, rls
from app.runtime.db.base import SCHEMA

MIGRATIONS: Final = Path(__file__).parents[3] / "migrations" / "versions"
# The second part is the migrations' own: a schema that somebody has moved since is not the one that was marked.
FOUND: Final = f"""
SELECT ARRAY[obj_description(to_regnamespace('{SCHEMA}'), 'pg_namespace'),
             obj_description(to_regclass('{SCHEMA}.alembic_version'), 'pg_class')]
"""
# Those of API and worker; the third is of migrations alone, before which everything is prepared.
TRIED: Final = ("MOVEHUB_DB__APP_URL", "MOVEHUB_DB__WORKER_URL")
AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, bootstrap.CannotPrepare)


async def standing_logins(admin_url: str) -> dict[str, str] | None:
    """The login URLs by setting name where everything stands, else None.

    The program's own logins are tried: they belong to the whole server, and whoever prepared another database of it
    under another administrator's password has changed theirs.
    Raises: CannotPrepare, OSError, TimeoutError or asyncpg.PostgresError where the database cannot be asked.
    """
    logins = bootstrap.login_urls(admin_url)
    connection = await asyncpg.connect(bootstrap.plain(admin_url), timeout=5)
    try:
        mark, history = await connection.fetchval(FOUND)
    finally:
        await connection.close()
    if mark != _mark(logins, history):
        return None
    admitted = await asyncio.gather(*(_is_admitted(logins[name]) for name in TRIED))
    return logins if all(admitted) else None


async def _is_admitted(login: str) -> bool:
    try:
        connection = await asyncpg.connect(login, timeout=5)
    except asyncpg.InvalidAuthorizationSpecificationError:
        return False
    await connection.close()
    return True


async def mark_standing(admin_url: str) -> None:
    """Write down that everything stands. Raises: as `standing_logins`."""
    connection = await asyncpg.connect(bootstrap.plain(admin_url), timeout=5)
    try:
        _, history = await connection.fetchval(FOUND)
        mark = _mark(bootstrap.login_urls(admin_url), history)
        await connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{mark}'")
    finally:
        await connection.close()


def _mark(logins: Mapping[str, str], history: str | None) -> str:
    """A digest of what makes a database: the source of roles and migrations, the logins' passwords, and its history."""
    digest = hashlib.sha256()
    for path in (Path(bootstrap.__file__), *sorted(MIGRATIONS.glob("*.py"))):
        digest.update(path.read_bytes())
    digest.update(rls.source())
    # Not the whole URLs: a private server has another port at every start.
    passwords = sorted(urlsplit(url).password or "" for url in logins.values())
    digest.update(repr((passwords, history)).encode())
    return digest.hexdigest()


def main(arguments: Sequence[str]) -> int:
    """Exit code 0, or 1 without a word: whoever brings everything up tells what is wrong."""
    admin_url = os.environ.get("DATABASE_URL", "")
    try:
        if arguments == ["mark"]:
            asyncio.run(mark_standing(admin_url))
            return 0
        logins = asyncio.run(standing_logins(admin_url))
    except AWAY:
        return 1
    if logins is None:
        return 1
    sys.stdout.writelines(f"{name}={url}\n" for name, url in logins.items())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
