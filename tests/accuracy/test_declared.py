"""The points that a definition declares: read exactly, tried in every format that has them, and always told."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.accuracy import measuring, record, samples
from engine.accuracy.audit import Audit
from engine.accuracy.declared import nearest
from engine.accuracy.exact import Floats
from engine.accuracy.flags import find_flags
from engine.accuracy.formats import FORMATS, Format
from engine.accuracy.limits import limits
from engine.accuracy.nearest import Nearest
from engine.accuracy.oracle import Formula, Oracle
from engine.accuracy.results import Declared, Row
from engine.accuracy.worker import measure
from engine.base.errors import SourceError
from engine.render.accuracy import audit_fragments
from engine.render.accuracy_data import measured
from engine.sources import definition
from engine.sources.definition import Definition

#: A number that is among no samples, and no float of any format.
POINT = "7.3456789"


@pytest.fixture(autouse=True)
def fewer_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "SPARSE", {"float32": 1, "float64": 1})
    monkeypatch.setattr(samples, "DENSE", {"float32": 8, "float64": 8})
    monkeypatch.setattr(samples, "special_numbers", lambda _: [0.0, 1.0])


class Changed(Nearest):
    """The exact values, rounded, with something done to the results of one order."""

    def __init__(self, oracle: Oracle, change: Callable[[Floats, Floats], Any] = lambda _, good: good) -> None:
        super().__init__(oracle)
        self.change = change

    def values(self, x: Floats, format: Format, order: int) -> tuple[Floats, str]:
        good, dtype = super().values(x, format, order)
        return (self.change(x, good) if order == 1 else good), dtype


@pytest.fixture(scope="module")
def oracle() -> Oracle:
    return of("tanh(x)")


def of(expression: str) -> Oracle:
    return Oracle(Formula(expression, {}, limits(expression, {})))


def row(oracle: Oracle, dtype: str, points: list[str], *change: Any) -> Row:
    return measure("numpy.f", "numpy", Changed(oracle, *change), oracle, FORMATS[dtype], (), points)


def beside(x: float, dtype: Any) -> list[float]:
    """A float with its neighbours."""
    x = dtype(x)
    return [float(np.nextafter(x, dtype(-np.inf))), float(x), float(np.nextafter(x, dtype(np.inf)))]


# Floats ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("point", "dtype", "x"),
    [
        ("20", "float16", 20.0),
        ("0.1", "float16", float(np.float16("0.1"))),
        ("0.1", "float32", float(np.float32("0.1"))),
        ("-0.1", "float64", -0.1),
        ("0.10000000000000000555", "float64", 0.1),
        ("2049", "float16", 2048.0),  # as near to 2050
        ("2051", "float16", 2052.0),
        ("257", "bfloat16", 256.0),
        ("-0", "float32", 0.0),
        ("65504", "float16", 65504.0),
        ("65505", "float16", None),
        ("1e39", "float32", None),
        ("1e-40", "float32", float(np.float32("1e-40"))),
        ("1e-50", "float32", None),
        ("1e300", "float64", 1e300),
    ],
)
def test_a_point_is_the_nearest_float_where_a_format_has_one(point: str, dtype: str, x: float | None) -> None:
    ordinal = nearest(point, FORMATS[dtype])
    found = None if ordinal is None else float(FORMATS[dtype].values(np.array([ordinal]))[0])
    assert found == x


# Measuring ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "kind"), [("float16", np.float16), ("float32", np.float32), ("float64", np.float64)])
def test_it_is_tried_and_told_with_its_neighbours(oracle: Oracle, dtype: str, kind: Any) -> None:
    found = row(oracle, dtype, [POINT, "-2"])
    assert [accuracy.order for accuracy in found.orders] == [0, 1, 2]
    for accuracy in found.orders:
        first, second = accuracy.declared
        assert (first.point, first.x, second.point, second.x) == (POINT, float(kind(POINT)), "-2", -2.0)
        assert [spot.x for spot in first.spots] == beside(float(POINT), kind)
        assert [spot.x for spot in second.spots] == beside(-2.0, kind)
        assert all(spot.size <= 0.5 for point in accuracy.declared for spot in point.spots)
    assert find_flags([found]) == []
    without = row(oracle, dtype, [])
    assert [accuracy.declared for accuracy in without.orders] == [()] * 3
    assert [accuracy.mean_error for accuracy in without.orders] == [order.mean_error for order in found.orders]


def test_nothing_is_said_beyond_the_range_of_a_format(oracle: Oracle) -> None:
    points = ["70000", "1e-20", "65504"]
    (told,) = row(oracle, "float16", points).orders[0].declared
    assert [spot.x for spot in told.spots] == [65472.0, 65504.0], "there is none after the largest"
    assert [there.point for there in row(oracle, "float32", points).orders[0].declared] == points


def test_nothing_is_said_where_there_is_no_exact_value() -> None:
    value, first, _ = row(of("Abs(x)"), "float16", ["0"]).orders
    least = 2.0**-24
    assert [spot.x for spot in value.declared[0].spots] == [-least, 0, least]
    assert [(spot.x, spot.got) for spot in first.declared[0].spots] == [(-least, -1), (least, 1)]


def test_a_wrong_value_there_is_told_and_counts(oracle: Oracle) -> None:
    x = float(np.float32(POINT))
    found = row(oracle, "float32", [POINT], lambda at, good: np.where(at == x, good + 0.25, good))
    value, first, _ = (accuracy.declared[0] for accuracy in found.orders)
    assert [spot.size <= 0.5 for spot in value.spots] == [True, True, True]
    assert [spot.size <= 0.5 for spot in first.spots] == [True, False, True]
    assert first.spots[1].got == pytest.approx(first.spots[1].exact + 0.25)
    assert found.orders[1].max_error == first.spots[1]
    assert ("error", x) in {(flag.kind, flag.x) for flag in find_flags([found])}
    lost = row(oracle, "float32", [POINT], lambda at, good: np.where(at == x, np.nan, good)).orders[1].declared[0]
    assert (str(lost.spots[1].got), lost.spots[1].size) == ("nan", np.inf)


# The record, the page and the data ------------------------------------------------------------------------------------


def project(folder: Path, points: str) -> Definition:
    """A definition with points, as YAML."""
    file = folder / "snippets/demo/definition.yml"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        "name: Demo\nexpression: tanh(x)\nderivative: 1 - tanh(x)**2\n"
        f"apis: [{{name: numpy.tanh, audit: true}}]\n{points}"
    )
    return definition.read(folder, "demo")


def audit(row: Row) -> Audit:
    return Audit("demo", (row,), {row.dtype: row.orders}, {"NumPy": "2"}, "machine", ())


def altered(row: Row, change: Callable[[Declared], Declared]) -> Audit:
    """An audit in which something else is told at declared points of the first derivative."""
    value, first, second = row.orders
    first = dataclasses.replace(first, declared=tuple(map(change, first.declared)))
    return audit(dataclasses.replace(row, orders=(value, first, second)))


def test_the_record_notices_a_wrong_value(oracle: Oracle, tmp_path: Path) -> None:
    entry, whole = project(tmp_path, f'points: ["{POINT}"]'), row(oracle, "float32", [POINT])
    assert record.record(tmp_path, entry, audit(whole))
    lines = (tmp_path / "snippets/demo/audit.yml").read_text().splitlines()
    assert sum(line.startswith(f"        at {POINT}: [") for line in lines) == 3
    assert record.problems(tmp_path, entry, audit(whole)) == []

    def off(size: float) -> Audit:
        def change(told: Declared) -> Declared:
            before, here, after = told.spots
            return dataclasses.replace(told, spots=(before, dataclasses.replace(here, size=size), after))

        return altered(whole, change)

    assert record.problems(tmp_path, entry, off(3.5)) == [], "another processor may round more often"
    (problem,) = record.problems(tmp_path, entry, off(9.0))
    assert problem.line
    assert lines[problem.line - 1].startswith(f"        at {POINT}: [")
    assert f"first: at {POINT} is something else" in problem.reason
    assert len(record.problems(tmp_path, entry, off(np.inf))) == 1
    assert record.record(tmp_path, entry, off(np.inf))
    assert record.problems(tmp_path, entry, off(np.inf)) == []
    assert len(record.problems(tmp_path, entry, off(9.0))) == 1
    assert len(record.problems(tmp_path, entry, audit(row(oracle, "float32", [])))) == 3, "a point is no longer told"


def test_the_page_tells_the_result_and_its_neighbours_where_they_are_off(oracle: Oracle, tmp_path: Path) -> None:
    entry = project(tmp_path, "")

    def rows(found: Row, language: str) -> list[list[str]]:
        text = audit_fragments(entry, audit(found), language)["audit.md"]
        (part,) = [part for part in text.split("/// details") if "−2" in part.partition("\n")[0]]
        return [line.strip("| ").split(" | ")[-4:] for line in part.splitlines() if "| float32 |" in line]

    for language in ("en", "zh"):
        ((x, value, first, _),) = rows(row(oracle, "float32", ["-2"]), language)
        assert (x, value.partition(" ")[0], first.partition(" ")[0]) == ("−2", "−0.964027583599", "0.0706508234143")
        right = row(oracle, "float32", ["-2"], lambda at, good: np.where(at > -2, good + 0.25, good))
        here, after = rows(right, language)
        assert (here[0], after[0]) == ("−2", "−1.9999999")
        assert after[2].startswith("0.32 <small>")
        assert "0.071" in after[2]
    text = audit_fragments(entry, audit(row(oracle, "float32", [])), "en")["audit.md"]
    assert "What is returned" not in text


def test_the_data_has_every_result(oracle: Oracle) -> None:
    order = measured(row(oracle, "float32", ["-2.0"]))["orders"][0]
    (told,) = order["declared"]
    assert (told["point"], told["x"], len(told["results"])) == ("-2.0", -2.0, 3)
    assert set(told["results"][1]) == {"ulp", "x", "got", "exact"}


# The definition -------------------------------------------------------------------------------------------------------


def test_points_are_texts_of_the_definition(tmp_path: Path) -> None:
    assert project(tmp_path, "").points == ()
    assert project(tmp_path, 'points: ["20", "-1e-3", "0.1"]').points == ("20", "-1e-3", "0.1")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x", "'x' is no number; write it as 20"),
        ("1/3", "'1/3' is no number"),
        ("nan", "'nan' is no finite number"),
        ("-inf", "'-inf' is no finite number"),
        ("1e309", "'1e309' is beyond the range of every format: the largest number is 1.7977e+308"),
        ("-1e999999999", "'-1e999999999' is beyond the range of every format"),
        ("1e-330", "'1e-330' rounds to 0 in every format"),
        ("20.0", "'20.0' is the same number as '20' above"),
        ("2e1", "'2e1' is the same number as '20' above"),
    ],
)
def test_a_wrong_point_is_named_with_its_line(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        project(tmp_path, f'points:\n  - "20"\n  - "{text}"\n')
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("snippets/demo/definition.yml", 7)
    assert problem.reason.startswith(f"points: {reason}")


def test_a_point_is_quoted_and_every_wrong_one_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"YAML reads 0\.1 as the number 0\.1; quote it"):
        project(tmp_path, "points: [0.1]")
    with pytest.raises(SourceError) as caught:
        project(tmp_path, 'points: ["a", "20", "b"]')
    assert len(caught.value.problems) == 2


def test_a_function_of_a_vector_has_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is no point of a function of a vector"):
        project(tmp_path, 'points: ["20"]\nentries: n')


def test_other_points_measure_the_libraries_of_that_function_again(tmp_path: Path) -> None:
    entry = project(tmp_path, 'points: ["20"]')
    other = dataclasses.replace(entry, points=("20", "0"))
    assert measuring._key(entry) != measuring._key(other)
    assert measuring._exact_key(entry) == measuring._exact_key(other), "the exact values stay"
