from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request

from app.modules.ops.access import CustomersRead
from app.modules.ops.errors import SaidTooLittle
from app.modules.ops.schemas.customers import CustomerQuery, FoundCustomersOut
from app.modules.ops.service import customers
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops/customers", tags=["staff"], route_class=IdempotentRoute)


@router.get("", responses=problems(SaidTooLittle))
async def find_customers(
    query: Annotated[CustomerQuery, Query()], actor: CustomersRead, session: Write, request: Request
) -> FoundCustomersOut:
    """The customers whom somebody on the phone may be, with or without a booking; the platform's trail tells of it.

    For staff.
    """
    return FoundCustomersOut(items=await customers.find_customers(session, resources_of(request), actor, query.q))
