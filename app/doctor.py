"""`movehub doctor`: whether what the program needs is there, and as it should be."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from pydantic import SecretStr
from redis.exceptions import RedisError

from app import registry
from app.refusals import BAD_SETTINGS, Refused
from app.runtime.cache import connect
from app.runtime.db.engine import NO_DATABASE, create_engine
from app.runtime.db.privileges import ServerTooOld, TooPowerful, refuse_powerful_login
from app.runtime.settings import Settings

SCHEMA_QUESTION: Final = sa.text("SELECT version_num FROM app.alembic_version")


async def examine(settings: Settings) -> list[tuple[str, str | None]]:
    """Each thing that was looked at, with what is wrong with it.

    Raises: Refused for settings that name no database.
    """
    logins = {"api": settings.db.app_url, "worker": settings.db.worker_url}
    found = [
        (f"database ({login})", await _examine_database(settings, url))
        for login, url in logins.items()
        if url is not None
    ]
    if not found:
        raise Refused("Neither MOVEHUB_DB__APP_URL nor MOVEHUB_DB__WORKER_URL is set.", BAD_SETTINGS)
    return [*found, ("redis", await _examine_redis(settings))]


async def _examine_database(settings: Settings, url: SecretStr) -> str | None:
    engine = create_engine(url, settings.db, application_name="movehub-doctor", pooled=False)
    try:
        await refuse_powerful_login(engine, is_production=settings.is_production)
        async with engine.connect() as connection:
            found = (await connection.execute(SCHEMA_QUESTION)).scalar_one_or_none()
    except (TooPowerful, ServerTooOld) as error:
        return str(error)
    except NO_DATABASE as error:
        return f"cannot be asked ({type(error).__name__})"
    finally:
        await engine.dispose()
    expected = registry.schema_revision()
    return None if found == expected else f"the schema is at {found}, this release needs {expected}: movehub migrate"


async def _examine_redis(settings: Settings) -> str | None:
    redis = connect(settings.redis_url, settings.redis)
    try:
        await redis.ping()
    except (RedisError, OSError, TimeoutError) as error:
        return f"does not answer ({type(error).__name__}): limits are each process's own, events wait in the outbox"
    finally:
        await redis.aclose()
    return None
