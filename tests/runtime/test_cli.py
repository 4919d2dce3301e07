"""The command line: what goes wrong is a sentence and an exit code."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping

import pytest

from app.cli import main

KEYS = {
    "MOVEHUB_AUTH__TOKEN_KEY": "t" * 40,
    "MOVEHUB_AUTH__PEPPER": "p" * 40,
    "MOVEHUB_AUTH__SEALING_KEY": "s" * 40,
    "MOVEHUB_HTTP__PUBLIC_URL": "https://movehub.example",
    "MOVEHUB_HTTP__HOSTS": '["movehub.example"]',
}
NOBODY_HOME = "postgresql://x@127.0.0.1:1/x"

Environ = Callable[[Mapping[str, str]], None]


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> Environ:
    """Makes its argument the whole of what the program reads from the environment."""

    def become(variables: Mapping[str, str]) -> None:
        for name in os.environ:
            if name.startswith("MOVEHUB_") or name in {"ENVIRONMENT", "PORT", "DATABASE_URL", "REDIS_URL"}:
                monkeypatch.delenv(name)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return become


def movehub(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own: what the interpreter adds to standard error is seen too."""
    return subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("command", "environment", "code", "sentence"),
    [
        ("serve", {}, 2, "MOVEHUB_AUTH__PEPPER is not set."),
        ("doctor", KEYS | {"PORT": "seventy"}, 2, "PORT: "),
        ("doctor", KEYS | {"MOVEHUB_HTTP__CORS_ORIGINS": '["*"]'}, 2, "MOVEHUB_HTTP: '*' is refused"),
        ("doctor", KEYS | {"MOVEHUB_HTTP": "a, b"}, 2, "A setting cannot be read"),
        ("serve", KEYS | {"MOVEHUB_AUTH__PEPPER": "example" * 8}, 2, "an example value is refused"),
        ("serve", KEYS, 2, "MOVEHUB_DB__APP_URL is not set"),
        ("worker", KEYS, 2, "MOVEHUB_DB__WORKER_URL is not set"),
        ("migrate", {}, 2, "MOVEHUB_DB__MIGRATE_URL is not set"),
        ("migrate", {"MOVEHUB_DB__MIGRATE_URL": NOBODY_HOME}, 1, "cannot be migrated"),
        ("prepare-database", {}, 2, "DATABASE_URL is not set"),
        ("prepare-database", {"DATABASE_URL": NOBODY_HOME}, 1, "No PostgreSQL answers"),
        ("prepare-database", {"DATABASE_URL": "rubbish"}, 1, "is no URL of a PostgreSQL server"),
    ],
)
def test_what_goes_wrong_is_a_sentence(
    command: str,
    environment: dict[str, str],
    code: int,
    sentence: str,
    environ: Environ,
    capsys: pytest.CaptureFixture[str],
):
    environ(environment)

    assert main([command]) == code

    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""


def test_bad_settings_are_told_without_a_traceback_and_without_their_values():
    done = movehub("serve", MOVEHUB_AUTH__TOKEN_KEY="hunter2", PORT="seventy")

    assert done.returncode == 2
    assert sorted(line.split(" ")[0].rstrip(":") for line in done.stderr.splitlines()) == [
        "MOVEHUB_AUTH__PEPPER",
        "MOVEHUB_AUTH__SEALING_KEY",
        "MOVEHUB_AUTH__TOKEN_KEY",
        "PORT",
    ]
    assert "hunter2" not in done.stderr


def test_api_without_a_database_refuses_to_start():
    done = movehub("serve", **KEYS, PORT="0", MOVEHUB_DB__APP_URL=NOBODY_HOME)

    assert done.returncode == 3
    assert done.stderr == "PostgreSQL does not let us in (ConnectionRefusedError).\n"


def test_staff_with_a_short_password_are_refused(environ: Environ, capsys: pytest.CaptureFixture[str]):
    environ(KEYS | {"MOVEHUB_STAFF_PASSWORD": "short"})

    assert main(["create-staff", "--email", "no address", "--name", "Sam", "--role", "admin"]) == 2

    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["email", "password"]


def test_replay_with_the_queue_away_is_a_sentence(environ: Environ, capsys: pytest.CaptureFixture[str]):
    environ(KEYS | {"REDIS_URL": "redis://127.0.0.1:1/0"})

    assert main(["replay"]) == 1

    assert capsys.readouterr().err == "The queue does not answer (ConnectionError).\n"


def test_document_is_the_same_whatever_is_set(environ: Environ, capsys: pytest.CaptureFixture[str]):
    environ({})
    assert main(["openapi"]) == 0
    bare = capsys.readouterr().out
    environ(KEYS | {"ENVIRONMENT": "development", "PORT": "9"})
    assert main(["openapi"]) == 0

    assert capsys.readouterr().out == bare
    assert json.loads(bare)["openapi"] == "3.1.0"
