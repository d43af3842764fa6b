"""What rules allow to be carried out on an expression of SymPy, so that two sides can be compared."""

from __future__ import annotations

from typing import Any


def symbol(name: str) -> Any:
    """A symbol of which nothing is known, so that SymPy does not simplify by its sign."""
    import sympy

    return sympy.Symbol(name)


def rational(expr: Any) -> Any:
    """An expression with each part as one fraction in lowest terms, which is the same for all that are equal."""
    import sympy

    if expr.args:
        expr = expr.func(*map(rational, expr.args))
    is_algebra = isinstance(expr, sympy.Add | sympy.Mul | sympy.Pow)
    return sympy.cancel(sympy.together(expr)) if is_algebra else expr


def logarithms(expr: Any) -> Any:
    """An expression with the logarithms of products, quotients and powers as sums."""
    import sympy

    def split(of: Any) -> Any:
        return sympy.expand_log(sympy.log(sympy.factor(sympy.together(of))), force=True)

    return rational(undone(expr.replace(sympy.log, split)))


def undone(expr: Any) -> Any:
    """An expression without logarithms of exponentials; SymPy drops exponentials of logarithms itself."""
    import sympy

    return expr.replace(sympy.log, lambda of: of.exp if isinstance(of, sympy.exp) else sympy.log(of))


def derived(expr: Any) -> Any:
    """An expression with its derivatives carried out."""
    import sympy

    while found := expr.atoms(sympy.Derivative):
        new = expr.replace(lambda part: isinstance(part, sympy.Derivative), _derivative)
        if new == expr or new.atoms(sympy.Derivative) == found:
            break
        expr = new
    return rational(expr)


def _derivative(part: Any) -> Any:
    import sympy

    return sympy.diff(part.expr, *part.variables)


def without_integrals(expr: Any) -> Any:
    """An expression with a sign for each of its integrals, which are compared by themselves."""
    import sympy

    return expr.replace(lambda part: isinstance(part, sympy.Integral), lambda _: sympy.Symbol("integral"))
