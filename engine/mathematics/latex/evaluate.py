"""The value of a tree at a point, by mpmath, with as many digits as asked for."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from engine.mathematics.latex.operations import ARITHMETIC, COMPARE, FUNCTIONS
from engine.mathematics.latex.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Chain,
    Derivative,
    Expr,
    Limit,
    Number,
    Variable,
    walk,
)

_REAL: dict[str, Callable[..., Any]] = {**ARITHMETIC, "abs": abs, "max": max, "min": min}


class Undefined(ArithmeticError):
    """The expression has no real value at the point."""


class Undecided(ArithmeticError):
    """The value could not be computed to the precision asked for."""


def evaluate(expr: Expr, point: Mapping[str, Any], digits: int) -> Any:
    """The value (an mpmath number) of an expression at a point, computed with that many digits.

    Cancellation costs digits: who needs to be sure compares the results for two precisions. Raises Undefined where
    there is no real value, and Undecided where mpmath finds none.
    """
    return Evaluator(digits).value(expr, point)


def is_limiting(expr: Expr) -> bool:
    """Whether the value comes from a process that converges: an integral, a series or a limit."""
    return any(
        isinstance(part, Limit) or (isinstance(part, Bound) and (part.op == "int" or _infinite(part)))
        for part in walk(expr)
    )


def _infinite(part: Bound) -> bool:
    return any(Apply("inf") in walk(bound) for bound in (part.lower, part.upper))


_Compiled = Callable[[Mapping[str, Any]], Any]
_LARGE = 5000  # bits of the largest exponent that is worth computing
_FAR = (8, 64, 512)  # a limit is what the values at these powers of ten settle on


class Evaluator:
    """Evaluates expressions with one precision."""

    def __init__(self, digits: int) -> None:
        import mpmath  # slow to import, and reading alone does not need it

        self.mp = mpmath.mp.clone()
        self.mp.dps = digits
        self.compiled: dict[int, tuple[_Compiled, Expr]] = {}
        self.failures = (mpmath.libmp.NoConvergence, OverflowError)

    def value(self, expr: Expr, point: Mapping[str, Any]) -> Any:
        """The value at a point; every variable of the expression has to be in it."""
        point = {name: self.mp.convert(value) for name, value in point.items()}
        try:
            return self._real(self._compiled(expr)(point))
        except (ZeroDivisionError, ValueError) as error:
            raise Undefined(str(error)) from None
        except self.failures as error:
            raise Undecided(str(error)) from None

    def holds(self, chain: Chain, point: Mapping[str, Any]) -> bool:
        """Whether all relations hold, compared with the precision at hand."""
        values = [self.value(side, point) for side in chain.sides]
        return all(COMPARE[op](a, b) for op, a, b in zip(chain.ops, values[:-1], values[1:], strict=True))

    def _real(self, found: Any) -> Any:
        if not found:
            return self.mp.zero
        if isinstance(found, self.mp.mpc):
            if found.imag != 0:
                raise Undefined("not real")
            found = found.real
        if found != found:
            raise Undefined("not a number")
        return found

    def _compiled(self, expr: Expr) -> _Compiled:
        """The expression as a function of the point: quadratures ask for thousands of values."""
        if id(expr) not in self.compiled:
            self.compiled[id(expr)] = (self._compile(expr), expr)  # which keeps the expression, and so its id
        return self.compiled[id(expr)][0]

    def _compile(self, expr: Expr) -> _Compiled:
        mp = self.mp
        match expr:
            case Number(text):
                return lambda point: mp.mpf(text) if "." in text else mp.mpf(int(text))
            case Variable(name):
                return operator.itemgetter(name)
            case Apply("e" | "pi" | "inf" as op):
                return lambda point: getattr(mp, op)
            case Apply(op, args):
                if op == "^" and args[0] == Apply("e"):
                    op, args = "exp", args[1:]
                apply, parts = self._operation(op), [self._compiled(arg) for arg in args]
                if op != "neg" and any(
                    isinstance(part, Limit) or part == Apply("inf") for arg in args for part in walk(arg)
                ):
                    apply = self._finite(apply)
                if len(parts) == 1:
                    (part,) = parts
                    return lambda point: apply(part(point))
                if len(parts) == 2:
                    first, second = parts
                    return lambda point: apply(first(point), second(point))
                return lambda point: apply(*(part(point) for part in parts))
            case Call(function, args, order):
                body, parts = self._compiled(function.body), [self._compiled(arg) for arg in args]
                if order == 0:
                    return lambda point: body(
                        {**point, **{name: part(point) for name, part in zip(function.params, parts, strict=True)}}
                    )
                (param,), (part,) = function.params, parts
                if order > 0:
                    return lambda point: self._derivative(_along(body, param, point), order, part(point))
                return lambda point: self._inverse(_along(body, param, point), part(point))
            case Derivative(body, variable, order):
                inside = self._compiled(body)
                return lambda point: self._derivative(_along(inside, variable, point), order, point[variable])
            case Bound(op, body, variable, lower, upper):
                inside, start, end = map(self._compiled, (body, lower, upper))
                return lambda point: self._bound(op, _along(inside, variable, point), start(point), end(point))
            case Limit(body, variable, target, side):
                inside, to = map(self._compiled, (body, target))
                return lambda point: self._limit(_along(inside, variable, point), to(point), side)
            case Cases(branches):
                return lambda point: self._choose(branches, point)
        raise TypeError(expr)

    def _operation(self, op: str) -> Callable[..., Any]:
        mp = self.mp
        if op in _REAL:
            return _REAL[op]

        def exponent(size: Any) -> None:
            if size > _LARGE:
                raise Undecided("the exponent is too large")

        def function(a: Any) -> Any:
            if op in ("exp", "sinh", "cosh", "expm1"):
                exponent(mp.mag(a))
            return self._real(getattr(mp, FUNCTIONS[op])(a))

        def power(a: Any, b: Any) -> Any:
            if a:
                exponent(mp.mag(b) + mp.mag(mp.mag(a)))
            return self._real(mp.power(a, b))

        def root(a: Any, degree: Any) -> Any:
            if a < 0:
                raise Undefined("root of a negative number")
            return mp.power(a, 1 / degree)

        others = {
            "^": power,
            "root": root,
            "!": mp.factorial,
            "binom": mp.binomial,
            "Li": lambda order, a: self._real(mp.polylog(order, a)),
        }
        return function if op in FUNCTIONS else others[op]

    def _finite(self, apply: Callable[..., Any]) -> Callable[..., Any]:
        def checked(*values: Any) -> Any:
            if any(map(self.mp.isinf, values)):
                raise Undefined("infinite")
            return apply(*values)

        return checked

    def _choose(self, branches: Sequence[tuple[Expr, Chain | None]], point: Mapping[str, Any]) -> Any:
        for value, condition in branches:
            if condition is None or self.holds(condition, point):
                return self._compiled(value)(point)
        raise Undefined("no case applies")

    def _derivative(self, along: Callable[[Any], Any], order: int, at: Any) -> Any:
        """By differences to the right, if those to the left agree."""
        mp = self.mp
        right, left = (mp.diff(along, at, order, direction=direction) for direction in (1, -1))
        if abs(right - left) > mp.mpf(10) ** (-mp.dps // 3) * max(1, abs(right)):
            raise Undefined("no derivative")
        return right

    def _inverse(self, along: Callable[[Any], Any], y: Any) -> Any:
        """The only solution of f(x) = y, found between points where f − y has different signs."""

        def gap(x: Any) -> Any:
            return along(x) - y

        signs = []
        ladder = [self.mp.mpf(2) ** k for k in range(-8, 17)]
        for x in (*(-x for x in reversed(ladder)), self.mp.zero, *ladder):
            try:
                signs.append((x, self.mp.sign(gap(x))))
            except (Undefined, ZeroDivisionError, ValueError):
                continue
        brackets = [(a, b) for (a, left), (b, right) in pairwise(signs) if left != right]
        exact = [x for x, sign in signs if sign == 0]
        if len(exact) == 1:
            return exact[0]
        if len(brackets) != 1:
            raise Undefined("no single solution")
        return self.mp.findroot(gap, brackets[0], solver="anderson", maxsteps=500, verify=False)

    def _bound(self, op: str, term: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        mp = self.mp
        if op == "int":
            total, error = mp.quad(term, [lower, upper], error=True)
            if error > mp.mpf(10) ** (-mp.dps // 2) * max(1, abs(total)):
                raise Undecided("the quadrature does not converge")
            return total
        if mp.isinf(lower) or lower != int(lower):
            raise Undefined("the index does not start at a whole number")
        if not mp.isinf(upper):
            if upper != int(upper):
                raise Undefined("the index does not end at a whole number")
            if upper - lower > 10_000:
                raise Undecided("too many terms")
            terms = (term(mp.mpf(k)) for k in range(int(lower), int(upper) + 1))
            return reduce(ARITHMETIC["+" if op == "sum" else "*"], terms, mp.mpf(op == "prod"))
        if op == "prod":
            raise Undecided("infinite products are not computed")
        if not abs(term(lower + 4000)) <= abs(term(lower + 200)) <= abs(term(lower + 10)):
            raise Undecided("the terms of the series do not fall")
        return mp.nsum(term, [int(lower), mp.inf])

    def _limit(self, along: Callable[[Any], Any], target: Any, side: str) -> Any:
        mp = self.mp
        infinite = mp.isinf(target)
        directions = [mp.sign(target)] if infinite else [s for s in (1, -1) if side in ("", "+-"[s < 0])]
        results = []
        with mp.extradps(3 * _FAR[-1]):
            ten = mp.mpf(10)
            for direction in directions:
                # Not whole numbers: those cost more, and functions can be special there.
                far = [(ten**k + ten / 3) if infinite else ten**-k for k in _FAR]
                at = [direction * x if infinite else target + direction * x for x in far]
                results.append(self._settled([along(x) for x in at]))
        if any(result != results[0] and abs(result - results[0]) > mp.mpf(10) ** -30 for result in results):
            raise Undefined("the limits from both sides differ")
        return results[0]

    def _settled(self, values: list[Any]) -> Any:
        first, second, last = values
        ten = self.mp.mpf(10)
        if abs(second - last) <= ten**-30 * abs(last):
            return last
        if abs(last) < ten**-50 and abs(last) < abs(second) < abs(first):
            return self.mp.zero
        if abs(last) > ten**50 and abs(last) > abs(second) > abs(first):
            return self.mp.sign(last) * self.mp.inf
        raise Undecided("the limit does not settle")


def _along(body: _Compiled, variable: str, point: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The body as a function of one variable."""
    return lambda at: body({**point, variable: at})
