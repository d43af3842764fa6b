"""A figure that the project promises, and how it is printed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """A promise and how it stands.

    value and limit are in `unit`; the value may not be above the limit, or, with `least`, not below it. how: what else
    was seen.
    """

    name: str
    value: float
    limit: float
    unit: str
    how: str
    least: bool = False

    @property
    def holds(self) -> bool:
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        mark, bound = "ok " if self.holds else "NOT", "at least" if self.least else "at most"
        number = f"{self.value:.4g}" if self.value < 1 else f"{self.value:.2f}"  # no rounding up to the limit
        return f"{mark} {number:>8} {self.unit:6} ({bound} {self.limit:g})  {self.name}: {self.how}"


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures as JSON."""
    path.write_text(json.dumps([asdict(figure) | {"holds": figure.holds} for figure in figures], indent=2) + "\n")
