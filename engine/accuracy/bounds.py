"""Bounds that an implementation has to keep: what somebody asks for, and whether it holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.accuracy.formats import PRECISION
from engine.accuracy.results import ORDERS, Row
from engine.accuracy.rows.results import VectorRow
from engine.accuracy.rows.suite import Vector


class BoundError(ValueError):
    """What is no bound."""


@dataclass(frozen=True)
class Bound:
    """At most so many ulp. dtype: of one type, or of each that is taken if empty; order: of value or derivative."""

    dtype: str
    order: int
    ulp: float


@dataclass(frozen=True)
class Kept:
    """What became of a bound in one type. size, x: the largest error, infinite for nan, and where, a number or vector;
    lacks: why there is none to be judged, or empty."""

    dtype: str
    order: int
    ulp: float
    size: float = math.inf
    x: float | Vector | None = None
    lacks: str = ""

    @property
    def holds(self) -> bool:
        """Whether it is kept. What cannot be judged is not."""
        return not self.lacks and self.size <= self.ulp


def read(text: str) -> Bound:
    """A bound as people write it: `4`, `float32=4`, `first=8`, `float32.first=8`. Raises BoundError."""
    scope, _, number = text.rpartition("=")
    words = scope.split(".") if scope else []
    dtypes = [word for word in words if word in PRECISION]
    orders = [word for word in words if word in ORDERS]
    if len(dtypes) + len(orders) != len(words) or len(dtypes) > 1 or len(orders) > 1:
        known = f"a type ({', '.join(PRECISION)}), one of {', '.join(ORDERS)}, or both, as float32.first=8"
        raise BoundError(f"{text!r}: before = stands {known}")
    try:
        ulp = float(number)
    except ValueError:
        ulp = math.nan
    if not 0 <= ulp < math.inf:
        raise BoundError(f"{text!r}: a bound is a number of ulp, as 4 or float32=4")
    return Bound("".join(dtypes), ORDERS.index(orders[0]) if orders else 0, ulp)


def judge(rows: Sequence[Row | VectorRow], bounds: Sequence[Bound]) -> list[Kept]:
    """What became of bounds, in each type that they are about."""
    return [kept for bound in bounds for kept in _judge(rows, bound)]


def _judge(rows: Sequence[Row | VectorRow], bound: Bound) -> Iterator[Kept]:
    for row in rows:
        taken = row.orders if isinstance(row, Row) else row.groups
        if row.dtype == bound.dtype or (not bound.dtype and taken):
            yield _of_row(row, bound)


def _of_row(row: Row | VectorRow, bound: Bound) -> Kept:
    """A bound in one type. The error is that of all results where the exact value is a normal number or 0."""
    known = row.dtype, bound.order, bound.ulp
    if (worst := _worst(row, bound.order)) is None:
        returned = f"returns {row.returns}" if row.returns and row.returns != row.dtype else ""
        of_vector = "of a function of a vector no such derivative is measured"
        return Kept(*known, lacks=row.refused or row.no_gradient or returned or of_vector)
    return Kept(*known, *worst)


def _worst(row: Row | VectorRow, order: int) -> tuple[float, float | Vector | None] | None:
    """The largest error of an order, infinite for nan, and where; None if it was not measured."""
    if isinstance(row, VectorRow):
        found = [group.worst for group in row.groups if group.order == order]
        spots = [spot for spot in found if spot]
        worst = max(spots, key=lambda spot: spot.size, default=None)
        return None if not found else (worst.size, worst.x) if worst else (0.0, None)
    if len(row.orders) <= order:
        return None
    accuracy = row.orders[order]
    nans = [part.nan for part in accuracy.parts if part.nan]
    if nans:
        return math.inf, nans[0].x
    return (accuracy.max_error.size, accuracy.max_error.x) if accuracy.max_error else (0.0, None)
