"""Which class of licence a truck takes, and who has it. All pure.

By 49 CFR 383.91 a vehicle of more than 26,000 pounds takes class B, and class A where a unit of more than 10,000 is
towed. The calendar knows payloads alone: more than 14,000 pounds is a vehicle of more than 26,000 with it, and more
than 30,000 is taken as a sign that a trailer carries it. The class of a driver's licence is a skill like others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from app.modules.calendar.values import ResourceKind, ResourceSpec

CLASS_B: Final = "license_class_b"
CLASS_A: Final = "license_class_a"
CLASSES: Final = (CLASS_B, CLASS_A)
PAYLOAD_OF_CLASS_B: Final = 14_000
PAYLOAD_OF_CLASS_A: Final = 30_000
# How licences print their class: `A`, `CDL B`, `CDL CLASS A`, `CLASS AM1`, `A CDL`, `NON-CDL C`, a state's own `10`.
PRINTED_CLASS: Final = (
    "^((?:NON[ -]?)?CDL[ -]{0,3})?(?:CLASS[ -]?)?([A-Z]|[0-9]{1,2})(?:[ -]?M[12]?)?([ -]{1,3}(?:NON[ -]?)?CDL)?$"
)


def class_of_truck(max_weight_lb: int) -> str | None:
    """The class that it takes to drive a truck of this payload: A above 30,000 pounds, else B above 14,000; None: any
    licence will do.
    """
    if max_weight_lb > PAYLOAD_OF_CLASS_A:
        return CLASS_A
    return CLASS_B if max_weight_lb > PAYLOAD_OF_CLASS_B else None


def classes_of(license_class: str) -> tuple[str, ...]:
    """What a licence is good for, from its class as `PRINTED_CLASS` has it. Class A covers what B does; one that is no
    commercial licence covers neither, and so does what is printed in no known way.
    """
    printed = re.match(PRINTED_CLASS, license_class)
    if printed is None or "NON" in f"{printed[1]}{printed[3]}":
        return ()
    return {"A": CLASSES, "B": (CLASS_B,)}.get(printed[2], ())


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
