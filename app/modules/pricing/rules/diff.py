"""What one version of a price list says otherwise than another, place by place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple, TypeAlias

RULES: Final = "surcharge_rules"
# An object and where it stands.
_Placed: TypeAlias = tuple[Mapping[str, Any], str]


class Change(NamedTuple):
    """One place that differs, by its JSON pointer in each version; None: that version has no such place."""

    pointer_before: str | None
    pointer_after: str | None
    before: Any
    after: Any


def compare_configs(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[Change, ...]:
    """Both as stored. A rule that only changed has its fields told; one that moved is removed and added again.

    The order of rules counts: they compound, and discounts are taken, in it.
    """
    plain = [{name: value for name, value in body.items() if name != RULES} for body in (before, after)]
    return (*_fields((plain[0], ""), (plain[1], "")), *_rules(before.get(RULES, ()), after.get(RULES, ())))


def _fields(old: _Placed, new: _Placed) -> Iterator[Change]:
    (before, place_before), (after, place_after) = old, new
    for name in dict.fromkeys((*before, *after)):
        here = f"{place_before}/{name}" if name in before else None
        there = f"{place_after}/{name}" if name in after else None
        if here is None or there is None or before[name] != after[name]:
            yield Change(here, there, before.get(name), after.get(name))


def _rules(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Iterator[Change]:
    old, new = ([json.dumps(rule, sort_keys=True) for rule in rules] for rules in (before, after))
    for kind, start, end, start_after, end_after in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if kind != "equal":
            yield from _stretch(
                [(before[at], f"/{RULES}/{at}") for at in range(start, end)],
                [(after[at], f"/{RULES}/{at}") for at in range(start_after, end_after)],
            )


def _stretch(before: Sequence[_Placed], after: Sequence[_Placed]) -> Iterator[Change]:
    """Rules that took each other's place: those of one type, in their order, are one rule that changed."""
    left = list(after)
    for rule, place in before:
        at = next((at for at, (other, _) in enumerate(left) if other["type"] == rule["type"]), None)
        if at is None:
            yield Change(place, None, rule, None)
        else:
            yield from _fields((rule, place), left.pop(at))
    for rule, place in left:
        yield Change(None, place, None, rule)
