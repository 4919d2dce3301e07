"""Files as clients send them, good and bad."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import httpx
import pikepdf
from PIL import Image

from app.modules.files import repository
from app.modules.files.handlers import tend_uploads
from app.modules.files.service.uploads import forgotten_before
from app.runtime.db.tenancy import Audience, Identity
from app.runtime.resources import Resources
from tests.conftest import Member

# Exif of a phone: the position is what must not be shown to others.
MARKED_POSITION = 0x8825
CAMERA = 0x010F


def photo(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **saving: Any) -> bytes:
    page = io.BytesIO()
    Image.new("RGB", size, (200, 40, 40)).save(page, kind, **saving)
    return page.getvalue()


def photo_with_position() -> bytes:
    exif = Image.Exif()
    exif[CAMERA] = "canary camera"
    exif.get_ifd(MARKED_POSITION).update({1: "N", 2: (47.0, 36.0, 0.0), 3: "W", 4: (122.0, 19.0, 0.0)})
    return photo(exif=exif, comment=b"canary comment") + b"canary tail <script>alert(1)</script>"


def png_that_claims(width: int, height: int) -> bytes:
    """A few bytes of PNG that would fill the memory when opened."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    rest = b"IDAT" + zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(part) - 4) + part + struct.pack(">I", zlib.crc32(part)) for part in (chunk, rest, b"IEND")
    )


def document(**extra: Any) -> bytes:
    page = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for name, value in extra.items():
        pdf.Root[f"/{name}"] = value
    pdf.save(page)
    return page.getvalue()


def document_that_acts(action: str = "/JavaScript") -> bytes:
    return document(OpenAction=pikepdf.Dictionary(S=pikepdf.Name(action), JS=pikepdf.String("app.alert(1)")))


def swelling() -> bytes:
    """Half a megabyte that unpacks to 600; by blocks that stand alone, so that it is made at once."""
    block = zlib.compressobj(9, wbits=-15)
    body = block.compress(b" " * (1 << 20)) + block.flush(zlib.Z_FULL_FLUSH)
    return b"\x78\xda" + body * 600


def document_packed_by(packed: bytes, *filters: str) -> bytes:
    """With a stream of these bytes, which says that these filters made them, the last one first."""
    pdf, page = pikepdf.new(), io.BytesIO()
    pdf.add_blank_page()
    stream = pikepdf.Stream(pdf, packed)
    stream.Filter = pikepdf.Array([pikepdf.Name(f"/{one}") for one in filters])
    pdf.Root.Swollen = pdf.make_indirect(stream)
    pdf.save(page, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    return page.getvalue()


def locked_document() -> bytes:
    page = io.BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page()
    pdf.save(page, encryption=pikepdf.Encryption(owner="a", user="b"))
    return page.getvalue()


async def announce(
    client: httpx.AsyncClient,
    member: Member,
    body: bytes,
    content_type: str,
    kind: str,
    changes: dict[str, Any] | None = None,
) -> httpx.Response:
    told = {"kind": kind, "file_name": "a file", "content_type": content_type, "size_bytes": len(body)}
    told |= changes or {}
    return await client.post("/v1/uploads", json=told, headers=member.headers)


async def send(client: httpx.AsyncClient, form: dict[str, Any], body: bytes, **fields: str) -> httpx.Response:
    path = httpx.URL(form["url"]).path
    return await client.post(path, data={**form["fields"], **fields}, files={"file": ("x", body, "text/html")})


async def tend(worker: Resources) -> None:
    """What the worker does with files until there is nothing left to do now, also for other tests' companies."""
    now = worker.clock.now()
    before = forgotten_before(now, worker.settings.uploads)
    for _ in range(50):
        await tend_uploads(worker)
        async with worker.database.read(Identity(Audience.WORKER)) as session:
            if not await repository.list_tasks(session, now, before, 1):
                return


async def upload(
    client: httpx.AsyncClient, member: Member, worker: Resources, body: bytes, content_type: str, kind: str
) -> dict[str, Any]:
    """Announced, sent, completed and looked at: how the upload then stands."""
    announced = (await announce(client, member, body, content_type, kind)).json()
    sent = await send(client, announced["form"], body)
    assert sent.status_code == 204, sent.text
    path = f"/v1/uploads/{announced['id']}"
    completed = await client.post(f"{path}/complete", headers=member.headers)
    assert completed.status_code == 202, completed.text
    await tend(worker)
    told: dict[str, Any] = (await client.get(path, headers=member.headers)).json()
    return told
