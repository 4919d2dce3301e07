"""Whether a database stands as this release brings it up: roles, schema and demo data, told by one question.

`make run` asks before it starts the commands that would find nothing to do: `python -m app.runtime.db.standing`
prints the logins and ends with 0 where everything stands, with 1 where it does not, or cannot be asked; with `mark`
it writes down that everything stands. It ends with 3, and one sentence on its standard error, for a database that
holds what another sealing key has sealed. Loads no more of the program than the question needs.
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
SEALING_KEYS: Final = ("MOVEHUB_AUTH__SEALING_KEY", "MOVEHUB_AUTH__PREVIOUS_SEALING_KEY")
NO_KEY: Final = "none"
OTHER_KEY_CODE: Final = 3
AWAY: Final = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, bootstrap.CannotPrepare)


class OtherKey(Exception):
    """The database was marked under a sealing key that is not given; the message is one sentence with the remedy."""

    def __init__(self) -> None:
        super().__init__(
            "What this database keeps sealed opens with another key than the given ones: set MOVEHUB_AUTH__SEALING_KEY "
            "(or MOVEHUB_AUTH__PREVIOUS_SEALING_KEY) to the one it was made with, or begin with an empty database."
        )


async def standing_logins(admin_url: str, *sealing_keys: str) -> dict[str, str] | None:
    """The login URLs by setting name where everything stands, else None.

    The program's own logins are tried: they belong to the whole server, and whoever prepared another database of it
    under another administrator's password has changed theirs.
    Of `sealing_keys` the first seals and the others open: a database of one of those is marked anew.
    Raises: OtherKey; CannotPrepare, OSError, TimeoutError or asyncpg.PostgresError where the database cannot be asked.
    """
    logins = bootstrap.login_urls(admin_url)
    connection = await asyncpg.connect(bootstrap.plain(admin_url), timeout=5)
    try:
        mark, history = await connection.fetchval(FOUND)
    finally:
        await connection.close()
    _refuse_other_key(mark, sealing_keys)
    if mark != _mark(logins, history, sealing_keys):
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


async def mark_standing(admin_url: str, *sealing_keys: str) -> None:
    """Write down that everything stands. Raises: as `standing_logins`."""
    connection = await asyncpg.connect(bootstrap.plain(admin_url), timeout=5)
    try:
        former, history = await connection.fetchval(FOUND)
        _refuse_other_key(former, sealing_keys)
        mark = _mark(bootstrap.login_urls(admin_url), history, sealing_keys)
        await connection.execute(f"COMMENT ON SCHEMA {SCHEMA} IS '{mark}'")
    finally:
        await connection.close()


def _refuse_other_key(mark: str | None, sealing_keys: Sequence[str]) -> None:
    """A mark outlives its release: what was sealed under it is there, whatever else has changed. Raises: OtherKey."""
    key_id = (mark or "").partition(" ")[2] or NO_KEY
    if key_id not in {NO_KEY, *map(_key_id, sealing_keys)}:
        raise OtherKey


def _key_id(sealing_key: str) -> str:
    return hashlib.sha256(b"movehub sealing key mark" + sealing_key.encode()).hexdigest()[:16]


def _mark(logins: Mapping[str, str], history: str | None, sealing_keys: Sequence[str]) -> str:
    """What makes a database, and which key seals its fields, as two words.

    The first is a digest of the source of roles and migrations, the logins' passwords, and the history.
    """
    digest = hashlib.sha256()
    for path in (Path(bootstrap.__file__), *sorted(MIGRATIONS.glob("*.py"))):
        digest.update(path.read_bytes())
    digest.update(rls.source())
    # Not the whole URLs: a private server has another port at every start.
    passwords = sorted(urlsplit(url).password or "" for url in logins.values())
    digest.update(repr((passwords, history)).encode())
    return f"{digest.hexdigest()} {_key_id(sealing_keys[0]) if sealing_keys else NO_KEY}"


def main(arguments: Sequence[str]) -> int:
    """Exit code 0, or 1 without a word: whoever brings everything up tells what is wrong; or 3 for another's key."""
    admin_url = os.environ.get("DATABASE_URL", "")
    keys = [os.environ[name] for name in SEALING_KEYS if os.environ.get(name)]
    try:
        if arguments == ["mark"]:
            asyncio.run(mark_standing(admin_url, *keys))
            return 0
        logins = asyncio.run(standing_logins(admin_url, *keys))
    except OtherKey as reason:
        sys.stderr.write(f"{reason}\n")
        return OTHER_KEY_CODE
    except AWAY:
        return 1
    if logins is None:
        return 1
    sys.stdout.writelines(f"{name}={url}\n" for name, url in logins.items())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
