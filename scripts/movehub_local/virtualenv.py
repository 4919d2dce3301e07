"""The virtual environment: exactly what the exported locks name, checked by hash, installed once a lock."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .failure import CannotContinue, last_line
from .paths import DEV_LOCK, PYTHON, RUNTIME_LOCK, VAR, VENV
from .progress import step

STAMP: Final = VENV / "installed-locks.json"
INSTALLER: Final = "uv"


def ensure_virtualenv(*, dev: bool) -> None:
    """Make `.venv` hold the locked packages, with those of the checks and tests when `dev`. Raises: CannotContinue."""
    locks = [RUNTIME_LOCK, DEV_LOCK] if dev else [RUNTIME_LOCK]
    with _alone():
        if _is_broken():
            _create()
        missing = [lock for lock in locks if not is_installed(lock)]
        if missing:
            with step("Installing the locked packages"):
                _install(missing)
            stamps = _installed() | {lock.name: _digest(lock) for lock in missing}
            STAMP.write_text(json.dumps(stamps, indent=1))


def is_installed(lock: Path) -> bool:
    """Whether `.venv` holds what this lock names now."""
    return PYTHON.exists() and _installed().get(lock.name) == _digest(lock)


@contextmanager
def _alone() -> Iterator[None]:
    """Two commands at once: the second waits for the first one's installation."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "virtualenv.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _digest(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _installed() -> dict[str, str]:
    try:
        found: dict[str, str] = json.loads(STAMP.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return found


def _is_broken() -> bool:
    """A copied or upgraded machine leaves a `.venv` whose Python is gone."""
    if not PYTHON.exists():
        return True
    return subprocess.run([PYTHON, "-c", "import pip"], check=False, capture_output=True).returncode != 0


def _create() -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    with step("Creating .venv"):
        done = subprocess.run([sys.executable, "-m", "venv", VENV], check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotContinue(
            f"Python cannot make a virtual environment ({last_line(done.stdout + done.stderr)}): "
            "install python3-venv and make room on the disk."
        )


def _install(locks: list[Path]) -> None:
    requirements = [argument for lock in locks for argument in ("--requirement", str(lock))]
    # Everything is named and hashed in the lock: nothing is resolved, so nothing else can come in.
    strict = ["--no-deps", "--require-hashes", *requirements]
    if _has_installer():
        done = _call([VENV / "bin" / INSTALLER, "pip", "install", "--quiet", "--python", PYTHON, *strict], _sources())
        if done.returncode == 0:
            return
    # The fast installer is a convenience: it may not be obtainable, or not understand this machine's sources.
    done = _call([PYTHON, "-m", "pip", "install", "--quiet", *strict], {})
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR: ")]
        reason = errors[-1].removeprefix("ERROR: ") if errors else last_line(done.stderr)
        raise CannotContinue(
            f"The locked packages cannot be installed ({reason}): check the network and pip's index settings."
        )


def _has_installer() -> bool:
    if (VENV / "bin" / INSTALLER).exists():
        return True
    return _call([PYTHON, "-m", "pip", "install", "--quiet", INSTALLER], {}).returncode == 0


def _sources() -> dict[str, str]:
    """Pip's package sources, for uv, which reads none of pip's settings: a machine behind a mirror has them there."""
    done = _call([PYTHON, "-m", "pip", "config", "list"], {})
    settings = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    by_name = {name.rpartition(".")[2]: value.strip("'\"") for name, value in settings.items()}
    renamed = {
        "index-url": ("UV_DEFAULT_INDEX", " "),
        "extra-index-url": ("UV_INDEX", " "),
        "find-links": ("UV_FIND_LINKS", ","),
        "cert": ("SSL_CERT_FILE", " "),
    }
    sources = {
        variable: separator.join(by_name[name].replace("\\n", " ").split())
        for name, (variable, separator) in renamed.items()
        if name in by_name
    }
    # Pip takes all indexes as equal, and so may uv here: a package from the wrong one has the wrong hash.
    return {"UV_INDEX_STRATEGY": "unsafe-best-match", **sources}


def _call(command: list[str | Path], extra: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, check=False, capture_output=True, text=True, env={**extra, **os.environ})
