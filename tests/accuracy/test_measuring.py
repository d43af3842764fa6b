"""What a measurement is kept under: a change of rules, of the record or of the page measures nothing again."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.accuracy import audit, flags, measuring
from engine.accuracy.results import Accuracy, Edge, Integers, Measurement, Part, Row, Spot
from engine.base import code
from engine.base.code import code_digest
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
        *(
            "render/accuracy.py",
            "render/accuracy_words.py",
            "render/conventions.py",
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
            "subject",
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
