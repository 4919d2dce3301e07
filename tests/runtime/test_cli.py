"""The command line in a process of its own: what goes wrong is a sentence and an exit code."""

import json
import os
import subprocess
import sys

import pytest

from app.cli import main

KEYS = {"MOVEHUB_AUTH__TOKEN_KEY": "t" * 40, "MOVEHUB_AUTH__PEPPER": "p" * 40}


def movehub(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app.cli", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.mark.parametrize(
    ("command", "environment", "code", "sentence"),
    [
        ("serve", {}, 2, "MOVEHUB_AUTH__TOKEN_KEY is not set."),
        ("doctor", KEYS | {"PORT": "seventy"}, 2, "PORT: "),
        ("doctor", KEYS | {"MOVEHUB_HTTP__CORS_ORIGINS": '["*"]'}, 2, "MOVEHUB_HTTP: '*' is refused"),
        ("doctor", KEYS | {"MOVEHUB_HTTP__CORS_ORIGINS": "a, b"}, 2, "A setting cannot be read"),
        ("serve", KEYS | {"MOVEHUB_AUTH__PEPPER": "example" * 8}, 2, "an example value is refused"),
        ("serve", KEYS, 2, "MOVEHUB_DB__APP_URL is not set"),
        ("worker", KEYS, 2, "MOVEHUB_DB__WORKER_URL is not set"),
        ("migrate", {}, 2, "MOVEHUB_DB__MIGRATE_URL is not set"),
        ("migrate", {"MOVEHUB_DB__MIGRATE_URL": "postgresql://x@127.0.0.1:1/x"}, 1, "cannot be migrated"),
        ("prepare-database", {}, 2, "DATABASE_URL is not set"),
        ("prepare-database", {"DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, 1, "No PostgreSQL answers"),
        (
            "serve",
            KEYS | {"PORT": "0", "MOVEHUB_DB__APP_URL": "postgresql://x@127.0.0.1:1/x"},
            3,
            "PostgreSQL does not let us in",
        ),
    ],
)
def test_what_goes_wrong_is_a_sentence(command, environment, code, sentence):
    done = movehub(command, **environment)

    assert done.returncode == code
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_secret_that_is_too_short_is_not_repeated():
    done = movehub("serve", MOVEHUB_AUTH__TOKEN_KEY="hunter2", MOVEHUB_AUTH__PEPPER="p" * 40)

    assert "MOVEHUB_AUTH__TOKEN_KEY: " in done.stderr
    assert "hunter2" not in done.stderr


def test_staff_with_a_short_password_are_refused():
    arguments = ("create-staff", "--email", "no address", "--name", "Sam", "--role", "admin")

    done = movehub(*arguments, **KEYS, MOVEHUB_STAFF_PASSWORD="short")

    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == ["email", "password"]


def test_document_is_the_same_whatever_is_set(capsys):
    assert main(["openapi"]) == 0
    here = capsys.readouterr().out

    elsewhere = movehub("openapi", **KEYS, ENVIRONMENT="development")

    assert elsewhere.stdout == here
    assert json.loads(here)["openapi"] == "3.1.0"
