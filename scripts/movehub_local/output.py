"""What our children say, line by line and under their names, and the news that one of them has died."""

from __future__ import annotations

import os
import selectors
import sys
import time
from collections import defaultdict
from types import TracebackType
from typing import Final, Self

from .children import Child
from .failure import CannotContinue, last_line

READ_BYTES: Final = 65_536
KEPT_CHARACTERS: Final = 20_000
NAME_WIDTH: Final = 6


class Outputs:
    """Reads the children's pipes. `heard` keeps the end of what each said.

    On leaving, those that still run are asked to leave all at once and listened to until they have; a child whose
    pipe nobody reads could not even say goodbye.
    """

    def __init__(self, *, echo: bool = True) -> None:
        self.heard: dict[str, str] = defaultdict(str)
        self._echo = echo
        self._selector = selectors.DefaultSelector()
        self._children: list[Child] = []
        self._unfinished: dict[str, bytes] = defaultdict(bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for child in self._children:
            child.ask_to_leave()
        deadline = time.monotonic() + max((child.patience_seconds for child in self._children), default=0.0)
        while self._selector.get_map() and time.monotonic() < deadline:
            self._read(0.1)
        for child in self._children:
            child.stop()
            if child.process.stdout is not None:
                child.process.stdout.close()
        self._selector.close()

    def follow(self, *children: Child) -> None:
        for child in children:
            pipe = child.process.stdout
            assert pipe is not None, "started with a pipe"
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, child)
            self._children.append(child)

    def pass_on(self, *, seconds: float) -> None:
        """Wait up to `seconds` for lines and pass them on. Raises: CannotContinue when a child has died."""
        self._read(seconds)
        for child in self._children:
            if child.has_ended():
                self._read(0.0)
                said = last_line(self.heard[child.name])
                raise CannotContinue(f"The {child.name} ended with exit code {child.process.returncode}: {said}")

    def pass_on_until_ended(self) -> None:
        """For a child that has an end of its own."""
        while self._selector.get_map():
            self._read(1.0)
        for child in self._children:
            child.process.wait()

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            child: Child = key.data
            part = os.read(key.fd, READ_BYTES)
            if not part:
                self._selector.unregister(key.fileobj)
                part = b"\n" if self._unfinished[child.name] else b""
            *lines, self._unfinished[child.name] = (self._unfinished[child.name] + part).split(b"\n")
            for line in lines:
                self._hear(child.name, line.decode(errors="replace"))

    def _hear(self, name: str, line: str) -> None:
        self.heard[name] = f"{self.heard[name]}{line}\n"[-KEPT_CHARACTERS:]
        if self._echo:
            sys.stdout.write(f"{name:{NAME_WIDTH}} | {line}\n")
            sys.stdout.flush()
