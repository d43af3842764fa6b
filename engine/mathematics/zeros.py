"""Where an expression of x is 0: all places on the line, exactly, or a clear refusal.

Places are roots of polynomials with rational coefficients. What is no such polynomial is taken apart: a product is 0
where a factor is, a quotient where it is above, `k*g(u) + c` with a monotone g where u is what g takes to -c/k. A sum
of terms of one sign is never 0. Nothing is looked for by trying points, so nothing lies between them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from engine.mathematics.formula.balls import Balls, enclosures
from engine.mathematics.formula.operations import ARITHMETIC, Undefined
from engine.mathematics.formula.tree import Apply, Expr, Number, Variable, free_variables, whole

X = "x"


class Undecidable(ValueError):
    """What cannot be told of a function on the line."""


@dataclass(frozen=True)
class Place:
    """A number: the root of that index, in ascending order, of an irreducible polynomial with whole coefficients."""

    polynomial: tuple[int, ...]
    index: int = 0

    @property
    def rational(self) -> Any:
        """The number as a fraction, None if it is irrational."""
        from flint import fmpq

        return fmpq(-self.polynomial[0], self.polynomial[1]) if len(self.polynomial) == 2 else None

    def ball(self) -> Any:
        """An enclosure, with the precision that is set."""
        from flint import arb

        return arb(self.rational) if len(self.polynomial) == 2 else _real_roots(self.polynomial)[self.index]

    @property
    def nearest(self) -> float:
        """The nearest float, or one beside it."""
        return float(next(ball for ball in enclosures(self.ball) if ball.rel_accuracy_bits() > 80 or ball.is_zero()))

    def __lt__(self, other: Place) -> bool:
        """Different places differ, so that some precision tells."""
        if self == other:
            return False
        gap = next(gap for gap in enclosures(lambda: other.ball() - self.ball()) if gap > 0 or gap < 0)
        return bool(gap > 0)


def _real_roots(polynomial: tuple[int, ...]) -> list[Any]:
    from flint import fmpz_poly

    roots = [root.real for root, _ in fmpz_poly(list(polynomial)).complex_roots() if root.imag.is_zero()]
    return sorted(roots, key=lambda root: root.mid())


def zeros(expr: Expr, sign: int = 0) -> frozenset[Place]:
    """All places where an expression is 0, and perhaps some where it has no value; none of one that is 0 everywhere.

    sign: that of x where they are looked for, 0 for the whole line; others may be among them. Raises Undecidable.
    """
    return _Zeros(sign).of(expr)


#: Strictly monotone functions, from the whole line: their value at 0, and those that they stay between.
_MONOTONE: dict[str, tuple[float, float, float]] = {
    **dict.fromkeys(("sinh", "arsinh", "arctan"), (0, -float("inf"), float("inf"))),
    **dict.fromkeys(("tanh", "erf"), (0, -1, 1)),
    "exp": (1, 0, float("inf")),
    "expm1": (0, -1, float("inf")),
    "erfc": (1, 0, 2),
    "erfcx": (1, 0, float("inf")),
}
_POSITIVE = {"exp", "cosh", "sech", "erfc", "erfcx", "e", "pi"}
_OF_THE_ARGUMENT = {"log1p", *(op for op, (at_zero, _, _) in _MONOTONE.items() if not at_zero)}
_HIGHEST = 64  # degree of a power that is written out
_ANY = frozenset({-1, 0, 1})


class _Zeros:
    def __init__(self, sign: int) -> None:
        self.side = frozenset({sign}) if sign else _ANY
        self.balls = Balls()

    def of(self, expr: Expr) -> frozenset[Place]:
        if (known := _rational(expr)) is not None:
            return _roots(known[0])
        if X not in free_variables(expr) or 0 not in self.signs(expr):
            return frozenset()
        match expr:
            case Apply("neg", (part,)) | Apply("/", (part, _)):
                return self.of(part)
            case Apply("*", (left, right)):
                return self.of(left) | self.of(right)
            case Apply("^", (base, power)) if X not in free_variables(power):
                return self.of(base)
            case Apply("root", (inside, _)) | Apply("log1p", (inside,)):
                return self.of(inside)
            case Apply("hypot", (left, right)):
                return self.of(Apply("+", (Apply("*", (left, left)), Apply("*", (right, right)))))
            case Apply("ln", (inside,)):
                return self.of(Apply("-", (inside, Number("1"))))
            case Apply():
                return self.monotone(expr)
        raise Undecidable(f"where {shown(expr)} is 0 is not known")

    def monotone(self, expr: Expr) -> frozenset[Place]:
        """Of `k*g(u) + c`: where u is what the monotone g takes to -c/k, as far as that is 0 or does not exist."""
        scale, inner, rest = self._apart(expr)
        if not (isinstance(inner, Apply) and inner.op in _MONOTONE):
            raise Undecidable(f"where {shown(expr)} is 0 is not known")
        at_zero, low, high = _MONOTONE[inner.op]
        target = Apply("/", (Apply("neg", (rest,)), scale))
        if any(self._constant(target, end) in signs for end, signs in ((low, (-1, 0)), (high, (1, 0)))):
            return frozenset()
        if self._constant(target, at_zero) == 0:
            return self.of(inner.args[0])
        raise Undecidable(f"where {shown(expr)} is 0 is no number that is known exactly")

    def _apart(self, expr: Expr) -> tuple[Expr, Expr, Expr]:
        """The k, g(u) and c of an expression k*g(u) + c, which has one term only that depends on x."""
        one, zero = Number("1"), Number("0")
        match expr:
            case Apply("neg", (part,)):
                scale, inner, rest = self._apart(part)
                return Apply("neg", (scale,)), inner, Apply("neg", (rest,))
            case Apply("+" | "-" as op, (left, right)) if X not in free_variables(right):
                scale, inner, rest = self._apart(left)
                return scale, inner, Apply(op, (rest, right))
            case Apply("+" | "-" as op, (left, right)) if X not in free_variables(left):
                scale, inner, rest = self._apart(right)
                return (scale if op == "+" else Apply("neg", (scale,))), inner, Apply(op, (left, rest))
            case Apply("*" | "/" as op, (left, right)) if X not in free_variables(right):
                scale, inner, rest = self._apart(left)
                return Apply(op, (scale, right)), inner, Apply(op, (rest, right))
            case Apply("*", (left, right)) if X not in free_variables(left):
                return self._apart(Apply("*", (right, left)))
        return one, expr, zero

    def _constant(self, expr: Expr, less: float) -> int:
        """The sign of a constant less a number. Raises Undecidable."""
        if abs(less) == float("inf"):
            return -1 if less > 0 else 1
        return sign_of(lambda: self.balls.value(expr, {}) - self.balls.arb(less), shown(expr))

    def signs(self, expr: Expr) -> frozenset[int]:
        """The signs that an expression may have, as far as its operations tell."""
        if X not in free_variables(expr):
            return frozenset({self._constant(expr, 0)})
        match expr:
            case Variable():
                return self.side
            case Apply(op) if op in _POSITIVE:
                return frozenset({1})
            case Apply(op, (part,)) if op in _OF_THE_ARGUMENT:
                return self.signs(part)
            case Apply("neg", (part,)):
                return frozenset(-sign for sign in self.signs(part))
            case Apply("-", (left, right)):
                return self.signs(Apply("+", (left, Apply("neg", (right,)))))
            case Apply("+", (left, right)):
                pairs = product(self.signs(left), self.signs(right))
                return frozenset().union(*(_ANY if a * b < 0 else {a or b} for a, b in pairs))
            case Apply("*" | "/", (left, right)):
                return frozenset(a * b for a, b in product(self.signs(left), self.signs(right)))
            case Apply("^", (base, power)):
                return self._of_power(self.signs(base), power)
            case Apply("root", (inside, _)):
                return self.signs(inside) - {-1}
            case Apply("hypot", (left, right)):
                return frozenset({0, 1} if 0 in self.signs(left) & self.signs(right) else {1})
        return _ANY

    def _of_power(self, base: frozenset[int], power: Expr) -> frozenset[int]:
        if (times := whole(power)) is not None:
            return frozenset(sign ** abs(times) for sign in base)
        if base == {1}:
            return base
        return base - {-1} if isinstance(power, Number) else _ANY  # the root of a negative number has no value


def sign_of(compute: Callable[[], Any], what: str) -> int:
    """The sign of a value. Raises Undecidable if no precision tells, or if there is no value."""
    try:
        for ball in enclosures(compute):
            if ball.is_finite() and (ball > 0 or ball < 0 or ball.is_zero()):
                return int(ball > 0) - int(ball < 0)
    except Undefined as error:
        raise Undecidable(f"{what} has no value: {error}") from None
    raise Undecidable(f"the sign of {what} is not known")


# Polynomials ----------------------------------------------------------------------------------------------------------


def _rational(expr: Expr) -> tuple[Any, ...] | None:
    """Numerator and denominator of a quotient of polynomials in x with rational coefficients; None for others."""
    from flint import fmpq, fmpq_poly

    match expr:
        case Number(text):
            return fmpq_poly([fmpq(*Fraction(text).as_integer_ratio())]), fmpq_poly([1])
        case Variable(name) if name == X:
            return fmpq_poly([0, 1]), fmpq_poly([1])
        case Apply("^", (base, power)):
            part, times = _rational(base), whole(power)
            if part is None or times is None or abs(times) > _HIGHEST or (times < 0 and part[0] == 0):
                return None
            return tuple(one ** abs(times) for one in (part if times >= 0 else reversed(part)))
        case Apply("neg" | "+" | "-" | "*" | "/" as op, args):
            parts = [part for arg in args if (part := _rational(arg)) is not None]
            return _combined(op, parts) if len(parts) == len(args) else None
    return None


def _combined(op: str, parts: list[tuple[Any, ...]]) -> tuple[Any, ...] | None:
    (above, below), *others = parts
    if not others:
        return -above, below
    ((other_above, other_below),) = others
    if op == "*":
        return above * other_above, below * other_below
    if op == "/":
        return None if other_above == 0 else (above * other_below, below * other_above)
    return ARITHMETIC[op](above * other_below, other_above * below), below * other_below


def _roots(polynomial: Any) -> frozenset[Place]:
    if polynomial == 0:
        return frozenset()
    _, factors = polynomial.numer().factor()
    known = [tuple(map(int, factor.coeffs())) for factor, _ in factors]
    return frozenset(Place(part, index) for part in known for index in range(_count(part)))


def _count(polynomial: tuple[int, ...]) -> int:
    return 1 if len(polynomial) == 2 else len(_real_roots(polynomial))


def shown(expr: Expr) -> str:
    """An expression as text for a message, with all its parentheses."""
    match expr:
        case Number(name) | Variable(name) | Apply(name, ()):
            return name
        case Apply("neg", (part,)):
            return f"-{shown(part)}"
        case Apply(op, (left, right)) if op in ("+", "-", "*", "/", "^"):
            return f"({shown(left)} {op} {shown(right)})"
        case Apply(op, args):
            return f"{op}({', '.join(map(shown, args))})"
    return type(expr).__name__.lower()
