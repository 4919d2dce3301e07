"""Names as one hears them: capitals and accents do not matter, nor do a letter or two."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa

# Of trigrams: how many of them two spellings share.
ALIKE: Final = 0.45
# What is shorter has no trigram, and an index is of no use.
FEWEST_LETTERS: Final = 3


def plain(text: Any) -> sa.ColumnElement[str]:
    """A text without accents and capitals."""
    return sa.func.app.plain(text)


def says(column: Any, said: str) -> sa.ColumnElement[bool]:
    """Whether a column holds what was said, or something that sounds like it."""
    return sa.or_(
        plain(column).contains(plain(escaped(said)), escape="\\"),
        sa.func.similarity(plain(column), plain(said)) >= ALIKE,
    )


def escaped(text: str) -> str:
    """For a pattern of LIKE, in which it stands for itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
