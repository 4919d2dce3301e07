"""The other process: a file on its standard input, what may be shown of it on its standard output.

It runs alone, with little memory and time, imports nothing of the program, and writes one line of JSON, then the
bytes that the line counts. It ends with 0 when it could say something, also that the file has a flaw.
"""

from __future__ import annotations

import base64
import io
import json
import resource
import sys
import zlib
from typing import Any

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 15
MOST_PIXELS = 40_000_000
MOST_PDF_OBJECTS = 100_000
# What all of a document's streams hold, unpacked: twenty pages as a scanner sees them, in colour.
MOST_UNPACKED_BYTES = 500_000_000
AT_ONCE_BYTES = 1 << 20
FLATE = frozenset({"/FlateDecode", "/Fl"})
# Of the last century: what they hold cannot be told without unpacking it.
UNCOUNTED = frozenset({"/LZWDecode", "/LZW", "/RunLengthDecode", "/RL"})
PACKED = FLATE | UNCOUNTED
HEXADECIMAL = 16
AS_TEXT = {"/ASCIIHexDecode": HEXADECIMAL, "/AHx": HEXADECIMAL, "/ASCII85Decode": 85, "/A85": 85}
THUMBNAIL = (480, 480)
# Of PDF 32000-1: actions and streams that do something else than show a page.
ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/SubmitForm", "/Movie", "/Rendition"})
ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA"})


class Flaw(Exception):
    pass


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def look_at_photo(body: bytes, content_type: str) -> tuple[dict[str, Any], bytes, bytes]:
    """Drawn anew: what was hidden behind or beside the pixels is gone. HEIC becomes JPEG, which browsers show."""
    from PIL import Image, ImageFile, ImageOps

    Image.MAX_IMAGE_PIXELS = None  # our own limit, below, comes before any pixel is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    if content_type == "image/heic":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    kind = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}[content_type]
    picture: Image.Image
    with Image.open(io.BytesIO(body), formats=[kind]) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise Flaw("too_many_pixels")
        picture = ImageOps.exif_transpose(opened)
        picture.load()
    kept = "JPEG" if kind == "HEIF" else kind
    mode = "RGBA" if picture.has_transparency_data and kept != "JPEG" else "RGB"
    plain = Image.new(mode, picture.size)
    plain.paste(picture.convert(mode))
    small = plain.convert("RGB")
    small.thumbnail(THUMBNAIL)
    told = {"content_type": f"image/{kept.lower()}", "width": plain.width, "height": plain.height}
    return told, drawn(plain, kept), drawn(small, "JPEG")


def drawn(picture: Any, kind: str) -> bytes:
    page = io.BytesIO()
    picture.save(page, kind, **({} if kind == "PNG" else {"quality": 88}))
    return page.getvalue()


def look_at_document(body: bytes) -> dict[str, Any]:
    import pikepdf

    with pikepdf.open(io.BytesIO(body)) as document:
        if len(document.objects) > MOST_PDF_OBJECTS:
            raise Flaw("unreadable")
        if not len(document.pages):
            raise Flaw("unreadable")
        left = MOST_UNPACKED_BYTES
        for thing in document.objects:
            refuse_active(thing, 0)
            if isinstance(thing, pikepdf.Stream):
                left -= unpacked_bytes(thing, left)
    return {"content_type": "application/pdf", "width": None, "height": None}


def unpacked_bytes(stream: Any, most: int) -> int:
    """How many bytes a stream holds, by the one packing that is common, as it is or written as text. Raises: Flaw for
    one packed twice or in another way, or for more than `most`.
    """
    import pikepdf

    told = stream.get("/Filter")
    filters = [str(one) for one in told] if isinstance(told, pikepdf.Array) else [str(told)]
    packed = stream.read_raw_bytes()
    if filters and filters[0] in AS_TEXT:
        packed = from_text(packed, AS_TEXT[filters.pop(0)])
    if any(one in PACKED or one in AS_TEXT for one in filters[1:]) or (filters and filters[0] in UNCOUNTED):
        raise Flaw("unreadable")
    return inflated_bytes(packed, most) if filters and filters[0] in FLATE else 0


def from_text(text: bytes, base: int) -> bytes:
    """What stands in hexadecimal or in base 85, up to its end mark. Raises: Flaw."""
    written = b"".join(text.split())
    try:
        if base == HEXADECIMAL:
            digits = written.partition(b">")[0]
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
        return base64.a85decode(written.partition(b"~>")[0].removeprefix(b"<~"))
    except ValueError:
        raise Flaw("unreadable") from None


def inflated_bytes(packed: bytes, most: int) -> int:
    unpacking, found = zlib.decompressobj(), 0
    try:
        while packed and not unpacking.eof:
            found += len(unpacking.decompress(packed, AT_ONCE_BYTES))
            packed = unpacking.unconsumed_tail
            if found > most:
                raise Flaw("unreadable")
    except zlib.error:
        pass  # What is broken is for a reader to make sense of, and holds no more than came out of it.
    return found


def refuse_active(thing: Any, depth: int) -> None:
    """Direct values inside an indirect object; indirect ones come by themselves."""
    import pikepdf

    if depth > 50:  # noqa: PLR2004 - nobody nests a page's values so deep
        raise Flaw("unreadable")
    if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        keys = set(thing.keys())
        if keys & ACTIVE_KEYS or str(thing.get("/S")) in ACTIVE_ACTIONS or str(thing.get("/Type")) == "/EmbeddedFile":
            raise Flaw("active_content")
        for key in keys:
            refuse_inside(thing[key], depth)
    elif isinstance(thing, pikepdf.Array):
        for value in thing:
            refuse_inside(value, depth)


def refuse_inside(value: Any, depth: int) -> None:
    if not getattr(value, "is_indirect", True):
        refuse_active(value, depth + 1)


def main() -> None:
    content_type = sys.argv[1]
    body = sys.stdin.buffer.read()
    kept, thumbnail = b"", b""
    try:
        limit()
        if content_type == "application/pdf":
            told = look_at_document(body)
        else:
            told, kept, thumbnail = look_at_photo(body, content_type)
    except Flaw as flaw:
        told = {"flaw": str(flaw)}
    except Exception:  # noqa: BLE001 - whatever a decoder stumbles over makes the file unreadable, and is said so
        told = {"flaw": "unreadable"}
    sys.stdout.buffer.write(json.dumps({**told, "body": len(kept)}).encode() + b"\n" + kept + thumbnail)


if __name__ == "__main__":
    main()
