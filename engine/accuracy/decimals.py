"""Reference values: a function and its derivatives to 30 correct digits, at points chosen without a look at it.

The values are enclosures of the exact value, refined until both of their ends round to the same 30 digits. They are
computed in processes of their own and kept, so that a build with nothing changed does not import Arb.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import TYPE_CHECKING, Any

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem
from engine.base.processes import Pool, Stopped
from engine.base.store import Store, digest
from engine.sources.definition import Definition

if TYPE_CHECKING:
    from flint import arb

DIGITS = 30
SECONDS = 120.0
#: No digits are given if |value| is below this, far under the smallest float64, or above this, far over the largest.
TINY, HUGE = "1e-347", "1e+315652"
#: Value, first and second derivative, as keys of a row.
ORDERS = ("value", "first", "second")

Row = dict[str, Any]

_CONTEXT = Context(prec=2 * DIGITS + 20, Emin=MIN_EMIN, Emax=MAX_EMAX)


def tables(definitions: Sequence[Definition], store: Store, pool: Pool) -> list[tuple[list[Row], list[Problem]]]:
    """Of each definition the rows of x, its exact hexadecimal text, and the value of each order; and what is wrong.

    A value is a text of 30 significant digits, rounded to nearest; "0" if it is exactly 0; None where it is undefined;
    `{"abs_below": TINY}` or `{"abs_above": HUGE}` where nothing more is known. Parameters have their defaults.
    """
    versions = [frameworks.version("python-flint")]
    code = code_digest(__name__)
    jobs = [(entry.expression, entry.defaults) for entry in definitions]
    keys = [digest(job, versions, code) for job in jobs]
    known: dict[str, list[Row] | Stopped] = store.all(
        dict(zip(keys, jobs, strict=True)),  # functions may be alike
        list[Row],
        lambda some: pool.call(evaluate, some, SECONDS),
        lambda rows: not isinstance(rows, Stopped),
    )
    return [_table(entry, known[key]) for entry, key in zip(definitions, keys, strict=True)]


def _table(definition: Definition, rows: list[Row] | Stopped) -> tuple[list[Row], list[Problem]]:
    if isinstance(rows, Stopped):
        reason = f"no reference values of the expression: {rows.reason}"
        detail = "  write it with what engine/mathematics/formula/python.py understands, or add that there"
        return [], [Problem(definition.path.as_posix(), reason, definition.line("expression"), detail)]
    return rows, []


def grid() -> list[float]:
    """Zero; on both sides of it halves, powers of ten and of two, small and huge ones; and of each floating-point
    format the units around 1, the smallest numbers, subnormal and normal, and the largest."""
    from engine.accuracy.formats import FORMATS

    sizes = {k / 2 for k in range(1, 21)}
    sizes |= {float(f"1e{k}") for k in (*range(-10, 11), -300, -100, -30, -20, 20, 30, 100, 300)}
    sizes |= {2.0**k for k in range(-10, 11)}
    for format in FORMATS.values():
        sizes |= {2.0**-format.precision, 2.0 ** (1 - format.precision), format.largest, format.smallest_normal}
        sizes.add(2.0 ** (format.lowest - format.precision + 1))
    return sorted({0.0, *sizes, *(-size for size in sizes)})


def evaluate(job: tuple[str, dict[str, float]]) -> list[Row] | Stopped:
    """The rows for an expression and its parameters, computed here and now."""
    from engine.accuracy.oracle import Formula
    from engine.mathematics.formula.python import FormulaError

    try:
        functions = Formula(*job).functions()
    except FormulaError as error:
        return Stopped(str(error))
    return [
        {"x": x, "hex": x.hex()}
        | {name: _decimal(function, x) for name, function in zip(ORDERS, functions, strict=True)}
        for x in grid()
    ]


def _decimal(function: Callable[[Any], Any], x: float) -> str | dict[str, str] | None:
    """A value of `tables`: the precision grows until both ends of the enclosure round to the same digits."""
    from flint import arb

    from engine.accuracy.oracle import TINY as BELOW
    from engine.mathematics.formula.balls import enclosures
    from engine.mathematics.formula.operations import Undefined

    at = arb(x)
    try:
        for ball in enclosures(lambda: function(at)):
            if ball.is_finite() and (text := _shared(ball)):
                return text
    except Undefined:
        return None
    return {"abs_below": TINY} if ball.is_finite() and ball.abs_upper() < arb(2) ** BELOW else None


def _shared(ball: arb) -> str | dict[str, str] | None:
    """The digits that both ends of an enclosure round to, None if they differ."""
    ends = {_rounded(ball.lower()), _rounded(ball.upper())}
    text = ends.pop()
    if ends:
        return None
    return {"abs_above": HUGE} if text.lstrip("-") == HUGE else text


def _rounded(end: arb) -> str:
    """The digits that an end of an enclosure rounds to; empty if it is too near to 0."""
    from engine.accuracy.oracle import FAR

    mantissa, exponent = (int(part) for part in end.man_exp())
    if not mantissa:
        return "0"
    if exponent + mantissa.bit_length() > FAR:
        return f"-{HUGE}" if mantissa < 0 else HUGE
    if exponent < -(FAR << 1):
        return ""  # so near to 0 only as the end of an enclosure that is too wide
    exact = _CONTEXT.multiply(Decimal(mantissa), _CONTEXT.power(Decimal(2), Decimal(exponent)))
    return f"{exact:.{DIGITS - 1}e}"
