"""What is written where a library lacks a function has the function's gradient, too: one that is wrong is refused."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.libraries import TABS
from engine.base.store import Store
from engine.mathematics import proofs
from engine.mathematics.formula.python import number, read
from engine.mathematics.formula.tree import Variable
from engine.mathematics.kinks import shape
from engine.mathematics.vectors import VectorProver
from engine.names import check, gradient
from engine.run.runner import Runner
from engine.sources import definition, topics

ROOT = Path(__file__).parents[2]
ELU, LEAKY, HARDSHRINK, GLU = (definition.read(ROOT, name) for name in ("elu", "leaky_relu", "hardshrink", "glu"))


@pytest.fixture(scope="module")
def runner():
    with Runner() as runner:
        yield runner


def slopes_of(entry):
    if entry.entries:
        return VectorProver(ROOT, entry).sampled_slopes(read(entry.expression, {n: Variable(n) for n in "xijn"}))
    names = {"x": Variable("x"), **{name: Variable(name) for name in entry.defaults}}
    kinks = shape(entry.expression, entry.defaults).kinks
    return proofs._NumberProver(ROOT, entry).slopes(read(entry.expression, names), kinks)


def samples_of(entry):
    if entry.entries:
        return VectorProver(ROOT, entry).samples(read(entry.expression, {n: Variable(n) for n in "xijn"}))
    names = {"x": Variable("x"), **{name: number(value) for name, value in entry.defaults.items()}}
    return proofs._NumberProver(ROOT, replace(entry, parameters=())).samples(read(entry.expression, names))


@pytest.fixture
def ask(runner, tmp_path, monkeypatch):
    """What is wrong with something that is written in a library."""

    def ask(entry, tab, call):
        monkeypatch.setattr(topics, "lacking", lambda *_: {tab: call})
        asked = replace(entry, apis=())
        slopes = {entry.path.parts[1]: slopes_of(entry)}
        ((_, problems),) = check.check(ROOT, [(asked, samples_of(entry))], runner, Store(tmp_path), {}, slopes)
        return [f"{problem.reason}\n{problem.detail}" for problem in problems]

    return ask


SLOPE = "jax.numpy.where(x > 0, x, 0.01*x)"
STOPPED = "jax.lax.stop_gradient"
RIGHT = {
    "elu": (ELU, "jax", "jax.numpy.where(x > 0, x, jax.numpy.expm1(jax.numpy.where(x > 0, 0, x)))"),
    "a kink, whichever side": (LEAKY, "jax", SLOPE),
    "the other side": (LEAKY, "jax", SLOPE.replace(">", ">=")),
    "between both": (LEAKY, "jax", "jax.numpy.maximum(x, 0.01*x)"),
    "a jump": (HARDSHRINK, "pytorch", "torch.where(torch.abs(x) > 0.5, x, 0)"),
    "a vector": (GLU, "pytorch", "x[..., :2]*torch.sigmoid(x[..., 2:])"),
}
WRONG = {
    "half of it where a minimum has two that are least": (
        (ELU, "jax", "jax.numpy.where(x > 0, x, jax.numpy.expm1(jax.numpy.minimum(x, 0)))"),
        "what is written in JAX, which has no name for it, has another gradient at x = 0\n"
        "  defined:   1.0\n  computed:  0.5",
    ),
    "nan where a branch that is not taken overflows": (
        (ELU, "jax", "jax.numpy.where(x > 0, x, jax.numpy.expm1(x))"),
        "another gradient at x = 200\n  defined:   1.0\n  computed:  nan",
    ),
    "outside of both sides of a kink": (
        (LEAKY, "pytorch", "torch.relu(x) - 0.01*torch.relu(-x)"),
        "another gradient at x = 0\n  defined:   0.01 to 1.0\n  computed:  0.0",
    ),
    "none": (
        (LEAKY, "jax", f"{STOPPED}({SLOPE})"),
        "another gradient at x = -200\n  defined:   0.01\n  computed:  0.0",
    ),
    "of a part only": (
        (GLU, "jax", f"x[..., :2]*jax.nn.sigmoid({STOPPED}(x[..., 2:]))"),
        "entry 1 by entry 3\n",
    ),
    "no graph": ((LEAKY, "pytorch", "torch.where(x > 0, x, 0.01*x).detach()"), "has no gradient\n  RuntimeError"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_gradient_at_a_kink_is_a_choice(ask, name):
    assert ask(*RIGHT[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_another_gradient_is_refused(ask, name):
    asked, reason = WRONG[name]
    (found,) = ask(*asked)
    assert reason in found


def test_what_cannot_differentiate_is_not_asked(ask):
    assert ask(LEAKY, "numpy", "numpy.where(x > 0, x, 0.01*x)") == []
    assert {library for library in TABS.values() if not gradient.known(library)} == {"numpy"}


def test_slopes_are_those_of_both_sides():
    slopes = dict(slopes_of(LEAKY))
    assert slopes[(0.0,)] == ((0.01, 1.0),)
    assert {ends for x, (ends,) in slopes.items() if x[0] > 0} == {(1.0, 1.0)}
    jumps = {x[0] for x, (ends,) in slopes_of(HARDSHRINK) if ends == (-math.inf, math.inf)}
    assert jumps == {-0.5, 0.5}
    third = replace(LEAKY, expression="Max(x - 1/3, x - 0.1, 0)")  # no float is there
    assert all(low == high for _, ((low, high),) in slopes_of(third))
    ties = dict(slopes_of(replace(GLU, expression="Max(x[i], x[i + n/2])")))
    assert ties[(1.0,) * 4][:3] == ((0.0, 1.0), (0.0, 0.0), (0.0, 1.0))
