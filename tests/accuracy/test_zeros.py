"""Exact zeros, constants and a zero with a sign: as good as any other value, in every number that sums results up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine.accuracy import samples
from engine.accuracy.exact import Floats
from engine.accuracy.flags import find_flags
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.limits import limits
from engine.accuracy.oracle import Formula, Oracle
from engine.accuracy.results import Accuracy, Row
from engine.accuracy.subject import Refused
from engine.accuracy.worker import measure

RELU, HARDSWISH = "Max(x, 0)", "x*Min(Max(x + 3, 0), 6)/6"


@pytest.fixture(autouse=True)
def fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SPARSE", {"float32": 1, "float64": 1})
    monkeypatch.setattr(samples, "DENSE", {"float32": 8, "float64": 8})
    monkeypatch.setattr(samples, "special_numbers", lambda _: [0.0, 1.0, 3.0])


class Values:
    """A function and, if there is one, its derivative."""

    def __init__(self, *orders: Callable[[Floats], Any]) -> None:
        self.orders = orders

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        if order >= len(self.orders):
            raise Refused("no automatic differentiation")
        with np.errstate(all="ignore"):
            result = np.where(np.isnan(x), np.nan, self.orders[order](x))
            return np.asarray(result, format.name).astype(np.float64), format.name

    def integers(self, x: Any) -> tuple[Floats, str]:
        return self.values(x.astype(np.float64), FORMATS["float64"], 0)

    def lent(self, format: Format) -> str:
        return ""


def measured(expression: str, *orders: Callable[[Floats], Any], dtype: str = "float32") -> Row:
    formula = Formula(expression, {}, limits(expression, {}))
    return measure("planted.f", "numpy", Values(*orders), Oracle(formula), FORMATS[dtype], ())


def clean(accuracy: Accuracy) -> bool:
    """Whether nothing at all was seen: no fault but errors of 0."""
    faults = [fault for part in accuracy.parts for fault in vars(part).values() if not isinstance(fault, str)]
    return {fault.size for fault in faults if fault} == {0.0} and not accuracy.edges and accuracy.mean_error == 0


def relu(x: Floats) -> Floats:
    return np.maximum(x, 0)


def slope(x: Floats) -> Floats:
    return (x > 0).astype(np.float64)


@pytest.mark.parametrize("dtype", ["float16", "float64"])
def test_zeros_and_constant_slopes_that_are_exact_are_no_fault(dtype: str) -> None:
    row = measured(RELU, relu, slope, lambda x: 0 * slope(x), dtype=dtype)
    assert find_flags([row]) == []
    for accuracy in row.orders:
        assert clean(accuracy)
        errors = {part.error.size for part in accuracy.parts if part.error}
        assert errors == {0.0}, "each part was judged, also that where the value is 0 everywhere"
        assert all(part.error for part in accuracy.parts)


PLANTED: list[tuple[str, int, Callable[[Floats, Floats], Any]]] = [
    ("error", 0, lambda x, good: np.where(x < -2, 1e-30, good)),
    ("error", 0, lambda x, good: np.where(x < -2, -1e-40, good)),
    ("inf", 0, lambda x, good: np.where(x < -1e30, np.inf, good)),
    ("nan", 0, lambda x, good: np.where(x < -1e30, np.nan, good)),
    ("infinity", 0, lambda x, good: np.where(x == -np.inf, np.nan, good)),
    ("infinity", 0, lambda x, good: np.where(x == np.inf, 6, good)),
    ("infinity", 1, lambda x, good: np.where(x == np.inf, np.nan, good)),
    ("error", 1, lambda x, good: np.where(x > 2, 1.00001, good)),
    ("step", 1, lambda x, good: np.where(x > 2, 1.00001, good)),
    ("zero", 1, lambda x, good: np.where(x > 1e30, 0, good)),
    ("error", 1, lambda x, good: np.where(x < -5, 1e-20, good)),
    ("error", 2, lambda x, good: np.where(x > 7, 1e-30, good)),
]


@pytest.mark.parametrize(("kind", "order", "change"), PLANTED)
def test_what_is_wrong_beside_exact_zeros_is_found(kind: str, order: int, change: Any) -> None:
    orders = [relu, slope, lambda x: 0 * slope(x)]
    good = orders[order]
    orders[order] = lambda x: change(x, good(x))
    flags = find_flags([measured(RELU, *orders)])
    assert (order, kind) in {(flag.order, flag.kind) for flag in flags}, flags


def test_the_mean_counts_zeros() -> None:
    """Wrong on the left half, where the exact value is 0: the mean says so."""
    assert measured(RELU, lambda x: np.where(x < 0, 1e-30, relu(x))).orders[0].mean_error > 1e10
    half = measured(RELU, lambda x: relu(x) * (1 + 2.0**-23)).orders[0].mean_error
    whole = measured("x", lambda x: x * (1 + 2.0**-23)).orders[0].mean_error
    assert half == pytest.approx(whole / 2, rel=0.05)


def test_values_that_end_exactly_at_zero_are_no_early_end() -> None:
    def hardswish(x: Floats) -> Floats:
        return np.where(x >= 3, x, np.where(x <= -3, 0, x * (x + 3) / 6))

    row = measured(HARDSWISH, hardswish)
    assert find_flags([row]) == []
    assert {abs(edge.far) for edge in row.orders[0].edges} == {2.0**-149}, "whose half rounds to 0"
    early = measured(HARDSWISH, lambda x: np.where(x < -2.9999, 0, hardswish(x)))
    assert min(edge.far for edge in early.orders[0].edges) == float(np.nextafter(np.float32(-3), np.float32(0)))
    assert "zero" in {flag.kind for flag in find_flags([early])}


def test_a_zero_with_a_sign_is_the_same_number() -> None:
    def signed(x: Floats) -> Floats:
        return np.where(np.signbit(x) & (x == 0), 1.0, np.tanh(x))

    (flag,) = [flag for flag in find_flags([measured("tanh(x)", signed)]) if flag.kind == "negative zero"]
    assert flag.fault
    assert (flag.fault.got, flag.fault.exact, np.signbit(flag.x)) == (1.0, 0.0, True)
    for result in (0.0, -0.0):
        row = measured("tanh(x)", lambda x, result=result: np.where(x == 0, result, np.tanh(x)))
        assert row.orders[0].negative_zero is None, "the sign of a result is no matter"


def test_a_convention_may_hang_on_the_sign_of_zero() -> None:
    row = measured("Abs(x)", np.abs, lambda x: np.where(np.signbit(x), -1.0, 1.0))
    assert [(str(seen.x), seen.got) for seen in row.orders[1].conventions] == [("0.0", 1.0), ("-0.0", -1.0)]
    assert find_flags([row]) == []
    row = measured("Abs(x)", np.abs, lambda x: np.where((x == 0) & np.signbit(x), -9.0, np.sign(x)))
    assert [flag.kind for flag in find_flags([row])] == ["convention"]
