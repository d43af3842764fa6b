"""A public activation of which nothing is said is noticed, and what is said and has become wrong."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import yaml

from engine.base.errors import Problem, SourceError
from engine.base.store import Store
from engine.names import asking, coverage
from engine.render.coverage import coverage_fragment
from engine.run.runner import Runner
from engine.sources import definition
from engine.sources.coverage import FILE
from engine.sources.definition import Api, Definition
from engine.sources.includes import Place
from engine.sources.snippets import functions

ROOT = Path(__file__).parents[2]
DEFINITIONS = [definition.read(ROOT, name) for name in functions(ROOT)]
Change = Callable[[dict[str, Any]], object]
Check = Callable[..., tuple[coverage.Coverage, list[Problem]]]


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    with Runner() as runner:
        yield runner


@pytest.fixture
def check(tmp_path: Path, runner: Runner) -> Check:
    """What is found with other entries in the file, or other definitions: the libraries are asked once for all."""

    def check(change: Change = lambda data: None, definitions: list[Definition] = DEFINITIONS) -> Any:
        data = yaml.safe_load((ROOT / FILE).read_text(encoding="utf-8"))
        change(data)
        (tmp_path / "docs").mkdir(exist_ok=True)
        text = yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
        (tmp_path / FILE).write_text(text, encoding="utf-8")
        return coverage.check(tmp_path, definitions, runner, Store(ROOT / ".cache" / "runs"))

    return check


def test_every_public_activation_has_a_page_or_a_word(check: Check) -> None:
    found, problems = check()
    assert problems == []
    assert {one.function for one in found.activations} >= {"softplus", "relu", ""}
    assert {module.partition(".")[0] for module in found.modules} >= {"torch", "tensorflow", "keras", "jax"}


def drop(data: Any, name: str) -> None:
    """Remove a name wherever it stands."""
    module, _, last = name.rpartition(".")
    for listed, one in ((data["not_yet"], name), *((reason["names"], last) for reason in data["no_activation"])):
        for key, names in list(listed.items()):
            if one in names and (one == name or key == module):
                names.remove(one)
                if not names:
                    del listed[key]
                return
    raise AssertionError(name)


UNKNOWN = {
    "an activation": "torch.nn.functional.softsign",
    "a layer": "torch.nn.Softmin",
    "one of several names": "jax.nn.soft_sign",
    "what only one library has": "tensorflow.nn.crelu",
    "what needs more than an array": "keras.activations.threshold",
    "what is no activation": "torch.nn.functional.conv1d",
    "a function of one array among mathematics": "tensorflow.math.tan",
    "what is called like an activation among mathematics": "torch.special.log_softmax",
    "what is called like an activation among anything": "torch.rrelu",
    "what is called so and is another function": "keras.ops.identity",
}


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_name_of_which_nothing_is_said(check: Check, tmp_path: Path, kind: str) -> None:
    name = UNKNOWN[kind]
    _, (problem,) = check(lambda data: drop(data, name))
    assert f" has {name}, and nothing says what it is; if an activation, add it to `apis`" in problem.reason
    assert problem.path == "docs/coverage.yml"
    line = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()[(problem.line or 0) - 1]
    assert line.startswith(f"  {name.rpartition('.')[0]}: ")


def test_a_page_that_is_gone(check: Check) -> None:
    _, problems = check(definitions=[entry for entry in DEFINITIONS if entry.name != "Mish"])
    known = ["jax.nn.mish", "keras.activations.mish", "torch.nn.Mish", "torch.nn.functional.mish"]
    assert [problem.reason.partition(" has ")[2].partition(",")[0] for problem in problems] == known


def others(module: str, name: str) -> Change:
    return lambda data: data["no_activation"][0]["names"].setdefault(module, []).append(name)


def waiting(name: str) -> Change:
    return lambda data: data["not_yet"].setdefault("Something", []).append(name)


STALE = {
    "a name that is gone": (waiting("jax.nn.softsign"), "jax.nn.softsign is no callable of the installed version"),
    "a reason for what is gone": (others("jax.nn", "normalize"), "jax.nn.normalize is no callable"),
    "a module is none": (others("jax.nn", "initializers"), "jax.nn.initializers is no callable"),
    "what has a page": (waiting("torch.nn.ReLU"), "torch.nn.ReLU is on the page of ReLU as torch.nn.ReLU"),
    "what has a page by another name": (
        waiting("tensorflow.math.sigmoid"),
        "tensorflow.math.sigmoid is on the page of Sigmoid as tensorflow.nn.sigmoid; remove it here",
    ),
    "what has a page, for a reason": (others("jax.nn", "swish"), "jax.nn.swish is on the page of SiLU as jax.nn.silu"),
    "twice": (waiting("torch.nn.Softsign"), "torch.nn.Softsign stands here twice"),
    "under two functions by two names": (
        waiting("tensorflow.math.softsign"),
        "tensorflow.math.softsign is the same object as tensorflow.nn.softsign, which stands under 'Softsign'",
    ),
    "in no module": (waiting("torch.fft.fft"), "torch.fft.fft is in none of the `modules`"),
    "what nobody asks about": (
        others("tensorflow.math", "add"),
        "needs no word, since its module is looked at for unary",
    ),
}


@pytest.mark.parametrize("kind", STALE)
def test_an_entry_that_has_become_wrong(check: Check, tmp_path: Path, kind: str) -> None:
    change, reason = STALE[kind]
    _, problems = check(change)
    (problem,) = [problem for problem in problems if reason in problem.reason]
    line = (tmp_path / FILE).read_text(encoding="utf-8").splitlines()[(problem.line or 0) - 1]
    assert line.strip("- ") in problem.reason, "the line of the entry"


def test_a_module_with_names_of_pages_that_is_not_looked_at(check: Check) -> None:
    entry = replace(DEFINITIONS[0], apis=(Api("torch.nn.ReLU", "", {}, False), Api("torch.fft.relu", "", {}, False)))
    _, problems = check(definitions=[entry])
    (problem,) = [problem for problem in problems if "torch.fft is not looked at" in problem.reason]
    assert (problem.path, problem.line) == (entry.path.as_posix(), DEFINITIONS[0].line("apis", 1))


def test_a_library_that_cannot_be_asked(check: Check, monkeypatch: pytest.MonkeyPatch) -> None:
    _, (problem,) = check(lambda data: data["modules"].update({"theano.nnet": "whole"}))
    assert "theano is not a library that snippets can use" in problem.reason
    _, (problem,) = check(lambda data: data["modules"].update({"numpy.no_such": "whole"}))
    assert "NumPy cannot be asked for its names" in problem.reason
    assert "No module named 'numpy.no_such'" in problem.detail
    monkeypatch.setattr(coverage.frameworks, "installed", lambda module: module != "jax")
    _, problems = check()
    assert {problem.reason.partition(";")[0] for problem in problems} == {"jax is not installed"}
    with pytest.raises(SourceError, match=r"coverage\.yml:\d+: modules\.torch: "):
        check(lambda data: data["modules"].update({"torch": "all"}))


def test_a_new_release_with_a_new_activation(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    """The question itself, asked of a module that has everything a module may have."""

    class Late(ModuleType):
        def __dir__(self) -> list[str]:
            return [*vars(self), "late"]

        def __getattr__(self, name: str) -> Any:
            if name == "late":
                return np.tanh
            raise AttributeError(name)

    def fails(x: Any) -> Any:
        raise ValueError

    module = Late("numpy.activations")
    names = {
        "softmish": lambda x: np.tanh(x) * x,
        "with_defaults": lambda x, beta=1.0, *, axis=-1: x * beta,
        "again": np.tanh,
        "of_two": lambda x, y: x + y,
        "of_none": lambda: 1.0,
        "total": lambda x: np.sum(x),
        "whole_numbers": lambda x: np.sign(x).astype(int),
        "half": lambda x: x[:, :2],
        "fails": fails,
        "Layer": type("Layer", (), {}),
        "constant": 3.0,
        "nested": ModuleType("nested"),
        "_private": np.tanh,
    }
    vars(module).update(names)
    monkeypatch.setitem(sys.modules, "numpy.activations", module)
    monkeypatch.setattr(np, "activations", module, raising=False)
    monkeypatch.setattr("logging.disable", lambda: None)
    asked = asking.snippet(ROOT, FILE, "numpy", coverage._BODY, json.dumps([("numpy.activations", True)]))
    exec(asked.source, {"__name__": "question"})
    (found,) = json.loads(capsys.readouterr().out)
    assert {name for name, _, _ in found} == {*names, "late"} - {"constant", "nested", "_private"}
    assert {name for name, _, unary in found if unary} == {"softmish", "with_defaults", "again", "late", "half"}
    numbers = {name: number for name, number, _ in found}
    assert numbers["again"] == numbers["late"]
    assert len(set(numbers.values())) == len(numbers) - 1


def test_kept(check: Check, runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    first = check()
    monkeypatch.setattr(runner, "run", None)  # what is kept is not asked again
    assert check() == first


@pytest.mark.parametrize(
    ("language", "rest", "comma"), [("en", "Softsign, not yet", ", "), ("zh", "Softsign，尚无页面", "、")]
)
def test_fragment(check: Check, language: str, rest: str, comma: str) -> None:
    found, _ = check()
    pages = sum(bool(one.function) for one in found.activations)
    assert pages == len(DEFINITIONS)
    text = coverage_fragment(
        found, language, {"coverage.md": Place("coverage.md"), "relu/apis.md": Place("functions/relu.md")}
    )
    summary, table = text.split("\n\n")[0], [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    for count in (len(found.activations), pages, len(found.activations) - pages):
        assert re.search(rf"\b{count} ", summary)
    row = next(row for row in table if row[0] == "| [ReLU](functions/relu.md)")
    assert comma.join(["`nn.functional.relu`", "`nn.ReLU`"]) in row
    row = next(row for row in table if row[0] == f"| {rest}")
    assert "`nn.soft_sign`" in row
    assert sum(row[0].endswith(rest.removeprefix("Softsign")) for row in table) == len(found.activations) - pages
    assert "`conv1d`" in text
