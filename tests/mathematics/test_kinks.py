"""Every kink and jump, where it is and what it is, from the formula alone and however that is spelt."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest

from engine.mathematics import zeros as places
from engine.mathematics.formula.python import read
from engine.mathematics.formula.tree import Variable
from engine.mathematics.kinks import Kink, Shape, shape
from engine.mathematics.pieces import Pieces
from engine.mathematics.zeros import Undecidable, zeros

NAMES = {"x": Variable("x")}
SELU = "1.0507009873554804934193349852946*(Max(x, 0) + Min(0, 1.6732632423543772848170429916717*(exp(x) - 1)))"
HARDSHRINK = "Piecewise((x, Abs(x) > lam), (0, True))"
ONE = "1.00000000000000000000000000000e+0"


def told(text: str, **parameters: float) -> list[tuple[str, str, int]]:
    return [(kink.place, kink.kind, kink.order) for kink in shape(text, parameters).kinks]


RELU = ("Max(x, 0)", "Max(0, x)", "(x + Abs(x))/2", "-Min(-x, 0)", "Piecewise((x, x > 0), (0, True))",
        "Piecewise((x, x >= 0), (0, True))", "Piecewise((0, x <= 0), (x, True))", "Piecewise((0, x < 0), (x, True))",
        "Piecewise((x, ~(x < 0)), (0, True))", "x*Heaviside(x, 0)", "x*Heaviside(x)", "x*(1 + sign(x))/2",
        "Max(0, x, x/2)", "Piecewise((x, exp(x) > 1), (0, True))", "Max(x, 0, x - 1)")  # fmt: skip


@pytest.mark.parametrize("text", RELU)
def test_a_kink_is_the_same_however_it_is_spelt(text: str) -> None:
    (kink,) = shape(text, {}).kinks
    assert kink == Kink("0", 0.0, 1, "0", ("0", "0", "0"), ("0", ONE, "0"))
    assert kink.kind == "kink"


#: Place, kind and order of each kink.
KNOWN = {
    "Piecewise((x, x > 0), (0.01*x, True))": [("0", "kink", 1)],
    "Piecewise((x, x > 0), (exp(x) - 1, True))": [("0", "smooth", 2)],
    "Max(x, 0) + Min(0, 2*(exp(x/2) - 1))": [("0", "smooth", 2)],
    SELU: [("0", "kink", 1)],
    "x*Min(Max(x + 3, 0), 6)/6": [("-3", "kink", 1), ("3", "kink", 1)],
    "Min(Max(x, -1), 1)": [("-1", "kink", 1), ("1", "kink", 1)],
    "Piecewise((x - 0.5, x > 0.5), (x + 0.5, x < -0.5), (0, True))": [("-0.5", "kink", 1), ("0.5", "kink", 1)],
    "x/(1 + Abs(x))": [("0", "smooth", 2)],
    "Piecewise((x, (x > 0) & (x < 6)), (6, x >= 6), (0, True))": [("0", "kink", 1), ("6", "kink", 1)],
    "Abs(Abs(x) - 1)": [("-1", "kink", 1), ("0", "kink", 1), ("1", "kink", 1)],
    "sign(x)": [("0", "jump", 0)],
    "sign(hypot(x, 0))": [("0", "jump", 0)],
    "Piecewise((1, x**2*(exp(x) - 1) != 0), (0, True))": [("0", "jump", 0)],
    "Piecewise((1, x == 0), (0, True))": [("0", "jump", 0)],
    "Piecewise((-1, x < -1), (0, x < 1/3), (1, True))": [("-1", "jump", 0), ("1/3", "jump", 0)],
    "Piecewise((1, x**3.0 + 1 > 0), (0, True))": [("-1", "jump", 0)],
    "Max(x*x, x)": [("0", "kink", 1), ("1", "kink", 1)],
    "Piecewise((1, x**2 > 2), (0, True))": [
        ("-1.41421356237309504880168872421e+0", "jump", 0), ("1.41421356237309504880168872421e+0", "jump", 0),
    ],
    "Max(x, 0)**3": [("0", "smooth", 3)],
    "Max(x - 1e-9, 0) + Max(x, 0)": [("0", "kink", 1), ("0.000000001", "kink", 1)],  # beside each other
    "Max(x - 123456789, 0)": [("123456789", "kink", 1)],  # far out
    "Piecewise((1, Abs(x - 7/3) < 1e-30), (0, True))": [
        ("6999999999999999999999999999997/3000000000000000000000000000000", "jump", 0),
        ("7000000000000000000000000000003/3000000000000000000000000000000", "jump", 0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("text", KNOWN)
def test_every_kink_is_found(text: str) -> None:
    assert told(text) == KNOWN[text]


SMOOTH = ("x/(1 + exp(-x))", "x*tanh(log(1 + exp(x)))", "x/2*(1 + erf(x/sqrt(2)))", "(x + sqrt(x**2 + 4))/2",
          "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))", "log(1 + exp(x))", "exp(-x**2)", "x - tanh(x)", "atan(x)",
          "Max(x, 0) + log1p(exp(-Abs(x)))", "Min(0, x) - log(1 + exp(-Abs(x)))", "Abs(x)**2", "Max(x, x)",
          "Piecewise((sin(x)**2, x > 0), (1 - cos(x)**2, True))", "x*((1 + exp(x))**2 - 1)/((1 + exp(x))**2 + 1)",
          "Piecewise(((x + hypot(x, 2))/2, x > 0), (2/(hypot(x, 2) - x), True))")  # fmt: skip


@pytest.mark.parametrize("text", SMOOTH)
def test_what_only_looks_like_a_kink_is_none(text: str) -> None:
    found = shape(text, {})
    assert found.kinks == ()
    assert found.smoothness is None


def test_parameters_move_it_exactly() -> None:
    assert told(HARDSHRINK, lam=0.5) == [("-0.5", "jump", 0), ("0.5", "jump", 0)]
    assert told(HARDSHRINK, lam=0.1) == [("-0.1", "jump", 0), ("0.1", "jump", 0)], "a tenth, not a float"
    assert told(HARDSHRINK, lam=-1) == []


def test_both_sides_and_the_value_between_them() -> None:
    low, high = shape(HARDSHRINK, {"lam": 0.5}).kinks
    half = "5.00000000000000000000000000000e-1"
    assert (high.x, high.value, high.left, high.right) == (0.5, "0", ("0", "0", "0"), (half, ONE, "0"))
    assert (low.left[0], low.right[0]) == (f"-{half}", "0")
    (closed, _) = shape("Piecewise((x, Abs(x) >= 1/2), (0, True))", {}).kinks
    assert closed.value == f"-{half}"
    (selu,) = shape(SELU, {}).kinks
    assert selu.right[1] == "1.05070098735548049341933498529e+0", "all digits that are written"
    assert selu.left[1] == selu.left[2] == "1.75809934084737685994021752081e+0"
    assert shape("x/(1 + Abs(x))", {}).kinks[0].right == ("0", ONE, "-2.00000000000000000000000000000e+0")


def test_the_class_of_smoothness_is_that_of_the_worst_place() -> None:
    classes = {HARDSHRINK: -1, "Max(x, 0) + Max(x - 1, 0)**3": 0, "Max(x, 0)**3 + Abs(x - 1)**4": 2, "x": None}
    assert {text: shape(text, {"lam": 0.5}).smoothness for text in classes} == classes


#: Formulas that are refused, with the reason.
REFUSED = {
    "Piecewise((x, exp(x) > 2), (0, True))": r"where \(exp\(x\) - 2\) is 0 is no number that is known exactly",
    "Abs(sin(x))": r"where sin\(x\) is 0 is not known",
    "Max(x, exp(x) - 2)": "is not known",
    "1/x": "beside x = 0 has no value",
    "log(x)": r"no value around x = -1: x > 0 is needed",
    "Piecewise((1, 1 + x**(-1) > 0), (0, True))": "has no value",  # it jumps at the pole
    "Piecewise((1, log(x) > 0), (0, True))": r"ln\(x\) has no value",
    "x**0.5": "x > 0 is needed",
    "x**1e-1": "x > 0 is needed",
    "Piecewise((1, x > 0), (2, x < -1))": r"no case applies around x = -1",
    "sqrt(Abs(x))": "beside x = 0 has no value",
    "Max(x, 0)**20": "12 derivatives are the same from both sides, and SymPy does not find that it is one function",
    "factorial(x)": "not composed of functions known to be analytic",
    "Sum(x**k, (k, 1, 3))": "a part that is not cut into pieces",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_cannot_be_decided_is_refused(text: str) -> None:
    with pytest.raises(Undecidable, match=REFUSED[text]):
        shape(text, {})


def test_a_zero_is_never_missed_where_none_is_told() -> None:
    """Against signs at many points: where an expression is told to have no zero between two, it has one sign."""
    texts = ["x**3 - x", "x**2*(x - 3)/(1 + x**2)", "exp(-x) - 1", "2 - 2*exp(x)", "erfc(x) - 1", "1 + x**2 + exp(x)",
             "1 - tanh(x)", "tanh(x) - 1/(1 - 2)", "x**(-3) + 1", "(1 + 2)*x**3 - 3", "log(1 + x**2)", "5 - 3*erf(x)",
             "hypot(x, 0)", "expm1(x)*(x + 1)", "x**3.0 + 8", "cosh(x)"]  # fmt: skip
    balls = Pieces(read("x", NAMES)).balls
    checked = 0
    for text in texts:
        tree = read(text, NAMES)
        known = sorted(place.nearest for place in zeros(tree))
        xs = [k / 7 + 0.001 for k in range(-70, 71)]
        for low, high in pairwise(xs):
            if any(low <= place <= high for place in [*known, 0.0]):  # and no pole
                continue
            a, b = (balls.value(tree, {"x": x}) for x in (low, high))
            assert a * b > 0, (text, low, high)
            checked += 1
    assert checked > 2000


def test_places_are_ordered_and_told_apart() -> None:
    found = sorted(zeros(read("(x**2 - 2)*(x**3 - 2)*(3*x - 1)*(x - 1/3)", NAMES)))
    assert [round(place.nearest, 3) for place in found] == [-1.414, 0.333, 1.26, 1.414]
    assert [place.rational is None for place in found] == [True, False, True, True]
    assert places.Place((-1, 3)) in found


def test_it_can_be_kept() -> None:
    found = shape(HARDSHRINK, {"lam": 0.5})
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(found), type=Shape) == found
