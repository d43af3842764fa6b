"""Bounds that an implementation has to keep: what somebody asks for, and whether it holds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.accuracy.formats import PRECISION
from engine.accuracy.results import ORDERS, Row


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
    """What became of a bound in one type. size, x: the largest error, infinite for nan, and where; lacks: why there is
    none to be judged, or empty."""

    dtype: str
    order: int
    ulp: float
    size: float = math.inf
    x: float | None = None
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


def judge(rows: Sequence[Row], bounds: Sequence[Bound]) -> list[Kept]:
    """What became of bounds, in each type that they are about."""
    return [kept for bound in bounds for kept in _judge(rows, bound)]


def _judge(rows: Sequence[Row], bound: Bound) -> Iterator[Kept]:
    for row in rows:
        if row.dtype == bound.dtype or (not bound.dtype and row.orders):
            yield _of_row(row, bound)


def _of_row(row: Row, bound: Bound) -> Kept:
    """A bound in one type. The error is that of all results where the exact value is a normal number or 0."""
    known = row.dtype, bound.order, bound.ulp
    if len(row.orders) <= bound.order:
        returned = f"returns {row.returns}" if row.returns and row.returns != row.dtype else ""
        return Kept(*known, lacks=row.refused or row.no_gradient or returned)
    accuracy = row.orders[bound.order]
    for part in accuracy.parts:
        if part.nan:
            return Kept(*known, x=part.nan.x)
    worst = accuracy.max_error
    return Kept(*known, worst.size, worst.x) if worst else Kept(*known, 0.0)
