"""How every other module tells the trail what was done:

    record(session, actor, Change("fleet.truck_retired", "truck", truck.id, before={…}, after={…}))

Not awaited: the entry is written as the transaction's last statement. The rest is for staff and for operators.
"""

from __future__ import annotations

from uuid import UUID

from app.modules.audit.repository import companies, heads
from app.modules.audit.rules import describe, fields_of
from app.modules.audit.schemas import EntryOut, TrailQuery
from app.modules.audit.service.heads import ExportUnreadable, export, exported
from app.modules.audit.service.reading import list_trail
from app.modules.audit.service.trail import record
from app.modules.audit.service.verify import Verdict, verify
from app.modules.audit.values import PLATFORM, Break, Change, Head
from app.runtime.db.session import Database
from app.runtime.db.tenancy import Audience, Identity

__all__ = [
    "PLATFORM",
    "Break",
    "Change",
    "EntryOut",
    "ExportUnreadable",
    "Head",
    "TrailQuery",
    "Verdict",
    "company_ids",
    "describe",
    "export",
    "exported",
    "fields_of",
    "heads",
    "list_trail",
    "record",
    "verify",
]


async def company_ids(database: Database) -> list[UUID]:
    """Every company, for the worker to go through: each has a trail from its first day. As the worker, in a transaction
    of its own.
    """
    async with database.read(Identity(Audience.WORKER)) as session:
        return await companies(session)
