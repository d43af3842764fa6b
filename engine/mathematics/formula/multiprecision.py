"""The value of a tree at a point, by mpmath, with as many digits as asked for: for what only converges.

Integrals are quadratures, limits are values far out, and derivatives of such are differences. Nothing of this is an
enclosure: where finitely many operations lead to a value, `balls` computes it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from engine.mathematics.formula.operations import ARITHMETIC, COMPARE, FUNCTIONS, Undecided, Undefined
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Condition,
    Derivative,
    Element,
    Expr,
    Limit,
    Number,
    Variable,
    holds,
    walk,
)

_REAL: dict[str, Callable[..., Any]] = {**ARITHMETIC, "abs": abs, "max": max, "min": min}


def evaluate(expr: Expr, point: Mapping[str, Any], digits: int) -> Any:
    """The value (an mpmath number) of an expression at a point, computed with that many digits.

    Cancellation costs digits: who needs to be sure compares the results for two precisions. Raises Undefined where
    there is no real value, and Undecided where mpmath finds none.
    """
    return Evaluator(digits).value(expr, point)


def _may_be_infinite(expr: Expr) -> bool:
    return any(isinstance(part, Limit) or part == Apply("inf") for part in walk(expr))


_Values = Mapping[str, Any]  # of variables, by name
_Compiled = Callable[[_Values], Any]
_LARGE = 5000  # bits of the largest exponent that is worth computing
_MANY = 10_000  # terms of the longest sum that is worth computing
_TOLD = 200  # bits that tell a value on the way to a limit
#: A limit is what the values at these powers of ten settle on: no whole ones, where what swings with ln x could rest.
_FAR = (4.1, 8.3, 16.7, 33.9, 66.1, 131.3, 257.7, 511.3)


class Evaluator:
    """Evaluates expressions with one precision."""

    def __init__(self, digits: int) -> None:
        import mpmath  # slow to import, and reading alone does not need it

        self.mp = mpmath.mp.clone()
        self.mp.dps = digits
        self.compiled: dict[int, tuple[_Compiled, Expr]] = {}
        self.failures = (mpmath.libmp.NoConvergence, OverflowError)

    def value(self, expr: Expr, point: Mapping[str, Any]) -> Any:
        """The value at a point; every variable of the expression has to be in it. Raises Undefined or Undecided."""
        point = {
            name: [*map(self.mp.convert, value)] if isinstance(value, (list, tuple)) else self.mp.convert(value)
            for name, value in point.items()
        }
        try:
            return self._real(self._compiled(expr)(point))
        except (ZeroDivisionError, ValueError) as error:
            raise Undefined(str(error)) from None
        except self.failures as error:
            raise Undecided(str(error)) from None

    def holds(self, condition: Condition, point: Mapping[str, Any]) -> bool:
        """Whether all relations hold, compared with the precision at hand. Raises Undefined or Undecided."""
        return holds(condition, lambda left, op, right: COMPARE[op](self.value(left, point), self.value(right, point)))

    def _real(self, value: Any) -> Any:
        if not value:
            return self.mp.zero
        if isinstance(value, self.mp.mpc):
            if value.imag != 0:
                raise Undefined("not real")
            value = value.real
        if value != value:
            raise Undefined("not a number")
        return value

    # A node becomes a function of the variables' values, once: quadratures ask for thousands of values.

    def _compiled(self, expr: Expr) -> _Compiled:
        if id(expr) not in self.compiled:
            self.compiled[id(expr)] = (self._compile(expr), expr)  # which keeps the expression, and so its id
        return self.compiled[id(expr)][0]

    def _compile(self, expr: Expr) -> _Compiled:
        match expr:
            case Number():
                return self._compile_number(expr)
            case Variable(name):
                return operator.itemgetter(name)
            case Element(vector, index):
                at = self._compiled(index)
                return lambda values: values[vector][int(at(values)) - 1]
            case Apply("e" | "pi" | "inf" as constant):
                return lambda values: getattr(self.mp, constant)
            case Apply():
                return self._compile_apply(expr)
            case Call():
                return self._compile_call(expr)
            case Derivative():
                return self._compile_derivative(expr)
            case Bound():
                return self._compile_bound(expr)
            case Limit():
                return self._compile_limit(expr)
            case Cases(branches):
                return lambda values: self._choose(branches, values)
        raise TypeError(expr)

    def _compile_number(self, number: Number) -> _Compiled:
        exact = int(number.text) if number.text.isdigit() else number.text
        return lambda values: self.mp.mpf(exact)

    def _compile_apply(self, apply: Apply) -> _Compiled:
        op, args = apply.op, apply.args
        if op == "^" and args[0] == Apply("e"):
            op, args = "exp", args[1:]
        operation, parts = self._operation(op), [self._compiled(arg) for arg in args]
        if op != "neg" and any(map(_may_be_infinite, args)):
            operation = self._finite(operation)
        if len(parts) == 1:  # which is quicker than to unpack any number of them
            (part,) = parts
            return lambda values: operation(part(values))
        if len(parts) == 2:
            left, right = parts
            return lambda values: operation(left(values), right(values))
        return lambda values: operation(*(part(values) for part in parts))

    def _compile_call(self, call: Call) -> _Compiled:
        params, body, parts = call.function.params, self._compiled(call.function.body), map(self._compiled, call.args)
        args = dict(zip(params, parts, strict=True))
        if call.order == 0:
            return lambda values: body({**values, **{name: part(values) for name, part in args.items()}})
        ((param, part),) = args.items()
        if call.order > 0:
            return lambda values: self._derivative(_along(body, param, values), call.order, part(values))
        return lambda values: self._inverse(_along(body, param, values), part(values))

    def _compile_derivative(self, derivative: Derivative) -> _Compiled:
        body, variable, order = self._compiled(derivative.body), derivative.variable, derivative.order
        return lambda values: self._derivative(_along(body, variable, values), order, values[variable])

    def _compile_bound(self, bound: Bound) -> _Compiled:
        body, lower, upper = map(self._compiled, (bound.body, bound.lower, bound.upper))
        compute = {"int": self._integral, "sum": self._sum, "prod": self._product}[bound.op]
        return lambda values: compute(_along(body, bound.variable, values), lower(values), upper(values))

    def _compile_limit(self, limit: Limit) -> _Compiled:
        body, target = map(self._compiled, (limit.body, limit.target))
        lost = self._lost(limit)

        def at(values: _Values) -> Any:
            along = _along(body, limit.variable, values)

            def certain(x: Any) -> Any:
                if lost({**values, limit.variable: x}):
                    raise Undecided("all digits are lost to rounding on the way to the limit")
                return along(x)

            return self._limit(certain, target(values), limit.side)

        return at

    def _lost(self, limit: Limit) -> Callable[[_Values], bool]:
        """Whether rounding leaves nothing of a value on the way to a limit, as far as an enclosure tells."""
        from flint import arb, ctx

        from engine.mathematics.formula.balls import Balls, computable

        if not computable(limit.body):
            return lambda _: False
        balls = Balls()

        def lost(values: _Values) -> bool:
            before, ctx.prec = ctx.prec, self.mp.prec
            try:
                ball = balls.value(limit.body, {name: arb(number) for name, number in values.items()})
            except (Undecided, Undefined):
                return False
            finally:
                ctx.prec = before
            return ball.is_finite() and ball.rel_accuracy_bits() < _TOLD and not ball.abs_upper() < arb(2) ** -_TOLD

        return lost

    # What the operations do with numbers

    def _operation(self, op: str) -> Callable[..., Any]:
        if op in _REAL:
            return _REAL[op]
        if op in FUNCTIONS and op != "erfcx":
            return self._function(op)
        others = {
            "^": self._power,
            "root": self._root,
            "!": self.mp.factorial,
            "binom": self.mp.binomial,
            "hypot": self.mp.hypot,
            "erfcx": lambda a: self.mp.exp(a * a) * self.mp.erfc(a),
            "step": lambda a, at_zero: self.mp.mpf(a > 0) if a else at_zero,
            "Li": lambda order, a: self._real(self.mp.polylog(order, a)),
        }
        return others[op]

    def _function(self, op: str) -> Callable[[Any], Any]:
        grows = op in ("exp", "sinh", "cosh", "expm1")
        function = getattr(self.mp, FUNCTIONS[op])

        def real(a: Any) -> Any:
            if grows and self.mp.mag(a) > _LARGE:
                raise Undecided("the exponent is too large")
            return self._real(function(a))

        return real

    def _power(self, a: Any, b: Any) -> Any:
        if a and self.mp.mag(b) + self.mp.mag(self.mp.mag(a)) > _LARGE:
            raise Undecided("the exponent is too large")
        return self._real(self.mp.power(a, b))

    def _root(self, a: Any, degree: Any) -> Any:
        if a < 0:
            raise Undefined("root of a negative number")
        return self.mp.power(a, 1 / degree)

    def _finite(self, operation: Callable[..., Any]) -> Callable[..., Any]:
        """The operation for finite numbers only: what it makes of infinite ones need not be a limit."""

        def checked(*numbers: Any) -> Any:
            if any(map(self.mp.isinf, numbers)):
                raise Undefined("infinite")
            return operation(*numbers)

        return checked

    def _choose(self, branches: Sequence[tuple[Expr, Condition | None]], values: _Values) -> Any:
        for value, condition in branches:
            if condition is None or self.holds(condition, values):
                return self._compiled(value)(values)
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

    def _integral(self, term: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        mp = self.mp
        parts = [lower, mp.zero, upper] if -lower == upper == mp.inf else [lower, upper]  # most bend at 0, if anywhere

        def precise(x: Any) -> Any:
            with mp.extradps(mp.dps):  # far out, what is small may be a difference of what is large
                return term(x)

        total, error = mp.quad(precise, parts, error=True)
        if error > mp.mpf(10) ** (-mp.dps // 2) * max(1, abs(total)):
            raise Undecided("the quadrature does not converge")
        return total

    def _sum(self, term: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        self._stop_at_no_index(lower)
        if upper != self.mp.inf:
            return reduce(operator.add, self._terms(term, lower, upper), self.mp.zero)
        if not abs(term(lower + 4000)) <= abs(term(lower + 200)) <= abs(term(lower + 10)):
            raise Undecided("the terms of the series do not fall")
        return self.mp.nsum(term, [int(lower), self.mp.inf])

    def _product(self, term: Callable[[Any], Any], lower: Any, upper: Any) -> Any:
        self._stop_at_no_index(lower)
        if upper == self.mp.inf:
            raise Undecided("infinite products are not computed")
        return reduce(operator.mul, self._terms(term, lower, upper), self.mp.one)

    def _stop_at_no_index(self, lower: Any) -> None:
        if self.mp.isinf(lower) or lower != int(lower):
            raise Undefined("the index does not start at a whole number")

    def _terms(self, term: Callable[[Any], Any], lower: Any, upper: Any) -> Iterator[Any]:
        if self.mp.isinf(upper) or upper != int(upper):
            raise Undefined("the index does not end at a whole number")
        if upper - lower > _MANY:
            raise Undecided("too many terms")
        return (term(self.mp.mpf(k)) for k in range(int(lower), int(upper) + 1))

    def _limit(self, along: Callable[[Any], Any], target: Any, side: str) -> Any:
        mp = self.mp
        infinite = mp.isinf(target)
        directions = [mp.sign(target)] if infinite else [s for s in (1, -1) if side in ("", "+-"[s < 0])]
        results = []
        with mp.extradps(round(3 * _FAR[-1])):
            ten = mp.mpf(10)
            for direction in directions:
                far = [ten**k if infinite else ten**-k for k in map(mp.mpf, _FAR)]
                at = [direction * x if infinite else target + direction * x for x in far]
                results.append(self._settled([along(x) for x in at]))
        if any(result != results[0] and abs(result - results[0]) > mp.mpf(10) ** -30 for result in results):
            raise Undefined("the limits from both sides differ")
        return results[0]

    def _settled(self, values: list[Any]) -> Any:
        """What values settle on, each nearer to it than the one before."""
        last, ten = values[-1], self.mp.mpf(10)
        sizes = [abs(value) for value in values]
        gaps = [gap if (gap := abs(value - last)) > ten**-30 * abs(last) else 0 for value in values]
        if gaps[-2] == 0 and last and _fall(gaps):
            return last
        if abs(last) < ten**-50 and _fall(sizes):
            return self.mp.zero
        if abs(last) > ten**50 and _fall(sizes[::-1]):
            return self.mp.sign(last) * self.mp.inf
        raise Undecided("the limit does not settle")


def _fall(sizes: Sequence[Any]) -> bool:
    return all(after <= before for before, after in pairwise(sizes))


def _along(body: _Compiled, variable: str, values: _Values) -> Callable[[Any], Any]:
    """The body as a function of one variable."""
    return lambda at: body({**values, variable: at})
