"""Where equations hold: whether a step of a derivation loses a solution, or adds one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, pairwise
from typing import Any

from engine.mathematics.derivation.points import Point, points
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.formula.balls import Balls
from engine.mathematics.formula.operations import COMPARE, Undecided, Undefined
from engine.mathematics.formula.tree import Chain, Expr

#: Bits that a solution is computed with, of which so many digits are certain enough to compare.
_BITS, _DIGITS = 512, 60
_LINES = 3  # along each variable, to look for solutions on
#: Where signs are compared: eighths, shifted so that a solution that is a short fraction lies between two.
_GRID = sorted(sign * (k / 8 + 1 / 64) for k in range(82) for sign in (1, -1))

Solution = tuple[str, dict[str, Any]]  # the variable that was solved for, and the values of all


class Solutions:
    """Looks for them along each variable in turn, between points where the sides differ in sign."""

    def __init__(self, balls: Balls) -> None:
        self.balls = balls

    def of(self, equation: Chain, domains: Mapping[str, Domain]) -> Iterator[Solution]:
        """Solutions of an equation of two sides within the domains. No other statement has any."""
        if equation.ops != ("=",):
            return
        for start in islice((point for point in points(domains, True) if point.generic), _LINES):
            for name, domain in domains.items():
                if not domain.whole:
                    yield from self._along(equation, start, name, domain)

    def _along(self, equation: Chain, start: Point, name: str, domain: Domain) -> Iterator[Solution]:
        from flint import arb, ctx

        left, right = equation.sides
        values: dict[str, Any] = dict(start.values)

        def sign(value: Any) -> int:
            gap = self._gap(left, right, {**values, name: value})
            return 0 if gap is None else int(gap > 0) - int(gap < 0)

        with ctx.workprec(_BITS):
            signs = [(arb(value), sign(arb(value))) for value in _GRID if domain.holds(value)]
            for (low, before), (high, after) in pairwise(signs):
                if before * after >= 0:
                    continue
                for _ in range(_BITS - 64):
                    middle = ((low + high) / 2).mid()
                    there = sign(middle)
                    if there == 0:  # the solution, or too near to it to tell
                        low, high = middle - 2 ** (64 - _BITS), middle + 2 ** (64 - _BITS)
                        break
                    low, high = (middle, high) if there == before else (low, middle)
                if self._gap(left, right, {**values, name: low.union(high)}) is not None:  # no pole
                    yield name, {**values, name: low.union(high)}

    def _gap(self, left: Expr, right: Expr, values: Mapping[str, Any]) -> Any:
        """The difference of two sides; None where it has no value, or none that is known."""
        try:
            gap = self.balls.value(left, values) - self.balls.value(right, values)
        except (Undecided, Undefined):
            return None
        return gap if gap.is_finite() else None

    def holds(self, statement: Chain, solution: Solution) -> bool | None:
        """Whether a statement holds at a solution of another, as far as its digits tell; None if they do not."""
        from flint import arb, ctx

        with ctx.workprec(_BITS):
            for left, op, right in zip(statement.sides, statement.ops, statement.sides[1:], strict=False):
                gap = self._gap(left, right, solution[1])
                if gap is None:
                    return None
                if gap.contains(0):
                    if gap.rad() > arb(10) ** -_DIGITS:
                        return None
                    gap = arb(0)
                if not COMPARE[op](gap, 0):
                    return False
        return True
