"""What the benchmark finds: each figure beside its limit, printed as a table and written as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

COLUMNS: Final = "{:<46} {:>10} {:>10} {:>8}  {:<12} {}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement: ours, the limit it is held against, in `unit`; `mark` says where we are going."""

    name: str
    ours: float
    limit: float
    unit: str
    mark: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.limit


def middle(values: Sequence[float]) -> float:
    return float(median(values))


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def print_table(figures: Sequence[Figure]) -> None:
    print(COLUMNS.format("", "ours", "limit", "ratio", "unit", "mark"))
    for one in figures:
        row = (one.name, f"{one.ours:,.2f}", f"{one.limit:,.2f}", f"{one.ratio:.3f}", one.unit, one.mark)
        print(COLUMNS.format(*row).rstrip())


def write_figures(path: Path, figures: Sequence[Figure]) -> None:
    rows = [
        {
            "name": one.name,
            "ours": round(one.ours, 4),
            "limit": round(one.limit, 4),
            "ratio": round(one.ratio, 4),
            "unit": one.unit,
        }
        for one in figures
    ]
    path.write_text(json.dumps(rows, indent=2) + "\n")
