"""How far functions are apart: bounded without doubt, and found where it is largest."""

import random
from pathlib import Path

import mpmath
import pytest

from engine.mathematics.distance import FARTHEST, Distance, distance, of_expressions
from engine.mathematics.formula.python import FormulaError, read
from engine.mathematics.formula.tree import Variable
from engine.sources import definition

ROOT = Path(__file__).parents[2]


def gap(text):
    return of_expressions(read(text, {"x": Variable("x")}))


def test_the_forms_of_gelu():
    found = distance(*(definition.read(ROOT, name) for name in ("gelu", "gelu_tanh")))
    assert found == Distance("4.74e-04", ("-2.70", "2.70"))

    def apart(x):
        tanh = mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf("0.044715") * x**3))
        return abs(x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2 - x * (1 + tanh) / 2)

    with mpmath.workdps(30):
        assert 4.73e-4 < apart(mpmath.mpf("2.699")) < 4.74e-4
        chance = random.Random(0)
        assert max(apart(mpmath.mpf(chance.uniform(-6, 6))) for _ in range(2000)) < 4.74e-4


KNOWN = {
    "exp(-x**2)": Distance("1.01e+00", ("0.00",)),  # 1, and what its enclosure adds
    "exp(-(x - 3)**2) + exp(-(x + 3)**2)": Distance("1.01e+00", ("-3.00", "3.00")),
    "Max(0, 1 - Abs(x - 2))": Distance("1.00e+00", ("2.00",)),
    "Piecewise((0, x < 1), (exp(1 - x), True))": Distance("1.01e+00", ("1.00",)),  # a jump, from its side
    "Piecewise((0, (x < 1.5) | (x > 1.5001)), (5, True))": Distance("5.00e+00", ("1.50",)),  # narrower than any sample
    "x": Distance("3.20e+01", (f"-{FARTHEST}.0", f"{FARTHEST}.0")),
}


@pytest.mark.parametrize("text", KNOWN)
def test_known(text):
    assert gap(text) == KNOWN[text]


def test_the_same_function_is_no_variant():
    with pytest.raises(FormulaError, match="no bound"):
        gap("x - x")


def test_without_a_bound():
    with pytest.raises(FormulaError, match="no bound"):
        gap("1/(x**2 + 10**-400)")
