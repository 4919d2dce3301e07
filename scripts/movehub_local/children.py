"""The processes that we start, and that must not outlive us.

Each dies with its parent (PR_SET_PDEATHSIG), even when the parent is killed; what a run has started is also
written down in `run.json`, so that `make stop` finds it. A process id is reused by the system one day, so a
process is known by its id and its start together.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from .accounts import Account

PR_SET_PDEATHSIG: Final = 1
POLL_SECONDS: Final = 0.02
_LIBC: Final = ctypes.CDLL(None)


@dataclass(frozen=True)
class Identity:
    """A process, safe against reuse of its id: `started` is in clock ticks since the machine's start."""

    pid: int
    started: int

    def is_alive(self) -> bool:
        return process_start(self.pid) == self.started

    def send(self, number: signal.Signals) -> None:
        if self.is_alive():
            os.kill(self.pid, number)


def process_start(pid: int) -> int | None:
    """The start of a living process; None when there is none, or only its remains."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold spaces and brackets
    return None if fields[0] == "Z" else int(fields[19])


def myself() -> Identity:
    started = process_start(os.getpid())
    assert started is not None, "we are running"
    return Identity(os.getpid(), started)


@dataclass(frozen=True)
class Child:
    """A process of ours. `stop_signal` asks it to leave; after `patience_seconds` it is killed."""

    name: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    patience_seconds: float

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def ask_to_leave(self) -> None:
        if not self.has_ended():
            self.process.send_signal(self.stop_signal)

    def stop(self) -> None:
        self.ask_to_leave()
        try:
            self.process.wait(self.patience_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


@dataclass
class Family:
    """All children of one run, and the record of them in `home/run.json`."""

    home: Path
    children: list[Child] = field(default_factory=list)

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        output: IO[bytes] | int,
        env: Mapping[str, str] | None = None,
        account: Account | None = None,
        folder: Path = Path("/"),
        stop_signal: signal.Signals = signal.SIGTERM,
        patience_seconds: float = 10.0,
    ) -> Child:
        """Start a child in a session of its own: a Ctrl-C of the terminal reaches us alone, and we order the end."""
        arguments: dict[str, Any] = {} if account is None else account.popen_arguments()
        process = subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=env,
            start_new_session=True,
            preexec_fn=die_with_parent(stop_signal),  # noqa: PLW1509 - we have no threads
            **arguments,
        )
        child = Child(name, process, stop_signal, patience_seconds)
        self.children.append(child)
        self.write_record()
        return child

    def forget(self, child: Child) -> None:
        self.children.remove(child)
        self.write_record()

    def write_record(self) -> None:
        living = {child.name: process_start(child.process.pid) for child in self.children}
        record = {
            "runner": [myself().pid, myself().started],
            "children": [
                [child.name, child.process.pid, living[child.name], int(child.stop_signal)]
                for child in self.children
                if living[child.name] is not None
            ],
        }
        path = self.home / "run.json"
        path.with_suffix(".new").write_text(json.dumps(record))
        path.with_suffix(".new").replace(path)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    parent = os.getpid()

    def ask_the_kernel() -> None:
        _LIBC.prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return ask_the_kernel


@dataclass(frozen=True)
class Record:
    """What a run wrote down about itself."""

    runner: Identity
    children: tuple[tuple[str, Identity, signal.Signals], ...]


def read_record(home: Path) -> Record | None:
    """The record of the run whose home this is; None when there is none that can be read."""
    try:
        record = json.loads((home / "run.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    children = tuple(
        (name, Identity(pid, started), signal.Signals(number)) for name, pid, started, number in record["children"]
    )
    return Record(Identity(*record["runner"]), children)


def end_process(process: Identity, number: signal.Signals, patience_seconds: float) -> None:
    """Ask a process that is not our child to leave, wait, and kill it when it does not."""
    process.send(number)
    deadline = time.monotonic() + patience_seconds
    while process.is_alive() and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    process.send(signal.SIGKILL)
