"""The exact value of a function and of its derivatives at any float, and the error of a computed one in ulp.

The expression of a definition is differentiated by SymPy and evaluated in ball arithmetic (Arb, through python-flint:
F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", IEEE Transactions on Computers
66(8), 2017). A ball encloses the exact value for certain; the precision is doubled until the ball is so narrow that no
float format can tell its points apart. Nothing here shares code with a library that is judged by it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.base.code import code_digest
from engine.base.processes import OutOfTime, limited

if TYPE_CHECKING:
    import sympy

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

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
class Format:
    """A binary floating-point format of IEEE 754. precision: bits of the significand, the hidden one counted."""

    name: str
    precision: int
    lowest: int  # exponent of the smallest normal number
    highest: int  # exponent of the largest number

    @property
    def last(self) -> int:
        """Ordinal of the largest finite number."""
        return ((self.highest - self.lowest + 2) << (self.precision - 1)) - 1

    @property
    def exhaustive(self) -> bool:
        """Whether the format is small enough to try all of its numbers."""
        return self.last < 1 << 16

    @property
    def largest(self) -> float:
        return float(self.values(np.array([self.last]))[0])

    @property
    def smallest_normal(self) -> float:
        return 2.0**self.lowest

    def values(self, ordinals: Integers) -> Floats:
        """The floats with these ordinals: 0 for zero, and one more for each next float; negative ones mirror."""
        size = np.abs(ordinals)
        field = size >> (self.precision - 1)
        significand = (size & ((1 << (self.precision - 1)) - 1)) + np.where(field > 0, 1 << (self.precision - 1), 0)
        exponent = np.maximum(field, 1) - 1 + self.lowest - (self.precision - 1)
        return np.copysign(np.ldexp(significand.astype(np.float64), exponent.astype(np.int32)), ordinals)

    def ordinals(self, values: Floats) -> Integers:
        """The ordinals of the floats at or next towards zero from finite values."""
        fraction, exponent = np.frexp(np.minimum(np.abs(values), self.largest))
        exponent = np.maximum(exponent.astype(np.int64) - 1, self.lowest)
        units = np.ldexp(np.minimum(np.abs(values), self.largest), (self.precision - 1 - exponent).astype(np.int32))
        # a normal number's units hold the hidden bit, which counts for the first step of the exponent's field
        ordinals = np.floor(units).astype(np.int64) + ((exponent - self.lowest) << (self.precision - 1))
        return np.where(values < 0, -ordinals, np.where(fraction == 0, 0, ordinals))


FORMATS = {
    format.name: format
    for format in (
        Format("float16", 11, -14, 15),
        Format("bfloat16", 8, -126, 127),
        Format("float32", 24, -126, 127),
        Format("float64", 53, -1022, 1023),
    )
}


@dataclass(frozen=True)
class Exact:
    """Exact values to 106 bits: (high + low / 2**53) * 2**exponent, with 2**52 <= abs(high) < 2**53 or zero.

    A high of inf is an infinite value, of nan one that is undefined. What lies within 2**TINY of zero, and is not zero,
    has the exponent -FAR.
    """

    high: Floats
    low: Floats
    exponent: Integers

    def __getitem__(self, index: Any) -> Exact:
        return Exact(self.high[index], self.low[index], self.exponent[index])

    @staticmethod
    def join(parts: Sequence[Exact]) -> Exact:
        """One after the other."""
        return Exact(
            *(np.concatenate([getattr(part, name.name) for part in parts]) for name in dataclasses.fields(Exact))
        )

    def unit(self, format: Format) -> Integers:
        """Exponent of the unit in the last place of the format at each value.

        Below the normal numbers it is the smallest subnormal, so also at 0; beyond the largest number it is that of
        the largest.
        """
        return np.clip(self.exponent + 52, format.lowest, format.highest) - (format.precision - 1)

    def scaled(self, unit: Integers) -> tuple[Floats, Floats]:
        """The values over 2**unit, as two floats whose sum they are."""
        shift = np.clip(self.exponent - unit, -4000, 4000).astype(np.int32)
        with np.errstate(over="ignore", under="ignore"):
            return np.ldexp(self.high, shift), np.ldexp(self.low, shift - 53)

    def normal(self, format: Format) -> NDArray[np.bool_]:
        """Where the value is finite in the format and no subnormal number of it."""
        return np.isfinite(self.rounded(format)) & (self.high != 0) & (self.exponent + 52 >= format.lowest)

    def rounded(self, format: Format) -> Floats:
        """The nearest floats of the format; ties go to the even one, and what is too large to inf.

        What is as near to a tie as ACCURACY bits tell counts as one.
        """
        unit = self.unit(format)
        high, low = (np.abs(part) for part in self.scaled(unit))
        with np.errstate(invalid="ignore", over="ignore"):
            down = np.floor(high)
            over = (high - down - 0.5) + low  # the sign of this sum is exact, and only its sign is used
            up = (over > 0) | ((over == 0) & (np.mod(down, 2) == 1))
            size = np.ldexp(down + up, unit.astype(np.int32))
        size = np.where(
            np.isfinite(high) & (down + up >= 2.0**format.precision) & (size > format.largest), np.inf, size
        )
        size = np.where(self.exponent + 52 > format.highest, np.inf, size)
        return np.where(np.isnan(self.high), np.nan, np.copysign(size, self.high))

    def differs(self, other: Exact) -> Floats:
        """The sign of other - self."""
        unit = np.maximum(self.exponent, other.exponent)
        (a, b), (c, d) = self.scaled(unit), other.scaled(unit)
        with np.errstate(invalid="ignore"):
            return np.sign((c - a) + (d - b))


def errors(computed: Floats, exact: Exact, format: Format) -> Floats:
    """The signed errors (computed - exact) / ulp(exact), in units in the last place of the format at the exact value.

    The ulp is the distance of the floats around the exact value, as in J.-M. Muller, "On the definition of ulp(x)",
    INRIA RR-5504 (2005). In the subnormal range and at 0 it is the smallest subnormal number. An infinite result is 0
    ulp from an exact value that rounds to it; otherwise inf, and any exact value beyond the range, counts as
    the power of two after the largest number. A nan for a defined value, as any result for an undefined one, has the
    error nan.
    """
    unit = exact.unit(format)
    high, low = exact.scaled(unit)
    top = 2.0**format.precision
    with np.errstate(invalid="ignore", over="ignore"):
        result = np.ldexp(np.clip(computed, -format.largest, format.largest), -unit.astype(np.int32))
        end = np.copysign(np.ldexp(1.0, (format.highest + 1 - unit).clip(max=1023).astype(np.int32)), computed)
        result = np.where(np.isinf(computed), end, result)
        low = np.where(np.abs(high) >= top, 0, low)
        error = (result - np.clip(high, -top, top)) - low
    return np.where(computed == exact.rounded(format), np.where(np.isinf(computed), 0, error), error)


@dataclass(frozen=True)
class Formulas:
    """A function of x made ready for evaluation.

    sources: Python of the value and its derivatives, one function body each; limits: their limits for x to -inf and
    +inf as floats, None where SymPy does not find one.
    """

    sources: tuple[str, ...]
    limits: tuple[tuple[float | None, float | None], ...]


def formulas(expression: str, parameters: dict[str, float], seconds: float = 20) -> Formulas:
    """Differentiate an expression in x, in SymPy's syntax, with its parameters set to values.

    Raises TimeoutError if SymPy takes longer than `seconds` for any one step, ValueError for what Arb cannot evaluate.
    """
    import sympy

    x = sympy.Symbol("x", real=True)
    names = {name: sympy.Symbol(name, real=True) for name in parameters}
    words = {"x": x, "log1p": lambda t: sympy.log(1 + t), "expm1": lambda t: sympy.exp(t) - 1}
    with time_limit(seconds):
        form = sympy.sympify(expression, locals=words | names, rational=True)
        form = form.subs({names[name]: sympy.Rational(str(value)) for name, value in parameters.items()})
    if form.free_symbols - {x}:
        raise ValueError(f"not a function of x alone: {form}")
    sources, limits = [], []
    for _ in ORDERS:
        ends = []
        for end in (-sympy.oo, sympy.oo):
            try:
                with time_limit(seconds):
                    limit = sympy.limit(form, x, end)
                ends.append(float(limit) if limit.is_extended_real else None)
            except Exception:  # SymPy raises about anything where it does not find a limit
                ends.append(None)
        limits.append((ends[0], ends[1]))
        with time_limit(seconds):
            sources.append(_source(form))
            form = sympy.diff(form, x)
    return Formulas(tuple(sources), tuple(limits))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in a computation of SymPy, which swallows most others, that takes more processor time."""
    try:
        with limited(seconds):
            yield
    except OutOfTime:
        raise TimeoutError(f"still running after {seconds:g} s") from None


class Oracle:
    """Evaluates formulas. cache: folder that keeps the values of large sets of points, or None."""

    def __init__(self, formulas: Formulas, cache: Path | None = None) -> None:
        self.formulas = formulas
        self.cache = cache
        self._functions = [_compile(source) for source in formulas.sources]

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
            with np.load(file) as kept:
                return Exact(kept["high"], kept["low"], kept["exponent"])
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

        function, precision = self._functions[order], start
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
        value = None if np.isnan(x) else self.formulas.limits[order][x > 0]
        if value is None or not np.isfinite(value):
            return np.nan if value is None else value, 0.0, 0
        if not value:
            return 0.0, 0.0, -FAR
        fraction, exponent = np.frexp(value)
        return float(fraction) * 2.0**53, 0.0, int(exponent) - 53


def _parts(ball: Any, bits: int) -> tuple[float, float, int]:
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


#: SymPy function -> method of arb.
_NAMES = "exp log sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh erf erfc erfi gamma"
_METHODS = {name: name for name in _NAMES.split()} | {"loggamma": "lgamma", "LambertW": "lambertw"}


def _source(form: sympy.Expr) -> str:
    """Python of a function of x in arb arithmetic."""
    import sympy

    shared, (result,) = sympy.cse(form, symbols=sympy.numbered_symbols("t"))
    lines = [f"    {symbol} = {_code(part)}" for symbol, part in shared]
    return "\n".join(["def function(x):", *lines, f"    return {_code(result)}\n"])


def _code(form: Any) -> str:
    """Python of a SymPy expression. Numbers stay exact: a constant is computed anew at each precision."""
    import sympy

    if isinstance(form, sympy.Piecewise):
        code = "arb.nan()"
        for value, condition in reversed(form.args):
            code = f"({_code(value)} if {_code(condition)} else {code})"
        return code
    arguments = [_code(part) for part in form.args]
    match form.func.__name__:
        case "Symbol":
            return str(form.name)
        case "Add":
            return f"({' + '.join(arguments)})"
        case "Mul":
            return f"({' * '.join(arguments)})"
        case "Pow":
            return _power(form.base, form.exp)
        case "Max" | "Min":
            word, code = {"Max": "largest", "Min": "smallest"}[form.func.__name__], arguments[0]
            for other in arguments[1:]:
                code = f"{word}({code}, {other})"
            return code
        case "Abs":
            return f"abs({arguments[0]})"
        case "Heaviside":
            return f"jump({arguments[0]}, 0, 1)"
        case "sign":
            return f"jump({arguments[0]}, -1, 1)"
        case "DiracDelta":
            return f"jump({arguments[0]}, 0, 0)"
        case "StrictLessThan":
            return f"less({arguments[0]}, {arguments[1]})"
        case "StrictGreaterThan":
            return f"less({arguments[1]}, {arguments[0]})"
        case "LessThan":
            return f"(not less({arguments[1]}, {arguments[0]}))"
        case "GreaterThan":
            return f"(not less({arguments[0]}, {arguments[1]}))"
        case "Equality":
            return f"equal({arguments[0]}, {arguments[1]})"
        case "And" | "Or" | "Not":
            word = form.func.__name__.lower()
            return f"({f' {word} '.join(arguments)})" if word != "not" else f"(not {arguments[0]})"
        case "BooleanTrue" | "BooleanFalse":
            return str(bool(form))
        case "Pi":
            return "arb.pi()"
        case "Exp1":
            return "arb.const_e()"
        case name if name in _METHODS:
            return f"arb({arguments[0]}).{_METHODS[name]}()"
    if isinstance(form, sympy.Integer):
        return f"({int(form)})"
    if isinstance(form, sympy.Rational):
        return f"fmpq({form.p}, {form.q})"
    raise ValueError(f"no rule for {form.func.__name__} in {form}")


def _power(base: Any, exponent: Any) -> str:
    import sympy

    if isinstance(exponent, sympy.Integer):
        power = f"arb({_code(base)})" + (f" ** {abs(int(exponent))}" if abs(int(exponent)) != 1 else "")
        return f"(1 / {power})" if exponent < 0 else f"({power})"
    if exponent == sympy.Rational(1, 2):
        return f"arb({_code(base)}).sqrt()"
    if exponent == sympy.Rational(-1, 2):
        return f"arb({_code(base)}).rsqrt()"
    return f"(arb({_code(base)}) ** arb({_code(exponent)}))"
