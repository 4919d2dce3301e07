"""The short question of a second start: a database stands, or everything is brought up again."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator

import asyncpg
import pytest
from movehub_local import program
from movehub_local.development import read_assignments
from movehub_local.failure import CannotContinue
from movehub_local.services import Urls
from sqlalchemy.engine import make_url

from app.runtime.db import bootstrap, rls
from app.runtime.db.bootstrap import CannotPrepare, prepare_database
from app.runtime.db.migrating import migrate
from app.runtime.db.standing import OtherKey, main, mark_standing, standing_logins
from tests.conftest import Logins

pytestmark = pytest.mark.integration


@pytest.fixture
async def admin(logins: Logins) -> AsyncIterator[str]:
    """The administrator's URL of a database that does not exist yet; dropped afterwards."""
    name = f"movehub_standing_{os.getpid()}"
    yield make_url(logins.admin).set(database=name).render_as_string(hide_password=False)
    maintenance = await asyncpg.connect(logins.admin)
    await maintenance.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await maintenance.close()


async def test_it_stands_when_it_was_marked_and_nothing_was_moved_since(
    admin: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await standing_logins(admin)
    logins = await prepare_database(admin)
    assert await standing_logins(admin) is None
    await migrate(logins["MOVEHUB_DB__MIGRATE_URL"])
    assert await standing_logins(admin) is None

    await mark_standing(admin)
    assert await standing_logins(admin) == logins
    with monkeypatch.context() as patched:
        patched.setattr(rls, "source", lambda: b"other policies of the same files")
        assert await standing_logins(admin) is None

    connection = await asyncpg.connect(admin)
    await connection.execute("COMMENT ON TABLE app.alembic_version IS 'what other files made'")
    await connection.close()
    assert await standing_logins(admin) is None


async def test_it_does_not_stand_when_its_logins_are_refused(admin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await prepare_database(admin)
    # As after another database of this server was prepared under another administrator's password. The roles are of
    # the whole server, so it is our own idea of their passwords that moves.
    monkeypatch.setattr(bootstrap, "login_password", lambda _admin, role: f"{role} before")
    await mark_standing(admin)
    assert await standing_logins(admin) is None


async def test_the_logins_of_a_database_that_stands_are_printed(
    admin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logins = await prepare_database(admin)
    monkeypatch.setenv("DATABASE_URL", admin)
    assert await asyncio.to_thread(main, []) == 1
    assert await asyncio.to_thread(main, ["mark"]) == 0
    assert capsys.readouterr().out == ""
    assert await asyncio.to_thread(main, []) == 0
    assert read_assignments(capsys.readouterr().out) == logins


async def test_a_database_of_another_sealing_key_is_refused_until_that_one_is_given(admin: str) -> None:
    logins = await prepare_database(admin)
    await mark_standing(admin, "first")
    for asked in (standing_logins, mark_standing):
        with pytest.raises(OtherKey, match="MOVEHUB_AUTH__SEALING_KEY"):
            await asked(admin, "second")
    assert await standing_logins(admin, "first") == logins
    assert await standing_logins(admin, "first", "before the first") == logins

    assert await standing_logins(admin, "second", "first") is None
    await mark_standing(admin, "second", "first")
    assert await standing_logins(admin, "second") == logins


async def test_another_sealing_key_is_told_in_one_sentence(
    admin: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    await prepare_database(admin)
    monkeypatch.setenv("DATABASE_URL", admin)
    monkeypatch.setenv("MOVEHUB_AUTH__SEALING_KEY", "first")
    assert await asyncio.to_thread(main, ["mark"]) == 0
    # Also of another release: what was sealed is there, whatever else has changed.
    monkeypatch.setattr(rls, "source", lambda: b"other policies")
    monkeypatch.setenv("MOVEHUB_AUTH__SEALING_KEY", "second")
    assert await asyncio.to_thread(main, []) == program.OTHER_KEY
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    with pytest.raises(CannotContinue, match="begin with an empty database"):
        await asyncio.to_thread(program._standing, Urls(database=admin, redis=""), os.environ)
    monkeypatch.setenv("MOVEHUB_AUTH__PREVIOUS_SEALING_KEY", "first")
    assert await asyncio.to_thread(main, []) == 1


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://root@127.0.0.1/movehub", "postgresql:///movehub"])
async def test_what_is_no_url_of_a_server_is_told_with_the_form_expected(url: str) -> None:
    with pytest.raises(CannotPrepare, match="postgresql://administrator:password@host:5432/movehub"):
        await prepare_database(url)


def test_a_database_that_cannot_be_asked_does_not_stand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for url in ("nonsense", "postgresql://somebody@127.0.0.1:1/movehub"):
        monkeypatch.setenv("DATABASE_URL", url)
        assert main([]) == main(["mark"]) == 1
    assert capsys.readouterr().out == ""
