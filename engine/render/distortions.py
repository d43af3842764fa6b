"""Data of a function as they are not: what an assertion has to notice, or it says nothing (`engine.render.assertions`).

Each distortion changes what was measured or found everywhere, and leaves what rows are chosen by as it is.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from typing import Any

#: Columns with measured numbers, and with texts that were found.
NUMBERS = ("ulp", "mean_ulp", "points", "alone", "together", "got", "x", "near", "far")
TEXTS = ("returns", "refused", "no_derivative", "lent", "versions", "version", "verdict", "since", "output")
#: Columns with a fault, or nothing.
FAULTS = ("error", "zero", "infinite", "nan", "subnormal", "flushed", "step", "drop", "alone")
_SPOT = {"ulp": 1e9, "x": 1.0, "got": 1.0, "exact": 2.0, "together": 1.0, "alone": 2.0}
_ANY = _SPOT | {"before": _SPOT, "after": _SPOT}

Cell = Callable[[str, Any], Any]


def distortions(data: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The data with every number far larger, negated, 0, or unlike all others, with every text another one or none,
    with every yes a no, every default another, without any fault, and with every fault that there might be."""
    numbers = itertools.count(1)
    for cell in (
        _numbers(lambda value: 1e3 * (1 + abs(value))),
        _numbers(lambda value: -value),
        _numbers(lambda value: 0),
        _numbers(lambda value: next(numbers)),
        _texts("another"),
        _texts(None),
        lambda key, value: not value if isinstance(value, bool) else value,
        lambda key, value: dict.fromkeys(value, "another") if key == "defaults" and value else value,
        lambda key, value: None if key in FAULTS and isinstance(value, dict) else value,
        lambda key, value: _ANY if key in FAULTS and value is None else value,
    ):
        yield {key: _changed(key, value, cell) for key, value in data.items()}


def _numbers(change: Callable[[float], float]) -> Cell:
    def cell(key: str, value: Any) -> Any:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return change(value) if key in NUMBERS and number else value

    return cell


def _texts(other: str | None) -> Cell:
    return lambda key, value: other if key in TEXTS and not isinstance(value, dict) else value


def _changed(key: str, value: Any, cell: Cell) -> Any:
    """A value with its cells, and itself, changed. The cells of `versions` are named after libraries."""
    if isinstance(value, dict):
        value = {name: _changed(key if key == "versions" else name, part, cell) for name, part in value.items()}
    elif isinstance(value, list):
        value = [_changed(key, part, cell) for part in value]
    return cell(key, value)
