"""How alike two spellings must be: one figure, wherever names are compared."""

import pytest

from app.runtime.db.spelling import ALIKE
from tests.conftest import Logins
from tests.factories.calendar import administrator

pytestmark = pytest.mark.integration

THRESHOLDS = """
SELECT proname, split_part(setting, '=', 2)::float AS threshold
FROM pg_proc CROSS JOIN unnest(proconfig) AS setting
WHERE setting LIKE 'pg_trgm.similarity_threshold=%'
"""


async def test_the_functions_that_find_names_compare_as_the_program_does(logins: Logins) -> None:
    async with administrator(logins) as connection:
        rows = await connection.fetch(THRESHOLDS)
    assert {row["proname"]: row["threshold"] for row in rows} == {"customers_named": ALIKE, "bookings_named": ALIKE}
