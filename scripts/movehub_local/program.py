"""`make run`: from a folder with the sources to a program that answers, and back to nothing left."""

from __future__ import annotations

import errno
import http.client
import socket
import subprocess
import time
from collections.abc import Mapping
from typing import Final

from .children import Child, Family
from .debian import install_missing_packages
from .development import LOGINS, common_settings, read_assignments, with_logins
from .failure import CannotContinue, last_line
from .homes import lasting_home
from .output import Outputs
from .paths import LOCAL, PYTHON, ROOT
from .progress import say, step
from .services import Urls, start_services
from .signals import ignore_signals, leaving_in_order
from .virtualenv import ensure_virtualenv

HOST: Final = "127.0.0.1"
READY_SECONDS: Final = 60.0
# The API finishes the requests that it has begun (MOVEHUB_HTTP__GRACEFUL_STOP_SECONDS), the worker its event.
LEAVING_SECONDS: Final = 25.0
MOVEHUB: Final = (PYTHON, "-m", "app")
STANDING: Final = (PYTHON, "-m", "app.runtime.db.standing")
OTHER_KEY: Final = 3  # how it ends for a database that another sealing key has sealed


def run_program(port: int, environ: Mapping[str, str]) -> None:
    """Bring everything up and stay in the foreground until a signal. Raises: CannotContinue, Stopped."""
    with leaving_in_order():
        begun = time.monotonic()
        _refuse_taken_port(port)
        say("MoveHub is being brought up.")
        install_missing_packages(environ, LOCAL / "apt.log")
        ensure_virtualenv(dev=False)
        with lasting_home() as family:
            try:
                _run(family, port, environ, begun)
            finally:
                ignore_signals()
                say("\nStopping everything that was started.")


def _run(family: Family, port: int, environ: Mapping[str, str], begun: float) -> None:
    urls = start_services(family, lasting=True, environ=environ)
    settings = common_settings(urls, port, environ)
    logins = _standing(urls, settings) or _bring_up(family, urls, settings, environ)
    with Outputs() as outputs:
        api = _start(family, "API", "serve", with_logins(settings, logins, "app"))
        worker = _start(family, "worker", "worker", with_logins(settings, logins, "worker"))
        outputs.follow(api, worker)
        _wait_until_ready(outputs, port)
        _tell(port, time.monotonic() - begun)
        while True:
            outputs.pass_on(seconds=1.0)


def _standing(urls: Urls, settings: Mapping[str, str]) -> dict[str, str] | None:
    """The logins of a database on which everything stands: one short question instead of three long commands.

    Raises: CannotContinue for a database whose sealed fields the settings' keys do not open.
    """
    with step("Looking at the database"):
        done = subprocess.run(
            STANDING,
            cwd=ROOT,
            env={**settings, "DATABASE_URL": urls.database},
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode == OTHER_KEY:
        raise CannotContinue(done.stderr.strip())
    logins = read_assignments(done.stdout)
    return logins if done.returncode == 0 and not set(LOGINS) - logins.keys() else None


def _bring_up(family: Family, urls: Urls, settings: Mapping[str, str], environ: Mapping[str, str]) -> dict[str, str]:
    logins = _prepare_database(family, urls, environ)
    _call(family, "Migrating", "migrate", with_logins(settings, logins, "migrate"))
    _call(family, "Demo data", "seed", with_logins(settings, logins, "app", "worker"), echo=True)
    # Where it cannot be written, the next start asks all three again.
    subprocess.run([*STANDING, "mark"], cwd=ROOT, env={**settings, "DATABASE_URL": urls.database}, check=False)
    return logins


def _prepare_database(family: Family, urls: Urls, environ: Mapping[str, str]) -> dict[str, str]:
    env = {**environ, "DATABASE_URL": urls.database}
    logins = read_assignments(_call(family, "Roles, database and extensions", "prepare-database", env))
    missing = [name for name in LOGINS if name not in logins]
    if missing:
        raise CannotContinue(f"`movehub prepare-database` did not name {', '.join(missing)}: run it by hand and see.")
    return logins


def _call(family: Family, title: str, command: str, env: Mapping[str, str], *, echo: bool = False) -> str:
    """Run one of the program's commands to its end, and return what it said. Raises: CannotContinue."""
    with step(title), Outputs(echo=echo) as outputs:
        child = _start(family, command, command, env)
        outputs.follow(child)
        outputs.pass_on_until_ended()
        family.forget(child)
    said = outputs.heard[command]
    if child.process.returncode != 0:
        raise CannotContinue(f"{title} failed: {last_line(said)}")
    return said


def _start(family: Family, name: str, command: str, env: Mapping[str, str]) -> Child:
    return family.start(
        name,
        [*MOVEHUB, command],
        output=subprocess.PIPE,
        env=env,
        folder=ROOT,
        patience_seconds=LEAVING_SECONDS,
    )


def _refuse_taken_port(port: int) -> None:
    """Asked before anything is installed or started: the answer costs nothing then."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            raise CannotContinue(f"Port {port} needs root: choose one above 1023, `make run PORT=8000`.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            raise CannotContinue(
                f"Port {port} is in use: `make stop` ends an earlier run, or choose another, "
                f"`make run PORT={port + 1}`."
            ) from None


def _wait_until_ready(outputs: Outputs, port: int) -> None:
    with step("Starting API and worker"):
        deadline = time.monotonic() + READY_SECONDS
        while not is_ready(port):
            outputs.pass_on(seconds=0.1)
            if time.monotonic() > deadline:
                raise CannotContinue(f"The API was not ready within {READY_SECONDS:.0f} s: its last lines say why.")


def is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tell(port: int, seconds: float) -> None:
    url = f"http://{HOST}:{port}"
    say(f"""
MoveHub is ready after {seconds:.1f} s.

  API              {url}
  Documentation    {url}/docs  {url}/redoc
  Mail and SMS     {url}/dev/mailbox
  Demo accounts    owner@  dispatcher@  driver@  staff@movehub.example   password movehub-demo

  The main job as a story: make demo{"" if port == 8000 else f" PORT={port}"}     Ctrl-C stops everything.
""")
