"""Where expressions change their formula, or have no value: the borders of cases, maxima, absolute values and domains.

Near 0 they are enclosed: an interval in which all that decides is certain has none, another one is halved until it is
as narrow as floats are. So borders that lie close together, between floats, or that are touched and not crossed, are
found. Only one that an enclosure does not see as such, as the double zero of a square that is multiplied out, is found
no nearer than a part in a thousand. Far out, where only the scale matters, decisions are compared from point to point.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice, pairwise
from typing import Any

from engine.mathematics.derivation.points import Point, beside, points
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.balls import Balls, enclosures
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.tree import Apply, Call, Cases, Expr, free_variables, walk

BITS = 256  # of decisions, whatever precision was set before: it would move a border
_LINES = 3  # along each variable, to look for borders on
_MIDDLE = 10.0  # as far as borders are enclosed
_NARROWEST = 2.0**-60
_MOST = 512  # intervals of one width that are looked at
#: Beyond: on scales that are common, and on all that floats have.
_BEYOND = (12.0, 20.0, 30.0, 60.0, 100.0, 300.0, 1000.0, 3000.0)
_FAR = (*(10.0**k for k in range(4, 20)), *(10.0**k for k in (20, 30, 50, 100, 200, 300)))
#: Neighbouring floats whose values differ by more, relatively where these are large, have a jump between them.
_JUMP = 1e-9
_BESIDE = 8  # floats from a border that is none itself, so that they lie on both sides of it
_FLOAT = 60  # bits that are more than enough to see that
_DECIDING = {"abs", "max", "min", "sgn", "step", "ln", "log1p", "artanh", "arcosh", "arcsin", "arccos", "root"}

_NOWHERE = object()  # decisions where there is no value at all
_Crossing = tuple[Point, str, list[float]]


class Borders:
    """Looks for the borders of expressions along each variable in turn, on a few lines."""

    def __init__(self, balls: Balls) -> None:
        self.balls, self.watched = balls, _Watched()
        self.known: dict[tuple[Any, ...], list[_Crossing]] = {}

    def of(self, exprs: Sequence[Expr], domains: Mapping[str, Domain]) -> list[Point]:
        """Points at and beside the borders of expressions."""
        found = [
            point
            for start, name, ends in self._crossings(exprs, domains)
            for border in ends
            for point in beside(start, name, border, domains)
        ]
        return list(dict.fromkeys(found))

    def jump(self, expr: Expr, domains: Mapping[str, Domain], within: Callable[[Point, Point], bool]) -> Point | None:
        """Where an expression has a jump, as far as its borders tell: between them it has none where it has values.

        within: tells whether what lies between two points counts.
        """
        for start, name, ends in self._crossings([expr], domains):
            low, high = ends[0] - _BESIDE * math.ulp(ends[0]), ends[-1] + _BESIDE * math.ulp(ends[-1])
            if not (domains[name].holds(low) and domains[name].holds(high)):
                continue
            sides = [Point(tuple({**dict(start.values), name: end}.items()), False) for end in (low, high)]
            before, after = (self._nearby(expr, dict(point.values)) for point in sides)
            if within(*sides) and not abs(before - after) <= _JUMP * max(1.0, abs(before)):
                return Point(tuple({**dict(start.values), name: ends[len(ends) // 2]}.items()), False)
        return None

    def gap(self, expr: Expr, domains: Mapping[str, Domain], within: Callable[[Point, Point], bool]) -> Point | None:
        """Where an expression may have no value between two neighbouring floats.

        within: tells whether what lies between two points counts.
        """
        from flint import arb, ctx

        for start, name, ends in self._crossings([expr], domains):
            low, high = (Point(tuple({**dict(start.values), name: end}.items()), False) for end in (ends[0], ends[-1]))
            if not (domains[name].holds(ends[0]) and domains[name].holds(ends[-1]) and within(low, high)):
                continue
            with ctx.workprec(BITS):
                inside = arb(ends[0]).union(arb(ends[-1]))
                if self.watched.stops(expr, {**dict(start.values), name: inside}):
                    return Point(tuple({**dict(start.values), name: ends[len(ends) // 2]}.items()), False)
        return None

    def _nearby(self, expr: Expr, values: Mapping[str, float]) -> float:
        """A value as a float, nan where there is none, or none of that size."""
        try:
            for ball in enclosures(lambda: self.balls.value(expr, values), BITS, 1 << 12):
                if ball.is_finite() and (ball.rad() < _JUMP or ball.rel_accuracy_bits() > _FLOAT):
                    return value if math.isfinite(value := float(ball)) else math.nan
        except Undefined:
            pass
        return math.nan

    def _crossings(self, exprs: Sequence[Expr], domains: Mapping[str, Domain]) -> list[_Crossing]:
        """Those of expressions, each looked for once. A derivative has the borders of what it is the derivative of."""
        plain = tuple(replace(one, order=0) if isinstance(one, Call) and one.order > 0 else one for one in exprs)
        key = (plain, tuple(domains.items()))
        if key not in self.known:
            self.known[key] = [*self._looked_for(plain, domains)]
        return self.known[key]

    def _looked_for(self, exprs: Sequence[Expr], domains: Mapping[str, Domain]) -> Iterator[_Crossing]:
        """Where borders are: the point of the other variables, the variable, and the floats at and beside it."""
        if not any(isinstance(part, Cases) or _decides(part) for expr in exprs for part in walk(expr)):
            return
        for start in islice((point for point in points(domains, True) if point.generic), _LINES):
            for name, domain in domains.items():
                decided = self._decisions(exprs, start, name)
                if enclosed := not domain.whole and not any(map(_inverts, exprs)):
                    yield from ((start, name, ends) for ends in _enclosed(decided, domain))
                yield from ((start, name, ends) for ends in _from_point_to_point(decided, domain, enclosed))

    def _decisions(self, exprs: Sequence[Expr], start: Point, name: str) -> Callable[[Any], object]:
        """What tells the decisions for a value of a variable, or for an interval; None if they are not certain."""
        from flint import ctx

        def decided(value: Any) -> object:
            try:
                with ctx.workprec(BITS):
                    return [self.balls.decisions(expr, {**dict(start.values), name: value}) for expr in exprs]
            except Undefined:
                return _NOWHERE
            except Undecided:
                return None

        return decided


class _Watched(Balls):
    """Tells of an interval whether what is divided by, or a logarithm is taken of, may be 0 in it."""

    def __init__(self) -> None:
        super().__init__()
        self.stopped = False

    def stops(self, expr: Expr, values: Mapping[str, Any]) -> bool:
        """Whether the value of an expression stops somewhere, whatever decides on its cases."""
        self.stopped = False
        with suppress(Undecided, Undefined):
            self.value(expr, values)
        return self.stopped

    def _stop_at(self, distance: Any, closed: bool = False) -> None:
        if closed and distance >= 0:
            return
        self.stopped = self.stopped or not distance > 0
        super()._stop_at(distance, closed)


def _decides(part: Expr) -> bool:
    if not isinstance(part, Apply):
        return False
    power = part.op == "^" and part.args[0] != Apply("e")
    return part.op in _DECIDING or ((part.op == "/" or power) and bool(free_variables(part.args[1])))


def _inverts(expr: Expr) -> bool:
    """Whether an inverse is in it, which is slow to enclose all over an interval."""
    return any(isinstance(part, Call) and part.order < 0 for part in walk(expr))


def _enclosed(decided: Callable[[Any], object], domain: Domain) -> Iterator[list[float]]:
    """The borders in the middle of the domain, each by the ends of the intervals around it."""
    from flint import arb, ctx

    low, high = max(domain.lower, -_MIDDLE), min(domain.upper, _MIDDLE)
    open_, narrow = [(low, high)] if low < high else [], []
    while open_ and len(open_) <= _MOST:
        halves = []
        for a, b in open_:
            with ctx.workprec(BITS):
                inside = arb(a).union(arb(b))
            if decided(inside) is not None:
                continue
            middle = (a + b) / 2
            if b - a <= _NARROWEST or middle in (a, b):
                narrow.append((a, b))
            else:
                halves += [(a, middle), (middle, b)]
        open_ = halves
    yield from _joined(sorted([*narrow, *open_]))


def _joined(intervals: Sequence[tuple[float, float]]) -> Iterator[list[float]]:
    """The ends of intervals, those together that have one in common; of many the first, the middle and the last."""
    runs: list[list[float]] = []
    for a, b in intervals:
        if runs and runs[-1][-1] == a:
            runs[-1].append(b)
        else:
            runs.append([a, b])
    yield from (run if len(run) <= 4 else [run[0], run[len(run) // 2], run[-1]] for run in runs)


def _from_point_to_point(decided: Callable[[Any], object], domain: Domain, enclosed: bool) -> Iterator[list[float]]:
    """The borders between points at which decisions differ: beyond the middle, and in it unless that is enclosed."""
    middle = [k / 8 for k in range(int(8 * _MIDDLE) + 1) if not domain.whole or k % 8 == 0]
    sizes = [*middle, *_BEYOND, *_FAR]
    values = sorted(value for value in {*sizes, *(-size for size in sizes)} if domain.holds(value))
    for low, high in pairwise(values):
        if enclosed and max(abs(low), abs(high)) <= _MIDDLE:
            continue
        before, after = decided(low), decided(high)
        if before == after:
            continue
        if before is None or after is None:
            if max(abs(low), abs(high)) < _FAR[0]:
                yield [low] if before is None else [high]  # a point without a value, as a pole is
        elif domain.whole:
            first, last = math.ceil(low), math.floor(high)
            yield from ([float(k)] for k in range(first, min(last, first + _MOST) + 1))
        else:
            while (between := (low + high) / 2) not in (low, high):
                low, high = (between, high) if decided(between) == before else (low, between)
            yield [low, high]
