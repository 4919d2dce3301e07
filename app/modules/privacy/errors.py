from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict


class BookingsOpen(Conflict):
    """`bookings` names them: id, reference and status."""

    code: ClassVar[str] = "bookings_open"
    title: ClassVar[str] = "A move of yours is held or promised: it has to be done, or cancelled, first."
