"""The one list of modules: what main, worker, cli and migrations/env.py need of each of them."""

from __future__ import annotations

import sqlalchemy as sa

import app.modules.bookings.models
import app.modules.calendar.models
import app.modules.customers.models
import app.modules.fleet.models
import app.modules.identity.models
import app.modules.invoices.models
import app.modules.market.models
import app.modules.orgs.models
import app.modules.pricing.models
import app.modules.verification.models
import app.runtime.idempotency.models
import app.runtime.outbox.models
from app.runtime.db.base import Model


def metadata() -> sa.MetaData:
    """All tables; importing this file has declared them."""
    return Model.metadata
