from __future__ import annotations

from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

from app.kernel.errors import PreconditionFailed
from app.kernel.patch import Patch
from app.kernel.versions import check_version

pytestmark = pytest.mark.unit


class Change(Patch):
    clearable: ClassVar[frozenset[str]] = frozenset({"note"})

    name: str | None = None
    note: str | None = None


@pytest.mark.parametrize("body", [{"name": "x"}, {"note": None}, {"name": "x", "note": None}])
def test_what_was_sent_is_known(body: dict[str, Any]):
    assert Change.model_validate(body).model_dump(exclude_unset=True) == body


@pytest.mark.parametrize("body", [{}, {"name": None}, {"name": "x", "other": 1}], ids=str)
def test_nothing_null_where_it_cannot_be_and_unknown_are_refused(body: dict[str, Any]):
    with pytest.raises(ValidationError):
        Change.model_validate(body)


@pytest.mark.parametrize("expected", [None, 3])
def test_the_version_that_was_read_may_be_changed(expected: int | None):
    check_version(3, expected)


@pytest.mark.parametrize("expected", [0, 2, 4])
def test_any_other_may_not(expected: int):
    with pytest.raises(PreconditionFailed):
        check_version(3, expected)
