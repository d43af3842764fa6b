"""What SymPy proves of a claim, and that it proves nothing false."""

from __future__ import annotations

import pytest

from engine.mathematics.derivation.duties import Claim
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.derivation.symbolic import prove
from engine.mathematics.formula.tree import Scope
from engine.mathematics.latex import definition, parse

DOMAINS = {"x": Domain(""), r"\beta": Domain("", lower=0), "p": Domain("", lower=0)}
VARIABLES = Scope(frozenset(DOMAINS))
DECLARED = [
    r"f(x) = \ln(1+e^{x})",
    r"f_\beta(x) = \frac{1}{\beta}\ln(1+e^{\beta x})",
    r"\operatorname{ReLU}(x) = \max(x, 0)",
]
SCOPE = Scope(VARIABLES.variables, {f.name: f for f in (definition(tex, VARIABLES) for tex in DECLARED)})

PROVED = [
    r"f(x) > x",
    r"f(x) > \max(x, 0)",
    r"f''(x) > 0",
    r"\left|f_\beta'(x)\right| < 1",
    r"\left|f_\beta''(x)\right| \le \frac{\beta}{4}",
    r"f_\beta(x) - \operatorname{ReLU}(x) > 0",
    r"f_\beta(x) - \operatorname{ReLU}(x) \le \frac{\ln 2}{\beta}",
    r"e^{-\left|x\right|} \le 1",
    r"-1 < \tanh(x)",
    r"\tanh(p) > 0",
    r"e^{p} > 1",
    r"f(x) - f(-x) = x",
    r"f^{-1}(p) = \ln(e^{p}-1)",
    r"\lim_{x \to \infty} (f(x) - x) = 0",
    r"\lim_{x \to \infty} f(x) = \infty",
]
NOT = [
    r"f(x) > x + \frac{1}{10}",
    r"f(x) < x",
    r"f''(x) > \frac{1}{1000}",
    r"\left|f_\beta''(x)\right| < \frac{\beta}{4}",  # it is not at 0
    r"\left|f_\beta''(x)\right| \le \frac{1}{4}",
    r"f_\beta(x) - \operatorname{ReLU}(x) < \frac{\ln 2}{\beta}",
    r"f_\beta(x) - \operatorname{ReLU}(x) > \frac{1}{100}",
    r"e^{-\left|x\right|} < 1",
    r"\tanh(x) < \frac{99}{100}",
    r"e^{x} > 1",
    r"\tanh(x) > 0",
    r"f(x) + f(-x) = x",
    r"f^{-1}(p) = \ln(e^{p}+1)",
    r"\lim_{x \to \infty} (f(x) - x) = 1",
    r"\lim_{x \to \infty} f(x) = 5",
]


def proved(tex: str) -> bool:
    chain = parse(tex, SCOPE)
    (left, right), (op,) = chain.sides, chain.ops
    return prove(Claim(left, op, right), DOMAINS)


@pytest.mark.parametrize("tex", PROVED)
def test_proved(tex: str) -> None:
    assert proved(tex)


@pytest.mark.parametrize("tex", NOT)
def test_nothing_false_is_proved(tex: str) -> None:
    assert not proved(tex)
