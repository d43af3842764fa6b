"""A function and its derivatives made ready for ball arithmetic: SymPy's syntax becomes Python that computes with Arb.

SymPy differentiates, and finds the limits at infinity.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import reduce
from typing import TYPE_CHECKING, Any

from engine.accuracy.oracle import ORDERS, Formulas
from engine.base.processes import OutOfTime, limited

if TYPE_CHECKING:
    import sympy


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


#: SymPy function -> method of arb.
_SAME = "exp log sin cos tan sinh cosh tanh asin acos atan asinh acosh atanh erf erfc erfi gamma"
_METHODS = {name: name for name in _SAME.split()} | {"loggamma": "lgamma", "LambertW": "lambertw"}

#: SymPy's class -> Python of it, with the code of its arguments. What `less`, `equal` and `jump` do says the oracle.
_TEMPLATES = {
    "Abs": "abs({0})",
    "Heaviside": "jump({0}, 0, 1)",
    "sign": "jump({0}, -1, 1)",
    "DiracDelta": "jump({0}, 0, 0)",
    "StrictLessThan": "less({0}, {1})",
    "StrictGreaterThan": "less({1}, {0})",
    "LessThan": "(not less({1}, {0}))",
    "GreaterThan": "(not less({0}, {1}))",
    "Equality": "equal({0}, {1})",
    "Not": "(not {0})",
    "BooleanTrue": "True",
    "BooleanFalse": "False",
    "Pi": "arb.pi()",
    "Exp1": "arb.const_e()",
} | {name: f"arb({{0}}).{method}()" for name, method in _METHODS.items()}

#: SymPy's class -> what stands between its arguments.
_INFIX = {"Add": " + ", "Mul": " * ", "And": " and ", "Or": " or "}

#: SymPy's class -> a function of two arguments, nested for more.
_NESTED = {"Max": "largest", "Min": "smallest"}


def _source(form: sympy.Expr) -> str:
    """Python of a function of x in arb arithmetic."""
    import sympy

    shared, (result,) = sympy.cse(form, symbols=sympy.numbered_symbols("t"))
    lines = [f"    {symbol} = {_code(part)}" for symbol, part in shared]
    return "\n".join(["def function(x):", *lines, f"    return {_code(result)}\n"])


def _code(form: Any) -> str:
    """Python of a SymPy expression. Numbers stay exact: a constant is computed anew at each precision."""
    import sympy

    if isinstance(form, sympy.Symbol):
        return str(form.name)
    if isinstance(form, sympy.Piecewise):
        return _pieces(form)
    if isinstance(form, sympy.Pow):
        return _power(form.base, form.exp)
    if isinstance(form, sympy.Integer):
        return f"({int(form)})"
    if isinstance(form, sympy.Rational):
        return f"fmpq({form.p}, {form.q})"
    name, arguments = form.func.__name__, [_code(part) for part in form.args]
    if name in _INFIX:
        return f"({_INFIX[name].join(arguments)})"
    if name in _NESTED:
        return reduce(lambda code, other: f"{_NESTED[name]}({code}, {other})", arguments)
    if name in _TEMPLATES:
        return _TEMPLATES[name].format(*arguments)
    raise ValueError(f"no rule for {name} in {form}")


def _pieces(form: sympy.Piecewise) -> str:
    code = "arb.nan()"
    for value, condition in reversed(form.args):
        code = f"({_code(value)} if {_code(condition)} else {code})"
    return code


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
