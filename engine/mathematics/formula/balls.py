"""Enclosures of the value of a formula, and of its derivatives, by Arb.

A ball encloses the exact value for certain (F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval
arithmetic", IEEE Transactions on Computers 66(8), 2017; through python-flint). More precision makes it narrower: see
`enclosures`. Derivatives are the coefficients of a Taylor series, which Arb computes with as with numbers. Where a
formula changes at the very point (a maximum, an absolute value, a border of cases), there is a series for each side:
which of them holds is told by the first coefficient that does not vanish, so that nothing hangs on how it is spelt.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

from engine.mathematics.formula.operations import ARITHMETIC, COMPARE, FUNCTIONS, Undecided, Undefined, applied
from engine.mathematics.formula.tree import (
    Apply,
    Bound,
    Call,
    Cases,
    Derivative,
    Element,
    Expr,
    Limit,
    Number,
    Variable,
    free_variables,
    holds,
    walk,
)

#: Bits of precision: where evaluation starts, and where it gives up.
START, LIMIT = 128, 1 << 14

_Values = Mapping[str, Any]  # of variables by name: balls, series, or lists of them for vectors
_Compiled = Callable[[_Values], Any]
_LONGEST = 10_000  # terms of a sum
_LARGEST = 1 << 20  # whole exponents up to this are powers, others go through the logarithm


def computable(expr: Expr) -> bool:
    """Whether finitely many operations lead to the value: no integral, infinite series, limit or infinity.

    Nor is a derivative by one variable of a derivative by another, or of a polylogarithm.
    """
    return not any(
        isinstance(part, Limit) or part == Apply("inf") or _is_integral(part) for part in walk(expr)
    ) and all(_differentiable(body, variable) for body, variable in _differentiated(expr))


def _is_integral(part: Expr) -> bool:
    return isinstance(part, Bound) and part.op == "int"


def _differentiated(expr: Expr) -> Iterator[tuple[Expr, str]]:
    """What is differentiated, or inverted, within an expression, with the variable."""
    for part in walk(expr):
        match part:
            case Derivative(body, variable):
                yield body, variable
            case Call(function, _, order) if order:
                yield function.body, function.params[0]


def _differentiable(body: Expr, variable: str) -> bool:
    return all(not (isinstance(part, Apply) and part.op == "Li") for part in walk(body)) and all(
        inner == variable or variable not in free_variables(part) for part, inner in _differentiated(body)
    )


def enclosures(compute: Callable[[], Any], start: int = START, limit: int = LIMIT) -> Iterator[Any]:
    """Narrower and narrower enclosures: the precision doubles from `start` to `limit` bits.

    One that is not finite tells nothing. `compute` may raise Undecided; Undefined goes to the caller.
    """
    from flint import arb, ctx

    before, precision = ctx.prec, start
    try:
        while precision <= limit:
            ctx.prec = precision
            try:
                ball = compute()
            except Undecided:
                ball = arb.nan()
            yield ball
            precision *= 2
    finally:
        ctx.prec = before


class Balls:
    """Evaluates expressions with the precision that is set in python-flint's context.

    A ball that is not finite says that this precision does not tell. Besides, Undecided is raised where it does not
    tell which case applies, and Undefined where there is no value for certain.
    """

    def __init__(self) -> None:
        from flint import arb, arb_series, ctx, fmpq

        self.arb, self.series, self.context, self.rational = arb, arb_series, ctx, fmpq
        self._compiled: dict[int, tuple[_Compiled, Expr]] = {}
        self._side = 0  # from which a border is looked at: 1 or -1, or 0 for the point itself
        self._at_border = False  # whether that made a difference
        self._signs: list[int] | None = None  # what `decisions` gathers
        self._operations = {**ARITHMETIC, **{op: self._elementary(op) for op in FUNCTIONS}}
        self._operations |= {"/": self._quotient, "^": self._power, "root": self._root, "!": self._factorial}
        self._operations |= {"max": self._largest, "min": self._smallest, "abs": self._absolute, "sgn": self._sgn}
        self._operations |= {"step": self._step, "hypot": self._hypot, "binom": self._binomial, "Li": self._polylog}

    def value(self, expr: Expr, point: Mapping[str, Any]) -> Any:
        """An enclosure of the value at a point of numbers, balls or lists of them."""
        self._side = 0
        return self._of(expr)(self._converted(point))

    def derivatives(self, expr: Expr, point: Mapping[str, Any], variable: str, order: int, side: int = 0) -> list[Any]:
        """Enclosures of the value and of the derivatives by a variable, up to an order, at a point.

        side: 1 or -1 for those from the right or from the left; 0 for those that are the same from both sides, without
        which Undefined is raised.
        """
        values = self._converted(point)
        sides = (side,) if side else (1, -1)
        series = self._taylor(self._of(expr), variable, values[variable], order + 1, values, sides)
        return [series[k] * math.factorial(k) for k in range(order + 1)]

    def decisions(self, expr: Expr, point: Mapping[str, Any]) -> tuple[int, ...]:
        """The signs that change at borders: of what decides on a case, maximum or absolute value; of denominators."""
        self._signs = []
        try:
            self.value(expr, point)
            return tuple(self._signs)
        finally:
            self._signs = None

    def _converted(self, point: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: [self.arb(part) for part in value] if isinstance(value, (list, tuple)) else self.arb(value)
            for name, value in point.items()
        }

    # A node becomes a function of the variables' values, once.

    def _of(self, expr: Expr) -> _Compiled:
        if id(expr) not in self._compiled:
            self._compiled[id(expr)] = (self._compile(expr), expr)  # which keeps the expression, and so its id
        return self._compiled[id(expr)][0]

    def _compile(self, expr: Expr) -> _Compiled:
        match expr:
            case Number(text):
                return self._compile_number(text)
            case Variable(name):
                return operator.itemgetter(name)
            case Element(vector, index):
                at = self._of(index)
                return lambda values: values[vector][self._whole(at(values)) - 1]
            case Apply("e"):
                return lambda values: self.arb.const_e()
            case Apply("pi"):
                return lambda values: self.arb.pi()
            case Apply("^", (Apply("e"), power)):
                return self._compile_apply("exp", (power,))
            case Apply(op, args) if op in self._operations:
                return self._compile_apply(op, args)
            case Call(function, args, order):
                return self._compile_call(
                    dict(zip(function.params, map(self._of, args), strict=True)), function.body, order
                )
            case Derivative(body, variable, order):
                along = self._of(body)
                return lambda values: self._derivative(along, variable, order, values[variable], values)
            case Bound("sum" | "prod" as op, body, variable, lower, upper):
                return self._compile_repeated(op, self._of(body), variable, self._of(lower), self._of(upper))
            case Cases(branches):
                return lambda values: self._chosen(branches, values)
        raise TypeError(f"not computable: {expr}")

    def _compile_number(self, text: str) -> _Compiled:
        if text.isdigit():
            whole = self.arb(int(text))
            return lambda values: whole
        ratio = self.rational(*_ratio(text))
        return lambda values: self.arb(ratio)

    def _compile_apply(self, op: str, args: Sequence[Expr]) -> _Compiled:
        operation, parts = self._operations[op], [self._of(arg) for arg in args]
        if len(parts) == 1:
            (part,) = parts
            return lambda values: operation(part(values))
        if len(parts) == 2:
            left, right = parts
            return lambda values: operation(left(values), right(values))
        return lambda values: applied(operation, [part(values) for part in parts])

    def _compile_call(self, args: Mapping[str, _Compiled], inside: Expr, order: int) -> _Compiled:
        body = self._of(inside)
        if order == 0:
            return lambda values: body({**values, **{name: arg(values) for name, arg in args.items()}})
        ((param, arg),) = args.items()
        if order > 0:
            return lambda values: self._derivative(body, param, order, arg(values), values)
        return lambda values: self._inverse(body, param, arg(values), values)

    def _compile_repeated(self, op: str, body: _Compiled, name: str, lower: _Compiled, upper: _Compiled) -> _Compiled:
        combine, start = (operator.add, 0) if op == "sum" else (operator.mul, 1)

        def compute(values: _Values) -> Any:
            first, last = self._whole(lower(values)), self._whole(upper(values))
            if last - first > _LONGEST:
                raise Undecided("too many terms")
            terms = (body({**values, name: self.arb(k)}) for k in range(first, last + 1))
            return reduce(combine, terms, self.arb(start))

        return compute

    # Borders

    def _sign(self, value: Any) -> int:
        """The sign of a value; of one that is 0 just here, beside it on the side at hand. Raises Undecided."""
        for power, coefficient in enumerate([value] if isinstance(value, self.arb) else value.coeffs()):
            if coefficient.is_zero():
                continue
            if not (coefficient > 0 or coefficient < 0):
                raise Undecided
            self._at_border |= power > 0
            return self._told((1 if coefficient > 0 else -1) * self._side**power)
        return self._told(0)

    def _told(self, sign: int) -> int:
        if self._signs is not None:
            self._signs.append(sign)
        return sign

    def _chosen(self, branches: Sequence[tuple[Expr, Any]], values: _Values) -> Any:
        def relation(left: Expr, op: str, right: Expr) -> bool:
            return COMPARE[op](self._sign(self._of(left)(values) - self._of(right)(values)), 0)

        for value, condition in branches:
            if condition is None or holds(condition, relation):
                return self._of(value)(values)
        raise Undefined("no case applies")

    def _largest(self, a: Any, b: Any) -> Any:
        if isinstance(a, self.arb) and isinstance(b, self.arb) and self._signs is None:
            return a.max(b)
        return a if self._sign(a - b) >= 0 else b

    def _smallest(self, a: Any, b: Any) -> Any:
        return -self._largest(-a, -b)

    def _absolute(self, a: Any) -> Any:
        return abs(a) if isinstance(a, self.arb) and self._signs is None else self._sign(a) * a

    def _sgn(self, a: Any) -> Any:
        return self.arb(self._sign(a))

    def _step(self, a: Any, at_zero: Any) -> Any:
        sign = self._sign(a)
        return self.arb(sign > 0) if sign else at_zero

    # Derivatives and inverses

    def _taylor(
        self, body: _Compiled, variable: str, at: Any, length: int, values: _Values, sides: Sequence[int] = (1, -1)
    ) -> Any:
        """The series in one variable around `at`, the same from all of the sides. Raises Undefined if it is not."""
        constant = {name: value for name, value in values.items() if not isinstance(value, self.series)}
        before, cap = (self._side, self._at_border), self.context.cap
        results = []
        self.context.cap = length
        try:
            for self._side in sides:
                self._at_border = False
                results.append(self._lifted(body({**constant, variable: self.series([at, 1])})))
                if not self._at_border:
                    break
            one_sided, self._side = self._at_border and len(sides) == 1, 0
            if len(results) == 2:
                results.append(self._lifted(body({**constant, variable: at})))
        finally:
            (self._side, self._at_border), self.context.cap = before, cap
        self._at_border |= one_sided
        for other in results[1:]:
            if not all(results[0][k].overlaps(other[k]) for k in range(1 if other is results[-1] else length)):
                raise Undefined("not the same from both sides")
        return results[0]

    def _lifted(self, value: Any) -> Any:
        return self.series([value]) if isinstance(value, self.arb) else value

    def _derivative(self, body: _Compiled, variable: str, order: int, at: Any, values: _Values) -> Any:
        """The derivative of a function where its variable has the value `at`, which may be a series itself."""
        around, shift = self._apart(at)
        direction = self._sign(shift) if shift is not None else 0
        length = self.context.cap if shift is not None else 1
        sides = (direction,) if direction else (1, -1)
        series = self._taylor(body, variable, around, order + length, values, sides)
        derived = [series[order + k] * math.perm(order + k, order) for k in range(length)]
        return derived[0] if shift is None else self.series(derived)(shift)

    def _apart(self, at: Any) -> tuple[Any, Any]:
        """The constant part of a value, and a series of the rest, None if it is a constant."""
        if isinstance(at, self.arb):
            return at, None
        return at[0], self.series([0, *at.coeffs()[1:]])

    def _inverse(self, body: _Compiled, variable: str, y: Any, values: _Values) -> Any:
        """The only x with f(x) = y."""
        around, shift = self._apart(y)
        x = self._solution(body, variable, around, values)
        if shift is None:
            return x
        series = self._taylor(body, variable, x, self.context.cap, values)
        return x + self.series([0, *series.coeffs()[1:]]).reversion()(shift)

    def _solution(self, body: _Compiled, variable: str, y: Any, values: _Values) -> Any:
        """Where f(x) = y: between points where f − y has different signs, then by Newton's method for intervals."""
        ladder = [self.arb(2) ** k for k in range(-8, 17)]
        signs = []
        for x in (*(-x for x in reversed(ladder)), self.arb(0), *ladder):
            try:
                signs.append((x, self._sign(body({**values, variable: x}) - y)))
            except Undefined:
                continue
        exact = [x for x, sign in signs if sign == 0]
        brackets = [(a, b) for (a, left), (b, right) in pairwise(signs) if left * right < 0]
        if len(exact) + len(brackets) != 1:
            raise Undefined("no single solution")
        if exact:
            return exact[0]
        low, high = brackets[0]
        rising = next(sign for x, sign in signs if x is high)
        within = low.union(high)
        for _ in range(2 * self.context.prec):
            middle = within.mid()
            gap = body({**values, variable: middle}) - y
            slope = self._slope(body, variable, within, values)
            if slope.contains(0):
                low, high = (low, middle) if self._sign(gap) == rising else (middle, high)
                within = low.union(high)
                continue
            narrower = (middle - gap / slope).intersection(within)
            if narrower.rad() * 2 >= within.rad():
                return narrower
            within = narrower
        raise Undecided

    def _slope(self, body: _Compiled, variable: str, within: Any, values: _Values) -> Any:
        """An enclosure of the derivative all over a ball: of everything, where the ball is too wide to tell."""
        try:
            slope = self._taylor(body, variable, within, 2, values)[1]
        except (Undecided, Undefined):
            slope = self.arb.nan()
        return slope if slope.is_finite() else self.arb(0, float("inf"))

    # What the operations do with balls and series

    def _elementary(self, op: str) -> Callable[[Any], Any]:
        scalar = getattr(self.arb, FUNCTIONS[op], None) or _COMPOSED.get(op)
        series = getattr(self.series, FUNCTIONS[op], None) or _COMPOSED.get(op)
        domain = _DOMAINS.get(op)

        def compute(a: Any) -> Any:
            constant = isinstance(a, self.arb)
            if domain:
                distance, closed = domain
                self._stop_at(distance(a if constant else a[0]), closed and constant)
            try:
                return scalar(a) if constant else series(a)
            except ValueError:  # a series that is divided by what may be 0
                raise Undecided from None

        return compute

    def _stop_at(self, distance: Any, closed: bool = False) -> None:
        """Raise Undefined unless a distance from what is excluded is positive, or 0 if that is allowed."""
        if distance > 0 or (closed and distance.is_zero()):
            return
        raise Undefined("outside of the domain") if distance < 0 or distance.is_zero() else Undecided

    def _first(self, a: Any) -> Any:
        return a if isinstance(a, self.arb) else a[0]

    def _quotient(self, a: Any, b: Any) -> Any:
        below = self._first(b)
        self._stop_at(abs(below))
        if self._signs is not None:
            self._sign(below)  # it changes at a pole
        return a / b

    def _power(self, base: Any, exponent: Any) -> Any:
        if isinstance(exponent, self.arb) and exponent.is_exact() and exponent.is_integer():
            n = int(exponent.unique_fmpz()) if abs(exponent) < _LARGEST else None
            if n is not None:
                return base**n if n >= 0 else self._quotient(self.arb(1), base**-n)
        first = self._first(base)
        if first.is_zero() and isinstance(base, self.arb) and exponent > 0:
            return self.arb(0)
        self._stop_at(first)
        return (exponent * base.log()).exp()

    def _root(self, a: Any, degree: Any) -> Any:
        constant = isinstance(a, self.arb)
        self._stop_at(self._first(a), closed=constant)
        n = self._whole(degree)
        if n == 2:
            return a.sqrt()
        return a.root(n) if constant else (a.log() / n).exp()

    def _hypot(self, a: Any, b: Any) -> Any:
        return self._root(a * a + b * b, self.arb(2))

    def _factorial(self, a: Any) -> Any:
        if isinstance(a, self.arb) and a < 0 and a.is_integer():
            raise Undefined("the factorial of a negative number")
        return (a + 1).gamma()

    def _binomial(self, n: Any, k: Any) -> Any:
        if k.is_integer() and n.is_integer():
            return self.arb(math.comb(self._whole(n), self._whole(k)))
        return (n + 1).gamma() * (k + 1).rgamma() * (n - k + 1).rgamma()

    def _polylog(self, order: Any, a: Any) -> Any:
        self._stop_at(1 - a, closed=True)
        return order.zeta() if a == 1 else a.polylog(order)

    def _whole(self, value: Any) -> int:
        """A value that is a whole number, as an index is. Raises Undefined for others."""
        if not (isinstance(value, self.arb) and value.is_exact() and value.is_integer()):
            raise Undefined("not a whole number")
        return int(value.unique_fmpz())


def _ratio(text: str) -> tuple[int, int]:
    from fractions import Fraction

    return Fraction(text).as_integer_ratio()


#: What Arb lacks for numbers or for series, of what it has. Cancellation costs digits, and so only precision.
_COMPOSED: dict[str, Callable[[Any], Any]] = {
    "sinh": lambda a: (a.exp() - (-a).exp()) / 2,
    "cosh": lambda a: (a.exp() + (-a).exp()) / 2,
    "tanh": lambda a: 1 - 2 / ((2 * a).exp() + 1),
    "coth": lambda a: 1 + 2 / ((2 * a).exp() - 1),
    "sech": lambda a: 2 / (a.exp() + (-a).exp()),
    "csch": lambda a: 2 / (a.exp() - (-a).exp()),
    "sec": lambda a: 1 / a.cos(),
    "csc": lambda a: 1 / a.sin(),
    "cot": lambda a: a.cos() / a.sin(),
    "arsinh": lambda a: (a + (a * a + 1).sqrt()).log(),
    "arcosh": lambda a: (a + (a * a - 1).sqrt()).log(),
    "artanh": lambda a: ((1 + a) / (1 - a)).log() / 2,
    "expm1": lambda a: a.exp() - 1,
    "log1p": lambda a: (a + 1).log(),
    "erfcx": lambda a: (a * a).exp() * a.erfc(),
}

#: How far inside the domain a number is, and whether the end belongs to it: a derivative has none there.
_DOMAINS: dict[str, tuple[Callable[[Any], Any], bool]] = {
    "ln": (lambda a: a, False),
    "log1p": (lambda a: a + 1, False),
    "artanh": (lambda a: 1 - abs(a), False),
    "arcosh": (lambda a: a - 1, True),
    "arcsin": (lambda a: 1 - abs(a), True),
    "arccos": (lambda a: 1 - abs(a), True),
}
