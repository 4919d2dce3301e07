"""A company's own figures: how large its things are, and how fast its crews work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from app.modules.pricing.rules.catalogue import CATALOGUE, Item
from app.modules.pricing.rules.estimator import Figures, estimate, round_hours
from app.modules.pricing.rules.estimator_figures import FIGURES, OWN_RATIO, Figure, applying
from app.modules.pricing.rules.learning import Learned, SizeClass, SizeRatio, size_class
from app.modules.pricing.rules.own_figures import BY_THE_COMPANY, told_from_json, with_told
from app.modules.pricing.rules.wire import number_text
from app.modules.pricing.values import Estimate, EstimateRequest, Factor, HomeSize, Hours

OWN_ITEMS: Final = "own_items"


class OwnItem(NamedTuple):
    """What a company says of a thing of the catalogue; None: as the catalogue has it."""

    code: str
    volume_cuft: Decimal | None = None
    weight_lb: Decimal | None = None
    disassembly_minutes: int | None = None

    def of(self, item: Item) -> Item:
        told = {name: value for name, value in self._asdict().items() if name != "code" and value is not None}
        return item._replace(**told)


class Own(NamedTuple):
    """Its things that are not as the catalogue has them, by code, its pace (None: too few jobs), and the figures of the
    estimator with its own among them.
    """

    items: Mapping[str, Item]
    learned: Learned | None
    base: Figures = FIGURES

    def told(self, home_size: HomeSize | None) -> tuple[Factor, ...]:
        """The figures it has set that make a difference to the load of such a home, or (None) of a list."""
        return _by_the_company(self.base, home_size) if self.base is not FIGURES else ()

    def figures(self, volume_cuft: Decimal) -> Figures:
        """The figures of its estimates for a move of this size."""
        if self.learned is None:
            return self.base
        size = size_class(volume_cuft)
        ratio = self.learned.ratios[size]
        source = f"{self.learned.jobs} own jobs, {ratio.jobs} of them {size}"
        own: dict[str, Decimal] = {OWN_RATIO: ratio.ratio, Figure.P90_RATIO: self.learned.p90_ratio}
        rows: dict[str, Factor] = {
            code: self.base[code]._replace(value=value, source=source) for code, value in own.items()
        }
        return {**self.base, **rows}

    def factors(self, volume_cuft: Decimal, request: EstimateRequest) -> tuple[Factor, ...]:
        """What is its own in an estimate, to be shown."""
        pieces = sum(counted.quantity for counted in request.items if counted.code in self.items)
        own = [Factor(OWN_ITEMS, "Things by the company's own figures", Decimal(pieces), "piece", BY_THE_COMPANY)]
        figures = self.figures(volume_cuft)
        told = _by_the_company(figures, request.home_size) if self.base is not FIGURES else ()
        learned = [figures[OWN_RATIO], figures[Figure.P90_RATIO]] if self.learned is not None else []
        return (*(own if pieces else ()), *told, *learned)


def _by_the_company(figures: Figures, home_size: HomeSize | None) -> tuple[Factor, ...]:
    return tuple([figure for figure in applying(figures, home_size) if figure.source == BY_THE_COMPANY])


COMMON: Final = Own(MappingProxyType({}), None)


def estimate_own(request: EstimateRequest, own: Own) -> Estimate:
    """The estimate by the company's own figures. Raises: UnknownItem (422)."""
    catalogue = {**CATALOGUE, **own.items} if own.items else CATALOGUE
    made = estimate(request, own.base, catalogue)
    if own.learned is not None:
        made = estimate(request, own.figures(made.volume_cuft), catalogue)
    its_own = [factor for factor in own.factors(made.volume_cuft, request) if factor.code == OWN_ITEMS]
    return made._replace(factors=(*its_own, *made.factors))


def hours_at_pace(exact_hours: Fraction, volume_cuft: Decimal, own: Own) -> Hours:
    """The hours of a load that the common figures have estimated, at the company's own pace."""
    figures = own.figures(volume_cuft)
    return round_hours(exact_hours * Fraction(figures[OWN_RATIO].value), figures)


def items_to_json(items: Sequence[OwnItem]) -> list[dict[str, Any]]:
    return [
        {
            "code": item.code,
            "volume_cuft": None if item.volume_cuft is None else number_text(item.volume_cuft),
            "weight_lb": None if item.weight_lb is None else number_text(item.weight_lb),
            "disassembly_minutes": item.disassembly_minutes,
        }
        for item in items
    ]


def items_from_json(stored: Sequence[Mapping[str, Any]]) -> tuple[OwnItem, ...]:
    return tuple(
        OwnItem(
            row["code"],
            None if row["volume_cuft"] is None else Decimal(row["volume_cuft"]),
            None if row["weight_lb"] is None else Decimal(row["weight_lb"]),
            row["disassembly_minutes"],
        )
        for row in stored
    )


def pace_to_json(learned: Learned) -> dict[str, Any]:
    return {
        "jobs": learned.jobs,
        "p90_ratio": str(learned.p90_ratio),
        "ratios": {size.value: [own.jobs, str(own.ratio)] for size, own in learned.ratios.items()},
    }


def own_from_json(
    items: Sequence[Mapping[str, Any]], pace: Mapping[str, Any] | None, figures: Mapping[str, str] | None = None
) -> Own:
    """As stored. A thing that the catalogue has dropped since is left out."""
    known = {item.code: item.of(CATALOGUE[item.code]) for item in items_from_json(items) if item.code in CATALOGUE}
    base = with_told(told_from_json(figures or {}))
    if pace is None:
        return Own(known, None, base)
    ratios = {SizeClass(size): SizeRatio(jobs, Decimal(ratio)) for size, (jobs, ratio) in pace["ratios"].items()}
    return Own(known, Learned(pace["jobs"], ratios, Decimal(pace["p90_ratio"])), base)
