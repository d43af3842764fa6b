"""A right law passes with any seed, and no wrong one with any."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.base.errors import SourceError
from engine.names import law
from engine.names.law import Law
from engine.sources import definition

ROOT = Path(__file__).parents[2]
RRELU = definition.read(ROOT, "rrelu")
LOW, HIGH = 1 / 8, 0.3333333333333333
MEAN, DEVIATION = (LOW + HIGH) / 2, (HIGH - LOW) / 12**0.5
XS = law.points() * len(law.SEEDS)


def within(draw, chance, count):
    """Draws that lie between both ends: the others are drawn again."""
    found = draw(chance, 4 * count)
    return found[(found >= LOW) & (found <= HIGH)][:count]


def faults(draw, seed=0, change=lambda x, y: y):
    xs = np.array(XS)
    drawn = draw(np.random.default_rng(seed), len(xs))
    ys = np.where(xs > 0, xs, drawn * xs).astype(np.float32)
    return [*Law(RRELU).faults(XS, change(xs, ys).astype(float).tolist())]


def right(chance, count):
    return chance.uniform(LOW, HIGH, count)


WRONG = {
    "up to another end": lambda chance, count: chance.uniform(LOW, HIGH / 2 + 0.15, count),
    "from another end": lambda chance, count: chance.uniform(LOW + 0.02, HIGH, count),
    "narrower, with the same mean": lambda chance, count: chance.uniform(LOW + 0.01, HIGH - 0.01, count),
    "wider, with the same mean": lambda chance, count: chance.uniform(LOW - 1e-4, HIGH + 1e-4, count),
    "normal": lambda chance, count: chance.normal(MEAN, DEVIATION, count),
    "normal, between the ends": lambda chance, count: within(
        lambda chance, count: chance.normal(MEAN, DEVIATION, count), chance, count
    ),
    "even in the logarithm": lambda chance, count: np.exp(chance.uniform(np.log(LOW), np.log(HIGH), count)),
    "one of both ends": lambda chance, count: chance.choice([LOW, HIGH], count),
    "one for all": lambda chance, count: np.full(count, chance.uniform(LOW, HIGH)),
    "none, as in evaluation": lambda chance, count: np.full(count, MEAN),
    "a few values": lambda chance, count: chance.choice(np.linspace(LOW, HIGH, 12), count),
    "nan": lambda chance, count: np.where(np.arange(count) == 5, np.nan, right(chance, count)),
}


@pytest.mark.parametrize("seed", range(200))
def test_a_right_law_passes(seed):
    assert faults(right, seed) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_law_is_refused(name):
    assert all(faults(WRONG[name], seed) for seed in range(20))


def test_what_does_not_hang_on_chance_is_not_to_be_touched():
    (fault,) = faults(right, change=lambda x, y: np.where(x == 3.0, y * 1.001, y))
    assert "at x = 3" in fault


def test_the_bounds_are_those_of_their_theorems():
    assert 2 * np.exp(-(law.errors() ** 2) / 2) == pytest.approx(1e-9)
    assert 2 * np.exp(-2 * 1000 * law.gap(1000) ** 2) == pytest.approx(1e-9)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"uniform": ("lower", "top")}, "top is no parameter"),
        ({"tex": "rz"}, "z"),
        ({"tex": "f(x) = rx"}, "f"),
        ({"tex": "r < x"}, "an expression is expected"),
        ({"variable": "s"}, "r"),
    ],
)
def test_what_is_not_understood_is_refused_with_its_line(change, reason):
    with pytest.raises(SourceError) as caught:
        Law(replace(RRELU, training=replace(RRELU.training, **change)))
    (problem,) = caught.value.problems
    assert reason in problem.reason
    assert (problem.path, problem.line) == ("snippets/rrelu/definition.yml", RRELU.line("training"))


def test_a_value_that_rises_and_falls_is_not_judged():
    bent = replace(RRELU, training=replace(RRELU.training, tex=r"(r-\frac{1}{4})^2 x"))
    (fault,) = Law(bent).faults([-1.0] * 10, [-0.001] * 10)
    assert "rises and falls" in fault


def test_a_law_of_nothing_is_none():
    same = replace(RRELU, training=replace(RRELU.training, tex="x"))
    assert [*Law(same).faults([-1.0] * 10, [-1.0] * 10)] == ["does not hang on chance"]
