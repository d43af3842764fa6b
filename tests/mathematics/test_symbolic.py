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
    r"s(x) = \begin{cases} -1 & \text{if } x < -1 \\ x & \text{if } x < 1 \\ 1 & \text{otherwise} \end{cases}",
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
    # Where sides bend: each part of the domain by itself.
    r"f(x) = \max(x, 0) + \operatorname{log1p}(e^{-|x|})",
    r"f_\beta(x) - \operatorname{ReLU}(x) = \frac{f(\beta x) - \operatorname{ReLU}(\beta x)}{\beta}",
    r"|x - 1| + |x + 2| \ge 3",
    r"\max(x, \frac{1}{2}) \ge \frac{1}{2}",
    r"s(x) \le 1",
    # By derivatives, from an end or from 0.
    r"e^{x} - \frac{1}{2} e^{2x} < f(x)",
    r"f(x) < e^{x}",
    r"\ln 2 + \frac{x}{2} \le f(x)",
    r"f(x) \le \ln 2 + \frac{x}{2} + \frac{x^2}{8}",
    r"f(x) f''(x) < (f'(x))^2",
    r"f(x) = \frac{x}{2} + \ln(2\cosh\frac{x}{2})",
    r"2\int_{0}^{\infty} \frac{e^{-w^2/2}}{\sqrt{2\pi}}\,dw = 1",
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
    r"f(x) = \max(x, 0) + \operatorname{log1p}(e^{-x})",
    r"|x - 1| + |x + 2| > 3",
    r"|x - 1| + |x + 2| \ge \frac{301}{100}",
    r"\max(x, \frac{1}{2}) > \frac{1}{2}",
    r"s(x) < 1",
    r"s(x) \ge 0",
    r"\ln 2 + \frac{x}{2} < f(x)",
    r"f(x) \le \ln 2 + \frac{x}{2} + \frac{x^2}{9}",
    r"f(x) \ge \ln 2 + \frac{x}{2} + \frac{x^2}{9}",
    r"f(x) f''(x) < (f'(x))^2 - \frac{1}{1000}",
    r"f(x) < e^{x} - \frac{1}{1000} e^{2x}",
    # What falls from 0 at one end, and jumps or has a pole on the way.
    r"\frac{1}{x} > 0",
    r"\arctan\frac{1}{x} > 0",
    r"\arctan\frac{1}{x} = \frac{\pi}{2} - \arctan x",
    r"\tan(x) + \cot(x) \ge 2",
    r"\frac{x}{x} + \frac{1}{x - 1} > 0",
    r"2\int_{0}^{\infty} \frac{e^{-w^2/2}}{\sqrt{2\pi}}\,dw = 2",
]


def proved(tex: str) -> bool:
    chain = parse(tex, SCOPE)
    (left, right), (op,) = chain.sides, chain.ops
    return prove(Claim(left, op, right), DOMAINS)


@pytest.mark.parametrize("tex", PROVED)
def test_proved(tex: str) -> None:
    assert proved(tex)


CONDITIONAL = [
    ("s(x) = x", "x > 0", False),
    ("s(x) = x", "-1 < x < 1", True),
    ("s(x) = 1", r"x \ge 1", True),
    ("s(x) = 1", "x > 0", False),
    ("s(x) = 1", r"|x| \ge 1", False),
    ("s(x) = -1", "x^2 > 5", False),  # no border of it is looked at, so that no part can be left out
    (r"f(x) < \frac{7}{10}", "x < 0", True),
    (r"f(x) < \frac{7}{10}", "x < 1", False),
    (r"f(x) > \frac{7}{10}", "x < 0", False),
    (r"f(x) < x + \frac{7}{10}", "x > 0", True),
    (r"f(x) < x + \frac{6}{10}", "x > 0", False),
]


@pytest.mark.parametrize(("tex", "when", "holds"), CONDITIONAL)
def test_a_condition_narrows_the_domain_to_what_it_says(tex: str, when: str, holds: bool) -> None:
    chain = parse(tex, SCOPE)
    (left, right), (op,) = chain.sides, chain.ops
    assert prove(Claim(left, op, right, parse(when, SCOPE)), DOMAINS) == holds


@pytest.mark.parametrize("tex", NOT)
def test_nothing_false_is_proved(tex: str) -> None:
    assert not proved(tex)
