import asyncio
from pathlib import Path

import pytest

from app.adapters.object_store.filesystem import FilesystemObjectStore
from app.kernel.ports.object_store import StoreUnavailable
from app.kernel.signing import Signer

pytestmark = pytest.mark.unit

SIGNER = Signer(b"a key of the tests, long enough for it")
KEY = "orgs/0192/invoices/2026-000001.pdf"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
def blocked_root(root: Path) -> Path:
    root.write_bytes(b"a file where the folder should be")
    return root


def files_below(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def store(root: Path) -> FilesystemObjectStore:
    return FilesystemObjectStore(root, SIGNER, "https://api.example")


async def test_bytes_come_back(store: FilesystemObjectStore) -> None:
    await store.put(KEY, b"\x00\xffone")
    assert await store.get(KEY) == b"\x00\xffone"
    assert await store.exists(KEY)


async def test_a_second_put_replaces(store: FilesystemObjectStore) -> None:
    await store.put(KEY, b"one")
    await store.put(KEY, b"two")
    assert await store.get(KEY) == b"two"


async def test_what_was_never_put_is_not_there(store: FilesystemObjectStore) -> None:
    assert await store.get(KEY) is None
    assert not await store.exists(KEY)
    await store.delete(KEY)


async def test_a_folder_of_objects_is_no_object(store: FilesystemObjectStore) -> None:
    await store.put(KEY, b"one")
    assert await store.get("orgs/0192") is None
    assert not await store.exists("orgs/0192")
    assert await store.get(f"{KEY}/deeper") is None


async def test_a_deleted_object_is_gone(store: FilesystemObjectStore) -> None:
    await store.put(KEY, b"one")
    await store.delete(KEY)
    assert await store.get(KEY) is None


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "..",
        "../outside",
        "a/../../outside",
        "a//b",
        "a/",
        ".unfinished/x",
        "a/.hidden",
        "a\x00b",
        "a\nb",
        "a b",
        "ä",
        "a\\b",
        "x" * 513,
    ],
)
async def test_a_key_cannot_leave_the_store(store: FilesystemObjectStore, root: Path, key: str) -> None:
    for call in (store.put(key, b"x"), store.get(key), store.exists(key), store.delete(key)):
        with pytest.raises(ValueError, match="not the key"):
            await call
    assert files_below(root) == []


async def test_readers_see_the_old_or_the_new_and_never_a_part(store: FilesystemObjectStore, root: Path) -> None:
    old, new = b"o" * 300_000, b"n" * 300_000
    await store.put(KEY, old)
    seen: set[bytes | None] = set()

    async def read() -> None:
        for _ in range(100):
            seen.add(await store.get(KEY))

    async def write() -> None:
        for body in [new, old] * 10:
            await store.put(KEY, body)

    await asyncio.gather(read(), write())
    assert seen <= {old, new}
    assert files_below(root) == [root / KEY]


async def test_a_store_that_cannot_be_written_says_so_and_leaves_nothing(blocked_root: Path) -> None:
    with pytest.raises(StoreUnavailable):
        await FilesystemObjectStore(blocked_root, SIGNER, "https://api.example").put(KEY, b"x")
    assert files_below(blocked_root.parent) == [blocked_root]
