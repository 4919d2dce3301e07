from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.actor import MoverMember
from app.kernel.paging import Page, cut
from app.kernel.scopes import Scope
from app.modules.identity.access import ApiKeysRead, ApiKeysStop, ApiKeysWrite
from app.modules.identity.errors import (
    ApiKeyEnded,
    ApiKeyNotFound,
    RotationUnderWay,
    ScopeNotYours,
    StepUpRequired,
    TooManyApiKeys,
)
from app.modules.identity.models import ApiKey
from app.modules.identity.schemas import ApiKeyIn, ApiKeyOut, NewApiKeyOut, RotateApiKeyIn
from app.modules.identity.service import api_keys
from app.runtime.auth.api_keys import shown_prefix
from app.runtime.resources import Resources, resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.pages import CursorRefused, Paging, PlainListQuery
from app.runtime.web.route import IdempotentRoute, shown_once
from app.runtime.web.sessions import Read, Write

router = APIRouter(prefix="/v1/org/api-keys", tags=["api keys"], route_class=IdempotentRoute)


def key_out(key: ApiKey, actor: MoverMember, resources: Resources) -> ApiKeyOut:
    return ApiKeyOut(
        id=key.id,
        name=key.name,
        prefix=shown_prefix(key.id, is_live=resources.settings.is_production),
        scopes=[Scope(scope) for scope in key.scopes],
        status=api_keys.status_of(key, actor),
        created_by=key.created_by,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        rotated_at=key.rotated_at,
        former_ends_at=key.previous_ends_at,
        former_last_used_at=key.previous_used_at,
        revoked_at=key.revoked_at,
    )


@router.post(
    "",
    status_code=201,
    responses=problems(StepUpRequired, ScopeNotYours, TooManyApiKeys),
    openapi_extra=shown_once("key"),
)
async def make_api_key(body: ApiKeyIn, actor: ApiKeysWrite, session: Write, request: Request) -> NewApiKeyOut:
    """A key for a program of your company's, with these scopes and no more; it is shown this once.

    The program sends it as Bearer. Needs a sign-in or a step-up of the last five minutes. For owners and managers.
    """
    key, text = await api_keys.make_key(session, resources_of(request), actor, body)
    return NewApiKeyOut(**key_out(key, actor, resources_of(request)).model_dump(), key=text)


@router.get("", responses=problems(CursorRefused))
async def list_api_keys(
    query: PlainListQuery, actor: ApiKeysRead, pager: Paging, session: Read, request: Request, response: Response
) -> Page[ApiKeyOut]:
    """Your company's API keys, the newest first, ended ones too. For owners and managers."""
    rows = await api_keys.list_keys(session, actor, pager.page(query))
    page, after = cut(rows, query.limit, lambda key: (key.id,))
    cursor = pager.next_cursor(query, after)
    pager.link(response, cursor)
    return Page(items=[key_out(key, actor, resources_of(request)) for key in page], next_cursor=cursor)


@router.get("/{key_id}", responses=problems(ApiKeyNotFound))
async def show_api_key(key_id: UUID, actor: ApiKeysRead, session: Read, request: Request) -> ApiKeyOut:
    """One API key, without its secret. For owners and managers."""
    return key_out(await api_keys.show_key(session, actor, key_id), actor, resources_of(request))


@router.post(
    "/{key_id}/rotate",
    responses=problems(StepUpRequired, ScopeNotYours, ApiKeyNotFound, ApiKeyEnded, RotationUnderWay),
    openapi_extra=shown_once("key"),
)
async def rotate_api_key(
    key_id: UUID, body: RotateApiKeyIn, actor: ApiKeysWrite, session: Write, request: Request
) -> NewApiKeyOut:
    """A new secret for a key, shown this once; the former one is good for some hours more, a day if you do not say.

    Needs a sign-in or a step-up of the last five minutes. For owners and managers.
    """
    overlap = timedelta(hours=body.overlap_hours)
    key, text = await api_keys.rotate_key(session, resources_of(request), actor, key_id, overlap)
    return NewApiKeyOut(**key_out(key, actor, resources_of(request)).model_dump(), key=text)


@router.post("/{key_id}/end-rotation", responses=problems(ApiKeyNotFound))
async def end_api_key_rotation(key_id: UUID, actor: ApiKeysStop, session: Write, request: Request) -> ApiKeyOut:
    """End the former secret at once, when all your programs have the new one. For owners and managers."""
    return key_out(await api_keys.end_former_secret(session, actor, key_id), actor, resources_of(request))


@router.delete("/{key_id}", status_code=204, responses=problems(ApiKeyNotFound))
async def revoke_api_key(key_id: UUID, actor: ApiKeysStop, session: Write) -> None:
    """Revoke a key: it is refused from its next request on. For owners and managers."""
    await api_keys.revoke_key(session, actor, key_id)
