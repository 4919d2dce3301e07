"""The adapter to S3 against a double over HTTP that holds to what is signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.adapters.object_store.s3 import S3ObjectStore
from app.kernel.ports.object_store import DownloadTerms, StoreUnavailable, UploadForm, UploadTerms
from tests.doubles.s3 import BUCKET, KEY_ID, REGION, SECRET, Bucket, running_bucket

pytestmark = pytest.mark.unit

KEY = "quarantine/0192/0193"
BODY = b"png" * 30


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with running_bucket() as made:
        yield made


def store_at(url: str, **changes: Any) -> S3ObjectStore:
    return S3ObjectStore(BUCKET, region=REGION, endpoint_url=url, connect_seconds=0.5, read_seconds=2, **changes)


@pytest.fixture
def store(bucket: Bucket) -> S3ObjectStore:
    return store_at(bucket.url)


async def test_objects_are_kept_read_and_forgotten(store: S3ObjectStore):
    assert await store.get(KEY) is None
    assert not await store.exists(KEY)
    await store.put(KEY, b"one")
    await store.put(KEY, b"two")
    assert await store.get(KEY) == b"two"
    assert await store.exists(KEY)
    await store.delete(KEY)
    await store.delete(KEY)
    assert await store.get(KEY) is None


@pytest.mark.parametrize("key", ["../x", "/x", "a//b", "a/.b", "ä", "a" * 600])
async def test_a_malformed_key_is_refused(store: S3ObjectStore, key: str):
    now = datetime.now(UTC)
    for work in (
        store.put(key, b"x"),
        store.get(key),
        store.exists(key),
        store.delete(key),
        store.upload_form(UploadTerms(key, "image/png", 10, now), now),
        store.download_link(DownloadTerms(key, "image/png", "x", now), now),
    ):
        with pytest.raises(ValueError, match="not the key"):
            await work


async def test_encryption_is_asked_for(bucket: Bucket):
    await store_at(bucket.url, encryption="aws:kms").put(KEY, b"x")
    assert bucket.sealed_by == "aws:kms"


async def a_form(store: S3ObjectStore, seconds: int = 300) -> UploadForm:
    now = datetime.now(UTC)
    return await store.upload_form(UploadTerms(KEY, "image/png", len(BODY), now + timedelta(seconds=seconds)), now)


async def post(form: UploadForm, body: bytes, **fields: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        files = {"file": ("x", body, "text/html")}
        return await client.post(form.url, data={**form.fields, **fields}, files=files)


async def test_the_form_takes_what_it_was_made_for(store: S3ObjectStore, bucket: Bucket):
    assert (await post(await a_form(store), BODY)).status_code == 204
    assert bucket.objects[KEY] == ("image/png", BODY)
    assert (await post(await a_form(store_at(bucket.url, encryption="AES256")), BODY)).status_code == 204


@pytest.mark.parametrize(
    ("fields", "body", "code"),
    [
        ({"key": "files/0192/other"}, BODY, "AccessDenied"),
        ({"Content-Type": "text/html"}, BODY, "AccessDenied"),
        ({"acl": "public-read"}, BODY, "AccessDenied"),
        ({"success_action_redirect": "http://evil.example"}, BODY, "AccessDenied"),
        ({"x-amz-signature": "0" * 64}, BODY, "SignatureDoesNotMatch"),
        ({"policy": "e30="}, BODY, "SignatureDoesNotMatch"),
        ({}, b"", "EntityTooSmall"),
        ({}, BODY[:-1], "EntityTooSmall"),
        ({}, BODY + b"x", "EntityTooLarge"),
    ],
)
async def test_the_form_takes_nothing_else(
    store: S3ObjectStore, bucket: Bucket, fields: dict[str, str], body: bytes, code: str
):
    answer = await post(await a_form(store), body, **fields)
    assert answer.status_code in {400, 403}
    assert code in answer.text
    assert bucket.objects == {}


async def test_the_form_ends(store: S3ObjectStore, bucket: Bucket):
    form = await a_form(store)
    bucket.ahead = timedelta(seconds=302)
    assert (await post(form, BODY)).status_code == 403


async def test_a_link_gives_one_object_as_an_attachment_for_its_time(store: S3ObjectStore, bucket: Bucket):
    now = datetime.now(UTC)
    await store.put(KEY, b"%PDF")
    link = await store.download_link(DownloadTerms(KEY, "application/pdf", "Ü.pdf", now + timedelta(seconds=60)), now)
    async with httpx.AsyncClient() as client:
        fetched = await client.get(link)
        assert fetched.content == b"%PDF"
        assert fetched.headers["content-type"] == "application/pdf"
        assert fetched.headers["content-disposition"] == "attachment; filename=\"_.pdf\"; filename*=UTF-8''%C3%9C.pdf"
        assert (await client.get(link.replace("0193", "0194"))).status_code == 403
        assert (await client.get(link.replace("application%2Fpdf", "text%2Fhtml"))).status_code == 403
        bucket.ahead = timedelta(seconds=61)
        assert (await client.get(link)).status_code == 403


async def test_a_store_that_fails_or_is_away_is_told(store: S3ObjectStore, bucket: Bucket):
    bucket.failing = 503
    for store_in_trouble in (store, store_at("http://127.0.0.1:1")):
        with pytest.raises(StoreUnavailable):
            await store_in_trouble.get(KEY)
        with pytest.raises(StoreUnavailable):
            await store_in_trouble.put(KEY, b"x")


async def test_foreign_keys_open_nothing(bucket: Bucket, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another")
    with pytest.raises(StoreUnavailable, match="SignatureDoesNotMatch"):
        await store_at(bucket.url).put(KEY, b"x")
