"""The names that libraries have for a function are found as people have written them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.special import erf

from engine.base.store import Store
from engine.names.finding import Offered, find
from engine.run.runner import Runner
from engine.sources import definition

ROOT = Path(__file__).parents[2]
XS = [k * 189 / 128 for k in range(-20, 21)]
VALUES = {
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x),
    "gelu": lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "hardshrink": lambda x: np.where(np.abs(x) > 0.5, x, 0),
    "silu": lambda x: x / (1 + np.exp(-x)),
}
#: What a definition has and nobody can look for: other names, and second names for one object.
ALSO = {"silu": ["swish"]}


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


def look(function: str, runner: Runner, values: str = "", called: str = "") -> Offered:
    """Look for a function, or for another with its name."""
    entry = replace(definition.read(ROOT, function), apis=())
    samples = tuple(((x,), (float(VALUES[values or function](np.array(x))),)) for x in XS)
    names = [called or function, *ALSO.get(function, [])]
    return find(ROOT, names, entry, samples, runner, Store(ROOT / ".cache" / "runs"))


@pytest.mark.parametrize("function", VALUES)
def test_as_people_have_written_them(function: str, runner: Runner) -> None:
    found = look(function, runner)
    assert found.others == []
    written = definition.read(ROOT, function).apis
    assert {api.name: api for api in found.names} == {api.name: api for api in written}
    first = {api.library: api for api in reversed(found.names)}
    assert {name: api.name for name, api in first.items()} == {
        name: api.name for name, api in {api.library: api for api in reversed(written)}.items()
    }, "the first of each library, which its code shows"


def test_what_is_called_so_and_computes_something_else(runner: Runner) -> None:
    found = look("gelu", runner, values="silu")
    assert found.names == []
    assert {"torch.nn.GELU", "jax.nn.gelu", "keras.ops.gelu"} <= set(found.others)


def test_what_no_library_has(runner: Runner) -> None:
    assert look("gelu", runner, called="no_such_activation") == Offered([], [])


def test_what_is_no_activation_is_not_taken(runner: Runner) -> None:
    """torch.selu_ would compute it, in place."""
    found = look("elu", runner)
    assert not [api for api in found.names if api.name.endswith("_")]
