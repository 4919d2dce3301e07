"""The load: keep-alive connections on raw sockets, in a process of its own, so that it shares no lock with anybody.

It reads no more of an answer than its status and its length: about fifteen microseconds a request.
"""

from __future__ import annotations

import selectors
import socket
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from itertools import cycle
from multiprocessing import get_context
from time import perf_counter
from types import TracebackType
from typing import Final, Self

HOST: Final = "127.0.0.1"
PATIENCE_SECONDS: Final = 30.0
LARGEST_READ: Final = 1 << 20
LENGTH: Final = b"content-length: "


class NoAnswer(Exception):
    """The server closed a connection, or said nothing for half a minute."""


@dataclass(frozen=True, slots=True)
class Load:
    """The requests of each connection: sent once, or again and again, and none after `seconds`. Connections go to the
    ports in turns.
    """

    ports: Sequence[int]
    requests: Sequence[Sequence[bytes]]
    seconds: float = float("inf")
    is_repeated: bool = False
    keeps_bodies: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a load: answers by status, seconds until the last one, each answer's latency in seconds."""

    seconds: float
    statuses: Counter[int]
    latencies: list[float]
    bodies: list[bytes] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies) / self.seconds


class _Connection:
    """One connection, with one request under way at a time."""

    def __init__(self, port: int, requests: Sequence[bytes], *, again: bool) -> None:
        self.socket = socket.create_connection((HOST, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(PATIENCE_SECONDS)
        self._requests = requests
        self._again = again
        self._next = 0
        self._sent_at = 0.0
        self._received = b""

    def send_next(self) -> bool:
        """Whether there was another to send."""
        if self._next == len(self._requests):
            if not self._again:
                return False
            self._next = 0
        self._received = b""
        self._sent_at = perf_counter()
        self.socket.sendall(self._requests[self._next])
        self._next += 1
        return True

    def receive(self) -> tuple[int, float, bytes] | None:
        """Status, latency and body of the answer, once it is whole. Raises: NoAnswer."""
        chunk = self.socket.recv(LARGEST_READ)
        if not chunk:
            raise NoAnswer("The server closed a connection.")
        self._received += chunk
        head, separator, body = self._received.partition(b"\r\n\r\n")
        at = head.find(LENGTH)
        if not separator or at < 0 or len(body) < int(head[at + len(LENGTH) :].split(b"\r\n", 1)[0]):
            return None
        return int(head[9:12]), perf_counter() - self._sent_at, body


def drive(load: Load) -> Outcome:
    """Send each connection's requests one after the other. Raises: NoAnswer, OSError."""
    connections = [
        _Connection(port, mine, again=load.is_repeated) for port, mine in zip(cycle(load.ports), load.requests)
    ]
    outcome = Outcome(0.0, Counter(), [])
    selector = selectors.DefaultSelector()
    started = perf_counter()
    ends_at = started + load.seconds
    for connection in connections:
        connection.send_next()
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    under_way = len(connections)
    while under_way:
        ready = selector.select(PATIENCE_SECONDS)
        if not ready:
            raise NoAnswer(f"No answer for {PATIENCE_SECONDS:.0f} seconds.")
        for key, _ in ready:
            answer = key.data.receive()
            if answer is None:
                continue
            status, latency, body = answer
            outcome.statuses[status] += 1
            outcome.latencies.append(latency)
            if load.keeps_bodies:
                outcome.bodies.append(body)
            if perf_counter() >= ends_at or not key.data.send_next():
                selector.unregister(key.fileobj)
                key.data.socket.close()
                under_way -= 1
    return Outcome(perf_counter() - started, outcome.statuses, outcome.latencies, outcome.bodies)


class Client:
    """`drive` in a process of its own, which lives as long as the benchmark."""

    def __init__(self) -> None:
        self._process = ProcessPoolExecutor(1, mp_context=get_context("spawn"))

    def drive(self, load: Load) -> Outcome:
        """As the function of this name."""
        return self._process.submit(drive, load).result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.shutdown()
