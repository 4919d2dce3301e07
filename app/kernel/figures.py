"""Figures of answers that are no money: miles, hours, volumes."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import PlainSerializer

# A JSON number, as trucks and places give theirs; money alone is text.
NumberOut = Annotated[Decimal, PlainSerializer(float, return_type=float, when_used="json")]
