from __future__ import annotations

import os
from collections.abc import Iterator

import asyncpg
import pytest

from tests.architecture.catalogue import BREAKS, MENDS, RULES
from tests.conftest import Logins, clone, drop

pytestmark = pytest.mark.integration


async def broken(url: str, rule: str) -> list[str]:
    connection = await asyncpg.connect(url)
    try:
        return sorted({row[0] for row in await connection.fetch(RULES[rule])})
    finally:
        await connection.close()


@pytest.mark.parametrize("rule", RULES)
async def test_the_schema_keeps_the_rule(logins: Logins, rule: str):
    assert await broken(logins.admin, rule) == []


def test_every_rule_has_its_mutation():
    assert set(BREAKS) == set(RULES)


@pytest.fixture
def scratch(template: str, worker_id: str) -> Iterator[Logins]:
    """A clone that may be broken."""
    name = f"movehub_scratch_{os.getpid()}_{worker_id}"
    yield clone(template, name)
    drop(name)


@pytest.mark.gate
@pytest.mark.parametrize("rule", BREAKS)
async def test_the_rule_sees_what_breaks_it(scratch: Logins, rule: str):
    connection = await asyncpg.connect(scratch.admin)
    try:
        await connection.execute("SET search_path = app, public")
        await connection.execute(BREAKS[rule])
        assert await connection.fetch(RULES[rule]), f"{rule} saw nothing"
    finally:
        if rule in MENDS:
            await connection.execute(MENDS[rule])
        await connection.close()
