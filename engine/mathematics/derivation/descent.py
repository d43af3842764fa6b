"""Signs by derivatives: what starts at 0 or above and does not fall is not negative.

An expression of one variable that no rule of algebra gives a sign is followed from an end of its domain, where it has a
limit of the right sign, by the sign of its derivative, which is often simpler; and so again, a few times.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.mathematics.formula.symbolic import vanishes

#: How often a derivative takes the place of an expression.
DEEP = 3

Sign = Callable[[Any, bool], bool]  # whether algebra shows that an expression is positive, or at least not negative


def positive(gap: Any, strict: bool, sign: Sign, deep: int = DEEP) -> bool:
    """Whether an expression of one real or positive symbol is positive wherever the symbol is, or not negative."""
    import sympy

    gap = _without_positive_factors(gap)
    if sign(gap, strict):
        return True
    if len(gap.free_symbols) != 1 or not deep:
        return False
    (symbol,) = gap.free_symbols
    if symbol.is_negative:
        return positive(gap.subs(symbol, -sympy.Dummy(positive=True)), strict, sign, deep)
    if not _continuous(gap) or not (symbol.is_positive or _any_number(symbol)):
        return False
    slope = sympy.diff(gap, symbol)
    for end, rising in (((0 if symbol.is_positive else -sympy.oo), 1), (sympy.oo, -1)):
        if _negative_somewhere(rising * slope, symbol):
            continue
        start = sympy.limit(gap, symbol, end, "+" if end == 0 else "-")
        if start.is_extended_nonnegative is True and positive(rising * slope, strict, sign, deep - 1):
            return True
    return False


def _negative_somewhere(gap: Any, symbol: Any) -> bool:
    """Whether an expression has a negative value, which spares the limits: they take long."""
    import sympy

    places = [sympy.Rational(1, 7), sympy.Rational(3, 2), sympy.Integer(9)]
    if not symbol.is_positive:
        places += [-place for place in places]
    return any(gap.subs(symbol, place).evalf().is_negative for place in places)


def zero(gap: Any) -> bool:
    """Whether an expression of one symbol is 0, since it is at one place and its derivative is everywhere."""
    import sympy

    if len(gap.free_symbols) != 1 or not _continuous(gap):
        return False
    (symbol,) = gap.free_symbols
    if not (symbol.is_positive or _any_number(symbol)):
        return False
    place = 1 if symbol.is_positive else 0
    return vanishes(gap.subs(symbol, place)) and vanishes(sympy.diff(gap, symbol))


def _any_number(symbol: Any) -> bool:
    """Whether nothing is known of a symbol but that it is a real number: its ends are the infinities."""
    signs = (symbol.is_positive, symbol.is_negative, symbol.is_nonnegative, symbol.is_nonpositive)
    return bool(symbol.is_real) and symbol.is_integer is None and signs == (None,) * 4


def _continuous(gap: Any) -> bool:
    """Whether no part of an expression can have a pole or a jump."""
    import sympy

    jumps = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Piecewise, sympy.Heaviside)
    return not gap.has(*jumps) and all(part.is_real is True for part in sympy.preorder_traversal(gap))


def _without_positive_factors(gap: Any) -> Any:
    """What is left of a product, or of a quotient, without the factors that are positive wherever the symbols are."""
    import sympy

    above, below = sympy.fraction(sympy.together(gap))
    if below.is_positive is not True:
        return gap
    factors = sympy.Mul.make_args(sympy.factor_terms(sympy.factor(above)))
    rest = sympy.Mul(*(factor for factor in factors if factor.is_positive is not True))
    return sympy.powsimp(rest) if rest != 1 else above
