from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.modules.customers.public import CustomerNotFound
from app.modules.privacy import service
from app.modules.privacy.errors import BookingsOpen
from app.modules.privacy.schemas import ErasedOut, PersonalDataOut
from app.runtime.auth.cookies import drop_cookies
from app.runtime.auth.dependencies import CurrentCustomer
from app.runtime.db.session import WriteSession
from app.runtime.db.tenancy import Audience
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import TransactionalRoute
from app.runtime.web.sessions import write_as

# Without kept answers: the one would be a second copy of everything, the other outlives its caller.
router = APIRouter(prefix="/v1/customers/me", tags=["customers"], route_class=TransactionalRoute)

WholeCustomer = Annotated[WriteSession, write_as(Audience.BOOKING)]


@router.get("/export", responses=problems(CustomerNotFound))
async def export_me(
    actor: CurrentCustomer, session: WholeCustomer, request: Request, response: Response
) -> PersonalDataOut:
    """All that is kept of you, in every part of the program. For customers."""
    response.headers["Content-Disposition"] = 'attachment; filename="movehub-my-data.json"'
    return await service.export_me(session, resources_of(request), actor)


@router.delete("", responses=problems(CustomerNotFound, BookingsOpen))
async def erase_me(actor: CurrentCustomer, session: WholeCustomer, request: Request, response: Response) -> ErasedOut:
    """Be forgotten. Issued invoices go on naming you for as long as the law has companies keep them, which the answer
    tells for each; you are signed out everywhere; who signs in again with the same number is new here. Moves that are
    held or promised come first. For customers.
    """
    erased = await service.erase_me(session, resources_of(request), actor)
    drop_cookies(response, request)
    return erased
