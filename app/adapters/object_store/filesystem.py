"""Objects as files below one folder, on one machine; written beside, then renamed: none is ever half.

Files have no door for clients: the API itself is it, and takes what is signed here (modules/files/routes).
"""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar

from app.kernel.object_door import sign_download, sign_upload
from app.kernel.ports.object_store import DownloadTerms, StoreUnavailable, UploadForm, UploadTerms, check_key
from app.kernel.signing import Signer

Answer = TypeVar("Answer")
# No key begins with a dot, so no object can stand here.
UNFINISHED = ".unfinished"


class FilesystemObjectStore:
    """`root` is made at the first object. Symbolic links inside it are the administrator's own business."""

    def __init__(self, root: Path, signer: Signer, public_url: str) -> None:
        self._root = root
        self._signer = signer
        self._door = public_url.rstrip("/")

    async def put(self, key: str, body: bytes) -> None:
        await _off_the_loop(lambda: _replace(self._path(key), self._root / UNFINISHED, body))

    async def get(self, key: str) -> bytes | None:
        return await _off_the_loop(lambda: _read(self._path(key)))

    async def exists(self, key: str) -> bool:
        return await _off_the_loop(self._path(key).is_file)

    async def delete(self, key: str) -> None:
        await _off_the_loop(lambda: self._path(key).unlink(missing_ok=True))

    async def upload_form(self, terms: UploadTerms, now: datetime) -> UploadForm:  # noqa: ARG002 - the door reads until when
        check_key(terms.key)
        fields = {"terms": sign_upload(self._signer, terms), "Content-Type": terms.content_type}
        return UploadForm(f"{self._door}/v1/uploads/form", fields)

    async def download_link(self, terms: DownloadTerms, now: datetime) -> str:  # noqa: ARG002 - the door reads until when
        check_key(terms.key)
        return f"{self._door}/v1/downloads/{sign_download(self._signer, terms)}"

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)


async def _off_the_loop(work: Callable[[], Answer]) -> Answer:
    try:
        return await asyncio.to_thread(work)
    except OSError as error:
        raise StoreUnavailable(error.strerror or type(error).__name__) from error


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None


def _replace(path: Path, unfinished: Path, body: bytes) -> None:
    unfinished.mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=unfinished, delete=False) as draft:
        try:
            draft.write(body)
            draft.flush()
            os.fsync(draft.fileno())
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    # The rename itself lives in the folder: without this it may be forgotten when the power goes.
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
