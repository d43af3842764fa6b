"""The audit finds planted faults by itself, flags nothing where there is none, and keeps and compares its results."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from engine.__main__ import main
from engine.accuracy import audit, jobs, measuring, record, samples
from engine.accuracy import worker as audit_worker
from engine.accuracy.adapters import Nearest
from engine.accuracy.audit import Audit
from engine.accuracy.exact import Floats
from engine.accuracy.flags import Flag, find_flags
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.limits import limits
from engine.accuracy.oracle import Formula, Oracle
from engine.accuracy.results import Accuracy, Edge, Integers, Row, Spot
from engine.accuracy.subject import Refused
from engine.accuracy.worker import integer_input, measure
from engine.base import libraries as frameworks
from engine.base.errors import SourceError
from engine.render.accuracy import audit_fragments
from engine.sources import definition

Function = Callable[[Floats], Floats]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> Oracle:
    text = "log(1 + exp(x))"
    return Oracle(Formula(text, {}, limits(text, {})), tmp_path_factory.mktemp("oracle"))


@pytest.fixture(autouse=True)
def fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the points: what is planted must be found all the same."""
    monkeypatch.setattr(samples, "SPARSE", {"float32": 4, "float64": 1})
    monkeypatch.setattr(samples, "DENSE", {"float32": 64, "float64": 64})


class Faulty:
    """Softplus and its derivative, rounded from float64 or computed in it, with something done to the results."""

    def __init__(self, change: Callable[[Floats, Floats], Floats], order: int = 0) -> None:
        self.change, self.order = change, order

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        if order > self.order:
            raise Refused("no derivative")
        with np.errstate(all="ignore"):
            good = np.logaddexp(0, x) if not order else np.exp(-np.logaddexp(0, -x))
            result = self.change(x, good) if order == self.order else good
            return np.asarray(result, format.name).astype(np.float64), format.name

    def integers(self, x: Any) -> tuple[Floats, str]:
        return self.values(x.astype(np.float64), FORMATS["float64"], 0)


def judge(implementation: Any, oracle: Oracle, dtype: str) -> list[Flag]:
    """The flags of one implementation in one format."""
    integers = integer_input(implementation, oracle)
    return find_flags([measure("planted.f", "numpy", implementation, oracle, FORMATS[dtype], integers)])


def ulps(x: Floats, count: float) -> Floats:
    """Count float32 ulp of x."""
    return count * np.spacing(x.astype(np.float32)).astype(np.float64)


def odd(x: Floats) -> Floats:
    """1 at every other float32 of the normal range, 0 elsewhere."""
    return (x.astype(np.float32).view(np.uint32) & 1).astype(np.float64)


SINGLE = np.float32
PLANTED: list[tuple[str, str, set[str], Callable[[Floats, Floats], Floats], int]] = [
    ("naive", "float32", {"error", "zero", "inf"}, lambda x, _: np.log(1 + np.exp(SINGLE(x))), 0),
    ("naive", "float16", {"error", "zero", "inf"}, lambda x, _: np.log(1 + np.exp(np.float16(x))), 0),
    ("threshold", "float64", {"error", "step", "drop"}, lambda x, good: np.where(x > 20, x, good), 0),
    ("hidden step", "float32", {"error", "step"}, lambda x, good: np.where(x > 3.7123, good + ulps(good, 9), good), 0),
    ("spike", "float32", {"error"}, lambda x, good: good + ulps(good, 30) * np.exp(-(((x - 2.345) * 40) ** 2)), 0),
    ("nan at zero", "float32", {"nan"}, lambda x, good: np.where(x == 0, np.nan, good), 0),
    ("wrong sign", "float32", {"error"}, lambda x, good: -good, 1),
    ("zigzag", "float32", {"error", "drop"}, lambda x, good: good + ulps(good, 9) * odd(x), 0),
    ("early end", "float32", {"inf"}, lambda x, good: np.where(x > 1e30, np.inf, good), 0),
    ("clipped", "float32", {"zero", "error"}, lambda x, good: np.where(x < -70, 0, good), 0),
    ("flushed", "float32", {"subnormal"}, lambda x, good: np.where(good < 2.0**-126, 0, good), 0),
    ("nan at inf", "float32", {"infinity"}, lambda x, good: np.where(np.isinf(x), np.nan, good), 1),
    ("nan lost", "float32", {"nan lost"}, lambda x, good: np.where(np.isnan(x), 0, good), 0),
    ("alone", "float32", {"alone"}, lambda x, good: good + (ulps(good, 3) if len(x) == 1 else 0), 0),
]


@pytest.mark.parametrize(("dtype", "kinds", "change", "order"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED])
def test_a_planted_fault_is_found(oracle: Oracle, dtype: str, kinds: set[str], change: Any, order: int) -> None:
    flags = [flag for flag in judge(Faulty(change, order), oracle, dtype) if flag.kind != "integer"]
    assert kinds <= {flag.kind for flag in flags}, flags
    assert all(flag.order == order and flag.dtype == dtype for flag in flags)


def test_the_place_of_a_fault_is_found_to_the_last_float(oracle: Oracle) -> None:
    (step,) = [f for f in judge(Faulty(PLANTED[2][3]), oracle, "float64") if f.kind == "step"]
    assert step.x == 20
    assert step.size == pytest.approx(np.log1p(np.exp(-20.0)) / np.spacing(20.0), rel=1e-5)
    (step,) = [f for f in judge(Faulty(PLANTED[3][3]), oracle, "float32") if f.kind == "step"]
    assert step.x == float(np.nextafter(SINGLE(3.7123), SINGLE(0)))
    (lost,) = [f for f in judge(Faulty(PLANTED[9][3]), oracle, "float32") if f.kind == "zero"]
    assert lost.x == float(np.nextafter(SINGLE(-70), SINGLE(-71)))


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_faultless_implementation_has_no_flag(oracle: Oracle, dtype: str) -> None:
    assert judge(Nearest(oracle), oracle, dtype) == []


def test_a_good_implementation_has_no_flag(oracle: Oracle) -> None:
    assert judge(Faulty(lambda _, good: good), oracle, "float64") == []


def test_refusals_and_other_types_are_flagged(oracle: Oracle) -> None:
    class Widening(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            return super().values(x, format, order)[0], "float64"

        def integers(self, x: Any) -> tuple[Floats, str]:
            raise Refused("TypeError: floats only")

    flags = judge(Widening(lambda _, good: good), oracle, "float32")
    assert {(flag.kind, flag.got) for flag in flags} == {("dtype", "float64"), ("integer", "TypeError: floats only")}

    class Truncating(Faulty):
        def integers(self, x: Any) -> tuple[Floats, str]:
            return np.floor(np.logaddexp(0, x)), "int32"

    assert [flag.kind for flag in judge(Truncating(lambda _, good: good), oracle, "float32")] == ["integer"]

    class Refusing(Faulty):
        def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
            raise Refused("TypeError: no such type")

    assert [flag.kind for flag in judge(Refusing(lambda _, good: good), oracle, "float32")] == ["refused"]


# Keeping and comparing ------------------------------------------------------------------------------------------------


def example() -> Audit:
    """An audit with one row."""
    accuracy = Accuracy(
        order=0, points=9, max_error=Spot(1.5, 2.0), mean_error=0.2, subnormal_error=None,
        discontinuity=Spot(2.0, 1.0), non_monotonic=None, scalar_differs=None, lost_to_zero=None,
        spurious_infinity=None, spurious_nan=None, edges=(Edge("zero", -103.9, -3e38),),
        at_nonfinite={"-inf": (0.0, 0.0), "inf": (float("inf"), float("inf")), "nan": (float("nan"), None)},
        error_curve=(),
    )  # fmt: skip
    row = Row("numpy.f", "numpy", "NumPy", "float32", "", "float32", "none", (accuracy,), Integers("", "float64", 0.5))
    flag = Flag("numpy.f", "float32", 0, "step", 1.0, 2.0, "")
    return Audit("demo", (row,), {"float32": (accuracy,)}, {"NumPy": "2"}, "machine", (flag,))


def altered(**changes: Any) -> Audit:
    """The example with changes to its one accuracy."""
    whole = example()
    (row,) = whole.rows
    orders = (dataclasses.replace(row.orders[0], **changes),)
    return dataclasses.replace(whole, rows=(dataclasses.replace(row, orders=orders),))


@pytest.fixture
def demo(tmp_path: Path) -> tuple[Path, definition.Definition]:
    folder = tmp_path / "snippets" / "demo"
    folder.mkdir(parents=True)
    (folder / "definition.yml").write_text(
        "name: Demo\nexpression: tanh(x)\nstable: tanh(x)\nderivative: 1 - tanh(x)**2\n"
        "apis: [{name: numpy.tanh, audit: true}]\nfigure: {en: a, zh: b}\n"
    )
    return tmp_path, definition.read(tmp_path, "demo")


def test_a_record_holds_within_a_factor_of_two(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    assert "no recorded audit" in str(record.problems(root, entry, example())[0])
    assert record.record(root, entry, example())
    text = (root / "snippets/demo/audit.yml").read_text()
    assert record.problems(root, entry, example()) == []
    same = altered(
        max_error=Spot(2.9, 7.0),
        mean_error=0.11,
        discontinuity=Spot(1.1, 3.0),
        non_monotonic=Spot(1.0, 2.0),
        edges=(Edge("zero", -104.5, -3e38),),
    )
    assert record.problems(root, entry, same) == []
    assert not record.record(root, entry, same), "noise is no news"
    assert (root / "snippets/demo/audit.yml").read_text() == text


@pytest.mark.parametrize(
    "changes",
    [
        {"max_error": Spot(3.2, 2.0)},
        {"max_error": Spot(0.7, 2.0)},
        {"mean_error": 0.41},
        {"discontinuity": None},
        {"non_monotonic": Spot(3.0, 2.0)},
        {"edges": (Edge("zero", -106.0, -3e38),)},
        {"edges": ()},
        {"edges": (Edge("nan", -103.9, -3e38),)},
    ],
    ids=str,
)
def test_what_changes_is_a_problem_with_its_line(demo: tuple[Path, definition.Definition], changes: Any) -> None:
    root, entry = demo
    record.record(root, entry, example())
    lines = (root / "snippets/demo/audit.yml").read_text().splitlines()
    problem = record.problems(root, entry, altered(**changes))[0]
    assert problem.path == "snippets/demo/audit.yml"
    assert problem.line
    assert "value: {max: 1.5" in lines[problem.line - 1]
    assert "  - " in problem.detail
    assert "  + " in problem.detail
    assert record.record(root, entry, altered(**changes))
    assert record.problems(root, entry, altered(**changes)) == []


def test_a_new_or_lost_flag_is_a_problem(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    record.record(root, entry, example())
    assert len(record.problems(root, entry, dataclasses.replace(example(), flags=()))) == 1
    more = (*example().flags, Flag("numpy.f", "float32", 0, "drop", 1.0, 9.0, ""))
    assert len(record.problems(root, entry, dataclasses.replace(example(), flags=more))) == 1
    vector = (*example().flags, Flag("numpy.f", "float32", 0, "alone", 1.0, 9.0, ""))
    same = dataclasses.replace(example(), flags=vector)
    assert record.problems(root, entry, same) == [], "not every processor has it"


def test_units_of_the_subnormal_range_come_and_go_with_vector_code(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    record.record(root, entry, altered(subnormal_error=Spot(1.5, 2.0)))
    assert record.problems(root, entry, altered(subnormal_error=Spot(0.5, 2.0))) == []
    assert len(record.problems(root, entry, altered(subnormal_error=Spot(3.5, 2.0)))) == 1
    assert len(record.problems(root, entry, altered(subnormal_error=None))) == 1


def test_a_broken_record_is_named(demo: tuple[Path, definition.Definition]) -> None:
    root, entry = demo
    record.record(root, entry, example())
    file = root / "snippets/demo/audit.yml"
    file.write_text(file.read_text().replace("max: 1.5", "maxx: 1.5"))
    with pytest.raises(SourceError, match=r"snippets/demo/audit\.yml:\d+"):
        record.problems(root, entry, example())
    assert record.record(root, entry, example())


def test_an_audit_is_kept_and_read_without_any_library(
    demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, entry = demo
    asked = []

    def run(root: Path, module: str, job: jobs.Job, answer: Any, *_: Any) -> Any:
        asked.append(job.about.partition(" ")[0])
        return msgspec.convert(msgspec.to_builtins(audit_worker.answer(job), enc_hook=float), answer)

    monkeypatch.setattr(jobs, "ask", run)
    monkeypatch.setattr(measuring, "PRECISION", {"float16": 11, "float64": 53})
    monkeypatch.setattr(audit_worker, "FORMATS", {name: FORMATS[name] for name in ("float16", "float64")})
    first = audit.audit(root, entry)
    assert asked.count("library") == 1
    again = audit.audit(root, entry)
    assert asked == ["limits", "exact", "exact", "library"], "nothing is measured twice"
    assert json.dumps(dataclasses.asdict(again)) == json.dumps(dataclasses.asdict(first))

    code = (
        "import sys; from pathlib import Path; from engine.accuracy import audit, record\n"
        "from engine.render import accuracy as audit_fragments; from engine.sources import definition\n"
        "root = Path(sys.argv[1]); entry = definition.read(root, 'demo'); result = audit.audit(root, entry)\n"
        "record.record(root, entry, result); assert record.problems(root, entry, result) == []\n"
        "audit_fragments.audit_fragments(entry, result, 'zh')\n"
        "print(sorted({'numpy', 'scipy', 'sympy', 'flint', 'mpmath', 'matplotlib', 'torch', 'jax'} & set(sys.modules)))"
    )
    path = str(Path(audit.__file__).parents[2])
    run_ = subprocess.run([sys.executable, "-c", code, str(root)], cwd=path, capture_output=True, text=True, check=True)
    assert run_.stdout == "[]\n"

    changed = dataclasses.replace(entry, expression="tanh(x) + 0*x")
    assert measuring._key(changed) != measuring._key(entry)
    assert measuring._key(entry, {"ATEN_CPU_CAPABILITY": "default"}) != measuring._key(entry)
    monkeypatch.setattr(frameworks, "version", lambda name: "other")
    assert measuring._key(entry) != measuring._key(dataclasses.replace(entry, apis=()))


def test_what_cannot_run_is_said(demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch) -> None:
    root, entry = demo
    with pytest.raises(
        SourceError, match=r"audit \(limits\): its process ended with status 1[\s\S]*y is not understood"
    ):
        audit.audit(root, dataclasses.replace(entry, expression="x + y"))
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "SECONDS", 1)
        with pytest.raises(SourceError, match="still running after 1 s of processor time"):
            audit.audit(root, entry)
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "WALL_SECONDS", 0.01)
        with pytest.raises(SourceError, match=r"still running after 0\.01 s"):
            audit.audit(root, entry)
    monkeypatch.setattr(frameworks, "installed", lambda module: module != "flint")
    with pytest.raises(SourceError, match=r"snippets/demo/definition\.yml: the audit needs flint, not installed"):
        audit.audit(root, entry)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_fragments_show_every_row_and_fault(demo: tuple[Path, definition.Definition], language: str) -> None:
    texts = audit_fragments(demo[1], example(), language)
    assert set(texts) == {"audit.md", "audit_plot.md", "parts.md"}
    assert "| NumPy | float32 | 1.5 <small>" in texts["audit.md"]
    assert "−103.9" in texts["audit.md"]
    assert "float64" in texts["audit.md"]
    assert "- NumPy" in texts["parts.md"]
    assert "2 ulp" in texts["parts.md"]
    assert not any("{" in text for text in texts.values()), "a template is left"


def test_the_first_record_needs_no_record(
    demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, _ = demo
    monkeypatch.chdir(root)
    monkeypatch.setattr(audit, "audit", lambda *_: example())
    file = root / "snippets/demo/audit.yml"
    assert main(["check", "snippets/demo/audit.yml"]) == 1
    assert capsys.readouterr().out.startswith("snippets/demo/audit.yml: no recorded audit")
    assert main(["record", "snippets/demo/audit.yml"]) == 0
    assert capsys.readouterr().out == "snippets/demo/audit.yml: recorded\n0 snippets run, 0 failed, 1 recorded\n"
    assert file.is_file()
    assert main(["check", "snippets/demo/audit.yml"]) == 0


def test_nothing_is_measured_against_a_definition_that_does_not_hold(
    demo: tuple[Path, definition.Definition], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    root, entry = demo
    text = (root / entry.path).read_text()
    (root / entry.path).write_text(text.replace("1 - tanh(x)**2", "1 + tanh(x)**2"))
    monkeypatch.chdir(root)
    monkeypatch.setattr(audit, "audit", lambda *_: pytest.fail("it was measured"))
    assert main(["record", "snippets/demo/audit.yml"]) == 1
    out = capsys.readouterr().out
    assert out.startswith("snippets/demo/definition.yml:4: derivative: ")
    assert out.endswith("0 snippets run, 1 failed, 0 recorded\n")
    assert not (root / "snippets/demo/audit.yml").exists()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("snippets/none/audit.yml", "snippets/none/audit.yml: belongs directly into the folder of a function"),
        ("snippets/demo/claims/audit.yml", "snippets/demo/claims/audit.yml: belongs directly into the folder"),
        ("snippets/plain/audit.yml", "no name in snippets/plain/definition.yml says `audit: true`"),
        ("snippets/empty/audit.yml", "snippets/empty/definition.yml: missing: every function needs its definition"),
    ],
)
def test_an_audit_that_cannot_be(
    demo: tuple[Path, definition.Definition],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    path: str,
    said: str,
) -> None:
    root, entry = demo
    (root / "snippets/empty").mkdir()
    (root / "snippets/plain").mkdir()
    text = (root / entry.path).read_text()
    (root / "snippets/plain/definition.yml").write_text(text.replace(", audit: true", ""))
    monkeypatch.chdir(root)
    assert main(["record", path]) != 0
    assert said in capsys.readouterr().err
