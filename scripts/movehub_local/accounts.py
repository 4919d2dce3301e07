"""Whose processes the services are: PostgreSQL refuses root, and Redis has no need of it."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

SYSTEM_HOMES: Final = Path("/var/lib")


@dataclass(frozen=True)
class Account:
    """A user to become before a program starts; None stays who we are."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def account_for(*names: str) -> Account | None:
    """The first of `names` that exists when we are root, else `nobody`; None for an ordinary user."""
    if os.geteuid() != 0:
        return None
    for name in (*names, "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(65534, 65534)


def make_folder(folder: Path, account: Account | None) -> None:
    """Make `folder` for `account` alone (0700)."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.uid, account.gid)
    folder.chmod(0o700)


def services_home(base: Path) -> Path:
    """Where services may keep their files: `base`, or a folder in /var/lib when other users cannot walk to it.

    The second happens to root in a home of its own (0700): the accounts of PostgreSQL and Redis stop at /root.
    """
    base.mkdir(parents=True, exist_ok=True)
    account = account_for("postgres", "redis")
    if account is None or _may_walk_to(account, base):
        return base
    return _hidden_home(base)


def remove_services_home(base: Path) -> None:
    """Raises: OSError where it is there and may not be removed."""
    home = _hidden_home(base)
    if home.exists():
        shutil.rmtree(home)


def _hidden_home(base: Path) -> Path:
    return SYSTEM_HOMES / f"movehub-{hashlib.sha256(str(base).encode()).hexdigest()[:12]}"


def _may_walk_to(account: Account, folder: Path) -> bool:
    return (
        subprocess.run(["/usr/bin/test", "-x", folder], cwd="/", check=False, **account.popen_arguments()).returncode
        == 0
    )
