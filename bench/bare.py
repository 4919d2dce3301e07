"""The bare limit of a list: the same BEGIN, settings, SQL and COMMIT.

`python -m bench.bare` serves on PORT. A request's path is the place of a company in BENCH_COMPANIES, a JSON list of
(organization, user, session).
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import asyncpg

from app.modules.bookings.repository import list_query
from app.runtime.db.tenancy import Audience, Identity, SessionRole, opening_text
from bench.limit import Limit, Statement

PAGE: Final = 20
QUERY: Final = list_query("org_id", (), is_continued=False)


def _identity(org: str, user: str, session: str) -> Identity:
    return Identity(
        Audience.MOVER,
        org_id=UUID(org),
        user_id=UUID(user),
        session_id=UUID(session),
        role=SessionRole.OWNER,
        now=datetime.now(UTC),
    )


class BareList(Limit):
    def __init__(self, companies: Sequence[Identity]) -> None:
        super().__init__()
        self._companies = [(one.org_id, opening_text(one, read_only=True)) for one in companies]

    def asked(self, path: str) -> tuple[str, Sequence[Statement]]:
        org_id, opening = self._companies[int(path.lstrip("/"))]
        return opening, [(QUERY, (datetime.now(UTC), org_id, PAGE + 1))]

    def body(self, rows: Sequence[asyncpg.Record]) -> bytes:
        return f'{{"items":[{",".join(row["item"] for row in rows[:PAGE])}],"next_cursor":null}}'.encode()


if __name__ == "__main__":
    BareList([_identity(*ids) for ids in json.loads(os.environ["BENCH_COMPANIES"])]).serve()
