"""One tree, whatever it was written in: every back end computes the same, and borders are seen from both sides."""

from __future__ import annotations

import math

import flint
import mpmath
import numpy as np
import pytest
import sympy

from engine.mathematics.formula import float64
from engine.mathematics.formula.balls import Balls, computable, enclosures
from engine.mathematics.formula.multiprecision import evaluate
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.python import FormulaError, number, read
from engine.mathematics.formula.symbolic import to_sympy
from engine.mathematics.formula.tree import Call, Derivative, Expr, Function, Scope, Variable
from engine.mathematics.latex import definition, expression

NAMES = {name: Variable(name) for name in ("x", "y", "n", "v")}
POINT = {"x": 0.625, "y": -1.75, "n": 3.0, "v": [0.5, -2.0, 1.25]}
X, Y = 0.625, -1.75
SUM = sum(math.exp(part) for part in POINT["v"])

VALUES = {
    "log(1 + exp(x)) - x/2 + x**2": math.log1p(math.exp(X)) - X / 2 + X * X,
    "Max(x, y, 0) + Min(x, y) + Abs(y) - sign(y)": X + Y - Y + 1,
    "Heaviside(x) + Heaviside(0) + 2*Heaviside(0, 1)": 3.5,
    "erf(x) + erfc(x) + erfcx(y)": 1 + math.exp(Y * Y) * math.erfc(Y),
    "hypot(x, y)*tanh(x) + sqrt(x)": math.hypot(X, Y) * math.tanh(X) + math.sqrt(X),
    "sin(x) + cos(y)*atan(x) + asinh(y)": math.sin(X) + math.cos(Y) * math.atan(X) + math.asinh(Y),
    "expm1(y) + log1p(x) + factorial(4) + binomial(5, 2)": math.expm1(Y) + math.log1p(X) + 34,
    "Piecewise((log(y), y > 0), (x, (y < -1) & ~(x > 1)), (0, True))": X,
    "Piecewise((1, -2 < y < -1), (2, True)) + Piecewise((1, (x > 1) | (y < 0)), (2, True))": 2,
    "exp(v[2])/Sum(exp(v[j]), (j, 1, n))": math.exp(-2) / SUM,
    "Product(v[j] + j, (j, 1, n))": (0.5 + 1) * (-2 + 2) * (1.25 + 3),
    "1/3 + 0.1*pi - E": 1 / 3 + 0.1 * math.pi - math.e,
}


def ball(tree: Expr, point: dict = POINT) -> float:
    """The value by Arb, as narrow as a float needs."""
    for found in enclosures(lambda: Balls().value(tree, point)):
        if found.rel_accuracy_bits() > 60 or found.abs_upper() < 1e-60:
            return float(found)
    raise AssertionError("not decided")


@pytest.mark.parametrize("text", VALUES)
def test_every_back_end_computes_the_same(text: str) -> None:
    tree, value = read(text, NAMES), pytest.approx(VALUES[text], rel=1e-14, abs=1e-60)
    assert computable(tree)
    assert ball(tree) == value
    assert float(evaluate(tree, POINT, 30)) == value
    arrays = {name: np.array(part) if name == "v" else np.float64(part) for name, part in POINT.items()}
    with np.errstate(all="ignore"):  # arrays know no branch that is not computed
        assert float(float64.compute(tree, arrays)) == value
    symbols = {"x": sympy.Rational(X), "y": sympy.Rational(Y), "n": sympy.Integer(3)}
    entries = {sympy.IndexedBase("v", real=True)[k]: sympy.Rational(part) for k, part in enumerate(POINT["v"], 1)}
    assert float(to_sympy(tree, symbols).doit().subs(entries)) == value


RELU = ("Max(x, 0)", "(x + Abs(x))/2", "Piecewise((x, x > 0), (0, True))", "Piecewise((x, x >= 0), (0, True))",
        "Piecewise((0, x <= 0), (x, True))", "x*Heaviside(x, 0)", "Max(0, x, x/2)")  # fmt: skip


@pytest.mark.parametrize("text", RELU)
def test_a_kink_is_the_same_however_it_is_spelt(text: str) -> None:
    balls, tree = Balls(), read(text, NAMES)
    assert [*map(float, balls.derivatives(tree, {"x": 0.0}, "x", 2, side=1))] == [0, 1, 0]
    assert [*map(float, balls.derivatives(tree, {"x": 0.0}, "x", 2, side=-1))] == [0, 0, 0]
    with pytest.raises(Undefined, match="both sides"):
        balls.derivatives(tree, {"x": 0.0}, "x", 1)
    assert float(balls.derivatives(tree, {"x": 2.0**-1074}, "x", 1)[1]) == 1


def test_what_looks_like_a_kink_and_is_none() -> None:
    balls = Balls()
    for text, derivatives in {
        "Max(x, 0) + log1p(exp(-Abs(x)))": [math.log(2), 0.5, 0.25],
        "x*Abs(x)": [0, 0],
        "Max(x, 0)**3": [0, 0, 0],
        "Piecewise((x**3, x < 0), (x**4, True))": [0, 0, 0],
    }.items():
        found = balls.derivatives(read(text, NAMES), {"x": 0.0}, "x", len(derivatives) - 1)
        assert [*map(float, found)] == pytest.approx(derivatives, abs=1e-14)
    for text, order in {"x*Abs(x)": 2, "Max(x, 0)**3": 3, "Abs(x)": 1}.items():
        with pytest.raises(Undefined):
            balls.derivatives(read(text, NAMES), {"x": 0.0}, "x", order)


def test_a_jump_has_no_derivative_even_if_both_sides_have_the_same() -> None:
    balls = Balls()
    for text in ("sign(x)", "Piecewise((1, x > 0), (0, True))", "Piecewise((0, x < 0), (0, x > 0), (1, True))"):
        with pytest.raises(Undefined):
            balls.derivatives(read(text, NAMES), {"x": 0.0}, "x", 1)


@pytest.mark.parametrize(("cap", "bits"), [(0, 53), (1, 2), (10, 53), (40, 4096)])
@pytest.mark.parametrize("order", [1, 4, 11, 24])
def test_a_derivative_is_the_same_whatever_was_computed_before(order: int, cap: int, bits: int) -> None:
    """python-flint has one length of series and one precision for all of a process, which may be left anyhow."""
    inner = Call(Function("", ("x",), read("exp(2*x)", NAMES)), (read("3*x", NAMES),), order)
    twice = Derivative(inner, "x", 2)
    before = flint.ctx.cap, flint.ctx.prec
    flint.ctx.cap, flint.ctx.prec = cap, bits
    try:
        assert ball(inner, {"x": 0.0}) == 2.0**order
        assert ball(twice, {"x": 0.0}) == 9 * 2.0 ** (order + 2)
    finally:
        flint.ctx.cap, flint.ctx.prec = before


VARIABLES = Scope(frozenset({"x", "y"}))
FUNCTIONS = [r"f(x) = \ln(1+e^{x})", r"r(x) = \max(x, 0)", r"g(x) = x^3 + x"]
SCOPE = Scope(VARIABLES.variables, {f.name: f for f in (definition(tex, VARIABLES) for tex in FUNCTIONS)})


@pytest.mark.parametrize(
    ("tex", "value"),
    [
        (r"\frac{d}{dx} f'(2x)", 2 / (math.exp(X) + math.exp(-X)) ** 2),  # a derivative inside of another, by the same
        (r"\frac{d}{dx} f^{-1}(x)", math.exp(X) / math.expm1(X)),
        (r"g^{-1}(10)", 2),
        (r"g^{-1}(0)", 0),
        (r"\frac{d^2}{dx^2}(g^{-1}(g(x)))", 0),
        (r"\frac{d}{dx} r'(-x)", 0),
    ],
)
def test_derivatives_and_inverses_inside_of_each_other(tex: str, value: float) -> None:
    tree = expression(tex, SCOPE)
    assert computable(tree)
    assert ball(tree, {"x": X, "y": Y}) == pytest.approx(value, rel=1e-14, abs=1e-25)


def test_an_inverse_is_the_only_solution() -> None:
    three = definition("c(x) = x^3 - 3x", VARIABLES)
    for y in (0.0, 0.5):  # 0 is met exactly, at 0, and between other points, too
        with pytest.raises(Undefined, match="no single solution"):
            Balls().value(expression("c^{-1}(y)", Scope(VARIABLES.variables, {"c": three})), {"x": 0.0, "y": y})


def test_what_has_no_value_is_told_from_what_is_not_known() -> None:
    balls = Balls()
    for text in ("log(x - x)", "1/(x - 0.625)", "sqrt(y)", "y**0.5", "asin(y)", "Piecewise((1, x < 0))", "v[x]"):
        with pytest.raises(Undefined):
            balls.value(read(text, NAMES), POINT)
    with pytest.raises(Undecided):
        balls.value(read("1/(exp(log(x)) - x)", NAMES), POINT)
    assert not computable(expression(r"\int_0^x f(y) \, dy", Scope(frozenset("x"), SCOPE.functions)))
    two = definition("h(x) = x^2 y", VARIABLES)
    nested = expression(r"\frac{d}{dy} h'(x)", Scope(VARIABLES.variables, {"h": two}))
    assert not computable(nested)
    assert float(evaluate(nested, {"x": 2.0, "y": 3.0}, 30)) == pytest.approx(4)


@pytest.mark.parametrize(
    "text", ["x +", "z", "f(x)", "Abs(x, y)", "Max()", "x if x else y", "True", "'x'", "Piecewise((x, y))", "v[1][2]",
             "Piecewise(x)", "Sum(x, (j, 1))", "x.real", "x // 2", "lambda: 0", "Abs(x=1)"],
)  # fmt: skip
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match=r"not understood|does not parse"):
        read(text, NAMES)


def test_a_number_is_the_one_that_is_written() -> None:
    for gap in enclosures(lambda: Balls().value(number(0.1), {}) * 10 - 1, limit=256):
        assert gap.abs_upper() < 1e-30
    with mpmath.workdps(40):
        assert abs(evaluate(number(-1e-5), {}, 40) + mpmath.mpf("1e-5")) < 1e-40
