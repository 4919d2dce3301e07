"""Photos of trucks: clean uploads of the company, each of them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.kernel.actor import Mover
from app.modules.audit.public import Change, record
from app.modules.files import public as files
from app.modules.fleet import repository
from app.modules.fleet.errors import Retired, TooManyTruckPhotos, TruckNotFound, TruckPhotoNotFound
from app.modules.fleet.models import TruckPhoto
from app.modules.fleet.service.trucks import show_truck
from app.modules.fleet.values import MOST_PHOTOS
from app.runtime.db.session import ReadSession, WriteSession
from app.runtime.db.tenancy import Identity
from app.runtime.resources import Resources


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo with its file, whose links are made when no transaction is open."""

    photo: TruckPhoto
    upload: files.Upload


async def add_photo(session: WriteSession, actor: Mover, truck_id: UUID, upload_id: UUID) -> Shown:
    """Locks: the truck, so that ten stay ten; then the upload.

    Raises: TruckNotFound (404), Retired (409), TooManyTruckPhotos (409), and what attaching raises.
    """
    truck = await repository.lock_truck(session, actor.org_id, truck_id)
    if truck is None:
        raise TruckNotFound
    if truck.retired_at is not None:
        raise Retired
    if await repository.count_photos(session, actor.org_id, truck_id) >= MOST_PHOTOS:
        raise TooManyTruckPhotos
    upload = await files.attach(session, actor, upload_id, files.UploadKind.PHOTO)
    photo = TruckPhoto(org_id=actor.org_id, id=upload_id, truck_id=truck_id, added_at=actor.now)
    await repository.insert_photo(session, photo)
    record(session, actor, Change("fleet.truck_photo_added", "truck", truck_id, after={"upload_id": upload_id}))
    return Shown(photo, upload)


async def show_photos(
    resources: Resources, identity: Identity, actor: Mover, truck_id: UUID
) -> list[tuple[Shown, files.FileLinks]]:
    """The photos with links to them, which are made when the transaction has ended.

    Raises: TruckNotFound (404), FilesUnavailable (503).
    """
    async with resources.database.read(identity) as session:
        found = await list_photos(session, actor, truck_id)
    seconds, objects = resources.settings.uploads.link_seconds, resources.ports.objects
    return [(one, await files.links_to(objects, one.upload, actor.now, seconds)) for one in found]


async def list_photos(session: ReadSession, actor: Mover, truck_id: UUID) -> Sequence[Shown]:
    """The oldest first. Raises: TruckNotFound (404)."""
    await show_truck(session, actor, truck_id)
    photos = await repository.list_photos(session, actor.org_id, truck_id)
    uploads = await files.list_uploads(session, actor.org_id, [photo.id for photo in photos])
    return [Shown(photo, uploads[photo.id]) for photo in photos]


async def remove_photo(session: WriteSession, actor: Mover, truck_id: UUID, upload_id: UUID) -> None:
    """Its file is let go: nothing holds it, so it is forgotten as any such. Raises: TruckPhotoNotFound (404)."""
    if not await repository.delete_photo(session, actor.org_id, truck_id, upload_id):
        raise TruckPhotoNotFound
    await files.detach(session, actor, upload_id)
    record(session, actor, Change("fleet.truck_photo_removed", "truck", truck_id, before={"upload_id": upload_id}))
