from __future__ import annotations

from uuid import UUID

from app.modules.audit.public import TrailQuery


class PlatformTrailQuery(TrailQuery):
    """Without `org_id`: the platform's own trail."""

    org_id: UUID | None = None
