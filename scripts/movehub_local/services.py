"""A private PostgreSQL and Redis: on free ports of this machine alone, as no root, with passwords of their own.

With DATABASE_URL or REDIS_URL in the environment that service is the caller's, and none is started.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from .accounts import account_for, make_folder, services_home
from .children import POLL_SECONDS, Child, Family
from .debian import postgres_programs, redis_program
from .failure import CannotContinue, last_line
from .given import refuse_dead_redis
from .progress import step

ADMINISTRATOR: Final = "movehub_admin"
DATABASE: Final = "movehub"
START_SECONDS: Final = 60.0
TRIES: Final = 3
LASTING: Final = {"synchronous_commit": "off", "max_connections": "200"}
# Thrown away at the end: nothing needs to survive a crash of the machine.
THROWAWAY: Final = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "log_lock_waits": "on",
}


@dataclass(frozen=True)
class Urls:
    """`database` is the administrator's."""

    database: str
    redis: str


@dataclass(frozen=True)
class DidNotStart(Exception):
    """A service ended before it was ready: the port may have been taken in between, so it is tried again."""

    name: str
    log: Path


def start_services(family: Family, *, lasting: bool, environ: Mapping[str, str]) -> Urls:
    """Start what the environment does not name. Raises: CannotContinue."""
    home = services_home(family.home)
    database, redis = environ.get("DATABASE_URL"), environ.get("REDIS_URL")
    if not database:
        with step("Starting PostgreSQL"):
            database = _until_it_starts(lambda: _start_postgres(family, home, lasting=lasting))
    if not redis:
        with step("Starting Redis"):
            redis = _until_it_starts(lambda: _start_redis(family, home, lasting=lasting))
    else:
        refuse_dead_redis(redis)
    return Urls(database, redis)


def _until_it_starts(start: Callable[[], str]) -> str:
    for attempt in range(1, TRIES + 1):
        try:
            return start()
        except DidNotStart as failure:
            if attempt == TRIES:
                said = last_line(failure.log.read_text(errors="replace"))
                raise CannotContinue(
                    f"{failure.name} does not start ({said}): see {failure.log}, or `make reset` to begin anew."
                ) from None
    raise AssertionError("the last try returns or raises")


def _start_postgres(family: Family, home: Path, *, lasting: bool) -> str:
    account = account_for("postgres")
    programs = postgres_programs()
    folder = home / "postgres"
    make_folder(folder, account)
    cluster, log = folder / "cluster", family.home / "postgres.log"
    password = _kept_secret(folder / "password", account)
    is_new = not (cluster / "PG_VERSION").exists()
    if is_new:
        shutil.rmtree(cluster, ignore_errors=True)
        _create_cluster(programs, folder)
    port = free_port()
    options = {
        "port": str(port),
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        **(LASTING if lasting else THROWAWAY),
    }
    command: list[str | Path] = [
        programs / "postgres",
        "-D",
        cluster,
        *(f"--{name}={value}" for name, value in options.items()),
    ]
    with log.open("ab") as output:
        # SIGINT is PostgreSQL's fast stop: it ends the sessions; SIGTERM would wait for them.
        child = family.start("PostgreSQL", command, output=output, account=account, stop_signal=signal.SIGINT)
    _wait_until(family, child, log, lambda: _postgres_is_ready(cluster, child))
    server = f"postgresql://{ADMINISTRATOR}:{password}@127.0.0.1:{port}"
    if is_new:
        psql = [str(programs / "psql"), f"{server}/postgres", "--quiet"]
        subprocess.run([*psql, "--command", f"CREATE DATABASE {DATABASE}"], check=True)
    return f"{server}/{DATABASE}"


def _create_cluster(programs: Path, folder: Path) -> None:
    account = account_for("postgres")
    command: list[str | Path] = [
        *(programs / "initdb", "--pgdata", folder / "cluster", "--username", ADMINISTRATOR),
        *("--auth", "scram-sha-256", "--pwfile", folder / "password"),
        *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
    ]
    arguments = account.popen_arguments() if account else {}
    done = subprocess.run(command, cwd="/", check=False, capture_output=True, text=True, **arguments)
    if done.returncode != 0:
        raise CannotContinue(f"PostgreSQL's initdb failed in {folder} ({last_line(done.stderr)}): make room there.")


def _postgres_is_ready(cluster: Path, child: Child) -> bool:
    """The eighth line of postmaster.pid is its state; the first is whose file it is (an old one may lie there)."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(child.process.pid) and lines[7].strip() == "ready"


def _start_redis(family: Family, home: Path, *, lasting: bool) -> str:
    account = account_for("redis")
    folder, log, port = home / "redis", family.home / "redis.log", free_port()
    make_folder(folder, account)
    password = _kept_secret(folder / "password", account)
    configuration = folder / "redis.conf"
    lines = [
        f"port {port}",
        "bind 127.0.0.1",
        f"requirepass {password}",
        f"dir {folder}",
        'save ""',
        # Delivered events wait in a stream: what a stop of `make run` leaves there is still there at the next start.
        f"appendonly {'yes' if lasting else 'no'}",
    ]
    _write_private(configuration, "\n".join(lines) + "\n")
    if account is not None:
        os.chown(configuration, account.uid, account.gid)
    with log.open("ab") as output:
        child = family.start("Redis", [redis_program(), configuration], output=output, account=account)
    _wait_until(family, child, log, lambda: _redis_is_ready(port, password))
    return f"redis://default:{password}@127.0.0.1:{port}/0"


def _redis_is_ready(port: int, password: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\r\n") < 2:
                part = connection.recv(100)
                if not part:
                    return False
                answer += part
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


def _wait_until(family: Family, child: Child, log: Path, is_ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not is_ready():
        if child.has_ended() or time.monotonic() > deadline:
            child.stop()
            family.forget(child)
            raise DidNotStart(child.name, log)
        time.sleep(POLL_SECONDS)


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _kept_secret(path: Path, account: object) -> str:
    """The password in `path`, made at the first call; readable by its service alone."""
    if not path.exists():
        _write_private(path, secrets.token_hex(24))
    if account is not None:
        shutil.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)
    return path.read_text()


def _write_private(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
