"""What a new password may be."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

PRODUCT_WORDS: Final = ("movehub",)
# Shorter words of a name stand in too many innocent passwords.
SHORTEST_WORD: Final = 5
MOST_REPEATED: Final = 4
_TAIL: Final = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_REPETITION: Final = re.compile(r"(.+?)\1+")


def normalized_password(text: str) -> str:
    """One form for what looks alike on different keyboards (NFKC, NIST SP 800-63B 3.1.1.2)."""
    return unicodedata.normalize("NFKC", text)


def is_guessable(password: str, common: Collection[str]) -> bool:
    """Whether it is a common password, one with digits and signs around it, or a repetition of little."""
    folded = password.casefold()
    core = _TAIL.sub("", folded)
    repeated = _REPETITION.fullmatch(folded) or _REPETITION.fullmatch(core)
    if repeated is not None and (len(repeated[1]) <= MOST_REPEATED or repeated[1] in common):
        return True
    return folded in common or (2 * len(core) >= len(folded) and core in common)


def names_its_owner(password: str, names: Iterable[str]) -> bool:
    """Whether it holds the product's name, or a word of `names`: the company's, the person's, the address's."""
    plain = _letters(password)
    words = {*PRODUCT_WORDS, *(_letters(word) for name in names for word in (name, *re.split(r"[\W_]+", name)))}
    return any(word in plain for word in words if len(word) >= SHORTEST_WORD)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", normalized_password(text).casefold())
