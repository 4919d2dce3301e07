"""A share of the connections that bookings alone may use: whatever else goes on, somebody can still book.

Everything but a booking's commands passes a gate before it is given a connection. Counted in the process, so that it
costs no round trip. Who finds the gate full stands in line for as long as the line moves, and is refused at once when
it does not: an answer that says "later" is worth more than a connection that nobody gives back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, Final, cast

from sqlalchemy.pool import AsyncAdaptedQueuePool, ConnectionPoolEntry
from sqlalchemy.util import await_only

from app.kernel.errors import Unavailable

_uses_all: ContextVar[bool] = ContextVar("uses_all_connections", default=False)
# So many in line for each connection: at a few milliseconds each, nobody behind them would be served within a second.
MOST_IN_LINE: Final = 32
PASSED: Final = "passed the gate"


@contextmanager
def all_connections() -> Iterator[None]:
    """What is opened within may use the share that is kept."""
    before = _uses_all.get()
    _uses_all.set(True)
    try:
        yield
    finally:
        _uses_all.set(before)


class Overloaded(Unavailable):
    code: ClassVar[str] = "overloaded"
    title: ClassVar[str] = "More is going on than we can take on now. Nothing was changed; try again in a moment."


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one stands in line: while it stands still, and at the most."""

    still_seconds: float
    most_seconds: float


class Gate:
    """Lets so many through at once, in the order in which they came."""

    def __init__(self, size: int, patience: Patience) -> None:
        self._free = size
        self._most_in_line = size * MOST_IN_LINE
        self._patience = patience
        self._line: deque[asyncio.Future[None]] = deque()
        self._left = 0

    def is_passed(self) -> bool:
        """Whether the caller was let through without waiting."""
        if self._free == 0:
            return False
        self._free -= 1
        return True

    async def wait(self) -> None:
        """Stand in line. Raises: Overloaded (503) when it is too long, or does not move."""
        if len(self._line) >= self._most_in_line:
            raise Overloaded
        place = asyncio.get_running_loop().create_future()
        self._line.append(place)
        try:
            await self._stand(place)
        except BaseException:
            if place.done():
                self.leave()
            else:
                self._line.remove(place)
            raise

    async def _stand(self, place: asyncio.Future[None]) -> None:
        now = asyncio.get_running_loop().time
        came = asked = now()
        left = self._left
        while not (await asyncio.wait({place}, timeout=self._patience.still_seconds))[0]:
            # A timer that rings late tells of a loop that was busy: those in front had no chance to leave.
            is_still = self._left == left and now() - asked < 2 * self._patience.still_seconds
            if is_still or now() - came >= self._patience.most_seconds:
                raise Overloaded
            asked, left = now(), self._left

    def leave(self) -> None:
        self._left += 1
        if self._line:
            self._line.popleft().set_result(None)
        else:
            self._free += 1


class SharedPool(AsyncAdaptedQueuePool):
    """The pool behind its gate, which is set before the first connection."""

    gate: Gate

    def recreate(self) -> SharedPool:
        made = cast(SharedPool, super().recreate())
        made.gate = self.gate  # what is out still comes back to the former pool, and leaves by the same gate
        return made

    def _do_get(self) -> ConnectionPoolEntry:
        if _uses_all.get():
            return super()._do_get()
        if not self.gate.is_passed():
            await_only(self.gate.wait())
        try:
            record: Any = super()._do_get()
        except BaseException:
            self.gate.leave()
            raise
        record.record_info[PASSED] = True
        return cast(ConnectionPoolEntry, record)

    def _do_return_conn(self, record: Any) -> None:
        super()._do_return_conn(record)
        if record.record_info.pop(PASSED, False):
            self.gate.leave()
