"""Whether a regular expression can read one text in so many ways that a failure takes for ever."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, Final

# The reader of `re` itself: what a pattern says, as a tree. It has no types and no public name.
reader: Any = import_module("re._parser")
REPEATS: Final = frozenset({"MAX_REPEAT", "MIN_REPEAT"})
# Fewer repetitions than these are no power of anything.
FEW: Final = 8


def is_ambiguous(pattern: str) -> bool:
    """Whether something that repeats often stands in something that does, and nothing tells where it begins anew."""
    return _repeats_what_repeats(reader.parse(pattern), outer=None)


def _repeats_what_repeats(tree: Any, *, outer: Any) -> bool:
    """`outer`: the body of the repetition that the tree stands in; None: it stands in none."""
    for operator, operand in tree:
        repeats = str(operator) in REPEATS and operand[1] > FEW
        if repeats and outer is not None and not _begins_anew(outer, operand[2]):
            return True
        within = operand[2] if repeats else outer
        if any(_repeats_what_repeats(part, outer=within) for part in _parts(operand)):
            return True
    return False


def _begins_anew(outer: Any, inner: Any) -> bool:
    """Each round of the outer begins with one character, which the inner cannot be."""
    operator, operand = outer[0]
    return str(operator) == "LITERAL" and not any(_may_be(one, operand) for one in inner)


def _may_be(node: Any, character: int) -> bool:
    operator, operand = str(node[0]), node[1]
    if operator == "LITERAL":
        return bool(operand == character)
    if operator == "RANGE":
        return bool(operand[0] <= character <= operand[1])
    if operator == "IN":
        return any(_may_be(one, character) for one in operand)
    if operator == "CATEGORY" and str(operand) == "CATEGORY_DIGIT":
        return chr(character).isdigit()
    return True


def _parts(operand: Any) -> Iterator[Any]:
    if isinstance(operand, reader.SubPattern):
        yield operand
    elif isinstance(operand, tuple | list):
        for one in operand:
            yield from _parts(one)
