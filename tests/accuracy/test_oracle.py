"""The oracle against mpmath, and its rounding and ulp against known cases and against NumPy's conversions."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import mpmath
import numpy as np
import pytest

from engine.accuracy.exact import Exact, errors
from engine.accuracy.formats import FORMATS
from engine.accuracy.limits import limits, time_limit
from engine.accuracy.oracle import ORDERS, Formula, Oracle
from engine.mathematics.formula.python import FormulaError

SOFTPLUS = "log(1 + exp(beta*x))/beta"


@pytest.fixture(scope="module")
def identity() -> Oracle:
    """The oracle of x: it makes exact values of given floats."""
    return Oracle(Formula("x", {}))


def as_mpf(exact: Exact, index: int) -> mpmath.mpf:
    high, low = mpmath.mpf(float(exact.high[index])), mpmath.mpf(float(exact.low[index]))
    return (high + low * mpmath.mpf(2) ** -53) * mpmath.mpf(2) ** int(exact.exponent[index])


@pytest.mark.parametrize(
    ("expression", "parameters", "function", "reach"),
    [
        (SOFTPLUS, {"beta": 1}, lambda x: mpmath.log1p(mpmath.exp(x)), 90),
        (SOFTPLUS, {"beta": 2.5}, lambda x: mpmath.log1p(mpmath.exp(x * 5 / 2)) / mpmath.mpf("2.5"), 40),
        ("tanh(x)", {}, mpmath.tanh, 30),
        ("x*(1 + erf(x/sqrt(2)))/2", {}, lambda x: x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2, 20),
        ("x/(1 + exp(-x))", {}, lambda x: x / (1 + mpmath.exp(-x)), 90),
    ],
)
def test_values_and_derivatives_are_those_of_mpmath(expression, parameters, function, reach) -> None:
    random = np.random.default_rng(2)
    points = np.concatenate((random.uniform(-reach, reach, 6), random.normal(size=4), [1e-20, -1e-17, 0.0]))
    oracle = Oracle(Formula(expression, parameters))
    with mpmath.workdps(200):
        for order in ORDERS:
            exact = oracle.values(order, points)
            for i, x in enumerate(points.tolist()):
                expected = mpmath.diff(function, mpmath.mpf(x), order) if order else function(mpmath.mpf(x))
                got = as_mpf(exact, i)
                # the expected derivative is a difference quotient: half of its digits at best
                assert abs(got - expected) <= abs(expected) * mpmath.mpf(2) ** -79 + mpmath.mpf(10) ** -90, (order, x)


def test_values_far_out_are_decided() -> None:
    oracle = Oracle(Formula(SOFTPLUS, {"beta": 1}, limits(SOFTPLUS, {"beta": 1})))
    points = np.array([-1.7e308, -1e5, -745.2, 1e5, 1.7e308, -np.inf, np.inf, np.nan])
    value, first, second = (oracle.values(order, points) for order in ORDERS)
    double = FORMATS["float64"]
    assert value.rounded(double).tolist()[:7] == [0, 0, 0, 1e5, 1.7e308, 0, np.inf]
    assert first.rounded(double).tolist()[:7] == [0, 0, 0, 1, 1, 0, 1]
    assert second.rounded(double).tolist()[:7] == [0] * 7
    assert np.isnan(value.rounded(double)[7])
    assert (value.high[:5] != 0).all(), "a tiny value is not zero"


def test_pieces_kinks_and_zeros() -> None:
    points = np.array([-2.0, 0.0, 3.0])
    for expression in (
        "Max(x, 0)",
        "Piecewise((x, x > 0), (0, True))",
        "Piecewise((0, x < 0), (x, True))",
        "(x + Abs(x))/2",
    ):
        oracle = Oracle(Formula(expression, {}))
        assert oracle.values(0, points).rounded(FORMATS["float32"]).tolist() == [0, 0, 3], expression
        first = oracle.values(1, points).rounded(FORMATS["float32"])
        assert first[[0, 2]].tolist() == [0, 1], expression
        assert np.isnan(first[1]), f"{expression}: undefined at its kink, however that is spelt"


def test_ordinals_count_the_floats() -> None:
    half = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    half = np.unique(half[np.isfinite(half)].astype(np.float64))
    format = FORMATS["float16"]
    ordinals = np.arange(-format.last, format.last + 1)
    assert format.values(ordinals).tolist() == half.tolist()
    assert format.largest == 65504
    random = np.random.default_rng(3)
    for format in FORMATS.values():
        ordinals = random.integers(-format.last, format.last + 1, 1000)
        assert format.ordinals(format.values(ordinals)).tolist() == ordinals.tolist()
    single = random.normal(size=1000).astype(np.float32)
    following = np.nextafter(single, np.float32(np.inf)).astype(np.float64)
    format = FORMATS["float32"]
    assert format.values(format.ordinals(single.astype(np.float64)) + 1).tolist() == following.tolist()


def test_rounding_is_that_of_numpy(identity: Oracle) -> None:
    random = np.random.default_rng(4)
    points = random.normal(size=4000) * 2.0 ** random.integers(-160, 140, 4000)
    for name, type in (("float16", np.float16), ("float32", np.float32), ("float64", np.float64)):
        with np.errstate(over="ignore"):
            expected = points.astype(type).astype(np.float64)
        assert identity.values(0, points).rounded(FORMATS[name]).tolist() == expected.tolist(), name


@pytest.mark.parametrize(
    ("format", "x", "rounded"),
    [
        ("float16", 1 + 2**-11, 1.0),  # a tie goes to the even one
        ("float16", 1 + 3 * 2**-11, 1 + 2**-9),
        ("float16", 1 + 2**-11 + 2**-40, 1 + 2**-10),
        ("float16", 65519.99, 65504.0),
        ("float16", 65520.0, np.inf),  # halfway to the power of two that is no float16
        ("float16", 2**-25, 0.0),  # half of the smallest subnormal is a tie too
        ("float16", 1.5 * 2**-24, 2**-23),
        ("bfloat16", 1 + 2**-8, 1.0),
        ("float32", -(2.0**-150), -0.0),
        ("float64", 5e-324, 5e-324),
    ],
)
def test_known_roundings(identity: Oracle, format: str, x: float, rounded: float) -> None:
    assert identity.values(0, np.array([x])).rounded(FORMATS[format]).tolist() == [rounded]


def test_a_tie_is_broken_by_digits_beyond_float64() -> None:
    exact = Oracle(Formula("x + exp(-50)", {})).values(0, np.array([1 + 2**-11, 1 - 2**-12]))
    assert exact.rounded(FORMATS["float16"]).tolist() == [1 + 2**-10, 1.0]
    below = Oracle(Formula("1 + 1/2**53 - exp(-50)", {}))
    above = Oracle(Formula("1 + 1/2**53 + exp(-50)", {}))
    assert below.values(0, np.zeros(1)).rounded(FORMATS["float64"]).tolist() == [1.0]
    assert above.values(0, np.zeros(1)).rounded(FORMATS["float64"]).tolist() == [1 + 2**-52]


@pytest.mark.parametrize(
    ("format", "exact", "computed", "error"),
    [
        ("float32", 1.0, 1 + 2**-23, 1.0),
        ("float32", 1.0, 1 - 2**-24, -0.5),
        ("float32", 1.75, -1.75, -3.5 * 2**23),
        ("float32", 2.0**-140, 0.0, -(2.0**9)),  # below the normal numbers an ulp is the smallest subnormal
        ("float32", 0.0, 2.0**-149, 1.0),  # and at zero
        ("float16", 70000.0, np.inf, 0.0),  # rounds to inf
        ("float16", 70000.0, 65504.0, -1.0),  # beyond the range everything counts as 2**16
        ("float16", 65504.0, np.inf, 1.0),
        ("float16", 1.0, np.inf, (2**16 - 1) * 2.0**10),
        ("float64", 1.0, np.nextafter(1.0, 2), 1.0),
        ("float64", 1e308, 0.0, -(1e308 / 2.0**971)),
    ],
)
def test_known_errors(identity: Oracle, format: str, exact: float, computed: float, error: float) -> None:
    values = identity.values(0, np.array([exact]))
    assert errors(np.array([computed]), values, FORMATS[format]).tolist() == pytest.approx([error], rel=1e-15, abs=0)


def test_a_nan_has_no_error_and_is_not_hidden(identity: Oracle) -> None:
    assert np.isnan(errors(np.array([np.nan]), identity.values(0, np.ones(1)), FORMATS["float32"])).all()


def test_values_are_kept_by_expression_and_points(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Formula("tanh(x)", {})
    points = np.linspace(-5, 5, 2000)
    first = Oracle(made, tmp_path).values(0, points)
    again = Oracle(made, tmp_path)
    monkeypatch.setattr(again, "_all", None)
    assert again.values(0, points).high.tolist() == first.high.tolist()
    for file in tmp_path.iterdir():
        file.write_bytes(b"broken")
    assert Oracle(made, tmp_path).values(0, points).high.tolist() == first.high.tolist()


def test_one_at_a_time_or_many_at_once_is_the_same() -> None:
    """Also at kinks, at infinity, far out, and where a derivative is missing: each order by itself."""
    for text in (SOFTPLUS, "Max(x*beta, 0)", "Piecewise((x, x > 0), (exp(beta*x) - 1, True))", "sqrt(x)", "1/x"):
        parameters = {"beta": 1.0} if "beta" in text else {}
        oracle = Oracle(Formula(text, parameters, limits(text, parameters)))
        points = np.array([-np.inf, -1e300, -700.0, -1.0, -1e-30, 0.0, 5e-324, 0.3, 2.0, 800.0, np.inf, np.nan])
        many = oracle.values(1, np.resize(points, 1200))
        assert len(oracle._many) == 1
        for order in ORDERS:
            one, many = oracle.values(order, points), oracle.values(order, np.resize(points, 1200))
            for format in FORMATS.values():
                same = np.array_equal(one.rounded(format), many.rounded(format)[: len(points)], equal_nan=True)
                assert same, (text, order, format.name)
        assert len(oracle._many) == 1, "all orders were computed at once"


def test_time_is_limited() -> None:
    def never_ends() -> None:
        while True:
            with suppress(Exception):  # as SymPy does
                sum(range(1000))

    with pytest.raises(TimeoutError), time_limit(0.05):
        never_ends()
    with pytest.raises(TimeoutError):
        Oracle(Formula(SOFTPLUS, {"beta": 1})).values(2, np.linspace(-9, 9, 1000), seconds=0)


@pytest.mark.parametrize("expression", ["x + y", "zeta(x)"])
def test_what_is_not_understood_is_said(expression: str) -> None:
    with pytest.raises(FormulaError, match="is not understood"):
        Oracle(Formula(expression, {}))
