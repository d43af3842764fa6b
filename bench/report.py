"""A figure that the project promises, and how it is printed."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from engine.render.measured import whole


@dataclass(frozen=True)
class Figure:
    """A promise and how it stands.

    value and limit are in `unit`; the value may not be above the limit, or, with `least`, not below it. how: what else
    was seen; title: what a page calls it, by language, if it is a ratio that holds elsewhere too.
    """

    name: str
    value: float
    limit: float
    unit: str
    how: str
    least: bool = False
    title: Mapping[str, str] | None = None

    @property
    def holds(self) -> bool:
        """Whether it is on the right side of its limit."""
        return self.value >= self.limit if self.least else self.value <= self.limit

    def __str__(self) -> str:
        mark, bound = "ok " if self.holds else "NOT", "at least" if self.least else "at most"
        number = f"{self.value:.4g}" if self.value < 1 else f"{self.value:.2f}"  # no rounding up to the limit
        return f"{mark} {number:>8} {self.unit:6} ({bound} {self.limit:g})  {self.name}: {self.how}"


def record(figures: Sequence[Figure], path: Path) -> None:
    """Write the ratios for the pages, to two digits, with the day and the machine; see `engine.render.measured`."""
    cores = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPU"
    data: dict[str, Any] = {
        "day": date.today().isoformat(),
        "machine": cores,
        "figures": [
            {
                "name": dict(figure.title),
                "found": float(f"{figure.value:.2g}"),
                "limit": float(figure.limit),
                "least": figure.least,
            }
            for figure in figures
            if figure.title
        ],
    }
    head = "# Ratios that `python -m bench others scale --record` has measured. Not written by hand.\n"
    data["digest"] = whole(data)
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=120)
    path.write_text(head + text, encoding="utf-8", newline="\n")


def write(figures: Sequence[Figure], path: Path) -> None:
    """The figures as JSON."""
    path.write_text(json.dumps([asdict(figure) | {"holds": figure.holds} for figure in figures], indent=2) + "\n")
