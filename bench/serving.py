"""The programs that are measured, each a process of its own, and what the system says of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter, sleep
from types import TracebackType
from typing import Final, Protocol, Self

from bench.load import HOST

ROOT: Final = Path(__file__).resolve().parents[1]
MOST_SECONDS_TO_START: Final = 30.0
SECONDS_TO_STOP: Final = 10.0
MS_A_TICK: Final = 1000 / os.sysconf("SC_CLK_TCK")
KB_A_MB: Final = 1024


class DoesNotStart(Exception):
    """The program ended, or gave no answer in half a minute; the message ends with what it wrote."""


class Serving:
    """A program that listens on a port of its own: started at once, ended with the block."""

    def __init__(self, module: tuple[str, ...], environ: Mapping[str, str], log: Path, *, ready_path: str) -> None:
        self.port = _free_port()
        self._log = log
        started = perf_counter()
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=ROOT,
                env={**os.environ, **environ, "PORT": str(self.port)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self._wait_until_ready(ready_path)
        self.seconds_until_ready = perf_counter() - started

    @property
    def ports(self) -> tuple[int, ...]:
        return (self.port,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def cpu_ms(self) -> float:
        """What the process has spent since it began, its threads included."""
        return cpu_ms_of(self._process.pid)

    @property
    def resident_mb(self) -> float:
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
        return int(line.split()[1]) / KB_A_MB

    def _wait_until_ready(self, path: str) -> None:
        deadline = perf_counter() + MOST_SECONDS_TO_START
        while perf_counter() < deadline and self._process.poll() is None:
            if _answers(self.port, path):
                return
            sleep(0.02)
        self.stop()
        raise DoesNotStart(f"It does not start: {self._log.read_text()[-2000:]}")


class Processes:
    """The same program as often as the machine has processors, as it stands where it is run for others."""

    def __init__(self, served: Sequence[Serving]) -> None:
        self._served = served

    @property
    def ports(self) -> tuple[int, ...]:
        return tuple(one.port for one in self._served)

    @property
    def cpu_ms(self) -> float:
        return sum(one.cpu_ms for one in self._served)


class Served(Protocol):
    """One process or several, which answer alike."""

    @property
    def ports(self) -> tuple[int, ...]: ...

    @property
    def cpu_ms(self) -> float: ...


def cpu_ms_of(pid: int) -> float:
    """User and system time of a process, in steps of the system's clock tick (10 ms)."""
    numbers = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) * MS_A_TICK


def _answers(port: int, path: str) -> bool:
    connection = HTTPConnection(HOST, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
