from __future__ import annotations

from typing import ClassVar

from app.kernel.errors import Conflict, NotFound


class OrgNotFound(NotFound):
    code: ClassVar[str] = "org_not_found"
    title: ClassVar[str] = "There is no such company, or it is not open to the public."


class ServiceAreaNotFound(NotFound):
    code: ClassVar[str] = "service_area_not_found"
    title: ClassVar[str] = "There is no such service area."


class LastServiceArea(Conflict):
    code: ClassVar[str] = "last_service_area"
    title: ClassVar[str] = "A company keeps at least one service area: without one nobody can find it."
