"""Hashing is bounded, off the event loop, and of the strength that is promised (AUTH-2)."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from app.runtime.auth.passwords import LONGEST_QUEUE, Passwords, SignInBusy
from app.runtime.settings import AuthSettings

OWASP_KIB = 19 * 1024


def settings_of(**more: int) -> AuthSettings:
    key = SecretStr("a key of the tests, and long enough")
    return AuthSettings(token_key=key, pepper=key, sealing_key=key, **more)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    """As they ship."""
    found = Passwords(settings_of())
    yield found
    found.close()


async def test_a_stored_hash_says_how_strong_it_is(passwords: Passwords):
    stored = await passwords.hash("correct horse battery")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", stored)
    assert found is not None
    memory, passes, lanes = map(int, found.groups())
    assert memory * passes >= 2 * OWASP_KIB
    assert (passes, lanes) == (1, 1)


async def test_a_hash_of_weaker_settings_is_made_anew(passwords: Passwords):
    weak = Passwords(settings_of(argon2_memory_kib=8))
    stored = await weak.hash("correct horse battery")
    weak.close()
    assert await passwords.verify(stored, "correct horse battery")
    assert passwords.needs_rehash(stored)
    assert not passwords.needs_rehash(await passwords.hash("correct horse battery"))


@pytest.fixture
def quick() -> Iterator[Passwords]:
    """Of the same bounds, and a few milliseconds a hash."""
    found = Passwords(settings_of(argon2_memory_kib=4 * 1024))
    yield found
    found.close()


async def test_of_a_flood_as_many_are_hashed_as_may_wait_and_the_rest_is_told_at_once(quick: Passwords):
    refused_after = []

    async def attempt() -> bool:
        started = time.perf_counter()
        try:
            return await quick.verify(None, "whatever it is")
        except SignInBusy:
            refused_after.append(time.perf_counter() - started)
            raise

    answers = await asyncio.gather(*(attempt() for _ in range(500)), return_exceptions=True)
    threads = quick._places - LONGEST_QUEUE
    assert sum(answer is False for answer in answers) == threads + LONGEST_QUEUE
    assert sum(isinstance(answer, SignInBusy) for answer in answers) == 500 - threads - LONGEST_QUEUE
    # A busy machine may stop the whole program for a moment, between the two clocks of one of them too.
    assert sorted(refused_after)[len(refused_after) * 9 // 10] < 0.05
    assert await quick.verify(None, "the next one") is False


async def test_the_loop_goes_on_while_passwords_are_hashed(quick: Passwords):
    stored = await quick.hash("correct horse battery")
    hashing = [asyncio.create_task(quick.verify(stored, "correct horse battery")) for _ in range(20)]
    lags = []
    while not all(task.done() for task in hashing):
        started = time.perf_counter()
        await asyncio.sleep(0.005)
        lags.append(time.perf_counter() - started - 0.005)
    assert all(await asyncio.gather(*hashing))
    # Inline, the loop would turn once for all of them; a busy machine may hold it up for a moment.
    assert len(lags) >= 4
    assert sorted(lags)[len(lags) // 2] <= 0.05


async def test_a_flood_of_sign_ins_takes_no_more_than_300_megabytes():
    """At the strength that is promised: 46 MiB for each that is hashed at once, which are twice the cores. In a process
    of its own: what others have left in this one would hide it.
    """
    flood = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.runtime.flood_of_sign_ins", stdout=asyncio.subprocess.PIPE
    )
    output, _ = await flood.communicate()
    assert flood.returncode == 0
    found = json.loads(output)
    cores = os.cpu_count() or 1
    assert found["answered"] == 2 * cores + LONGEST_QUEUE
    assert 46 * 1024 * 1024 <= found["bytes"] <= max(300, 2 * cores * 46 + 50) * 1024 * 1024
