"""What is kept sealed is sealed anew after a change of the key, before the former one is dropped."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final

import pytest
import sqlalchemy as sa

from app import registry
from app.runtime.db.base import Model
from app.runtime.db.resealing import SealedRows

pytestmark = pytest.mark.unit

# Gone before a former key is, which is kept for eight days at the least (decision 52).
SHORT_LIVED: Final = {
    "idempotency_keys.body": "a kept answer, for 24 hours",
    "mail_tokens.sealed_new_email": "a mailed link, for a week",
    "mail_tokens.sealed_former_email": "a mailed link, for a week",
    "otp_challenges.sealed_recipient": "a one-time code, for an hour",
    "otp_challenges.sealed_warned": "whom to tell of a change, for a day",
}


def mapped() -> Iterator[str]:
    """Columns that say that they are sealed, by their name or their comment."""
    for table in Model.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, sa.LargeBinary) and "sealed" in f"{column.name} {column.comment}":
                yield f"{table.name}.{column.name}"


def sealed_anew() -> Iterator[str]:
    for name, module in list(sys.modules.items()):
        if name.startswith("app.modules."):
            for value in vars(module).values():
                for rows in value if isinstance(value, tuple) else (value,):
                    if isinstance(rows, SealedRows):
                        yield f"{rows.kept.class_.__tablename__}.{rows.kept.key}"


def test_every_sealed_column_is_sealed_anew_or_gone_before_the_former_key():
    registry.metadata()
    anew, known = set(sealed_anew()), set(mapped())
    assert "company_documents.sealed_number" in known
    assert known == anew | SHORT_LIVED.keys()
    assert not anew & SHORT_LIVED.keys()
