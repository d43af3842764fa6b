"""The formulas that derivations use: what they mean, and what is refused because it is unclear."""

import math

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from engine.mathematics.formula.balls import Balls, computable, enclosures
from engine.mathematics.formula.multiprecision import evaluate
from engine.mathematics.formula.operations import Undecided, Undefined
from engine.mathematics.formula.symbolic import to_sympy
from engine.mathematics.formula.tree import Apply, Scope
from engine.mathematics.latex import LatexError, definition, expression, name, parse

VARIABLES = Scope(frozenset({"x", "y", "a", r"\beta", "x_1"}))
DECLARED = [
    r"f(x) = \ln(1+e^{x})",
    r"f_\beta(x) = \frac{1}{\beta}\ln(1+e^{\beta x})",
    r"\sigma(x) = \frac{1}{1+e^{-x}}",
    r"\operatorname{ReLU}(x) = \max(x, 0)",
    r"h(u, v) = u - v",
    r"\varphi = \frac{1+\sqrt{5}}{2}",
]
FUNCTIONS = {function.name: function for function in (definition(tex, VARIABLES) for tex in DECLARED)}
SCOPE = Scope(VARIABLES.variables, FUNCTIONS)
X, Y, A, BETA, X1 = 0.75, 2.5, -1.5, 3.0, 0.25
POINT = {"x": X, "y": Y, "a": A, r"\beta": BETA, "x_1": X1}
F = math.log1p(math.exp(X))
S = 1 / (1 + math.exp(-X))

VALUES = {
    r"-x^2": -(X**2),
    r"2^{-x}": 2**-X,
    r"\frac12x": X / 2,
    r"x/2 - y": X / 2 - Y,
    r"2\left(x+1\right)(y-1)": 2 * (X + 1) * (Y - 1),
    r"a(x)": A * X,
    r"x\,y": X * Y,
    r"x_1 + x_{1}": 2 * X1,
    r"\{[x+1] \cdot 2\} \times y": (X + 1) * 2 * Y,
    r"|a|x|a|": X * A * A,
    r"||a|-2|": 0.5,
    r"\left|a-\left|x\right|\right|": abs(A - X),
    r"\lvert a \rvert": 1.5,
    r"\sqrt{y} + \sqrt[3]{8}": math.sqrt(Y) + 2,
    r"\ln x + \ln(x) + \ln\frac{x}{2}": 2 * math.log(X) + math.log(X / 2),
    r"\log_2 8 + \log x": 3 + math.log(X),
    r"\ln e^x": X,
    r"\exp(x) + e^x + \mathrm{e}^{x}": 3 * math.exp(X),
    r"\sin x \cos x": math.sin(X) * math.cos(X),
    r"\sin^2 x + \cos^2(x)": 1,
    r"\tanh\left(\frac{x}{2}\right)": math.tanh(X / 2),
    r"\max(x, y, 1) - \min\{x, y\}": Y - X,
    r"\operatorname{expm1}(x) + \operatorname{log1p}(x)": math.expm1(X) + math.log1p(X),
    r"\operatorname{artanh}(x)": math.atanh(X),
    r"\mathrm{Li}_2(1) + \operatorname{Li}_{2}(-1)": math.pi**2 / 12,
    r"\frac{\pi^2}{6}": math.pi**2 / 6,
    r"\binom{5}{2} + 3!": 16,
    r"\varphi^2 - \varphi": 1,
    r"f(x)^2": F**2,
    r"(f(x))(2)": 2 * F,
    r"f_\beta(x)": math.log1p(math.exp(BETA * X)) / BETA,
    r"\sigma(x)\left(1-\sigma(x)\right)": S * (1 - S),
    r"\operatorname{ReLU}(a) + h(x, y)": X - Y,
    r"f'(x)": S,
    r"f''(x) + f^{(2)}(x)": 2 * S * (1 - S),
    r"f^{-1}(y)": math.log(math.expm1(Y)),
    r"\frac{d}{dx}f(x)": S,
    r"\frac{d}{dx}(1+e^x)\cdot y": math.exp(X) * Y,
    r"\frac{d^2}{dx^2} e^{2x} + \frac{\mathrm d^{2}}{\mathrm{d}x^{2}} e^{2x}": 8 * math.exp(2 * X),
    r"\frac{\partial}{\partial\beta}(\beta^2 x)": 2 * BETA * X,
    r"\int_{-\infty}^{0} e^t \, dt": 1,
    r"\int_0^x \int_0^{t} s \,\mathrm{d}s \, \mathrm dt": X**3 / 6,
    r"\int_0^1 t + 1 \, dt": 1.5,
    r"\sum_{k=1}^{\infty} \frac{(-1)^{k-1}}{k}": math.log(2),
    r"\left(\sum_{k=1}^{4} k x\right) + 1": 10 * X + 1,
    r"\prod_{k=1}^{4} k": 24,
    r"\lim_{x\to\infty} \left(f(x) - x\right)": 0,
    r"\lim_{t \to 0^+} \frac{|t|}{t}": 1,
    r"\lim_{t \to 0^{-}} \frac{|t|}{t}": -1,
    r"\lim_{t \to 0} \frac{e^t-1}{t}": 1,
    r"\lim_{\beta\to\infty} f_\beta(x)": X,
    r"\begin{cases} 1 & x > 1 \\ 2 & \text{otherwise} \end{cases}": 2,
    r"\begin{cases} 1, & \text{if } 0 \le x < 1 \\ 2, & \text{if } x \ge 1 \end{cases}": 1,
}

UNCLEAR = {
    "": "missing",
    "x +": "missing",
    "x + -y": "not expected",
    r"x \cdot -y": "not expected",
    "(x": "missing",
    "x)": "not expected",
    "|x": "missing",
    "z": "not declared",
    "x_2": "not declared",
    r"g(x)": "not declared",
    r"\foo": "not expected",
    "x § y": "not expected",
    "f x": "argument",
    "f^2(x)": "power is unclear",
    "f(x, y)": "takes 1",
    "h'(x, y)": "several arguments",
    "x'": "variable",
    r"\ln 2x": "how far",
    r"\ln x (y)": "how far",
    r"\ln(x)^2": "belongs to the argument",
    r"\sin^{-1} x": "power",
    "1/2x": "denominator",
    "x2": "cannot follow",
    "x^23": "cannot follow",
    "x^2^3": "not expected",
    "2 3": "cannot follow",
    r"\sqrt12": "cannot follow",
    r"\max x": "does not take 1",
    r"\ln(x, y)": "does not take 2",
    r"\operatorname{Li}(x)": "order of Li",
    r"\frac{d}{dx} x\ln x": "how far",
    r"\frac{d}{dz} x": "not declared",
    r"\frac{dy}{dx}": "differential",
    r"\frac{d^2}{dx} x": "orders",
    r"\int x \, dx": "bounds",
    r"\int_0^1 x": "differential",
    r"\int_0^x x \, dx": "in use",
    r"\sum_{x=1}^{2} x": "in use",
    r"\sum_{k=1}^{2} k + 1": "how far",
    r"\lim_{x\to 0} x + 1": "how far",
    r"\begin{cases} x & \text{perhaps} \end{cases}": "not understood",
    r"\begin{cases} x \\ y & x > 0 \end{cases}": "last case",
    r"\left. x \right|": "not",
    "(" * 5000: "deeply",
}


@pytest.mark.parametrize("tex", VALUES)
def test_value(tex):
    value = evaluate(expression(tex, SCOPE), POINT, 30)
    assert float(value) == pytest.approx(VALUES[tex], rel=1e-12, abs=1e-25)


@pytest.mark.parametrize("tex", UNCLEAR, ids=lambda tex: tex[:40])
def test_refused(tex):
    with pytest.raises(LatexError, match=UNCLEAR[tex]):
        expression(tex, SCOPE)


PIECES = [
    *[
        r"x",
        r"y",
        r"2",
        r"0.5",
        r"+",
        r"-",
        r"=",
        r"<",
        r"(",
        r")",
        r"[",
        r"]",
        r"{",
        r"}",
        r"^",
        r"_",
        r"|",
        r",",
        r"&",
        r"!",
        r"\\",
        r"\frac",
        r"\sqrt",
        r"\ln",
        r"\max",
        r"\sum",
        r"\int",
        r"\lim",
        r"\left",
        r"\right",
        r"\cdot",
        r"\le",
        r"\to",
    ]
]
PIECES += [r"\begin{cases}", r"\end{cases}", r"\text{if }", r"\operatorname{log1p}", "é", "\x00", " ", "\n"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join) | st.text(max_size=30))
def test_any_text_is_a_formula_or_refused_at_one_of_its_columns(tex):
    try:
        chain = parse(tex, SCOPE)
    except LatexError as error:
        assert 1 <= error.column <= len(tex) + 1  # noqa: PT017 - most texts are refused, some are not
    else:
        assert parse(f" {tex} ", SCOPE).written == chain.written


def test_error_names_the_column():
    with pytest.raises(LatexError) as caught:
        expression(r"x + \sqrt{z}", SCOPE)
    assert caught.value.column == 11


@pytest.mark.parametrize(
    ("tex", "lead", "ops"),
    [
        ("x", None, ()),
        ("= x", "=", ()),
        (r"0 < x \le y \neq 1", None, ("<", "<=", "!=")),
        (r"\iff x = y", "iff", ("=",)),
        (r"\Rightarrow x \geq y", "implies", (">=",)),
        (r"x \approx 0.75", None, ("~",)),
    ],
)
def test_relations(tex, lead, ops):
    chain = parse(tex, SCOPE)
    assert (chain.lead, chain.ops) == (lead, ops)


def test_nothing_is_simplified():
    zero = expression("x - x", SCOPE)
    assert isinstance(zero, Apply)
    assert zero.op == "-"
    assert expression("x + y", SCOPE) != expression("y + x", SCOPE)


def test_spacing_does_not_matter_but_signs_do():
    assert parse(r"x\, + \left( y \right)", SCOPE).written == parse("x+(y)", SCOPE).written
    assert parse("x+(y)", SCOPE).written != parse("x+y", SCOPE).written
    assert parse(r"\frac12", SCOPE).written == parse(r"\frac 1 2", SCOPE).written
    assert parse(r"\frac12", SCOPE).written != parse(r"\frac32", SCOPE).written


@pytest.mark.parametrize("tex", ["x", r"\beta", "x_1", r"f_\beta"])
def test_name(tex):
    assert name(tex) == tex


@pytest.mark.parametrize("tex", ["e", "d", "2", "x+1", r"\ln"])
def test_not_a_name(tex):
    with pytest.raises(LatexError):
        name(tex)


@pytest.mark.parametrize("tex", ["x = 1", r"f(x) = x + z", r"\ln(x) = x", "f(x)"])
def test_refused_definition(tex):
    with pytest.raises(LatexError):
        definition(tex, VARIABLES)


@pytest.mark.parametrize(
    "tex",
    [r"\ln(a)", r"\sqrt{a}", r"\frac{x}{0}", r"a^x", r"\operatorname{artanh}(2)", r"\operatorname{Li}_2(2)", r"0^{-1}"],
)
def test_undefined(tex):
    with pytest.raises(Undefined):
        evaluate(expression(tex, SCOPE), POINT, 30)


def test_a_kink_has_no_derivative():
    with pytest.raises(Undefined):
        evaluate(expression(r"\frac{d}{dx}|x|", SCOPE), {"x": 0.0}, 30)


def test_an_inverse_has_to_be_single():
    square = Scope(VARIABLES.variables, {"q": definition("q(x) = x^2", VARIABLES)})
    with pytest.raises(Undefined):
        evaluate(expression("q^{-1}(y)", square), POINT, 30)


@pytest.mark.parametrize(
    "tex",
    [r"\lim_{t\to\infty} \sin t", r"e^{e^{e^{e^{10}}}}", r"\sum_{k=1}^{\infty} k", r"\int_0^1 \frac{1}{t} \, dt"],
)
def test_undecided(tex):
    with pytest.raises(Undecided):
        evaluate(expression(tex, SCOPE), POINT, 30)


def test_precision_is_real():
    tex = r"\frac{d}{dx}\ln(1+e^{x}) - \sigma(x)"
    assert abs(evaluate(expression(tex, SCOPE), POINT, 80)) < 1e-70


@pytest.mark.parametrize(
    "tex",
    [
        r"\lim_{t \to \infty} \sin(\pi \log_{10} t)",  # 0 at every whole power of ten
        r"\lim_{t \to \infty} \sin t",
        r"\lim_{t \to -\infty} \frac{\ln(1 + e^t)}{e^t}",  # 1: of 1 + e^t rounding leaves 1
        r"\lim_{t \to \infty} ((\ln(1 + e^t) - t - e^{-t}) e^{2t})",
        r"\lim_{t \to \infty} (1 + \max(0, 1 - |\ln t - 152|))",  # 1 at most scales, so that no single two tell
    ],
)
def test_what_does_not_settle_is_no_limit(tex):
    with pytest.raises(Undecided):
        evaluate(expression(tex, SCOPE), POINT, 30)


@pytest.mark.parametrize("tex", VALUES)
def test_balls_agree(tex):
    """Arb encloses what mpmath finds, for all that finitely many operations lead to."""
    from flint import arb

    expr = expression(tex, SCOPE)
    assert computable(expr) != any(word in tex for word in (r"\int", r"\infty", r"\lim"))
    if computable(expr):
        for ball in enclosures(lambda: Balls().value(expr, POINT), limit=256):
            assert ball.rel_accuracy_bits() > 50 or ball.abs_upper() < 1e-30
            assert ball.overlaps(arb(str(evaluate(expr, POINT, 60))) + arb(0, 1e-25))


@pytest.mark.parametrize("tex", [tex for tex in VALUES if "f^{-1}" not in tex])
def test_sympy_agrees(tex):
    values = {variable: sympy.Rational(value) for variable, value in POINT.items()}
    # Where SymPy is to differentiate it needs symbols; elsewhere numbers take it less time.
    symbols = (
        {variable: sympy.Symbol(variable, real=True) for variable in values} if r"\partial" in tex or "d" in tex else {}
    )
    expr = to_sympy(expression(tex, SCOPE), {**values, **symbols}).doit()
    value = expr.subs({symbol: values[variable] for variable, symbol in symbols.items()})
    assert float(value) == pytest.approx(VALUES[tex], rel=1e-12, abs=1e-25)


def test_sympy_differentiates():
    x = sympy.Symbol("x", real=True)
    derivative = to_sympy(expression("f'(x)", SCOPE), {"x": x})
    assert sympy.simplify(derivative - 1 / (1 + sympy.exp(-x))) == 0


def test_a_formula_is_read_anew_where_its_names_mean_something_else():
    """What was read is kept, with the variables and functions that it was read with."""
    one, other = (Scope(VARIABLES.variables, {"f": definition(tex, VARIABLES)}) for tex in ("f(x) = 2x", "f(x) = 3x"))
    again = Scope(VARIABLES.variables, {"f": definition("f(x) = 2x", VARIABLES)})
    assert expression("f(y)", one) is expression("f(y)", again)
    assert [float(evaluate(expression("f(y)", scope), {"y": 1}, 30)) for scope in (one, other, one)] == [2, 3, 2]
    assert expression("f(x)", Scope(frozenset({"x", "f"}))) != expression("f(x)", one)
    for _ in range(2):
        with pytest.raises(LatexError):
            expression("f(y)", Scope(frozenset({"x", "f"})))
