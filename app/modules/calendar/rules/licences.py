"""Which class of licence a truck takes, and who has it. All pure.

A truck whose payload alone is more than 14,000 pounds weighs more than 26,000 with it, which takes class B, and from
30,000 on class A (49 CFR 383.91). To the calendar the class of a driver's licence is a skill like others.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from app.modules.calendar.values import ResourceKind, ResourceSpec

CLASS_B: Final = "license_class_b"
CLASS_A: Final = "license_class_a"
CLASSES: Final = (CLASS_B, CLASS_A)
PAYLOAD_OF_CLASS_B: Final = 14_000
PAYLOAD_OF_CLASS_A: Final = 30_000


def class_of_truck(max_weight_lb: int) -> str | None:
    """The class that it takes to drive a truck of this payload; None: any licence will do."""
    if max_weight_lb > PAYLOAD_OF_CLASS_A:
        return CLASS_A
    return CLASS_B if max_weight_lb > PAYLOAD_OF_CLASS_B else None


def classes_of(license_class: str) -> tuple[str, ...]:
    """What a licence is good for, from its class as it is printed: `B`, `CDL A`. Class A covers what B does."""
    match license_class.removeprefix("CDL").strip(" -")[:1]:
        case "A":
            return CLASSES
        case "B":
            return (CLASS_B,)
        case _:
            return ()


def may_drive(named: Iterable[ResourceSpec]) -> bool:
    """Whether there is a driver for each truck among them whose licence covers it."""
    known = list(named)
    needed = [class_of_truck(one.max_weight_lb) for one in known if one.kind is ResourceKind.TRUCK]
    drivers = [set(one.skills) for one in known if one.kind is ResourceKind.DRIVER]
    # Whoever has class A has class B too: so it is enough to count.
    heavy = len([one for one in needed if one is not None])
    return needed.count(CLASS_A) <= sum(CLASS_A in has for has in drivers) and heavy <= sum(
        CLASS_B in has for has in drivers
    )
