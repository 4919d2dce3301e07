"""Passwords: Argon2id, off the event loop, a bounded number at a time; more than that is told to wait."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ClassVar, Final, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from app.kernel.errors import Unavailable
from app.runtime.settings import AuthSettings

LONGEST_QUEUE: Final = 32

Result = TypeVar("Result")


class SignInBusy(Unavailable):
    code: ClassVar[str] = "sign_in_busy"
    title: ClassVar[str] = "Too many people are signing in at this moment. Try again in a second."


class Passwords:
    def __init__(self, settings: AuthSettings) -> None:
        self._hasher = PasswordHasher(
            time_cost=settings.argon2_passes,
            memory_cost=settings.argon2_memory_kib,
            parallelism=settings.argon2_lanes,
            type=Type.ID,
        )
        threads = 2 * (os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="argon2")
        self._places = threads + LONGEST_QUEUE
        self._waiting = 0
        # Verified when there is no such user, so that the answer takes as long as for a known one.
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Raises: SignInBusy (503) when the queue is full."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one; None is nobody's and takes as long. Raises: SignInBusy (503)."""
        matches = await self._run(self._matches, stored or self._nobody, password)
        return matches and stored is not None

    def needs_rehash(self, stored: str) -> bool:
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., Result], *arguments: str) -> Result:
        if self._waiting >= self._places:
            raise SignInBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)
        finally:
            self._waiting -= 1
