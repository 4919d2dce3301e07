from __future__ import annotations

from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request

from app.modules.files import public as files
from app.modules.fleet.access import FleetRead, FleetWrite
from app.modules.fleet.errors import Retired, TooManyTruckPhotos, TruckNotFound, TruckPhotoNotFound
from app.modules.fleet.schemas.trucks import ShownTruckPhotoOut, TruckPhotoIn, TruckPhotoOut, TruckPhotosOut
from app.modules.fleet.service import photos
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute
from app.runtime.web.sessions import Write, identity_of

router = APIRouter(prefix="/v1/trucks/{truck_id}/photos", tags=["fleet"], route_class=IdempotentRoute)

ATTACHING = (
    files.UploadNotFound,
    files.UploadOfOtherKind,
    files.UploadNotClean,
    files.UploadAlreadyAttached,
)


def _out(shown: photos.Shown) -> TruckPhotoOut:
    photo, upload = shown.photo, shown.upload
    return TruckPhotoOut(id=photo.id, width=upload.width, height=upload.height, added_at=photo.added_at)


def _shown(one: photos.Shown, links: files.FileLinks) -> ShownTruckPhotoOut:
    return ShownTruckPhotoOut(**_out(one).model_dump(), url=links.url, thumbnail_url=links.thumbnail_url)


@router.post("", status_code=201, responses=problems(TruckNotFound, Retired, TooManyTruckPhotos, *ATTACHING))
async def add_photo(truck_id: UUID, body: TruckPhotoIn, actor: FleetWrite, session: Write) -> TruckPhotoOut:
    """Show an uploaded photo with a truck, ten at most. For owners and managers."""
    return _out(await photos.add_photo(session, actor, truck_id, body.upload_id))


@router.get("", responses=problems(TruckNotFound, files.FilesUnavailable))
async def list_photos(truck_id: UUID, actor: FleetRead, request: Request) -> TruckPhotosOut:
    """A truck's photos with links that live for a minute, the oldest first. For members of the company."""
    shown = await photos.show_photos(resources_of(request), identity_of(request), actor, truck_id)
    return TruckPhotosOut(items=[_shown(*one) for one in shown])


@router.delete("/{upload_id}", status_code=204, responses=problems(TruckPhotoNotFound))
async def remove_photo(truck_id: UUID, upload_id: UUID, actor: FleetWrite, session: Write) -> None:
    """Take a photo away from a truck. For owners and managers."""
    await photos.remove_photo(session, actor, truck_id, upload_id)
