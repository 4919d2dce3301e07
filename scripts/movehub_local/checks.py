"""`make check`: everything that can be said about the code without running the program, the quickest first."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from typing import Final

from .debian import VENV_PACKAGES, install_packages, lacks_venv
from .failure import CannotContinue
from .paths import PYTHON, ROOT, TEST, VENV
from .progress import say
from .virtualenv import ensure_virtualenv

OPENAPI: Final = (str(PYTHON), "scripts/check_openapi.py")
CHECKS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("format", (str(PYTHON), "-m", "ruff", "format", "--check", ".")),
    ("lint", (str(PYTHON), "-m", "ruff", "check", ".")),
    ("walls between modules", (str(VENV / "bin" / "lint-imports"), "--no-cache")),
    ("architecture", (str(PYTHON), "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "unit", "tests/architecture")),
    ("types", (str(PYTHON), "-m", "mypy", "app", "migrations", "scripts", "tests", "bench")),
    ("lock export", (str(PYTHON), "scripts/export_lock.py", "--check")),
    ("OpenAPI document", OPENAPI),
)


def run_checks() -> int:
    """Run all of them, also after one has failed; 1 when any has."""
    prepare()
    failed = [name for name, command in CHECKS if not _passes(name, command)]
    if failed:
        say(f"\nFailed: {', '.join(failed)}.")
    return int(bool(failed))


def write_openapi(arguments: Sequence[str]) -> int:
    prepare()
    return subprocess.run([*OPENAPI, "--write", *arguments], cwd=ROOT, check=False).returncode


def prepare() -> None:
    """The checks need no service, so none is installed for them."""
    if lacks_venv():
        install_packages(VENV_PACKAGES, TEST / "apt.log")
    ensure_virtualenv(dev=True)


def _passes(name: str, command: Sequence[str]) -> bool:
    begun = time.monotonic()
    try:
        done = subprocess.run(
            command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=_environment()
        )
    except OSError as error:
        raise CannotContinue(f"`{command[0]}` cannot be run ({error}): `rm -r .venv` and try again.") from None
    took = time.monotonic() - begun
    say(f"  {'ok' if done.returncode == 0 else 'FAILED':7} {name:22} {took:5.1f} s")
    if done.returncode != 0:
        say(done.stdout.decode(errors="replace"))
    return done.returncode == 0


def _environment() -> dict[str, str]:
    """Without the caller's services: a check that reached for one would pass here and fail elsewhere."""
    return {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
