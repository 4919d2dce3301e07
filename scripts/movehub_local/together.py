"""A command together with throw-away services: the tests, the bench, whatever needs a database for a while."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence

from .children import die_with_parent
from .debian import install_missing_packages
from .failure import CannotContinue, Stopped
from .homes import throwaway_home
from .paths import ROOT, TEST
from .services import start_services
from .signals import leaving_in_order
from .virtualenv import ensure_virtualenv


def run_with_services(command: Sequence[str], environ: Mapping[str, str]) -> int:
    """Run `command` in the project's folder with DATABASE_URL (an administrator's), REDIS_URL and ENVIRONMENT=test.

    Returns its exit code, 128 + the signal's number when one ended it. Raises: CannotContinue.
    """
    install_missing_packages(environ, TEST / "apt.log")
    ensure_virtualenv(dev=True)
    with leaving_in_order(), throwaway_home() as family:
        urls = start_services(family, lasting=False, environ=environ)
        env = {**environ, "DATABASE_URL": urls.database, "REDIS_URL": urls.redis, "ENVIRONMENT": "test"}
        return _run(command, env)


def _run(command: Sequence[str], env: Mapping[str, str]) -> int:
    try:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=env,
            preexec_fn=die_with_parent(signal.SIGTERM),  # noqa: PLW1509 - we have no threads
        )
    except OSError as error:
        raise CannotContinue(f"`{command[0]}` cannot be run ({os.strerror(error.errno or 0)}).") from None
    try:
        code = process.wait()
    except Stopped as stopped:
        # The terminal's Ctrl-C reaches the command as well; a `kill` reaches us alone.
        if stopped.args[0] != signal.SIGINT:
            process.send_signal(stopped.args[0])
        code = _wait_patiently(process)
    return code if code >= 0 else 128 - code


def _wait_patiently(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()
