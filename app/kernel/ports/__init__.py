"""What the program needs from outside, as protocols. The adapters fulfil them; a use case is handed `Ports`.

Owns: the protocols and the values that cross them.
Invariants: no port is called while a transaction is open; nothing here names a provider.
Start reading at: Ports, below.
"""

from dataclasses import dataclass

from app.kernel.ports.calendars import CalendarWriter
from app.kernel.ports.documents import DocumentRenderer
from app.kernel.ports.geocoding import Geocoder
from app.kernel.ports.mail import Mailer
from app.kernel.ports.media import MediaInspector
from app.kernel.ports.object_store import ObjectStore
from app.kernel.ports.queues import Queue
from app.kernel.ports.routing import Router
from app.kernel.ports.scanner import Scanner
from app.kernel.ports.sms import SmsSender
from app.kernel.ports.solving import Solver

__all__ = ["Ports"]


@dataclass(frozen=True, slots=True)
class Ports:
    """One of each, built by `create_app` and by the worker. `scanner` is None where none is set up."""

    mail: Mailer
    sms: SmsSender
    queue: Queue
    objects: ObjectStore
    geocoder: Geocoder
    router: Router
    documents: DocumentRenderer
    calendars: CalendarWriter
    media: MediaInspector
    scanner: Scanner | None
    solver: Solver
