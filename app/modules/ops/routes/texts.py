from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request

from app.modules.customers import public as customers
from app.modules.ops.access import TextsRead
from app.modules.ops.schemas.texts import TextsOut
from app.runtime.resources import resources_of
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops", tags=["staff"], route_class=IdempotentRoute)


@router.get("/text-messages")
async def show_text_messages(actor: TextsRead, session: Write, request: Request) -> TextsOut:
    """What codes by text message cost today: how many are sent, and to whom numbers of most belong. For staff."""
    return TextsOut.of(await customers.show_texts(session, resources_of(request), actor.now))
