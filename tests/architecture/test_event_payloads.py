from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from types import UnionType
from typing import Any, Union, get_args, get_origin
from uuid import UUID

import pytest

from app import registry
from app.kernel.events import Event

pytestmark = pytest.mark.unit

# Ids, times, numbers and closed vocabularies: nothing that a person typed can travel in an event.
HARMLESS = (UUID, datetime, date, int, bool, Decimal, Enum, type(None))
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


def _types(annotation: Any) -> list[Any]:
    if get_origin(annotation) in {Union, UnionType, tuple, list}:
        return [kind for part in get_args(annotation) if part is not Ellipsis for kind in _types(part)]
    return [annotation]


@pytest.mark.parametrize("event", registry.events(), ids=lambda event: event.__name__)
def test_an_event_carries_ids_and_has_a_literal_name(event: type[Event]):
    assert NAME.fullmatch(event.name), event.name
    assert event.version >= 1
    for name, field in event.model_fields.items():
        for kind in _types(field.annotation):
            assert isinstance(kind, type), f"{event.__name__}.{name}"
            assert issubclass(kind, HARMLESS), f"{event.__name__}.{name} could carry personal data"


def test_no_two_events_share_a_name_and_version():
    names = [(event.name, event.version) for event in registry.events()]
    assert len(names) == len(set(names))
