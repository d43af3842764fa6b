"""Kinks and jumps: what is returned there is a convention, within bounds or flagged, however the function is spelt."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from engine.accuracy import record, samples
from engine.accuracy.audit import Audit
from engine.accuracy.borders import borders
from engine.accuracy.exact import Floats
from engine.accuracy.flags import allowed, find_flags
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.oracle import Formula, Oracle
from engine.accuracy.results import Convention, Row
from engine.accuracy.samples import sample
from engine.accuracy.subject import Refused
from engine.accuracy.worker import measure
from engine.render.accuracy import audit_fragments
from engine.sources.definition import Definition

RELU = (
    "Max(x, 0)",
    "Max(0, x)",
    "Piecewise((x, x > 0), (0, True))",
    "Piecewise((x, x >= 0), (0, True))",
    "Piecewise((0, x < 0), (x, True))",
    "(x + Abs(x))/2",
    "x*Heaviside(x)",
)
HARDSHRINK = ("Piecewise((x, Abs(x) > 0.5), (0, True))", "Piecewise((0, (x >= -0.5) & (x <= 0.5)), (x, True))")


@pytest.fixture(autouse=True)
def fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SPARSE", {"float32": 1, "float64": 1})
    monkeypatch.setattr(samples, "DENSE", {"float32": 8, "float64": 8})
    monkeypatch.setattr(samples, "special_numbers", lambda _: [0.0, 1.0])


@cache
def oracle(expression: str) -> Oracle:
    return Oracle(Formula(expression, {}, borders=borders(Formula(expression, {}).tree())))


class Choosing:
    """A function with its derivatives, given in float64, which are to be exact."""

    def __init__(self, *orders: Callable[[Floats], Any]) -> None:
        self.orders = orders

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        if order >= len(self.orders):
            raise Refused("no more")
        with np.errstate(all="ignore"):
            result = np.where(np.isnan(x), np.nan, self.orders[order](x))
            return np.asarray(result, format.name).astype(np.float64), format.name

    def integers(self, x: Any) -> tuple[Floats, str]:
        return self.values(x.astype(np.float64), FORMATS["float64"], 0)

    def lent(self, format: Format) -> str:
        return ""


def relu(at_zero: Callable[[Floats], Any]) -> Choosing:
    """ReLU with some first derivative at 0."""
    return Choosing(lambda x: np.maximum(x, 0), lambda x: np.where(x == 0, at_zero(x), x > 0), lambda x: 0)


def row(implementation: Any, expression: str, dtype: str = "float32") -> Row:
    return measure("planted.f", "numpy", implementation, oracle(expression), FORMATS[dtype], ())


def kinds(measured: Row) -> list[tuple[int, str]]:
    return [
        (flag.order, flag.kind) for flag in find_flags([measured]) if flag.kind not in ("infinity", "no derivative")
    ]


@pytest.mark.parametrize("expression", RELU)
def test_a_kink_is_a_convention_however_it_is_spelt(expression: str) -> None:
    found = row(relu(lambda _: 0.25), expression)
    assert [accuracy.conventions for accuracy in found.orders] == [
        (),
        (Convention(0.0, 0.25, 0.25, 0.0, 1.0, jump=False),),
        (Convention(0.0, 0.0, 0.0, 0.0, 0.0, jump=False),),
    ]
    assert kinds(found) == []
    assert repr(found) == repr(row(relu(lambda _: 0.25), RELU[0])), "nothing else hangs on the spelling, either"


@pytest.mark.parametrize("outside", [-1e-6, 1.001, np.nan, np.inf, -np.inf])
def test_outside_of_both_sides_is_flagged(outside: float) -> None:
    assert kinds(row(relu(lambda _: outside), RELU[0])) == [(1, "convention")]
    assert kinds(row(relu(lambda x: outside if len(x) == 1 else 0.5), RELU[0])) == [(1, "convention")], "alone"
    assert kinds(row(relu(lambda x: 0.5 if len(x) == 1 else outside), RELU[0])) == [(1, "convention")], "in an array"


@pytest.mark.parametrize("inside", [-0.0, 0.0, 0.5, 1.0, 1 + 2.0**-23])
def test_both_ends_and_their_last_digits_are_allowed(inside: float) -> None:
    assert kinds(row(relu(lambda _: inside), RELU[0])) == []


def test_other_conventions_of_higher_order_are_found() -> None:
    elu = "Piecewise((x, x > 0), (exp(x) - 1, True))"
    made = Choosing(
        lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.exp(np.minimum(x, 0)), lambda x: np.exp(x) * (x < 0)
    )
    found = row(made, elu, "float64")
    assert [accuracy.conventions for accuracy in found.orders] == [
        *((), ()),
        (Convention(0.0, 0.0, 0.0, 1.0, 0.0, jump=False),),
    ]
    wrong = Choosing(*made.orders[:2], lambda x: np.where(x == 0, 2, made.orders[2](x)))
    assert (2, "convention") in kinds(row(wrong, elu, "float64"))


@pytest.mark.parametrize("expression", HARDSHRINK)
def test_at_a_jump_the_value_is_that_of_the_definition(expression: str) -> None:
    strict = Choosing(lambda x: np.where(np.abs(x) > 0.5, x, 0), lambda x: np.where(np.abs(x) > 0.5, 1, 0))
    found = row(strict, expression)
    assert [convention.x for convention in found.orders[1].conventions] == [-0.5, 0.5]
    assert found.orders[1].conventions[1] == Convention(0.5, 0.0, 0.0, 0.0, 1.0, jump=True)
    assert found.orders[1].max_error.size == 0
    assert kinds(found) == []
    loose = Choosing(lambda x: np.where(np.abs(x) >= 0.5, x, 0), lambda x: np.where(np.abs(x) >= 0.5, 7, 0))
    found = row(loose, expression)
    assert (0, "error") in kinds(found), "the value at the jump is the other one"
    assert (1, "error") in kinds(found), "7 is wrong beside it"
    at_jump = Choosing(strict.orders[0], lambda x: np.where(np.abs(x) == 0.5, 7, strict.orders[1](x)))
    assert kinds(row(at_jump, expression)) == [], "any number will do for a derivative at the jump itself"
    lost = Choosing(strict.orders[0], lambda x: np.where(np.abs(x) == 0.5, np.nan, strict.orders[1](x)))
    assert kinds(row(lost, expression)) == [(1, "convention")] * 2


def test_points_at_and_beside_kinks_are_tried() -> None:
    """Also where a kink lies between floats, and where two are near each other."""
    for expression, kinked in (
        ("x*Min(Max(x + 3, 0), 6)/6", (-3.0, 3.0)),
        ("Max(3*x - 1, 0)", (1 / 3,)),
        ("Max(x - 0.71, 0) - Max(x - 0.7100001, 0)", (0.71, 0.7100001)),
        ("Abs(x - 1e-9)", (1e-9,)),
        ("Max(x - 23456.7, 0)", (23456.7,)),
    ):
        for format in (FORMATS["float32"], FORMATS["float64"]):
            tried = set(sample(format, borders(Formula(expression, {}).tree())).tolist())
            for kink in kinked:
                (low,) = format.ordinals(np.array([kink])).tolist()
                assert {low - 1, low, low + 1} <= tried, (expression, format.name, kink)
    assert borders(Formula("log(1 + exp(x))", {}).tree()) == ()
    assert borders(Formula("x*(1 + erf(x/sqrt(2)))/2", {}).tree()) == ()


def test_a_wrong_side_of_a_kink_is_an_error_to_the_last_float() -> None:
    beside = float(np.float32(1 / 3))
    assert beside > 1 / 3
    made = Choosing(lambda x: np.maximum(3 * x - 1, 0), lambda x: np.where(x > beside, 3, 0))
    found = row(made, "Max(3*x - 1, 0)")
    assert found.orders[1].conventions == (), "no float is the kink"
    (error,) = [flag for flag in find_flags([found]) if flag.order == 1 and flag.kind in ("zero", "error")]
    assert error.x == beside, "the first float that is not below a third"


def test_where_nothing_is_defined_there_is_no_convention() -> None:
    made = Choosing(np.sqrt, lambda x: 1 / np.sqrt(x) / 2)
    with np.errstate(all="ignore"):
        found = row(made, "sqrt(x)")
    assert [accuracy.conventions for accuracy in found.orders] == [(), ()]


def test_continuous_functions_do_not_jump() -> None:
    """Neither do those whose sides are equal only as far as digits tell."""
    for expression, x in ((RELU[0], 0.0), ("Piecewise((exp(x), x < 1), (x*E, True))", 1.0), ("Abs(x - 1)", 1.0)):
        assert not oracle(expression).jumps(x)
    assert oracle(HARDSHRINK[0]).jumps(0.5)
    assert oracle("sign(x)").jumps(0.0)
    assert oracle("Heaviside(x, 1)").jumps(0.0)


def test_sides_are_rounded_for_the_type() -> None:
    leaky = "Piecewise((x, x > 0), (0.01*x, True))"
    kept = Convention(0.0, 0.01, 0.01, float(np.float16(0.01)), 1.0, jump=False)
    assert allowed(kept, "float16")
    assert not allowed(dataclasses.replace(kept, got=0.0099), "float32")
    left, right = oracle(leaky).sides(1, 0.0).rounded(FORMATS["float16"]).tolist()
    assert (left, right) == (float(np.float16(0.01)), 1.0)


# On record and on the page --------------------------------------------------------------------------------------------


def audited(**at_zero: float) -> Audit:
    """Of libraries, each with another derivative of ReLU at 0."""
    rows = [
        dataclasses.replace(row(relu(lambda _, got=got: got), RELU[0]), api=f"{name}.f", backend=name, library=name)
        for name, got in at_zero.items()
    ]
    return Audit("demo", tuple(rows), {"float32": rows[0].orders}, {}, "machine", tuple(find_flags(rows)))


def test_conventions_are_recorded_and_compared_more_closely_than_errors() -> None:
    old, new = (record.table(audited(a=got)) for got in (0.5, 1.0))
    assert old["accuracy"]["a.f"]["float32"]["first"]["convention"] == [[0.0, 0.5]]
    (change,) = record.differences(old, new)
    assert change == (("accuracy", "a.f", "float32", "first", "convention"), [[0.0, 0.5]], [[0.0, 1.0]])
    assert list(record.differences(old, old)) == []
    lost = record.table(audited(a=math.nan))
    assert list(record.differences(lost, lost)) == []
    assert [path[0] for path, *_ in record.differences(old, lost)] == ["accuracy", "flags"]
    assert record.table(audited(a=-0.0))["accuracy"] == record.table(audited(a=0.0))["accuracy"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_choices_stand_side_by_side(language: str) -> None:
    definition: Any = Definition
    text = audit_fragments(definition, audited(a=0.0, b=0.5, c=0.0), language)["audit.md"]
    first, second = (line for line in text.splitlines() if line.startswith("| *f*") and "\\|" in line)
    assert "0 \\| 1" in first
    assert re.search(r"\*\*0\*\*.*a.*c.*\*\*0\.5\*\*.*b", first)
    assert "**0.5**" not in second
    assert "0 \\| 0" in second
    bad = audit_fragments(definition, audited(a=-7.0), language)["parts.md"]
    assert "−7" in bad
    assert "{" not in bad
