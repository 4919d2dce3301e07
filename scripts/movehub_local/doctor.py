"""`make doctor`: what is installed, running and missing, one line each."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping

from .children import read_record
from .debian import POSTGRES_PACKAGES, REDIS_PACKAGES, find_postgres, find_redis, missing_packages
from .paths import DEV_LOCK, LOCAL, RUNTIME_LOCK
from .program import is_ready
from .virtualenv import is_installed

Finding = tuple[str, bool | None, str]


def examine(port: int, environ: Mapping[str, str]) -> int:
    """Print the findings; 1 when something is missing that `make run` cannot do without."""
    findings = [*_installed(environ), *_running(port)]
    for name, verdict, sentence in findings:
        mark = "-" if verdict is None else "ok" if verdict else "missing"
        print(f"{mark:8} {name:22} {sentence}")
    return int(any(verdict is False for _, verdict, _ in findings))


def _installed(environ: Mapping[str, str]) -> Iterator[Finding]:
    yield "Python", True, platform.python_version()
    postgres, redis = find_postgres(), find_redis()
    if environ.get("DATABASE_URL"):
        yield "PostgreSQL, PostGIS", True, "DATABASE_URL names a server"
    else:
        wanted = f"make run installs {' '.join(POSTGRES_PACKAGES)}"
        yield "PostgreSQL, PostGIS", postgres is not None, str(postgres or wanted)
    if environ.get("REDIS_URL"):
        yield "Redis", True, "REDIS_URL names a server"
    else:
        yield "Redis", redis is not None, redis or f"make run installs {' '.join(REDIS_PACKAGES)}"
    others = [name for name in missing_packages(environ) if name not in (*POSTGRES_PACKAGES, *REDIS_PACKAGES)]
    yield "Debian's other packages", not others, " ".join(others) or "nothing missing"
    runtime = is_installed(RUNTIME_LOCK)
    yield "packages to run", runtime, "as locked, in .venv" if runtime else "make run installs them"
    # None: a machine that only runs the program has no need of them.
    dev = is_installed(DEV_LOCK)
    yield "packages to test", dev or None, "as locked, in .venv" if dev else "make test installs them"


def _running(port: int) -> Iterator[Finding]:
    record = read_record(LOCAL)
    is_running = record is not None and record.runner.is_alive()
    yield "make run", is_running or None, f"process {record.runner.pid}" if record and is_running else "not running"
    for name, process, _ in record.children if record else ():
        alive = process.is_alive()
        left = "" if is_running else ", left behind: `make stop` ends it"
        yield f"  {name}", alive or None, f"process {process.pid}{left}" if alive else "ended"
    ready = is_ready(port)
    yield f"API on port {port}", ready or None, "ready" if ready else "no answer that says ready"
    yield "local data", LOCAL.exists() or None, str(LOCAL) if LOCAL.exists() else "none yet"
