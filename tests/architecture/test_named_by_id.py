"""What staff name by its id alone, whatever company it is of, is found by an index."""

from __future__ import annotations

import asyncpg
import pytest

from tests.conftest import Logins

pytestmark = pytest.mark.integration

BEGINS_WITH_ID = """
SELECT 1 FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
WHERE i.indrelid = $1::text::regclass AND a.attname = 'id' AND i.indpred IS NULL
"""


@pytest.mark.parametrize("table", ["verification_cases", "no_show_disputes"])
async def test_it_has_an_index_that_begins_with_the_id(logins: Logins, table: str):
    connection = await asyncpg.connect(logins.admin)
    try:
        assert await connection.fetch(BEGINS_WITH_ID, f"app.{table}")
    finally:
        await connection.close()
