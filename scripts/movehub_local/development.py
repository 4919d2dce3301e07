"""The settings under which `make run` starts the program: development's, with secrets of this machine alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from .paths import LOCAL
from .services import Urls

SECRETS: Final = ("MOVEHUB_AUTH__TOKEN_KEY", "MOVEHUB_AUTH__PEPPER", "MOVEHUB_AUTH__SEALING_KEY")
LOGINS: Final = ("MOVEHUB_DB__APP_URL", "MOVEHUB_DB__WORKER_URL", "MOVEHUB_DB__MIGRATE_URL")
WITHHELD: Final = ("DATABASE_URL", *LOGINS)


def common_settings(urls: Urls, port: int, environ: Mapping[str, str]) -> dict[str, str]:
    """What API, worker and seed share: no login, least of all the administrator's. The caller's settings win."""
    mine = {name: value for name, value in environ.items() if name not in WITHHELD}
    return {
        "MOVEHUB_STORAGE__ROOT": str(LOCAL / "objects"),
        "MOVEHUB_MAIL__MAILBOX": str(LOCAL / "mailbox.jsonl"),
        # On one machine everybody has one address, and the demo is played again and again.
        "MOVEHUB_LIMITS__FACTOR": "20",
        # The demo's member of staff signs in with the password alone.
        "MOVEHUB_AUTH__SECOND_FACTOR_EXEMPT": '["staff@movehub.example"]',
        "MOVEHUB_HTTP__PUBLIC_URL": f"http://127.0.0.1:{port}",
        **development_secrets(LOCAL / "env"),
        **mine,
        "ENVIRONMENT": "development",
        "PORT": str(port),
        "REDIS_URL": urls.redis,
        "PYTHONUNBUFFERED": "1",
    }


def with_logins(settings: Mapping[str, str], logins: Mapping[str, str], *names: str) -> dict[str, str]:
    """`settings` for a program that may hold the logins `names` (app, worker, migrate) and no other."""
    wanted = [f"MOVEHUB_DB__{name.upper()}_URL" for name in names]
    return {**settings, **{name: logins[name] for name in wanted}}


def development_secrets(path: Path) -> dict[str, str]:
    """The secrets in `path`, made where they are missing; they last, so that sessions outlive a restart."""
    kept = read_assignments(path.read_text()) if path.exists() else {}
    found = {name: kept.get(name) or secrets.token_urlsafe(48) for name in SECRETS}
    if found != kept:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.writelines(f"{name}={value}\n" for name, value in found.items())
    return found


def read_assignments(text: str) -> dict[str, str]:
    """Lines NAME=value, as `prepare-database` prints them."""
    pairs = (line.split("=", 1) for line in text.splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}
