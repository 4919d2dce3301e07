"""How every other module tells the trail what was done:

    record(session, actor, Change("fleet.truck_retired", "truck", truck.id, before={…}, after={…}))

Not awaited: the entry is written as the transaction's last statement.
"""

from __future__ import annotations

from app.modules.audit.service.trail import record
from app.modules.audit.values import PLATFORM, Change

__all__ = ["PLATFORM", "Change", "record"]
