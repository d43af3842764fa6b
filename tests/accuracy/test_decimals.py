"""Reference values against mpmath, which shares no code with Arb."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import mpmath
import pytest

from engine.accuracy import decimals
from engine.accuracy.decimals import ORDERS
from engine.base.processes import Pool
from engine.base.store import Store
from engine.mathematics.formula.digits import ABOVE, BELOW
from engine.sources.definition import Definition, Parameter

DEFINITION = Definition(
    path=Path("snippets/demo/definition.yml"),
    name="Demo",
    expression="tanh(a*x)",
    stable="tanh(a*x)",
    derivative="a/cosh(a*x)**2",
    parameters=(Parameter("a", "a", "positive", 2),),
    compare={},
    apis=(),
    figure={},
    absent={},
)


class Counting(Pool):
    """Computes here, and counts how many arguments it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def call(self, function: Callable[[Any], Any], arguments: Sequence[Any], seconds: float) -> list[Any]:
        self.calls += len(arguments)
        return list(map(function, arguments))


def rows(expression: str) -> dict[float, dict[str, object]]:
    found = decimals.evaluate((expression, {}, ""))
    assert isinstance(found, list)
    return {row["x"]: row for row in found}


def is_rounded(text: object, value: mpmath.mpf) -> bool:
    """Whether the text is the value rounded to its thirty digits."""
    digits, _, exponent = str(text).partition("e")
    assert len(digits.lstrip("-")) == 31, text
    return abs(mpmath.mpf(text) - value) <= mpmath.mpf(10) ** (int(exponent) - 29) / 2 * (1 + mpmath.mpf("1e-9"))


def test_every_value_is_rounded_from_the_exact_one() -> None:
    found = decimals.evaluate((DEFINITION.expression, {"a": 2}, ""))
    checked = 0
    with mpmath.workdps(500):
        for row in found:
            x = mpmath.mpf(row["x"])
            if abs(x) > 200:
                continue  # mpmath's 1 - tanh**2 needs more digits there
            tanh = mpmath.tanh(2 * x)
            exact = (tanh, 2 / mpmath.cosh(2 * x) ** 2, -8 * tanh / mpmath.cosh(2 * x) ** 2)
            for name, value in zip(ORDERS, exact, strict=True):
                assert row[name] == "0" if value == 0 else is_rounded(row[name], value), (row, name)
                checked += 1
    assert checked > 300


def test_a_last_digit_that_is_wrong_is_found() -> None:
    with mpmath.workdps(50):
        assert is_rounded("6.93147180559945309417232121458e-1", mpmath.log(2))
        assert not is_rounded("6.93147180559945309417232121459e-1", mpmath.log(2))
        assert not is_rounded("6.93147180559945309417232121457e-1", mpmath.log(2))


def test_points_are_the_ends_of_every_format_and_symmetric() -> None:
    points = decimals.grid()
    assert points == sorted(set(points))
    assert points == [-x for x in reversed(points)]
    expected = {0.0, 0.5, 1.0, 2.0, 10.0, 1e-10, 1e300, 5e-324, 2.0**-1022, 1.7976931348623157e308, 2.0**-149}
    assert expected | {2.0**-126, 3.4028234663852886e38, 2.0**-53, 65504.0} <= set(points)


def test_x_is_exact_in_hexadecimal() -> None:
    for x, row in rows("x").items():
        assert float.fromhex(str(row["hex"])) == x
        with mpmath.workdps(50):
            assert row["value"] == "0" if not x else is_rounded(row["value"], mpmath.mpf(x))
        assert row["first"] == "1.00000000000000000000000000000e+0"
        assert row["second"] == "0"


def test_what_has_no_digits_says_why() -> None:
    found = rows("exp(x)")
    assert found[1e300]["value"] == {"abs_above": ABOVE}
    assert found[-1e300]["value"] == {"abs_below": BELOW}
    assert str(found[-1000.0]["value"]).endswith("e-435"), "digits as long as there are any"
    root = rows("sqrt(x)")
    assert (root[0.0]["value"], root[0.0]["first"], root[-1.0]["value"]) == ("0", None, None)


ONE = "1.00000000000000000000000000000e+0"
SELU = "1.0507009873554804934193349852946*Piecewise((x, x > 0), (1.6732632423543772848170429916717*(exp(x) - 1), True))"


@pytest.mark.parametrize("text", ["Max(x, 0)", "(x + Abs(x))/2", "Piecewise((x, x > 0), (0, True))",
                                  "Piecewise((x, x >= 0), (0, True))", "x*Heaviside(x)"])  # fmt: skip
def test_a_derivative_that_does_not_exist_is_told_from_both_sides(text: str) -> None:
    found = rows(text)
    assert (found[0.0]["value"], found[0.0]["first"]) == ("0", {"left": "0", "right": ONE})
    assert found[0.0]["second"] == {"left": "0", "right": "0"}, "none either, though both limits are the same"
    assert (found[5e-324]["first"], found[-5e-324]["first"]) == (ONE, "0")


def test_no_derivative_is_one_of_its_sides_by_accident() -> None:
    zero = rows(SELU)[0.0]
    left = {"left": "1.75809934084737685994021752081e+0", "right": "1.05070098735548049341933498529e+0"}
    assert (zero["value"], zero["first"]) == ("0", left)
    elu = rows("Piecewise((x, x > 0), (exp(x) - 1, True))")[0.0]
    assert (elu["first"], elu["second"]) == (ONE, {"left": ONE, "right": "0"})
    jump = rows("Piecewise((x, Abs(x) > 0.5), (0, True))")
    assert (jump[0.5]["value"], jump[0.5]["first"]) == ("0", {"left": "0", "right": ONE})
    assert (jump[-0.5]["first"], jump[0.0]["first"]) == ({"left": ONE, "right": "0"}, "0")
    swish = rows("x*Min(Max(x + 3, 0), 6)/6")
    assert swish[3.0]["first"] == {"left": "1.50000000000000000000000000000e+0", "right": ONE}


def test_values_are_computed_once(tmp_path: Path) -> None:
    pool, store = Counting(), Store(tmp_path)
    one, same = decimals.tables([DEFINITION, replace(DEFINITION, name="Another")], store, pool)
    assert one == same
    assert (len(one[0]), one[1]) == (len(decimals.grid()), [])
    assert decimals.tables([DEFINITION], store, pool) == [one]
    assert pool.calls == 1, "functions that are alike, and what is kept, are not computed again"
    other = replace(DEFINITION, parameters=(Parameter("a", "a", "positive", 3),))
    assert decimals.tables([DEFINITION, other], store, pool)[0] == one
    assert pool.calls == 2, "another default, other values"


def test_what_the_oracle_does_not_know_is_a_problem(tmp_path: Path, pool: Pool) -> None:
    unknown = replace(DEFINITION, expression="zeta(x)", parameters=())
    known, (found, (problem,)) = decimals.tables([DEFINITION, unknown], Store(tmp_path), pool)
    assert known[1] == []
    assert found == []
    assert str(problem).splitlines() == [
        "snippets/demo/definition.yml: no reference values of the expression: zeta(x) is not understood",
        "  write it with what engine/mathematics/formula/python.py understands, or add that there",
    ]
    assert len(list(tmp_path.iterdir())) == 1, "what failed is not kept"
