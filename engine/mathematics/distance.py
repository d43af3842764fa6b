"""How far two functions are apart: the largest difference, and where it is, without doubt about a digit.

Looked at are all x up to FARTHEST on both sides of 0, with the usual parameters. Intervals are halved, and those left
out in which the difference cannot be as large as it is somewhere else: it is at most what it is in the middle, and what
the enclosed slope adds to both ends.
"""

from __future__ import annotations

import bisect
import contextlib
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.processes import Pool, Stopped
from engine.base.store import Store, digest
from engine.mathematics.formula.balls import Balls
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.python import FormulaError, number, read
from engine.mathematics.formula.tree import Apply, Expr, Variable
from engine.mathematics.pieces import Pieces
from engine.mathematics.zeros import Undecidable, X
from engine.sources.definition import Definition

#: How narrow, in parts of 1 + |x|, the places are enclosed; how many intervals are looked at before that is given up.
NARROW, MOST = 1e-5, 50_000
#: Bits of a value near 0, and how many more for each doubling of x, whose powers are subtracted from each other.
BITS, BITS_PER_DOUBLING = 128, 8
#: The part of the line that is looked at, on both sides of 0, and the powers of two that it begins with.
FARTHEST = 32
_POWERS = range(-8, 6)
SECONDS = 60.0


@dataclass(frozen=True)
class Distance:
    """The largest difference, rounded up, and the places where it may be, rounded; both as text."""

    bound: str
    places: tuple[str, ...]


def distance(first: Definition, second: Definition) -> Distance:
    """Of two functions with their usual parameters. Raises FormulaError where no bound is found."""
    sides = (
        read(one.expression, {X: Variable(X), **{name: number(value) for name, value in one.defaults.items()}})
        for one in (first, second)
    )
    return of_expressions(Apply("-", tuple(sides)))


def of_expressions(gap: Expr) -> Distance:
    """Of a difference from 0. Raises FormulaError, and Undecidable."""
    pieces = Pieces(gap, analytic=False)
    left = [*_intervals(pieces)]
    narrow: list[_Interval] = []
    found, count = 0.0, 0
    while left:
        bounds = [(*bounds_of(one), one) for one in left]
        found = max(found, *(below for below, *_ in bounds))
        left, count = [], count + len(left)
        for _, above, one in bounds:
            if above < found:
                continue
            if one.high - one.low <= NARROW * (1 + abs(one.low)):
                narrow.append(replace(one, above=above))
            else:
                left += one.halves()
        if count > MOST or not math.isfinite(found):
            raise FormulaError("how far they are apart is not known: no bound of the difference was found")
    narrow = [one for one in narrow if one.above >= found]
    above = max(one.above for one in narrow)
    if not math.isfinite(above):
        raise FormulaError("how far they are apart is not known: no bound of the difference was found")
    return Distance(_rounded_up(above), tuple(_places(narrow)))


@dataclass(frozen=True)
class _Interval:
    """Part of a piece of the line, with the form that the difference has there; above: what it does not exceed."""

    low: float
    high: float
    form: Expr
    balls: Balls
    above: float = math.inf

    def halves(self) -> tuple[_Interval, _Interval]:
        """Both halves."""
        middle = (self.low + self.high) / 2
        return replace(self, high=middle), replace(self, low=middle)


def bounds_of(one: _Interval) -> tuple[float, float]:
    """A size that the difference has in an interval, and one that it does not exceed; infinity if none is known."""
    from flint import arb, ctx

    doublings = math.frexp(max(abs(one.low), abs(one.high), 1.0))[1]
    with ctx.workprec(BITS + BITS_PER_DOUBLING * doublings):
        middle, radius = (arb(one.low) + arb(one.high)) / 2, (arb(one.high) - arb(one.low)) / 2
        within = {X: arb(middle, radius)}
        here, above = abs(one.balls.value(one.form, {X: middle})), arb("inf")
        with contextlib.suppress(Undecided, Undefined):
            above = here + abs(one.balls.derivatives(one.form, within, X, 1)[1]) * radius
        return float(here.abs_lower()), float(above.abs_upper()) if above.is_finite() else math.inf


def _intervals(pieces: Pieces) -> Iterator[_Interval]:
    """The line from -FARTHEST to FARTHEST, in parts within its pieces."""
    sizes = [0.0, *(2.0**k for k in _POWERS)]
    borders = [place.nearest for place in pieces.places]
    ends = sorted({*sizes, *(-size for size in sizes), *borders})
    for low, high in pairwise(ends):
        yield _Interval(low, high, pieces.forms[bisect.bisect_right(borders, low)], pieces.balls)


def _rounded_up(size: float) -> str:
    """With three digits, and no smaller."""
    text = f"{size:.2e}"
    if float(text) < size:
        text = f"{size + 10.0 ** (int(text.partition('e')[2]) - 2) / 2:.2e}"
    return text


def _places(narrow: list[_Interval]) -> Iterator[str]:
    """One for each group of intervals that lie beside each other, with three digits."""
    group: list[float] = []
    for one in sorted(narrow, key=lambda one: one.low):
        if group and one.low - group[-1] > 100 * NARROW * (1 + abs(one.low)):
            yield _middle(group)
            group = []
        group += [one.low, one.high]
    yield _middle(group)


def _middle(group: list[float]) -> str:
    return f"{(group[0] + group[-1]) / 2:#.3g}"


def distances(pairs: Sequence[tuple[Definition, Definition]], store: Store, pool: Pool) -> list[Distance | str]:
    """Of pairs of functions, or why one is not known. What is known is kept in the store."""
    versions, code = frameworks.version("python-flint"), code_digest(__name__)
    keys = [digest([(one.expression, one.defaults) for one in pair], versions, code) for pair in pairs]

    def look(some: list[tuple[Definition, Definition]]) -> list[Distance | str]:
        return [one.reason if isinstance(one, Stopped) else one for one in pool.call(ask, some, SECONDS)]

    wanted = dict(zip(keys, pairs, strict=True))
    known = store.all(wanted, Distance, look, lambda found: isinstance(found, Distance))
    return [known[key] for key in keys]


def ask(pair: tuple[Definition, Definition]) -> Distance | str:
    """The distance of two functions, or why it is not known."""
    try:
        return distance(*pair)
    except (FormulaError, Undecidable) as error:
        return str(error)
