from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.object_door import attachment, read_download, read_upload
from app.kernel.ports.object_store import StoreUnavailable, UploadForm
from app.kernel.signing import BadToken
from app.modules.files.access import FilesRead, FilesWrite
from app.modules.files.errors import (
    FilesUnavailable,
    FormIncomplete,
    FormRefused,
    LinkRefused,
    StorageFull,
    TooManyUploads,
    UploadNotFound,
    UploadTooLarge,
)
from app.modules.files.models import Upload
from app.modules.files.schemas import FormOut, NewUploadOut, RejectionOut, UploadIn, UploadOut
from app.modules.files.service import uploads
from app.modules.files.service.links import link
from app.modules.files.values import SENTENCES, UPLOAD_FORM, FileLinks
from app.runtime.resources import resources_of
from app.runtime.web.openapi import problems
from app.runtime.web.route import IdempotentRoute, operation_id
from app.runtime.web.sessions import Write, identity_of

router = APIRouter(prefix="/v1", tags=["files"], route_class=IdempotentRoute)
# The doors of a store without one of its own: no session, what was signed is the whole of the permission.
doors = APIRouter(tags=["files"], generate_unique_id_function=operation_id)

FORM_BODY: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["terms", "Content-Type", "file"],
                "properties": {
                    "terms": {"type": "string"},
                    "Content-Type": {"type": "string"},
                    "file": {"type": "string", "format": "binary"},
                },
            }
        }
    },
}


def upload_out(upload: Upload, links: FileLinks | None = None) -> UploadOut:
    rejection = upload.rejection
    return UploadOut(
        id=upload.id,
        kind=upload.kind,
        status=upload.status,
        file_name=upload.file_name,
        content_type=upload.content_type,
        size_bytes=upload.size_bytes,
        created_at=upload.created_at,
        rejection=None if rejection is None else RejectionOut(code=rejection, message=SENTENCES[rejection]),
        width=upload.width,
        height=upload.height,
        is_attached=upload.attached_at is not None,
        url=None if links is None else links.url,
        thumbnail_url=None if links is None else links.thumbnail_url,
    )


def form_out(form: UploadForm, expires_at: datetime) -> FormOut:
    return FormOut(url=form.url, fields=form.fields, expires_at=expires_at)


@router.post(
    "/uploads", status_code=201, responses=problems(UploadTooLarge, TooManyUploads, StorageFull, FilesUnavailable)
)
async def announce_upload(body: UploadIn, actor: FilesWrite, session: Write, request: Request) -> NewUploadOut:
    """Announce a file; the answer has the form by which the store takes it for five minutes.

    For the office and crews.
    """
    resources = resources_of(request)
    upload, form = await uploads.announce_upload(
        session, actor, body, resources.ports.objects, resources.settings.uploads
    )
    return NewUploadOut(**upload_out(upload).model_dump(), form=form_out(form, upload.form_expires_at))


@router.post("/uploads/{upload_id}/complete", status_code=202, responses=problems(UploadNotFound))
async def complete_upload(upload_id: UUID, actor: FilesWrite, session: Write) -> UploadOut:
    """Say that the file is sent; it is checked within seconds, and until then nobody can use it.

    For the office and crews.
    """
    return upload_out(await uploads.complete_upload(session, actor, upload_id))


@router.get("/uploads/{upload_id}", responses=problems(UploadNotFound, FilesUnavailable))
async def show_upload(upload_id: UUID, actor: FilesRead, request: Request) -> UploadOut:
    """Where an upload stands, with links to the file once it is clean.

    For members of the company; for drivers their own.
    """
    resources = resources_of(request)
    async with resources.database.read(identity_of(request)) as session:
        upload = await uploads.show_upload(session, actor, upload_id)
    links = await link(resources.ports.objects, upload, actor.now, resources.settings.uploads.link_seconds)
    return upload_out(upload, links)


@doors.post(
    UPLOAD_FORM,
    status_code=204,
    responses=problems(FormRefused, FormIncomplete, UploadTooLarge, FilesUnavailable),
    openapi_extra={"requestBody": FORM_BODY},
)
async def send_file(request: Request) -> Response:
    """Send an announced file, with the fields that were handed out for it. For whoever has the form."""
    resources = resources_of(request)
    async with request.form(max_files=1, max_fields=10) as form:
        token, stated, file = form.get("terms"), form.get("Content-Type"), form.get("file")
        if not isinstance(token, str) or not isinstance(file, UploadFile):
            raise FormIncomplete
        try:
            terms = read_upload(resources.signer, token, resources.clock.now())
        except BadToken:
            raise FormRefused from None
        if stated != terms.content_type:
            raise FormRefused("The form is for a file of another type.")
        if not file.size:
            raise FormIncomplete("The file is empty.")
        if file.size > terms.size_bytes:
            raise UploadTooLarge(f"The form takes a file of {terms.size_bytes:,} bytes.")
        if file.size < terms.size_bytes:
            raise FormIncomplete(f"The file has {file.size:,} of {terms.size_bytes:,} bytes.")
        body = await file.read()
    try:
        await resources.ports.objects.put(terms.key, body)
    except StoreUnavailable:
        raise FilesUnavailable from None
    return Response(status_code=204)


@doors.get(
    "/v1/downloads/{token}",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}, **problems(LinkRefused, FilesUnavailable)},
)
async def fetch_file(token: str, request: Request) -> Response:
    """Fetch a file by the link that was handed out for it. For whoever has the link."""
    resources = resources_of(request)
    try:
        terms = read_download(resources.signer, token, resources.clock.now())
        body = await resources.ports.objects.get(terms.key)
    except BadToken:
        raise LinkRefused from None
    except StoreUnavailable:
        raise FilesUnavailable from None
    if body is None:
        raise LinkRefused
    headers = {
        "Content-Disposition": attachment(terms.file_name),
        "Cache-Control": "private, no-store",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(body, media_type=terms.content_type, headers=headers)
