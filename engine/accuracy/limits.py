"""The limits of a function and of its derivatives at infinity, by SymPy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from engine.accuracy.oracle import ORDERS
from engine.base.processes import OutOfTime, limited
from engine.mathematics.formula.python import number, read
from engine.mathematics.formula.symbolic import to_sympy
from engine.mathematics.formula.tree import Variable


def limits(
    expression: str, parameters: Mapping[str, float], seconds: float = 20
) -> tuple[tuple[float | None, float | None], ...]:
    """Those for x to -inf and +inf, of the value and of each derivative; None where SymPy does not find one.

    Raises FormulaError for what is not understood, TimeoutError if SymPy takes longer than `seconds` to differentiate.
    """
    import sympy

    x = sympy.Symbol("x", real=True)
    names = {name: number(value) for name, value in parameters.items()}
    form = to_sympy(read(expression, {"x": Variable("x"), **names}), {"x": x})
    found = []
    for _ in ORDERS:
        ends = []
        for end in (-sympy.oo, sympy.oo):
            try:
                with time_limit(seconds):
                    limit = sympy.limit(form, x, end)
                ends.append(float(limit) if limit.is_extended_real else None)
            except Exception:  # SymPy raises about anything where it does not find a limit
                ends.append(None)
        found.append((ends[0], ends[1]))
        with time_limit(seconds):
            form = sympy.diff(form, x)
    return tuple(found)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in a computation of SymPy, which swallows most others, that takes more processor time."""
    try:
        with limited(seconds):
            yield
    except OutOfTime:
        raise TimeoutError(f"still running after {seconds:g} s") from None
