from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from app.kernel.errors import PreconditionFailed, PreconditionRequired
from app.modules.ops.access import PacksEnforce, PacksRead, SettingsRead, SettingsWrite
from app.modules.ops.schemas.settings import EnforcedPacks, SettingsIn, SettingsOut
from app.modules.ops.service import settings
from app.runtime.web.etag import IfMatchRequired, put_etag
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write

router = APIRouter(prefix="/v1/ops", tags=["staff"], route_class=IdempotentRoute)


@router.get("/verification-packs")
async def show_enforced_packs(actor: PacksRead, session: Write) -> EnforcedPacks:
    """The laws whose jobs go to nobody who has not declared them. For staff."""
    return EnforcedPacks(packs=await settings.show_enforced_packs(session))


@router.put("/verification-packs")
async def enforce_packs(body: EnforcedPacks, actor: PacksEnforce, session: Write) -> EnforcedPacks:
    """Say whose jobs go to nobody who has not declared their law; open bookings stay. For admins."""
    return EnforcedPacks(packs=await settings.enforce_packs(session, actor, body.packs))


@router.get("/settings")
async def show_settings(actor: SettingsRead, session: Write, response: Response) -> SettingsOut:
    """What the platform asks of everybody: its fee, how companies are reviewed. For staff."""
    standing = await settings.show_settings(session)
    put_etag(response, standing.version)
    return standing


@router.put("/settings", responses=problems(PreconditionFailed, PreconditionRequired))
async def set_settings(
    body: SettingsIn, actor: SettingsWrite, session: Write, version: IfMatchRequired, response: Response
) -> SettingsOut:
    """Set all of them at once, by the ETag that was read; what was agreed before stays as it was. For admins."""
    standing = await settings.set_settings(session, actor, body.to_settings(), version)
    put_etag(response, standing.version)
    return standing
