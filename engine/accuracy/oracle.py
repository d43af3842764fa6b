"""The exact value of a function and of its derivatives at any float.

Values are enclosed by `engine.mathematics.formula.balls`; the precision is doubled until the enclosure is so narrow
that no float format can tell its points apart. Nothing here shares code with a library that is judged by it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from engine.accuracy.exact import Exact, Floats
from engine.base.code import code_digest
from engine.mathematics.formula.balls import LIMIT, START, Balls, enclosures
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.python import number, read
from engine.mathematics.formula.tree import Expr, Variable

#: Value, first and second derivative.
ORDERS = (0, 1, 2)
#: A ball is narrow enough with this many correct bits, 27 more than float64 has, ...
ACCURACY = 80
#: ... or if it lies within 2**TINY of zero: 80 bits below the smallest subnormal of float64.
TINY = -1154
#: Exponents are clipped to this: far outside of every format, and small enough for arithmetic in float64.
FAR = 1 << 20
#: As many points are kept as a set.
LARGE = 1000

#: What `Exact` has of one value.
_Value = tuple[float, float, int]
_NONE: _Value = (np.nan, 0.0, 0)


@dataclass(frozen=True)
class Formula:
    """A function of x, in the syntax of definitions, with numbers for its parameters.

    limits: of the value and the derivatives for x to -inf and +inf as floats, None where none is known;
    `engine.accuracy.limits` finds them. borders: floats beside which it changes its form, of `engine.accuracy.borders`.
    """

    expression: str
    parameters: Mapping[str, float]
    limits: tuple[tuple[float | None, float | None], ...] = ((None, None),) * len(ORDERS)
    borders: tuple[float, ...] = ()

    def tree(self) -> Expr:
        """The expression, with numbers for its parameters. Raises FormulaError."""
        names = {name: number(value) for name, value in self.parameters.items()}
        return read(self.expression, {"x": Variable("x"), **names})

    def functions(self, side: int = 0) -> list[Callable[[Any], Any]]:
        """The value and its derivatives at a ball, at whatever precision is set. Raises FormulaError.

        side: 1 or -1 for what they are from the right or from the left; 0 for the value, and for derivatives that are
        the same from both sides. They raise Undecided where that precision does not tell, and Undefined where there is
        none.
        """
        tree, balls = self.tree(), Balls()

        def derivative(order: int, x: Any) -> Any:
            length = max(order, 1)  # a value alone has no side
            return balls.derivatives(tree, {"x": x}, "x", length, side)[order]

        value = partial(derivative, 0) if side else (lambda x: balls.value(tree, {"x": x}))
        return [value, *(partial(derivative, order) for order in ORDERS[1:])]


class Oracle:
    """Evaluates a formula.

    cache: folder that keeps the values of large sets of points, or None.
    """

    def __init__(self, formula: Formula, cache: Path | None = None) -> None:
        self.formula = formula
        self.cache = cache
        self.functions = formula.functions()
        self.sided = formula.functions(-1), formula.functions(1)
        self.tree, self.balls = formula.tree(), Balls()
        self._many: dict[str, tuple[Exact, ...]] = {}  # large sets of points, all orders, and single values
        self._single: dict[tuple[int, float], _Value] = {}

    def values(self, order: int, points: Floats, seconds: float = 60) -> Exact:
        """The exact values, or derivatives of an order, at points, which may be infinite.

        Raises TimeoutError if that takes longer than `seconds` for each order.
        """
        if len(points) < LARGE:
            return self._few(order, points, seconds)
        code = code_digest(__name__).encode()
        asked = repr((self.formula.expression, sorted(self.formula.parameters.items()), self.formula.limits)).encode()
        key = hashlib.sha256(b"\0".join((asked, points.tobytes(), code))).hexdigest()
        if key not in self._many:
            self._many[key] = self._kept(key, points, seconds)
        return self._many[key][order]

    def _kept(self, key: str, points: Floats, seconds: float) -> tuple[Exact, ...]:
        """All orders at many points, as they are kept or computed now."""
        if self.cache is None:
            return self._all(points, seconds)
        file = self.cache / f"{key}.npz"
        try:
            with np.load(file) as parts:
                return tuple(Exact(*rows) for rows in zip(parts["high"], parts["low"], parts["exponent"], strict=True))
        except (FileNotFoundError, ValueError, KeyError, OSError):
            exact = self._all(points, seconds)
        self.cache.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=self.cache, suffix=".partial")
        names = [field.name for field in dataclasses.fields(Exact)]
        with open(descriptor, "wb") as out:
            np.savez(out, **{name: np.stack([getattr(one, name) for one in exact]) for name in names})
        os.replace(partial, file)
        return exact

    def _few(self, order: int, points: Floats, seconds: float) -> Exact:
        """One order at points, each of which is computed once."""
        end, precision = time.monotonic() + seconds, START
        parts = []
        for i, x in enumerate(points.tolist()):
            if not i % 64 and time.monotonic() > end:
                raise TimeoutError(f"exact values: {i} of {len(points)} after {seconds:g} s")
            if x - x != 0:
                parts.append(self._limit(order, x))
                continue
            if (order, x) not in self._single:
                value, precision = _value(self.functions[order], x, precision)
                self._single[order, x] = value
            parts.append(self._single[order, x])
        return joined(parts)

    def _all(self, points: Floats, seconds: float) -> tuple[Exact, ...]:
        """Every order at points: all are coefficients of one series."""
        end, precision = time.monotonic() + seconds * len(ORDERS), START
        rows: list[list[_Value]] = []
        for i, x in enumerate(points.tolist()):
            if not i % 64 and time.monotonic() > end:
                raise TimeoutError(f"exact values: {i} of {len(points)} after {seconds * len(ORDERS):g} s")
            if x - x == 0:
                row, precision = self._together(x, precision)
            else:
                row = [self._limit(order, x) for order in ORDERS]
            rows.append(row)
        return tuple(joined([row[order] for row in rows]) for order in ORDERS)

    def _together(self, x: float, start: int) -> tuple[list[_Value], int]:
        """The parts of each order at x, and the precision to start with at the next point, which is likely near."""
        from flint import arb, ctx

        point = {"x": arb(x)}
        before, precision = ctx.prec, start
        try:
            while precision <= LIMIT:
                ctx.prec = precision
                with suppress(Undecided):
                    series = self.balls.derivatives(self.tree, point, "x", ORDERS[-1])
                    bits = [ball.rel_accuracy_bits() for ball in series]
                    if all(map(_enough, series, bits)):
                        spare = min(bits) > ACCURACY + precision // 2 and precision > START
                        return list(map(_parts, series, bits)), precision // 2 if spare else precision
                precision *= 2
        except Undefined:
            pass  # not of every order, perhaps
        finally:
            ctx.prec = before
        return [_value(function, x, START)[0] for function in self.functions], START

    def sides(self, order: int, x: float) -> Exact | None:
        """The limits of a value or a derivative from the left and from the right, None unless there are both."""
        both = joined([_value(functions[order], x, START)[0] for functions in self.sided])
        return None if np.isnan(both.high).any() else both

    def jumps(self, x: float) -> bool:
        """Whether the values on both sides of x, or that at x, are for certain not the same."""
        from flint import arb, ctx

        with ctx.workprec(2 * START):
            try:
                here, *sides = (functions[0](arb(x)) for functions in (self.functions, *self.sided))
            except (Undefined, Undecided):
                return False
            return not all(here.overlaps(side) for side in sides)

    def _limit(self, order: int, x: float) -> _Value:
        """The parts of the limit at an infinite x; undefined for nan."""
        value = None if np.isnan(x) else self.formula.limits[order][x > 0]
        if value is None or not np.isfinite(value):
            return np.nan if value is None else value, 0.0, 0
        if not value:
            return 0.0, 0.0, -FAR
        fraction, exponent = np.frexp(value)
        return float(fraction) * 2.0**53, 0.0, int(exponent) - 53


def joined(parts: Sequence[_Value]) -> Exact:
    """Values, as `value_parts` has them, in arrays."""
    high, low, exponent = zip(*parts, strict=True) if parts else ((), (), ())
    return Exact(np.array(high, np.float64), np.array(low, np.float64), np.array(exponent, np.int64))


def value_parts(compute: Callable[[], Any]) -> _Value:
    """What `Exact` has of the value that an enclosure leads to; undefined where there is none."""
    try:
        for ball in enclosures(compute):
            bits = ball.rel_accuracy_bits()
            if _enough(ball, bits):
                return _parts(ball, bits)
    except Undefined:
        pass
    return _NONE


def _value(function: Callable[[Any], Any], x: float, start: int) -> tuple[_Value, int]:
    """The parts of the value at x, and the precision to start with at the next point, which is likely near."""
    from flint import arb, ctx

    at = arb(x)
    try:
        for ball in enclosures(lambda: function(at), start):
            bits = ball.rel_accuracy_bits()
            if _enough(ball, bits):
                spare = bits > ACCURACY + ctx.prec // 2 and ctx.prec > START
                return _parts(ball, bits), ctx.prec // 2 if spare else ctx.prec
    except Undefined:
        pass
    return _NONE, START


def _enough(ball: Any, bits: int) -> bool:
    """Whether a ball with so many correct bits is narrow enough."""
    from flint import arb

    return ball.is_finite() and (bits >= ACCURACY or ball.abs_upper() < arb(2) ** TINY)


def _parts(ball: Any, bits: int) -> _Value:
    """The parts of `Exact` of a ball's middle."""
    mantissa, exponent = (int(part) for part in ball.mid().man_exp())
    if ball.is_zero():
        return 0.0, 0.0, -FAR
    sign = 1 if mantissa >= 0 else -1
    if not mantissa or bits < ACCURACY:
        return sign * 2.0**52, 0.0, -FAR
    size = abs(mantissa)
    shift = size.bit_length() - 106
    top = size >> shift if shift > 0 else size << -shift
    return sign * float(top >> 53), sign * float(top & ((1 << 53) - 1)), max(-FAR, min(FAR, exponent + shift + 53))
