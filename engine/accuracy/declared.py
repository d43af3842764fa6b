"""The points that a definition declares: their floats in each format, and what is returned at them and beside them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

import numpy as np

from engine.accuracy.exact import Integers
from engine.accuracy.formats import Format
from engine.accuracy.parts import spot
from engine.accuracy.points import Points
from engine.accuracy.results import Declared

#: A border parts the floats on its two sides, so the neighbours are looked at, too.
_BESIDE = np.arange(-1, 2)


def nearest(point: str, format: Format) -> int | None:
    """The ordinal of the nearest float, the even one of two; None beyond the largest, and for what rounds to 0."""
    number = Fraction(Decimal(point))
    if abs(number) > Fraction(format.largest):
        return None
    close = _BESIDE + format.ordinals(np.array([float(number)]))
    close = close[np.abs(close) <= format.last]
    apart = [abs(Fraction(x) - number) for x in format.values(close).tolist()]
    best = min(range(len(close)), key=lambda i: (apart[i], int(close[i]) % 2))
    return None if number and not close[best] else int(close[best])


def around(declared: Sequence[str], format: Format) -> Integers:
    """The ordinals of the floats at and beside points, as far as the format has such."""
    found = [ordinal for point in declared if (ordinal := nearest(point, format)) is not None]
    beside = (np.array(found, np.int64)[:, None] + _BESIDE).ravel()
    return np.unique(beside[np.abs(beside) <= format.last])


def at_declared(points: Points, declared: Sequence[str]) -> tuple[Declared, ...]:
    """What is returned at declared points, all of which were tried; nothing is said where there is no exact value."""
    told = []
    for point in declared:
        tried = np.searchsorted(points.ordinals, around([point], points.format))
        spots = tuple(spot(points, index) for index in tried[points.defined[tried]])
        if spots:
            x = points.format.values(np.array([nearest(point, points.format)], np.int64))[0]
            told.append(Declared(point, float(x) + 0.0, spots))
    return tuple(told)
