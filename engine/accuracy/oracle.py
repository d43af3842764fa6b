"""The exact value of a function and of its derivatives at any float.

Formulas are evaluated in ball arithmetic (Arb, through python-flint: F. Johansson, "Arb: efficient arbitrary-precision
midpoint-radius interval arithmetic", IEEE Transactions on Computers 66(8), 2017). A ball encloses the exact value for
certain; the precision is doubled until the ball is so narrow that no float format can tell its points apart. Nothing
here shares code with a library that is judged by it.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.accuracy.exact import Exact, Floats
from engine.base.code import code_digest

#: Value, first and second derivative.
ORDERS = (0, 1, 2)
#: A ball is narrow enough with this many correct bits, 27 more than float64 has, ...
ACCURACY = 80
#: ... or if it lies within 2**TINY of zero: 80 bits below the smallest subnormal of float64.
TINY = -1154
#: Bits of precision: where evaluation starts, and where it gives up and calls the value undefined.
START, LIMIT = 128, 1 << 14
#: Exponents are clipped to this: far outside of every format, and small enough for arithmetic in float64.
FAR = 1 << 20


@dataclass(frozen=True)
class Formulas:
    """A function of x made ready for evaluation.

    sources: Python of the value and its derivatives, one function body each; limits: their limits for x to -inf and
    +inf as floats, None where SymPy does not find one. `engine.accuracy.formulas` makes them.
    """

    sources: tuple[str, ...]
    limits: tuple[tuple[float | None, float | None], ...]


class Oracle:
    """Evaluates formulas.

    cache: folder that keeps the values of large sets of points, or None; functions: the value and its derivatives in
    ball arithmetic, at whatever precision is set.
    """

    def __init__(self, formulas: Formulas, cache: Path | None = None) -> None:
        self.formulas = formulas
        self.cache = cache
        self.functions = [_compile(source) for source in formulas.sources]

    def values(self, order: int, points: Floats, seconds: float = 60) -> Exact:
        """The exact values, or derivatives of an order, at points, which may be infinite.

        Raises TimeoutError if that takes longer than `seconds`.
        """
        if self.cache is None or len(points) < 1000:
            return self._values(order, points, seconds)
        code = code_digest(__name__).encode()
        key = hashlib.sha256(b"\0".join((self.formulas.sources[order].encode(), points.tobytes(), code))).hexdigest()
        file = self.cache / f"{key}.npz"
        try:
            with np.load(file) as parts:
                return Exact(parts["high"], parts["low"], parts["exponent"])
        except (FileNotFoundError, ValueError, KeyError, OSError):
            exact = self._values(order, points, seconds)
        self.cache.mkdir(parents=True, exist_ok=True)
        descriptor, partial = tempfile.mkstemp(dir=self.cache, suffix=".partial")
        with open(descriptor, "wb") as out:
            np.savez(out, high=exact.high, low=exact.low, exponent=exact.exponent)
        os.replace(partial, file)
        return exact

    def _values(self, order: int, points: Floats, seconds: float) -> Exact:
        from flint import ctx

        high, low, exponent = np.empty(len(points)), np.empty(len(points)), np.empty(len(points), np.int64)
        end, before, precision = time.monotonic() + seconds, ctx.prec, START
        try:
            for i, x in enumerate(points.tolist()):
                if not i % 64 and time.monotonic() > end:
                    raise TimeoutError(f"exact values: {i} of {len(points)} after {seconds:g} s")
                if x - x == 0:
                    high[i], low[i], exponent[i], precision = self._value(order, x, precision)
                else:
                    high[i], low[i], exponent[i] = self._limit(order, x)
        finally:
            ctx.prec = before
        return Exact(high, low, exponent)

    def _value(self, order: int, x: float, start: int) -> tuple[float, float, int, int]:
        """The parts of the value at x, and the precision to start with at the next point, which is likely near."""
        from flint import arb, ctx

        function, precision = self.functions[order], start
        while precision <= LIMIT:
            ctx.prec = precision
            try:
                ball = arb(function(arb(x)))
            except (Undecided, ZeroDivisionError):
                ball = arb.nan()
            bits = ball.rel_accuracy_bits()
            if ball.is_finite() and (bits >= ACCURACY or ball.abs_upper() < arb(2) ** TINY):
                spare = bits > ACCURACY + precision // 2 and precision > START
                return *_parts(ball, bits), precision // 2 if spare else precision
            precision *= 2
        return np.nan, 0.0, 0, START

    def _limit(self, order: int, x: float) -> tuple[float, float, int]:
        """The parts of the limit at an infinite x; undefined for nan."""
        value = None if np.isnan(x) else self.formulas.limits[order][x > 0]
        if value is None or not np.isfinite(value):
            return np.nan if value is None else value, 0.0, 0
        if not value:
            return 0.0, 0.0, -FAR
        fraction, exponent = np.frexp(value)
        return float(fraction) * 2.0**53, 0.0, int(exponent) - 53


def _parts(ball: Any, bits: int) -> tuple[float, float, int]:
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


class Undecided(ArithmeticError):
    """A comparison of balls that overlap."""


def _less(a: Any, b: Any) -> bool:
    from flint import arb

    a, b = arb(a), arb(b)
    if a < b:
        return True
    if a >= b:
        return False
    raise Undecided


def _equal(a: Any, b: Any) -> bool:
    return not _less(a, b) and not _less(b, a)


def _jump(x: Any, below: int, above: int) -> int:
    """A function that is constant on both sides of 0, and undefined there."""
    if _equal(x, 0):
        raise Undecided
    return below if _less(x, 0) else above


def _compile(source: str) -> Callable[[Any], Any]:
    from flint import arb, fmpq

    words: dict[str, Any] = {
        "arb": arb,
        "fmpq": fmpq,
        "less": _less,
        "equal": _equal,
        "jump": _jump,
        "largest": lambda a, b: b if _less(a, b) else a,
        "smallest": lambda a, b: a if _less(a, b) else b,
    }
    exec(source, words)
    return words["function"]
