"""What a measurement is kept under: a change of rules, of the record or of the page measures nothing again."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.accuracy import audit, flags, jobs, measuring
from engine.accuracy.results import Accuracy, Edge, Integers, Measurement, Part, Row, Spot
from engine.base import code
from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.sources import definition
from engine.sources.definition import Definition


@pytest.fixture
def demo(tmp_path: Path) -> tuple[Path, Definition]:
    """A function whose measurement is kept."""
    folder = tmp_path / "snippets" / "demo"
    folder.mkdir(parents=True)
    (folder / "definition.yml").write_text(
        "name: Demo\nexpression: tanh(x)\nstable: tanh(x)\nderivative: 1 - tanh(x)**2\n"
        "apis: [{name: numpy.tanh, audit: true}]\nfigure: {en: a, zh: b}\n"
    )
    entry = definition.read(tmp_path, "demo")
    measuring.keep(tmp_path, entry, MEASUREMENT)
    return tmp_path, entry


ACCURACY = Accuracy(
    order=0,
    points=9,
    max_error=Spot(1e7, -9.0, 0.0, 1e-3),
    mean_error=0.2,
    parts=(
        Part("left", "tail", error=Spot(5.0, -5.0, 0.1, 0.2), zero=Spot(1e7, -9.0, 0.0, 1e-3)),
        Part("right", "middle"),
    ),
    alone=3,
    edges=(Edge("zero", -9.0, -10.0, True),),
    at_nonfinite={"-inf": (0.0, 0.0), "inf": (1.0, 1.0), "nan": (float("nan"), None)},
    error_curve=(1.0, 5.0),
)
INTEGERS = (Integers("int32", "", "float64", 0.5),)
ROW = Row("numpy.f", "numpy", "NumPy", "float32", "", "", "float32", "", (ACCURACY,), INTEGERS)
MEASUREMENT = Measurement("demo", (ROW,), {"float32": (ACCURACY,)}, {"NumPy": "2"}, "machine")


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the engine, whose code the digests are of."""
    copy = tmp_path / "engine"
    shutil.copytree(code.ENGINE, copy, ignore=shutil.ignore_patterns("__pycache__", "vendor"))
    monkeypatch.setattr(code, "ENGINE", copy)
    monkeypatch.setattr(code, "_KNOWN", copy / "__pycache__/syntax.json")
    code_digest.cache_clear()
    yield copy
    code_digest.cache_clear()


def changed(file: Path) -> None:
    """Give a module of the engine one more statement."""
    file.write_text(file.read_text(encoding="utf-8") + "\nANOTHER = 1\n", encoding="utf-8")
    code_digest.cache_clear()


@pytest.mark.parametrize(
    "name",
    [
        *("accuracy/flags.py", "accuracy/record.py", "accuracy/audit.py", "accuracy/decimals.py", "run/progress.py"),
        *("accuracy/own.py", "accuracy/target.py", "accuracy/probe.py", "accuracy/bounds.py", "accuracy/cards.py"),
        *(
            "render/accuracy.py",
            "render/accuracy_words.py",
            "render/conventions.py",
            "render/faults.py",
            "render/error_curves.py",
            "render/error_plot.py",
        ),
    ],
)
def test_rules_record_and_page_are_no_part_of_the_key(demo: tuple[Path, Definition], engine: Path, name: str) -> None:
    before = measuring._key(demo[1])
    changed(engine / name)
    assert measuring._key(demo[1]) == before


@pytest.mark.parametrize(
    "name",
    [
        *(
            "measuring",
            "worker",
            "jobs",
            "results",
            "samples",
            "search",
            "metrics",
            "parts",
            "bins",
            "points",
            "declared",
            "subject",
            "nearest",
        ),
        *("adapters", "oracle", "formats", "exact", "limits", "outermost", "borders"),
    ],
)
def test_what_measures_is_in_the_key(demo: tuple[Path, Definition], engine: Path, name: str) -> None:
    before = measuring._key(demo[1])
    changed(engine / "accuracy" / f"{name}.py")
    assert measuring._key(demo[1]) != before


def test_what_is_kept_comes_back_as_it_was(demo: tuple[Path, Definition]) -> None:
    root, entry = demo
    again = measuring.recall(root, entry)
    assert json.dumps(dataclasses.asdict(again)) == json.dumps(dataclasses.asdict(MEASUREMENT))
    assert measuring.recall(root, dataclasses.replace(entry, expression="tanh(2*x)")) is None
    (file,) = (root / ".cache/audit").iterdir()
    file.write_text("{}")
    assert measuring.recall(root, entry) is None


def test_a_changed_rule_judges_what_is_kept(demo: tuple[Path, Definition], monkeypatch: pytest.MonkeyPatch) -> None:
    root, entry = demo
    monkeypatch.setattr(measuring, "measure", lambda *_: pytest.fail("it was measured"))
    assert [flag.kind for flag in audit.audit(root, entry).flags] == ["error", "zero"]
    monkeypatch.setattr(flags, "NOTABLE", 6.0)
    assert [flag.kind for flag in audit.audit(root, entry).flags] == ["zero"]


# In bulk --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def three(tmp_path: Path) -> tuple[Path, list[Definition]]:
    """Functions with names of two libraries, of which the last has one name only."""
    made = []
    for name, expression, apis in (
        ("one", "tanh(x)", "[{name: numpy.tanh, audit: true}, {name: torch.tanh, audit: true}]"),
        ("two", "exp(x)", "[{name: numpy.exp, audit: true}, {name: torch.exp, audit: true}]"),
        ("three", "x", "[{name: numpy.positive, audit: true}]"),
    ):
        folder = tmp_path / "snippets" / name
        folder.mkdir(parents=True)
        (folder / "definition.yml").write_text(
            f"name: {name}\nexpression: {expression}\nstable: x\nderivative: x\n"
            f"apis: {apis}\nfigure: {{en: a, zh: b}}\n"
        )
        made.append(definition.read(tmp_path, name))
    return tmp_path, made


class Asked:
    """Stands for the processes: what each was asked, and an answer of the right form."""

    def __init__(self) -> None:
        self.jobs: list[jobs.Job] = []
        self.broken: set[str] = set()

    def __call__(self, root: Path, module: str, job: Any, answer: Any, where: Path, own: Any, share: int) -> Any:
        self.jobs.append(job)
        expressions = [function.expression for function in job.functions]
        assert share == len(expressions)
        if self.broken & set(expressions):
            raise SourceError([Problem(where.as_posix(), "it broke")])
        match job:
            case jobs.Outline():
                return [msgspec.structs.replace(function, borders=(1.0,)) for function in job.functions]
            case jobs.Exact():
                return [(ACCURACY,) for _ in expressions]
            case jobs.Library(backend=backend, apis=apis):
                return [[dataclasses.replace(ROW, api=api, backend=backend) for api, _ in some] for some in apis]

    def of(self, kind: type) -> list[list[str]]:
        """The expressions of each process that was asked for one kind of job."""
        return sorted([function.expression for function in job.functions] for job in self.jobs if isinstance(job, kind))


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    found = Asked()
    monkeypatch.setattr(jobs, "ask", found)
    return found


def test_a_library_has_one_process_for_all_functions(three: tuple[Path, list[Definition]], asked: Asked) -> None:
    root, entries = three
    audits = audit.audits(root, entries)
    assert [found.function for found in audits] == ["one", "two", "three"]
    assert [[row.api for row in found.rows] for found in audits] == [
        ["numpy.tanh", "torch.tanh"],
        ["numpy.exp", "torch.exp"],
        ["numpy.positive"],
    ]
    assert asked.of(jobs.Library) == [["tanh(x)", "exp(x)"], ["tanh(x)", "exp(x)", "x"]]
    assert [sorted(some) for some in asked.of(jobs.Exact)] == [["exp(x)", "tanh(x)", "x"]] * 4, "one for each type"
    assert sorted(text for some in asked.of(jobs.Outline) for text in some) == ["exp(x)", "tanh(x)", "x"]
    assert all(function.borders for job in asked.jobs if isinstance(job, jobs.Library) for function in job.functions)
    asked.jobs.clear()
    assert len(audit.audits(root, entries)) == 3
    assert asked.jobs == [], "all is kept"


def test_only_what_has_changed_is_measured(three: tuple[Path, list[Definition]], asked: Asked) -> None:
    root, entries = three
    audit.audits(root, entries)
    asked.jobs.clear()
    entries[1] = dataclasses.replace(entries[1], apis=entries[1].apis[:1])
    audit.audits(root, entries)
    assert [type(job) for job in asked.jobs] == [jobs.Library], "its exact values are known"
    assert asked.of(jobs.Library) == [["exp(x)"]]
    asked.jobs.clear()
    entries[1] = dataclasses.replace(entries[1], expression="exp(2*x)")
    audit.audits(root, entries)
    assert len(asked.of(jobs.Exact)) == 4
    assert {text for some in asked.of(jobs.Exact) for text in some} == {"exp(2*x)"}
    asked.jobs.clear()
    entries[0] = dataclasses.replace(entries[0], points=("0.5", "20"))
    audit.audits(root, entries)
    assert [type(job) for job in asked.jobs] == [jobs.Library] * 2, "of NumPy and of PyTorch"
    assert asked.of(jobs.Library) == [["tanh(x)"]] * 2
    assert {job.declared for job in asked.jobs if isinstance(job, jobs.Library)} == {(("0.5", "20"),)}


def test_a_function_that_fails_stops_itself_only(three: tuple[Path, list[Definition]], asked: Asked) -> None:
    root, entries = three
    asked.broken = {"exp(x)"}
    one, two, last = audit.audits(root, entries)
    assert isinstance(two, SourceError)
    assert str(two) == "snippets/two/definition.yml: it broke"
    assert [row.api for row in one.rows] == ["numpy.tanh", "torch.tanh"]
    assert [row.api for row in last.rows] == ["numpy.positive"]
    asked.broken, asked.jobs = set(), []
    assert not any(isinstance(found, SourceError) for found in audit.audits(root, entries))
    assert {text for some in asked.of(jobs.Library) for text in some} == {"exp(x)"}, "the others were kept"
    asked.broken = {"exp(3*x)"}
    with pytest.raises(SourceError, match="it broke"):
        audit.audit(root, dataclasses.replace(entries[1], expression="exp(3*x)"))


def test_a_missing_library_stops_the_functions_that_need_it(
    three: tuple[Path, list[Definition]], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, entries = three
    monkeypatch.setattr(frameworks, "installed", lambda module: module != "torch")
    one, two, last = audit.audits(root, entries)
    assert isinstance(one, SourceError)
    assert "the audit needs torch, not installed" in str(two)
    assert [row.api for row in last.rows] == ["numpy.positive"]


@pytest.mark.parametrize("name", ["adapters", "worker", "measuring", "flags", "record"])
def test_exact_values_hang_on_no_library(demo: tuple[Path, Definition], engine: Path, name: str) -> None:
    before = measuring._exact_key(demo[1])
    changed(engine / "accuracy" / f"{name}.py")
    assert measuring._exact_key(demo[1]) == before
    changed(engine / "accuracy/samples.py")
    assert measuring._exact_key(demo[1]) != before
