"""The homes of runs: one of `make run`, one of each throw-away run, and what is left in them."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Final

from .accounts import remove_services_home
from .children import Family, end_process, read_record
from .failure import CannotContinue
from .paths import LOCAL, TEST

RUNNER_PATIENCE_SECONDS: Final = 40.0
CHILD_PATIENCE_SECONDS: Final = 10.0
KEPT_LOGS: Final = ("postgres.log", "redis.log")


@contextmanager
def lasting_home() -> Iterator[Family]:
    """The home of `make run`, for one at a time. On leaving, all children are stopped. Raises: CannotContinue."""
    LOCAL.mkdir(parents=True, exist_ok=True)
    with (LOCAL / "run.lock").open("a") as lock:
        if not _is_locked_now(lock):
            record = read_record(LOCAL)
            who = f" as process {record.runner.pid}" if record else ""
            raise CannotContinue(f"MoveHub already runs from this folder{who}: `make stop` ends it.")
        end_children(LOCAL)
        family = Family(LOCAL)
        try:
            yield family
        finally:
            _stop_all(family)
            (LOCAL / "run.json").unlink(missing_ok=True)


@contextmanager
def throwaway_home() -> Iterator[Family]:
    """A home that is gone afterwards but for the services' logs, which stay in `var/test` until the next run."""
    sweep_throwaways()
    home = TEST / f"run-{os.getpid()}"
    with ExitStack() as held:
        with _nobody_sweeping():  # a home without its lock looks like one that was left
            home.mkdir(parents=True)
            lock = held.enter_context((home / "run.lock").open("a"))
            fcntl.flock(lock, fcntl.LOCK_EX)
        family = Family(home)
        try:
            yield family
        finally:
            _stop_all(family)
            _remove(home)


def sweep_throwaways() -> list[str]:
    """Stop and remove what throw-away runs left that were killed; living ones are untouched."""
    ended: list[str] = []
    with _nobody_sweeping():
        for home in TEST.glob("run-*"):
            with (home / "run.lock").open("a") as lock:
                if _is_locked_now(lock):
                    ended += end_children(home)
                    _remove(home)
    return ended


@contextmanager
def _nobody_sweeping() -> Iterator[None]:
    TEST.mkdir(parents=True, exist_ok=True)
    with (TEST / "homes.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def stop_runs() -> list[str]:
    """End a running `make run` and everything that runs left behind. Returns the names of what was ended."""
    ended: list[str] = []
    record = read_record(LOCAL)
    if record is not None and record.runner.is_alive():
        end_process(record.runner, signal.SIGTERM, RUNNER_PATIENCE_SECONDS)
        ended.append("make run")
    return [*ended, *end_children(LOCAL), *sweep_throwaways()]


def remove_lasting_home() -> None:
    """Raises: OSError where something of it is another user's: then it is not deleted, or not all of it."""
    if LOCAL.exists():
        shutil.rmtree(LOCAL)
    remove_services_home(LOCAL)


def end_children(home: Path) -> list[str]:
    """End what the run of `home` started and could not stop: it was killed."""
    record = read_record(home)
    if record is None:
        return []
    living = [(name, process, number) for name, process, number in record.children if process.is_alive()]
    for _, process, number in reversed(living):
        end_process(process, number, CHILD_PATIENCE_SECONDS)
    return [name for name, _, _ in living]


def _is_locked_now(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop_all(family: Family) -> None:
    """The last one first: the API and the worker leave while PostgreSQL and Redis still answer."""
    for child in reversed(family.children):
        child.stop()


def _remove(home: Path) -> None:
    for name in KEPT_LOGS:
        if (home / name).exists():
            (home / name).replace(TEST / name)
    remove_services_home(home)
    shutil.rmtree(home, ignore_errors=True)
