"""Values to as many digits as it takes, and their decimal text, from enclosures that leave no doubt about them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any

from engine.mathematics.formula.balls import enclosures
from engine.mathematics.formula.operations import Undefined
from engine.mathematics.formula.python import FormulaError

#: Digits of a text.
TEXT = 30
#: Digits that two values are compared by, and bits of an enclosure that are more than enough for them.
DIGITS, BITS = 50, 200
#: What is within 2**TINY of zero need not be told from it: e^-10000 is.
TINY = -15000
#: No digits are given if |value| is below this, far under the smallest float64, or above this, far over the largest.
BELOW, ABOVE = "1e-347", "1e+315652"
_BELOW, _ABOVE = -1154, 1 << 20  # the same as powers of two
_CONTEXT = Context(prec=2 * TEXT + 20, Emin=MIN_EMIN, Emax=MAX_EMAX)

Text = str | dict[str, str]


def exact(compute: Callable[[], Any]) -> Any:
    """A value as a ball of at least BITS correct bits, or `tiny`. Raises FormulaError where there is none."""
    try:
        for ball in enclosures(compute):
            if ball.is_finite() and ball.rel_accuracy_bits() >= BITS:
                return ball
    except Undefined as error:
        raise FormulaError(f"has no value: {error}") from None
    if ball.is_finite() and tiny(ball):
        return ball
    raise FormulaError(f"could not be computed to {DIGITS} digits")


def tiny(ball: Any) -> bool:
    """Whether a value need not be told from 0."""
    return bool(ball.abs_upper() < type(ball)(2) ** TINY)


def agree(a: Any, b: Any) -> bool:
    """Whether two balls agree to DIGITS digits, or are both too small to be told from 0."""
    from flint import ctx

    if tiny(a) and tiny(b):
        return True
    with ctx.workprec(2 * BITS):
        return bool(abs(a - b) <= abs(a) * type(a)(10) ** -DIGITS)


def text(compute: Callable[[], Any]) -> Text | None:
    """A value as text of TEXT significant digits, rounded to nearest; "0" if it is exactly 0.

    `{"abs_below": BELOW}` or `{"abs_above": ABOVE}` where nothing more is known, None if it is not known at all. The
    precision grows until both ends of the enclosure round to the same digits. Raises Undefined.
    """
    for ball in enclosures(compute):
        if ball.is_finite() and (shared := _shared(ball)):
            return shared
    return {"abs_below": BELOW} if ball.is_finite() and ball.abs_upper() < type(ball)(2) ** _BELOW else None


def _shared(ball: Any) -> Text | None:
    """The digits that both ends of an enclosure round to, None if they differ."""
    ends = {_rounded(ball.lower()), _rounded(ball.upper())}
    found = ends.pop()
    if ends:
        return None
    return {"abs_above": ABOVE} if found.lstrip("-") == ABOVE else found


def _rounded(end: Any) -> str:
    """The digits that an end of an enclosure rounds to; empty if it is too near to 0."""
    mantissa, exponent = (int(part) for part in end.man_exp())
    if not mantissa:
        return "0"
    if exponent + mantissa.bit_length() > _ABOVE:
        return f"-{ABOVE}" if mantissa < 0 else ABOVE
    if exponent < -(_ABOVE << 1):
        return ""  # so near to 0 only as the end of an enclosure that is too wide
    value = _CONTEXT.multiply(Decimal(mantissa), _CONTEXT.power(Decimal(2), Decimal(exponent)))
    return f"{value:.{TEXT - 1}e}"
