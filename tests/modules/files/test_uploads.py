"""From the announcement of a file to its link, and all the files that get none."""

from __future__ import annotations

import asyncio
import hashlib
import io
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pikepdf
import pillow_heif
import pytest
from PIL import Image

from app.kernel.clock import ManualClock
from app.kernel.ports.object_store import StoreUnavailable
from app.kernel.ports.scanner import ScannerUnavailable
from app.modules.files.handlers import tend_uploads
from app.modules.files.rules import quarantine_key
from app.runtime.resources import Resources
from app.runtime.settings import Settings
from tests.conftest import PASSWORD, Member
from tests.factories.files import (
    announce,
    document,
    document_packed_by,
    document_that_acts,
    locked_document,
    photo,
    photo_with_position,
    png_that_claims,
    send,
    swelling,
    tend,
    upload,
)

pytestmark = pytest.mark.integration

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def heic() -> bytes:
    page = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 48), (0, 90, 200))).save(page)
    return page.getvalue()


async def fetch(client: httpx.AsyncClient, url: str) -> httpx.Response:
    return await client.get(httpx.URL(url).path)


async def headers_of(client: httpx.AsyncClient, member: Member) -> dict[str, str]:
    """Signed in anew: hours have passed."""
    answer = await client.post("/v1/auth/login", json={"email": member.email, "password": PASSWORD})
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def objects_in(settings: Settings) -> list[Path]:
    return [path for path in settings.storage.root.rglob("*") if path.is_file()]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_a_photo_is_drawn_anew_and_made_small(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, kind: str
):
    told = await upload(client, mover_a, worker_resources, photo(kind), f"image/{kind.lower()}", "photo")
    assert (told["status"], told["width"], told["height"]) == ("clean", 640, 480)
    fetched = await fetch(client, told["url"])
    assert fetched.status_code == 200
    assert fetched.headers["content-type"] == f"image/{kind.lower()}"
    assert fetched.headers["x-content-type-options"] == "nosniff"
    assert fetched.headers["content-disposition"].startswith("attachment;")
    assert len(fetched.content) == told["size_bytes"]
    small = Image.open(io.BytesIO((await fetch(client, told["thumbnail_url"])).content))
    assert (small.format, small.size) == ("JPEG", (480, 360))


async def test_what_a_camera_writes_beside_the_picture_is_gone(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    sent = photo_with_position()
    assert b"canary" in sent
    told = await upload(client, mover_a, worker_resources, sent, "image/jpeg", "photo")
    kept = (await fetch(client, told["url"])).content
    assert b"canary" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()


async def test_a_picture_of_a_phone_becomes_one_that_browsers_show(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    told = await upload(client, mover_a, worker_resources, heic(), "image/heic", "photo")
    assert (told["status"], told["content_type"], told["width"]) == ("clean", "image/jpeg", 64)


async def test_a_document_stays_to_the_byte(client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources):
    sent = document()
    told = await upload(client, mover_a, worker_resources, sent, "application/pdf", "document")
    assert told["status"] == "clean"
    assert told["thumbnail_url"] is None
    assert (await fetch(client, told["url"])).content == sent


async def test_a_name_of_any_script_is_kept_as_the_name(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    body = photo()
    announced = (
        await announce(client, mover_a, body, "image/jpeg", "photo", {"file_name": 'Übersicht "1"; x.jpg'})
    ).json()
    await send(client, announced["form"], body)
    await client.post(f"/v1/uploads/{announced['id']}/complete", headers=mover_a.headers)
    await tend(worker_resources)
    told = (await client.get(f"/v1/uploads/{announced['id']}", headers=mover_a.headers)).json()
    disposition = (await fetch(client, told["url"])).headers["content-disposition"]
    assert disposition == (
        "attachment; filename=\"_bersicht _1_; x.jpg\"; filename*=UTF-8''%C3%9Cbersicht%20%221%22%3B%20x.jpg"
    )


ENDLESS = document_packed_by(swelling(), "FlateDecode")

LIES: list[tuple[str, bytes, str, str, str]] = [
    ("a program as a photo", b"MZ\x90\0" + b"\0" * 400, "image/jpeg", "photo", "type_differs"),
    ("markup as a photo", b"<svg onload='alert(1)'/>", "image/png", "photo", "type_differs"),
    ("a page as a document", b"<html><script>1</script>", "application/pdf", "document", "type_differs"),
    ("markup before a document", b"<html>" + document(), "application/pdf", "document", "type_differs"),
    ("another kind of picture", photo("PNG"), "image/jpeg", "photo", "type_differs"),
    ("an archive as a document", b"PK\x03\x04" + b"\0" * 400, "application/pdf", "document", "type_differs"),
    ("a moving picture as a photo", b"\0\0\0\x18ftypmp42" + b"\0" * 60, "image/heic", "photo", "type_differs"),
    ("a photo cut short", photo()[:300], "image/jpeg", "photo", "unreadable"),
    ("the head of a photo", b"\xff\xd8\xff" + b"\0" * 300, "image/jpeg", "photo", "unreadable"),
    ("a picture of 2,500 megapixels", png_that_claims(50_000, 50_000), "image/png", "photo", "too_many_pixels"),
    ("a document that is none", b"%PDF-1.7\n" + b"\0" * 300, "application/pdf", "document", "unreadable"),
    ("a locked document", locked_document(), "application/pdf", "document", "unreadable"),
    ("a document that unpacks without end", ENDLESS, "application/pdf", "document", "unreadable"),
    ("a document with a script", document_that_acts(), "application/pdf", "document", "active_content"),
    ("a document that starts programs", document_that_acts("/Launch"), "application/pdf", "document", "active_content"),
    (
        "a document with a form of programs",
        document(AcroForm=pikepdf.Dictionary(XFA=pikepdf.String("<x/>"))),
        "application/pdf",
        "document",
        "active_content",
    ),
]


@pytest.mark.parametrize(
    ("body", "content_type", "kind", "reason"), [lie[1:] for lie in LIES], ids=[lie[0] for lie in LIES]
)
async def test_a_file_that_lies_is_refused_and_cannot_be_read(
    client: httpx.AsyncClient,
    mover_a: Member,
    worker_resources: Resources,
    settings: Settings,
    body: bytes,
    content_type: str,
    kind: str,
    reason: str,
):
    told = await upload(client, mover_a, worker_resources, body, content_type, kind)
    assert (told["status"], told["rejection"]["code"]) == ("rejected", reason)
    assert told["url"] is None
    assert not [path for path in objects_in(settings) if "files" in path.relative_to(settings.storage.root).parts]


async def test_size_and_checksum_are_held_to(client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources):
    body = photo()
    changes: list[tuple[dict[str, Any], str]] = [
        # Through a store that lets in what its form does not.
        ({"size_bytes": len(body) - 1}, "size_differs"),
        ({"size_bytes": len(body) + 1}, "size_differs"),
        ({"sha256": hashlib.sha256(b"other").hexdigest()}, "checksum_differs"),
    ]
    for change, reason in changes:
        announced = (await announce(client, mover_a, body, "image/jpeg", "photo", change)).json()
        await worker_resources.ports.objects.put(quarantine_key(mover_a.org_id, UUID(announced["id"])), body)
        await client.post(f"/v1/uploads/{announced['id']}/complete", headers=mover_a.headers)
        await tend(worker_resources)
        told = (await client.get(f"/v1/uploads/{announced['id']}", headers=mover_a.headers)).json()
        assert told["rejection"]["code"] == reason


async def test_completing_without_a_file_is_told(
    client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
):
    announced = (await announce(client, mover_a, photo(), "image/jpeg", "photo")).json()
    await client.post(f"/v1/uploads/{announced['id']}/complete", headers=mover_a.headers)
    await tend(worker_resources)
    told = (await client.get(f"/v1/uploads/{announced['id']}", headers=mover_a.headers)).json()
    assert told["rejection"]["code"] == "missing"


class TestTheForm:
    async def test_it_takes_one_file_as_announced_and_nothing_else(self, client: httpx.AsyncClient, mover_a: Member):
        body = photo()
        form = (await announce(client, mover_a, body, "image/jpeg", "photo")).json()["form"]
        for fields, code in (
            ({"terms": form["fields"]["terms"][:-2] + "xx"}, "form_refused"),
            ({"terms": "x"}, "form_refused"),
            ({"Content-Type": "text/html"}, "form_refused"),
        ):
            answer = await send(client, form, body, **fields)
            assert (answer.status_code, answer.json()["code"]) == (403, code)
        longer, shorter = await send(client, form, body + b"\0"), await send(client, form, body[:-1])
        assert (longer.status_code, longer.json()["code"]) == (413, "upload_too_large")
        assert (shorter.status_code, shorter.json()["code"]) == (422, "form_incomplete")
        empty = await send(client, form, b"")
        assert (empty.status_code, empty.json()["code"]) == (422, "form_incomplete")
        broken = {"Content-Type": "multipart/form-data; boundary=x"}
        torn = await client.post("/v1/uploads/form", content=b"--y\r\nno part", headers=broken)
        assert (torn.status_code, torn.json()["code"]) == (400, "form_unreadable")
        without = await client.post("/v1/uploads/form", data=form["fields"])
        assert without.status_code == 422

    async def test_it_ends(self, client: httpx.AsyncClient, mover_a: Member, clock: ManualClock):
        body = photo()
        form = (await announce(client, mover_a, body, "image/jpeg", "photo")).json()["form"]
        clock.advance(timedelta(seconds=300))
        assert (await send(client, form, body)).status_code == 403

    async def test_it_takes_no_more_than_the_kind_may_have(
        self, client: httpx.AsyncClient, mover_a: Member, settings: Settings
    ):
        too_large = settings.uploads.largest_photo_bytes + 1
        refused = await announce(client, mover_a, b"", "image/jpeg", "photo", {"size_bytes": too_large})
        assert (refused.status_code, refused.json()["code"]) == (413, "upload_too_large")
        form = (await announce(client, mover_a, b"x", "image/jpeg", "photo")).json()["form"]
        answer = await send(client, form, b"\0" * too_large)
        assert (answer.status_code, answer.json()["code"]) == (413, "upload_too_large")
        beyond = await send(client, form, b"\0" * (settings.uploads.largest_bytes + 300_000))
        assert beyond.status_code == 413
        assert objects_in(settings) == []

    async def test_sent_again_after_the_check_it_changes_nothing(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        settings: Settings,
        clock: ManualClock,
    ):
        body = photo()
        announced = (await announce(client, mover_a, body, "image/jpeg", "photo")).json()
        path = f"/v1/uploads/{announced['id']}"
        await send(client, announced["form"], body)
        await client.post(f"{path}/complete", headers=mover_a.headers)
        await tend(worker_resources)
        before = (await fetch(client, (await client.get(path, headers=mover_a.headers)).json()["url"])).content
        assert (await send(client, announced["form"], photo("JPEG", (10, 10)).ljust(len(body)))).status_code == 204
        again = await client.post(f"{path}/complete", headers=mover_a.headers)
        assert again.json()["status"] == "clean"
        await tend(worker_resources)
        after = (await client.get(path, headers=mover_a.headers)).json()
        assert (await fetch(client, after["url"])).content == before
        clock.advance(timedelta(minutes=8))
        await tend(worker_resources)
        assert not [path for path in objects_in(settings) if "quarantine" in path.parts]


class TestOthers:
    async def test_another_company_finds_nothing(
        self, client: httpx.AsyncClient, mover_a: Member, mover_b: Member, worker_resources: Resources
    ):
        told = await upload(client, mover_a, worker_resources, photo(), "image/jpeg", "photo")
        path = f"/v1/uploads/{told['id']}"
        for answer in (
            await client.get(path, headers=mover_b.headers),
            await client.post(f"{path}/complete", headers=mover_b.headers),
            await client.get(f"/v1/uploads/{uuid4()}", headers=mover_b.headers),
        ):
            assert (answer.status_code, answer.json()["code"]) == (404, "upload_not_found")

    async def test_a_link_lives_a_minute_and_is_for_one_file(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources, clock: ManualClock
    ):
        told = await upload(client, mover_a, worker_resources, photo(), "image/jpeg", "photo")
        form = (await announce(client, mover_a, photo(), "image/jpeg", "photo")).json()["form"]
        for url in (told["url"][:-2] + "xx", f"/v1/downloads/{form['fields']['terms']}", "/v1/downloads/x"):
            assert (await fetch(client, url)).status_code == 404
        clock.advance(timedelta(seconds=60))
        assert (await fetch(client, told["url"])).status_code == 404


class TestBadAnnouncements:
    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"kind": "photo", "content_type": "application/pdf"}, ""),
            ({"content_type": "image/svg+xml"}, "/content_type"),
            ({"file_name": "../../etc/passwd"}, "/file_name"),
            ({"file_name": "..\\x"}, "/file_name"),
            ({"file_name": "a\u202efdp.exe"}, "/file_name"),
            ({"file_name": "a" * 256}, "/file_name"),
            ({"size_bytes": 0}, "/size_bytes"),
            ({"size_bytes": "12"}, "/size_bytes"),
            ({"sha256": "abc"}, "/sha256"),
            ({"key": "x"}, "/key"),
        ],
    )
    async def test_they_are_answered_with_the_field(
        self, client: httpx.AsyncClient, mover_a: Member, change: dict[str, Any], pointer: str
    ):
        answer = await announce(client, mover_a, b"x", "image/jpeg", "photo", change)
        assert answer.status_code == 422
        assert pointer in {fault["pointer"] for fault in answer.json()["errors"]}

    async def test_a_company_has_fifty_unfinished_at_most_also_at_once(
        self, client: httpx.AsyncClient, mover_a: Member, settings: Settings
    ):
        asked = settings.uploads.most_unfinished + 10
        answers = await asyncio.gather(*(announce(client, mover_a, b"x", "image/jpeg", "photo") for _ in range(asked)))
        assert sorted(answer.status_code for answer in answers) == [201] * (asked - 10) + [409] * 10


class TestTrouble:
    async def test_a_store_that_is_away_is_waited_for(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        clock: ManualClock,
        monkeypatch: pytest.MonkeyPatch,
    ):
        body = photo()
        announced = (await announce(client, mover_a, body, "image/jpeg", "photo")).json()
        path = f"/v1/uploads/{announced['id']}"
        await send(client, announced["form"], body)
        await client.post(f"{path}/complete", headers=mover_a.headers)

        async def away(*_: object) -> None:
            raise StoreUnavailable

        with monkeypatch.context() as patch:
            patch.setattr(worker_resources.ports.objects, "put", away)
            await tend(worker_resources)
            assert (await client.get(path, headers=mover_a.headers)).json()["status"] == "scanning"
        await tend(worker_resources)
        assert (await client.get(path, headers=mover_a.headers)).json()["status"] == "scanning"
        clock.advance(timedelta(seconds=10))
        await tend(worker_resources)
        assert (await client.get(path, headers=mover_a.headers)).json()["status"] == "clean"

    async def test_what_could_not_be_checked_for_twelve_hours_is_refused(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        clock: ManualClock,
        monkeypatch: pytest.MonkeyPatch,
    ):
        body = photo()
        announced = (await announce(client, mover_a, body, "image/jpeg", "photo")).json()
        path = f"/v1/uploads/{announced['id']}"
        await send(client, announced["form"], body)
        await client.post(f"{path}/complete", headers=mover_a.headers)

        async def away(*_: object) -> None:
            raise StoreUnavailable

        monkeypatch.setattr(worker_resources.ports.objects, "get", away)
        for wait in (timedelta(0), timedelta(hours=11, minutes=59), timedelta(minutes=11)):
            told = (await client.get(path, headers=await headers_of(client, mover_a))).json()
            assert told["status"] == "scanning"
            clock.advance(wait)
            await tend(worker_resources)
        told = (await client.get(path, headers=await headers_of(client, mover_a))).json()
        assert told["rejection"]["code"] == "unchecked"

    async def test_two_workers_look_at_a_file_once(
        self, client: httpx.AsyncClient, mover_a: Member, worker_resources: Resources
    ):
        body = photo()
        announced = (await announce(client, mover_a, body, "image/jpeg", "photo")).json()
        await send(client, announced["form"], body)
        await client.post(f"/v1/uploads/{announced['id']}/complete", headers=mover_a.headers)
        looked = 0
        inspect = worker_resources.ports.media.inspect

        async def counted(*asked: Any) -> Any:
            nonlocal looked
            looked += 1
            return await inspect(*asked)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker_resources.ports.media, "inspect", counted)
            await asyncio.gather(*(tend_uploads(worker_resources) for _ in range(4)))
        assert looked == 1

    async def test_what_nobody_attaches_is_forgotten_after_a_day(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        clock: ManualClock,
        settings: Settings,
    ):
        told = await upload(client, mover_a, worker_resources, photo(), "image/jpeg", "photo")
        pending = (await announce(client, mover_a, b"x", "image/jpeg", "photo")).json()
        clock.advance(timedelta(hours=24, seconds=1))
        await tend(worker_resources)
        headers = await headers_of(client, mover_a)
        for upload_id in (told["id"], pending["id"]):
            assert (await client.get(f"/v1/uploads/{upload_id}", headers=headers)).status_code == 404
        assert objects_in(settings) == []


class TestTheScanner:
    async def test_what_it_finds_is_refused_and_without_its_word_nothing_is_clean(
        self,
        client: httpx.AsyncClient,
        mover_a: Member,
        worker_resources: Resources,
        clock: ManualClock,
    ):
        class Scanner:
            is_away = True

            async def find_malware(self, body: bytes) -> str | None:
                if self.is_away:
                    raise ScannerUnavailable
                return "Eicar" if EICAR in body else None

        scanner = Scanner()
        worker = replace(worker_resources, ports=replace(worker_resources.ports, scanner=scanner))
        harmful = document(Title=pikepdf.String("")) + EICAR
        sent = [
            await upload(client, mover_a, worker, body, "application/pdf", "document") for body in (harmful, document())
        ]
        assert [told["status"] for told in sent] == ["scanning", "scanning"]
        scanner.is_away = False
        clock.advance(timedelta(seconds=10))
        await tend(worker)
        stand = [(await client.get(f"/v1/uploads/{told['id']}", headers=mover_a.headers)).json() for told in sent]
        assert stand[0]["rejection"]["code"] == "malware"
        assert stand[1]["status"] == "clean"
