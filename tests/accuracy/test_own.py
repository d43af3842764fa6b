"""Anybody's implementation: it is found, measured as the libraries are, and judged by bounds."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shared import answered

from engine.__main__ import main
from engine.accuracy import audit, bounds, jobs, measuring, own, probe, record, target, worker
from engine.accuracy.adapters import ADAPTERS
from engine.accuracy.audit import Audit
from engine.accuracy.bounds import Bound, BoundError
from engine.accuracy.flags import find_flags
from engine.accuracy.formats import FORMATS
from engine.accuracy.results import NO_AUTODIFF, Accuracy, Part, Row, Spot
from engine.accuracy.target import LOAD, TargetError
from engine.base.errors import Problem
from engine.render.report import report
from engine.sources import definition
from engine.sources.definition import Definition

Write = Callable[[str], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with an implementation `f`. Returns its name."""

    def write(text: str) -> str:
        (tmp_path / "kernel.py").write_text(text, encoding="utf-8")
        return f"{tmp_path / 'kernel.py'}:f"

    return write


# What it is -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "library"),
    [
        ("def f(x):\n    return x * (x > 0)\n", "numpy"),
        ("import numpy as np\nf = np.tanh\n", "numpy"),
        ("import torch\nimport numpy\n\ndef f(x):\n    return torch.relu(x)\n", "torch"),
        ("def f(x):\n    import torch\n    return torch.relu(x)\n", "torch"),
        ("import tensorflow as tf\nf = tf.nn.relu\n", "tensorflow"),
        ("import jax\n\n@jax.jit\ndef f(x):\n    return jax.nn.relu(x)\n", "jax"),
        ("import torch\nimport numpy as np\n\ndef f(x):\n    return np.add(x, np.ones(x.shape, x.dtype))\n", "numpy"),
        ("from beside import g as f\n", "numpy"),
    ],
)
def test_the_library_is_found(tmp_path: Path, write: Write, text: str, library: str) -> None:
    (tmp_path / "beside.py").write_text("def g(x):\n    return x + x\n")
    assert own.find(tmp_path, write(text)).library == library


def test_an_installed_module_has_implementations(tmp_path: Path) -> None:
    found = own.find(tmp_path, "scipy.special:expit")
    assert (found.name, found.library) == ("expit", "numpy")


def test_the_library_may_be_said(tmp_path: Path, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = write("def f(x):\n    return x * (x > 0)\n")
    assert own.find(tmp_path, plain, "torch").library == "torch"
    with pytest.raises(TargetError, match="were tried:\n  PyTorch: AttributeError: 'Tensor' object has no"):
        own.find(tmp_path, write("def f(x):\n    return x.astype('f4')\n"), "torch")
    monkeypatch.setattr("engine.accuracy.own.installed", lambda module: module != "jax")
    with pytest.raises(TargetError, match="JAX is not installed"):
        own.find(tmp_path, plain, "jax")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nothing_of_this_name\n", r"kernel\.py, line 1, cannot be imported: ModuleNotFoundError: No module"),
        ("x = 1\ndef f(x:\n", r"kernel\.py cannot be imported: SyntaxError"),
        ("raise SystemExit(0)\n", r"kernel\.py, line 1, cannot be imported: SystemExit"),
        ("def ff(x):\n    return x\n", r"kernel\.py has no f; it has ff"),
        ("f = 3\n", r"f of kernel\.py is of type int, which cannot be called"),
        ("class f:\n    def __call__(self, x):\n        return x\n", r"f of kernel\.py is a class"),
        ("def f(x, beta):\n    return x\n", r"with one array and nothing else: missing a required argument: 'beta'"),
        ("def f():\n    return 1\n", r"with one array and nothing else: too many positional arguments"),
        ("import random\n\ndef f(x):\n    return x * random.random()\n", "returns something else each time"),
        ("def f(x):\n    raise ValueError('blocks of 128 only')\n", r"tried:\n  NumPy: ValueError: blocks of 128 only"),
        ("def f(x):\n    return x[:1]\n", r"NumPy: returns an array of shape \(1,\) for \(3,\)"),
        ("def f(x):\n    return [*x]\n", r"NumPy: returns builtins\.list, no array of the kind that it was given"),
        ("def f(x):\n    assert len(x) < 999\n    return x\n", r"NumPy: an array of many numbers: AssertionError"),
        ("def f(x):\n    assert len(x) > 1\n    return x\n", r"NumPy: an array of one number: AssertionError"),
        ("def f(x):\n    assert x[0] - x[0] == 0\n    return x\n", r"NumPy: an array of numbers that are not finite"),
        ("import os\n\ndef f(x):\n    os.abort()\n", "its process ended with status"),
    ],
)
def test_what_cannot_be_measured_says_why(tmp_path: Path, write: Write, text: str, reason: str, monkeypatch) -> None:
    monkeypatch.setattr("engine.accuracy.own.installed", lambda module: module == "numpy")
    with pytest.raises(TargetError, match=reason):
        own.find(tmp_path, write(text))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("f", "name an implementation as"),
        ("kernel.py", "name an implementation as"),
        ("kernel.py:", "name an implementation as"),
        ("kernel.py:a-b", "name an implementation as"),
        ("my-module:f", r"no module; a file is named with its ending"),
        ("nowhere/kernel.py:f", "nowhere/kernel.py: no such file"),
        ("nothing_of_this_name:f", "nothing_of_this_name cannot be imported: ModuleNotFoundError"),
    ],
)
def test_what_is_no_name_says_so(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(TargetError, match=reason):
        own.find(tmp_path, text)


# Bounds ---------------------------------------------------------------------------------------------------------------


def test_bounds_are_read() -> None:
    assert bounds.read("4") == Bound("", 0, 4.0)
    assert bounds.read("float32=0.5") == Bound("float32", 0, 0.5)
    assert bounds.read("first=8") == Bound("", 1, 8.0)
    assert bounds.read("float32.first=8") == bounds.read("first.float32=8") == Bound("float32", 1, 8.0)
    for text in ("", "x", "-1", "nan", "inf", "float32", "float33=4", "float32.float64=4", "float32=", "=", "a.b=4"):
        with pytest.raises(BoundError):
            bounds.read(text)


def accuracy(order: int, size: float, nan: bool = False) -> Accuracy:
    wrong = Part("left", "tail", nan=Spot(float("inf"), -9.0, float("nan"), 1.0))
    parts = (wrong,) if nan else (Part("left", "tail"),)
    return Accuracy(order, 9, Spot(size, -5.0, 1.0, 2.0), 0.1, parts, 0, (), {}, ())


ROW = Row("f", "torch", "f", "float32", "", "", "float32", "", (accuracy(0, 3.0), accuracy(1, 30.0)), ())


def test_bounds_are_judged() -> None:
    half = dataclasses.replace(ROW, dtype="float16", refused="TypeError: no", returns="", orders=())

    def judged(*texts: str, rows: tuple[Row, ...] = (ROW, half)) -> list[bool]:
        return [kept.holds for kept in bounds.judge(rows, [bounds.read(text) for text in texts])]

    assert judged("3", "2.9", "float32=3", "first=30", "first=29", "float32.first=30") == [
        *(True, False, True, True, False, True)
    ]
    assert judged("4") == [True], "a bound on every type is on those that are taken"
    assert judged("float16=4") == [False], "one on a type that is refused is not kept"
    assert judged("second=4") == [False], "nor is one on what there is not"
    spoilt = dataclasses.replace(ROW, orders=(accuracy(0, 0.5, nan=True),), no_gradient=NO_AUTODIFF)
    assert judged("1000", "first=1000", rows=(spoilt,)) == [False, False], "no nan is within a bound"
    other = dataclasses.replace(ROW, returns="float64", orders=())
    (kept,) = bounds.judge([other], [bounds.read("float32=4")])
    assert (kept.holds, kept.lacks) == (False, "returns float64")


# Measured -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Definition:
    """A function, measured in this process and in one type."""
    folder = tmp_path / "snippets" / "demo"
    folder.mkdir(parents=True)
    (folder / "definition.yml").write_text(
        "name: Demo\nexpression: tanh(x)\nderivative: 1 - tanh(x)**2\napis: [{name: numpy.tanh, audit: true}]\n"
    )

    def ask(root: Path, module: str, job: jobs.Job, answer: Any, *_: Any) -> Any:
        process = {"engine.accuracy.worker": worker, "engine.accuracy.probe": probe}[module]
        return answered(process.answer, job, answer)

    monkeypatch.setattr(jobs, "ask", ask)
    monkeypatch.setattr(measuring, "PRECISION", {"float16": 11})
    monkeypatch.setattr(worker, "FORMATS", {"float16": FORMATS["float16"]})
    monkeypatch.setattr(worker, "integer_input", lambda *_: ())  # it needs another type
    return definition.read(tmp_path, "demo")


def measured(entry: Definition, text: str) -> Audit:
    return own.measure(entry.root, entry, own.find(entry.root, text, "numpy"))


def test_it_is_measured_as_the_libraries_are(here: Definition, write: Write) -> None:
    (library,) = audit.audit(here.root, here).rows
    audit_of_same = measured(here, "numpy:tanh")
    (same,) = audit_of_same.rows
    assert (same.name, same.library) == ("tanh", "tanh")
    renamed = dataclasses.replace(same, api=library.api, library=library.library)
    assert json.dumps(dataclasses.asdict(renamed)) == json.dumps(dataclasses.asdict(library))
    assert [flag.kind for flag in audit_of_same.flags] == [flag.kind for flag in find_flags([library])]
    poor = measured(
        here, write("import numpy as np\n\ndef f(x):\n    return np.where(x < -3, x.dtype.type(-1), np.tanh(x))\n")
    )
    assert {flag.kind for flag in poor.flags} >= {"error", "step"}
    assert {flag.name for flag in poor.flags} == {"f"}


def test_the_report_tells_errors_flags_libraries_and_bounds(here: Definition, write: Write) -> None:
    record.record(here.root, here, audit.audit(here.root, here))
    poor = measured(
        here, write("import numpy as np\n\ndef f(x):\n    return np.where(x < -3, x.dtype.type(-1), np.tanh(x))\n")
    )
    text = report(here.root, here, poor, bounds.judge(poor.rows, [bounds.read("4"), bounds.read("1e4")]))
    worst = poor.rows[0].orders[0].max_error
    assert worst is not None
    assert "f, against Demo: tanh(x)\n" in text
    (line,) = [line for line in text.splitlines() if line.startswith("float16  value")]
    assert line.split()[2:6] == [f"{worst.size:.2g}", f"{worst.x:.7g}", "-1", f"{worst.exact:.7g}"]
    assert "a switch of formula leaves it:\n  f " in text
    assert "\nfloat16, first derivative: no automatic differentiation\n" in text
    beside = text.partition("Beside the libraries")[2].splitlines()
    assert [row.split()[:2] for row in beside[2:4]] == [
        ["f", f"{worst.size:.2g}"],
        ["numpy.tanh", beside[3].split()[1]],
    ]
    assert text.endswith(
        f"not kept, {worst.size:.2g} at {worst.x:.7g}\nfloat16 value at most 10000 ulp: kept, "
        f"{worst.size:.2g} at {worst.x:.7g}\n"
    )
    (here.root / "snippets/demo/audit.yml").unlink()
    assert "Beside" not in report(here.root, here, poor, [])


def test_what_takes_none_of_the_types_is_not_measured(here: Definition, write: Write) -> None:
    code = "def f(x):\n    if x.itemsize == 2:\n        raise TypeError('not half')\n    return x\n"
    with pytest.raises(TargetError, match=r"f takes no type of numbers:\n  float16: TypeError: not half"):
        measured(here, write(code))


def test_a_backward_pass_of_its_own_is_what_is_measured(write: Write) -> None:
    text = write(
        "import torch\n\nclass F(torch.autograd.Function):\n"
        "    @staticmethod\n    def forward(ctx, x):\n        return x + 0\n"
        "    @staticmethod\n    def backward(ctx, g):\n        return 7 * g\n\nf = F.apply\n"
    )
    call = ADAPTERS["torch"](LOAD, target.call(text))
    assert call.values(np.array([1.0, 2.0]), FORMATS["float32"], 1)[0].tolist() == [7, 7]


# The command ----------------------------------------------------------------------------------------------------------


def test_the_exit_status_tells_whether_bounds_are_kept(
    here: Definition, write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(here.root)
    monkeypatch.setattr("engine.commands.measure.unsound", lambda root, entries: [[]])
    command = ["measure", "demo", "numpy:tanh", "--library", "numpy"]
    assert main(command) == 0
    assert main([*command, "--bound", "float16=4"]) == 0
    assert "float16 value at most 4 ulp: kept" in capsys.readouterr().out
    assert main([*command, "--bound", "4", "--bound", "0.01"]) == 1
    assert main([*command, "--bound", "first=4"]) == 1
    assert "not kept, since there is none: no automatic differentiation" in capsys.readouterr().out
    poor = write("import numpy as np\n\ndef f(x):\n    return np.where(x < -3, x.dtype.type(-1), np.tanh(x))\n")
    assert main(["measure", "demo", poor, "--library", "numpy", "--bound", "1e4"]) == 0, "flags are told, and no more"
    assert "A step between neighbouring floats" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["demoo", "numpy:tanh"], "demoo: no such function in snippets/; did you mean demo?"),
        (["nothing", "numpy:tanh"], "nothing: no such function in snippets/; there are demo"),
        (["demo", "numpy:tahn"], "numpy has no tahn; it has "),
        (["demo", "numpy:tanh", "--bound", "four"], "--bound 'four': a bound is a number of ulp, as 4 or float32=4"),
        (["demo", "numpy:tanh", "--library", "cupy"], "--library cupy: choose from numpy, torch, tensorflow, jax"),
        (["demo", "numpy:tanh", "--device", "tpu"], "--device tpu: choose from cpu, cuda"),
    ],
)
def test_what_was_asked_wrongly_says_so(
    here: Definition, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list, reason: str
) -> None:
    monkeypatch.chdir(here.root)
    monkeypatch.setattr("engine.commands.measure.unsound", lambda root, entries: [[]])
    assert main(["measure", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"engine: {reason}")


def test_a_definition_that_does_not_hold_is_not_measured_against(
    here: Definition, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(here.root)
    monkeypatch.setattr("engine.commands.measure.unsound", lambda root, entries: [[Problem("a.yml", "is false")]])
    assert main(["measure", "demo", "numpy:tanh"]) == 1
    assert "a.yml: is false" in capsys.readouterr().err
