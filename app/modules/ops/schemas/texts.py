from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.modules.customers.public import TextsOfDay


class PrefixTextsOut(BaseModel):
    prefix: Annotated[
        str, Field(description="A country code; in North America with the area code.", examples=["+1415"])
    ]
    sent: int


class TextsOut(BaseModel):
    """The codes that went out by text message since midnight UTC. When `most` are sent no more go until the next."""

    day: date
    sent: int
    most: int
    is_spent: bool
    prefixes: Annotated[list[PrefixTextsOut], Field(description="Those that most went to, the most first.")]

    @classmethod
    def of(cls, texts: TextsOfDay) -> TextsOut:
        prefixes = [PrefixTextsOut(prefix=prefix, sent=sent) for prefix, sent in texts.prefixes.items()]
        return cls(
            day=texts.day, sent=texts.sent, most=texts.most, is_spent=texts.sent >= texts.most, prefixes=prefixes
        )
