"""Debian's packages: which programs are missing, and how they are installed without starting anything."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .failure import CannotContinue
from .progress import say, step

POSTGRES_HOMES: Final = Path("/usr/lib/postgresql")
POSTGRES_SHARES: Final = Path("/usr/share/postgresql")
OLDEST_POSTGRES: Final = 15
POSTGRES_PACKAGES: Final = ("postgresql-15", "postgresql-15-postgis-3")
REDIS_PACKAGES: Final = ("redis-server",)
VENV_PACKAGES: Final = ("python3-venv",)
CLUSTER_POLICY: Final = Path("/etc/postgresql-common/createcluster.conf")
START_POLICY: Final = Path("/usr/sbin/policy-rc.d")
LISTS_LOCK: Final = "Could not get lock /var/lib/apt/lists/"
LOCK_SECONDS: Final = 180.0
LOCK_POLL_SECONDS: Final = 3.0
TOLD_EVERY_SECONDS: Final = 10.0
NEEDED_EXTENSIONS: Final = ("postgis", "btree_gist", "pg_trgm", "unaccent")


def find_postgres() -> Path | None:
    """The programs of the newest PostgreSQL, 15 or later, that has PostGIS; None when there is none."""
    homes = sorted(
        (home for home in POSTGRES_HOMES.glob("*") if home.name.isdigit() and int(home.name) >= OLDEST_POSTGRES),
        key=lambda home: int(home.name),
        reverse=True,
    )
    for home in homes:
        extensions = POSTGRES_SHARES / home.name / "extension"
        if (home / "bin" / "postgres").exists() and all(
            (extensions / f"{name}.control").exists() for name in NEEDED_EXTENSIONS
        ):
            return home / "bin"
    return None


def find_redis() -> str | None:
    return shutil.which("redis-server") or shutil.which("valkey-server")


def postgres_programs() -> Path:
    found = find_postgres()
    if found is None:
        raise CannotContinue("PostgreSQL 15 with PostGIS is not installed: run `make run`, or set DATABASE_URL.")
    return found


def redis_program() -> str:
    found = find_redis()
    if found is None:
        raise CannotContinue("Redis is not installed: run `make run`, or set REDIS_URL.")
    return found


def missing_packages(environ: Mapping[str, str]) -> list[str]:
    """Debian packages that are wanted and not there; a service that the environment names is not wanted."""
    missing: list[str] = []
    if not environ.get("DATABASE_URL") and find_postgres() is None:
        missing += POSTGRES_PACKAGES
    if not environ.get("REDIS_URL") and find_redis() is None:
        missing += REDIS_PACKAGES
    if lacks_venv():
        missing += VENV_PACKAGES
    return missing


def lacks_venv() -> bool:
    """Debian's Python comes without the part that makes virtual environments."""
    return importlib.util.find_spec("ensurepip") is None


def install_missing_packages(environ: Mapping[str, str], log: Path) -> None:
    """Raises: CannotContinue when a package is missing and cannot be installed."""
    packages = missing_packages(environ)
    if packages:
        install_packages(packages, log)


def install_packages(packages: Sequence[str], log: Path) -> None:
    """Raises: CannotContinue."""
    wanted = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise CannotContinue(
            f"This is no Debian, and {wanted} (as Debian calls them) are missing: install them your system's way, "
            "or set DATABASE_URL and REDIS_URL to servers that run elsewhere."
        )
    log.parent.mkdir(parents=True, exist_ok=True)
    prefix = _privilege(wanted)
    with step(f"Installing {wanted}"), _starting_nothing(prefix):
        # What is in the package lists may be gone from the mirror, so they are read anew first.
        _apt([*prefix, *APT, "update"], wanted, log)
        _apt([*prefix, *APT, "install", "--yes", "--no-install-recommends", *packages], wanted, log)


APT: Final = (
    *("env", "DEBIAN_FRONTEND=noninteractive", "UCF_FORCE_CONFFOLD=1", "LC_ALL=C.UTF-8"),
    *("apt-get", "--quiet", "-o", "Acquire::Retries=2", "-o", "DPkg::Lock::Timeout=120"),
    *("-o", "Dpkg::Options::=--force-confold"),
)


def _privilege(wanted: str) -> list[str]:
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        raise CannotContinue(
            f"Installing {wanted} needs root, and there is no sudo: as root, run `apt-get install {wanted}`, "
            "then come back."
        )
    ask = [] if sys.stdin.isatty() else ["--non-interactive"]
    if subprocess.run(["sudo", *ask, "--validate"], check=False).returncode != 0:
        raise CannotContinue(f"Installing {wanted} needs root: run `sudo apt-get install {wanted}`, then come back.")
    return ["sudo", *ask]


def _apt(command: list[str], wanted: str, log: Path) -> None:
    deadline = time.monotonic() + LOCK_SECONDS
    code, lines = _logged(command, log)
    # apt waits for dpkg's lock by itself, but not for that of the package lists.
    while code != 0 and any(LISTS_LOCK in line for line in lines):
        if time.monotonic() > deadline:
            raise CannotContinue(
                f"Another program installs packages since {LOCK_SECONDS:.0f} s: let it come to its end, then come back."
            )
        say("  another program installs packages: waiting for it")
        time.sleep(LOCK_POLL_SECONDS)
        code, lines = _logged(command, log)
    if code != 0:
        said = [line for line in lines if line.startswith("E: ")]
        reason = said[0].removeprefix("E: ") if said else f"exit code {code}"
        raise CannotContinue(
            f"Debian's packages cannot be installed ({reason}): check the network and the package sources, "
            f"or install {wanted} yourself; {log} has the whole story."
        )


def _logged(command: Sequence[str], log: Path) -> tuple[int, list[str]]:
    """Run it with its words in `log`, telling now and then where it stands. Its exit code, and what it said."""
    lines: list[str] = []
    told = time.monotonic()
    with (
        log.open("a") as file,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        ) as process,
    ):
        assert process.stdout is not None, "started with a pipe"
        for line in process.stdout:
            file.write(line)
            lines.append(line.rstrip())
            if time.monotonic() - told >= TOLD_EVERY_SECONDS:
                told = time.monotonic()
                say(f"    {lines[-1][:100]}")
    return process.returncode, lines


@contextmanager
def _starting_nothing(prefix: list[str]) -> Iterator[None]:
    """Keep Debian from creating a cluster of its own and from starting its services while it installs.

    Our services are private; a PostgreSQL on 5432 and a Redis on 6379 that nobody asked for are none of our doing.
    A policy that the machine has already is left as it is.
    """
    if not CLUSTER_POLICY.exists():
        _write(prefix, CLUSTER_POLICY, "create_main_cluster = false\n", mode="0644")
    is_ours = not START_POLICY.exists()
    if is_ours:
        _write(prefix, START_POLICY, "#!/bin/sh\nexit 101\n", mode="0755")
    try:
        yield
    finally:
        if is_ours:
            subprocess.run([*prefix, "rm", "-f", START_POLICY], check=True)


def _write(prefix: list[str], path: Path, text: str, *, mode: str) -> None:
    command: list[str | Path] = [*prefix, "install", "-D", "-m", mode, "/dev/stdin", path]
    subprocess.run(command, input=text, text=True, check=True)
