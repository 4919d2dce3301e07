"""How a module says what it does when something has happened, or when time has passed.

Three kinds, each under a literal name (it stands in the inbox and in the table of schedules, and must survive a
renamed function):

    handlers = Handlers()

    @handlers.on("invoices.issue", BookingCompleted)           changes rows; one transaction with the inbox row
    async def issue(session: WriteSession, event: BookingCompleted, work: Work) -> None: …

    @handlers.deliver("identity.welcome_owner", Registered)    reads, and returns what is to be sent afterwards
    async def welcome(session: ReadSession, event: Registered, work: Work) -> Sequence[Outgoing]: …

    @handlers.every("bookings.expire_holds", seconds=30)       opens transactions of its own
    async def expire_holds(resources: Resources) -> None: …

All may run twice. Of `on` only one run counts; what `deliver` returns has the same ids each time, so that the
provider recognises it; `every` must leave nothing to do for a second run. Work to be done later is an event of
its own, emitted in the transaction that wants it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid5

from app.kernel.actor import System
from app.kernel.events import Event
from app.kernel.ports.mail import Mail
from app.kernel.ports.sms import Sms
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.resources import Resources

Outgoing = Mail | Sms


@dataclass(frozen=True, slots=True)
class Work:
    """One message in the hands of one handler: announced then, handled `now`."""

    handler: str
    message_id: UUID
    announced_at: datetime
    now: datetime
    resources: Resources

    @property
    def actor(self) -> System:
        return System(self.now)

    def mail(self, to: str, subject: str, text: str) -> Mail:
        return Mail(self._id("mail", to), to, subject, text)

    def sms(self, to: str, text: str) -> Sms:
        return Sms(self._id("sms", to), to, text)

    def _id(self, channel: str, to: str) -> UUID:
        """The same for every run of this handler on this message: one letter a recipient."""
        return uuid5(self.message_id, f"{self.handler} {channel} {to}")


Heard = TypeVar("Heard", bound=Event)
ChangeFunction = Callable[[WriteSession, Heard, Work], Awaitable[None]]
DeliverFunction = Callable[[ReadSession, Heard, Work], Awaitable[Sequence[Outgoing]]]
EveryFunction = Callable[[Resources], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    event: type[Event]
    run: Callable[[WriteSession, Any, Work], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Deliver:
    name: str
    event: type[Event]
    run: Callable[[ReadSession, Any, Work], Awaitable[Sequence[Outgoing]]]


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    period: timedelta
    run: EveryFunction


Handler = Change | Deliver


class Handlers:
    """One module's; collected by the registry."""

    def __init__(self) -> None:
        self.handlers: list[Handler] = []
        self.schedules: list[Schedule] = []

    def on(self, name: str, event: type[Heard]) -> Callable[[ChangeFunction[Heard]], ChangeFunction[Heard]]:
        def register(function: ChangeFunction[Heard]) -> ChangeFunction[Heard]:
            self.handlers.append(Change(name, event, function))
            return function

        return register

    def deliver(self, name: str, event: type[Heard]) -> Callable[[DeliverFunction[Heard]], DeliverFunction[Heard]]:
        def register(function: DeliverFunction[Heard]) -> DeliverFunction[Heard]:
            self.handlers.append(Deliver(name, event, function))
            return function

        return register

    def every(self, name: str, *, seconds: int) -> Callable[[EveryFunction], EveryFunction]:
        def register(function: EveryFunction) -> EveryFunction:
            self.schedules.append(Schedule(name, timedelta(seconds=seconds), function))
            return function

        return register


class HandlerTable:
    """All modules' work, looked up by what a message is. `events`: all that the program announces.

    Raises: ValueError for a name that stands twice; it would make one of the two believe it had run.
    """

    def __init__(self, modules: Iterable[Handlers], events: Iterable[type[Event]]) -> None:
        modules = tuple(modules)
        self._by_event: dict[tuple[str, int], list[Handler]] = {(event.name, event.version): [] for event in events}
        self.schedules = tuple(schedule for module in modules for schedule in module.schedules)
        handlers = [handler for module in modules for handler in module.handlers]
        for handler in handlers:
            self._by_event[handler.event.name, handler.event.version].append(handler)
        names = [one.name for one in (*handlers, *self.schedules)]
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"registered twice: {', '.join(sorted(twice))}")

    def of(self, name: str, version: int) -> Sequence[Handler] | None:
        """Who listens to an event, perhaps nobody; None for one that this release does not know."""
        return self._by_event.get((name, version))
