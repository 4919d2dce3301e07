"""`emit`: the only way a side effect leaves a use case."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from opentelemetry.propagate import inject

from app.kernel.events import Event
from app.kernel.ids import new_id
from app.runtime.db.base import table_of
from app.runtime.db.session import WriteSession
from app.runtime.db.statements import ReadyInsert
from app.runtime.outbox.models import OutboxEvent

INSERT: Final = ReadyInsert(table_of(OutboxEvent))


def emit(session: WriteSession, *events: Event, now: datetime) -> None:
    """Write the events with the transaction's last statement; the relay hands them on once it has committed."""
    carrier: dict[str, str] = {}
    inject(carrier)
    rows = [
        {
            "id": new_id(),
            "org_id": event.org_id,
            "name": event.name,
            "version": event.version,
            "payload": event.payload(),
            "trace": carrier.get("traceparent"),
            "created_at": now,
        }
        for event in events
    ]
    INSERT.insert_last(session, rows)
