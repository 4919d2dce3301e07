from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import BaseModel

from app.runtime.settings import Settings
from tests.architecture.contracts import ROOT

pytestmark = pytest.mark.unit

USUAL_NAMES = {"debug": "DEBUG", "environment": "ENVIRONMENT", "port": "PORT", "redis_url": "REDIS_URL"}


def known() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        group = field.annotation
        if isinstance(group, type) and issubclass(group, BaseModel):
            yield from (f"MOVEHUB_{name}__{one}".upper() for one in group.model_fields)
        else:
            yield USUAL_NAMES[name]


def test_every_setting_has_its_example_and_every_example_its_setting():
    lines = (ROOT / ".env.example").read_text().splitlines()
    examples = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert examples == set(known())
