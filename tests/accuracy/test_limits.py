"""Limits at infinity: of every kind of function, the same however it is spelt, and none that is not certain."""

from __future__ import annotations

import math
from typing import Any

import pytest
import sympy

from engine.accuracy import limits as limits_module
from engine.accuracy import outermost
from engine.accuracy.limits import limits
from engine.accuracy.oracle import Formula

INF = math.inf
LIKE_RELU = ((0, INF), (0, 1), (0, 0))
SELU = "1.0507009873554805*Piecewise((x, x > 0), (1.6732632423543772*(exp(x) - 1), True))"
KNOWN: list[tuple[str, Any]] = [
    *((text, LIKE_RELU) for text in ("Max(x, 0)", "Piecewise((x, x > 0), (0, True))", "(x + Abs(x))/2")),
    *((text, LIKE_RELU) for text in ("x*Heaviside(x)", "x*Min(Max(x + 3, 0), 6)/6", "x*(1 + sign(x))/2")),
    *((text, LIKE_RELU) for text in ("x/(1 + exp(-x))", "x*(1 + erf(x/sqrt(2)))/2", "x*tanh(log(1 + exp(x)))")),
    ("Piecewise((x, x > 0), (0.01*x, True))", ((-INF, INF), (0.01, 1), (0, 0))),
    ("Piecewise((x, x > 0), (exp(x) - 1, True))", ((-1, INF), (0, 1), (0, 0))),
    ("Max(x, 0) + Min(0, 2*(exp(x/2) - 1))", ((-2, INF), (0, 1), (0, 0))),
    (SELU, ((-1.0507009873554805 * 1.6732632423543772, INF), (0, 1.0507009873554805), (0, 0))),
    ("Piecewise((0, (x >= -0.5) & (x <= 0.5)), (x, True))", ((-INF, INF), (1, 1), (0, 0))),
    ("1/(1 + exp(-x))", ((0, 1), (0, 0), (0, 0))),
    ("tanh(x)", ((-1, 1), (0, 0), (0, 0))),
    ("x/(1 + Abs(x))", ((-1, 1), (0, 0), (0, 0))),
    ("Piecewise((7, exp(-x) - exp(-2*x) > 0), (x, True))", ((-INF, 7), (1, 0), (0, 0))),
    ("Piecewise((7, exp(-x) > 0), (x, True))", ((7, 7), (0, 0), (0, 0))),
    ("x**2*sign(x)", ((-INF, INF), (INF, INF), (-2, 2))),
    ("Piecewise((x, ~(x < 3)), (1/(x - 2), True))", ((0, INF), (0, 1), (0, 0))),
]


@pytest.mark.parametrize(("expression", "known"), KNOWN, ids=[text for text, _ in KNOWN])
def test_limits_of_every_kind_are_known(expression: str, known: Any) -> None:
    found = limits(expression, {})
    assert found == tuple(tuple(pytest.approx(limit, rel=1e-15) for limit in ends) for ends in known)


@pytest.mark.parametrize(
    "expression", ["sin(x)", "x*sin(x)", "Piecewise((1, sin(x) > 0), (0, True))", "sqrt(x)", "Max(sin(x), 0)"]
)
def test_what_has_none_gets_none(expression: str) -> None:
    left = limits(expression, {})[0][0]
    assert left is None


def test_a_value_may_have_a_limit_where_its_derivative_has_none() -> None:
    assert limits("sin(x**2)/x", {})[:2] == ((0.0, 0.0), (None, None))


def test_a_limit_that_enclosures_deny_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    import sympy

    monkeypatch.setattr(sympy, "limit", lambda *_: sympy.Integer(3))
    assert limits("tanh(x)", {}) == ((None, None),) * 3
    monkeypatch.setattr(sympy, "limit", lambda *_: sympy.oo)
    assert limits("tanh(x)", {}) == ((None, None),) * 3
    assert limits("-x", {})[0] == (INF, None), "infinite, but on the other side"


def test_a_sign_that_enclosures_deny_is_not_believed() -> None:
    tree = Formula("Max(x, 0)", {}).tree()
    with pytest.raises(outermost.Unknown):
        outermost.outermost(tree, 1, lambda _: -1)
    assert outermost.outermost(tree, 1, lambda _: 1) == Formula("x", {}).tree()


def test_a_limit_takes_no_longer_than_it_may() -> None:
    sympy.core.cache.clear_cache()  # or another test may have found parts of it
    assert limits("x*tanh(log(1 + exp(x)))", {}, seconds=0.01) == ((None, None),) * 3
    assert limits_module.limits("Max(x, 0)", {}) == LIKE_RELU
