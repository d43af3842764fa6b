"""The data of a function: its form, and that the schema describes and demands all of it."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from engine.accuracy import decimals
from engine.accuracy.audit import Audit
from engine.accuracy.results import Accuracy, Apart, Declared, Edge, Integers, Part, Row, Spot, Step
from engine.base.errors import Problem
from engine.base.store import Store
from engine.compare.verdict import Verdict
from engine.mathematics.derivation.evidence import Evidence, Report
from engine.mathematics.facts import load
from engine.mathematics.kinks import shape
from engine.names.check import PublicName
from engine.render import datasheet, published
from engine.run.runner import Result
from engine.sources.definition import Definition, Parameter
from engine.sources.includes import Place
from engine.sources.snippets import Snippet

ROOT = Path(__file__).parents[2]
DEFINITION = Definition(
    path=Path("snippets/demo/definition.yml"),
    name="Demo",
    expression="a*x",
    stable="a*x",
    derivative="a",
    parameters=(Parameter("a", "a", "positive", 1),),
    compare={},
    apis=(),
    figure={},
    absent={},
)
FACTS = """\
variables: {x: real, a: positive}
where: ["f_a(x) = a x"]
facts:
  definition:
    name: {en: Definition, zh: 定义}
    tex: f_a(x) = a x
    because: [expression: f_a(x)]
"""


def verdict(topic: str, output: str, folder: str = "claims") -> Verdict:
    path = Path("snippets/demo", folder, f"{topic}.py")
    snippet = Snippet(root=ROOT, path=path, source="", imports=(), modules=(), worker="numpy")
    return Verdict(snippet, Result(output, versions={"NumPy": "2"}), None)


def accuracy(size: float) -> Accuracy:
    spot = Spot(size, 0.1, 0.5, 0.25)
    part = Part("left", "tail", error=spot, step=Step(size, spot, spot), alone=Apart(size, 0.1, 0.5, 0.25))
    ends, at = (Edge("zero", 1.0, 2.0, False),), {"nan": (math.nan, None), "inf": (1.0, math.inf)}
    return Accuracy(0, 9, spot, math.nan, (part,), 3, ends, at, (), declared=(Declared("0.1", 0.1, (spot,)),))


@pytest.fixture
def text(tmp_path: Path) -> str:
    file = tmp_path / "snippets/demo/facts.yml"
    file.parent.mkdir(parents=True)
    file.write_text(FACTS, encoding="utf-8")
    facts = load(tmp_path, DEFINITION)
    integers = (Integers("int8", "", "float16", 0.5), Integers("int32", "no", "", None))
    row = Row("a.b", "a", "A", "float32", "", "", "float32", "", (accuracy(1.23456),), integers)
    lost = Row("a.b", "a", "A", "float64", "lender", "", "float64", "none", (accuracy(math.inf),), integers)
    refused = Row("a.b", "a", "A", "float16", "", "no", "", "", (), integers)
    claims = [
        verdict("b_c", "1\nverdict: half true\n"),
        verdict("a", "verdict: true\n"),
        verdict("none", "1\n"),
        verdict("other", "verdict: maybe\n"),
        verdict("recipe", "verdict: true\n", "recipes"),
    ]
    return datasheet.datasheet(
        DEFINITION,
        [(fact, Report("", (), (Evidence(True, 60, 50),))) for fact in facts],
        [PublicName("a.b", "A", "1.0", {"beta": 1})],
        claims,
        [],
        Audit("demo", (row, lost, refused), {}, {"B": "2.0"}, "", ()),
        decimals.evaluate((DEFINITION.expression, {"a": 1.0}, "")),
        {
            "demo/checks.md": Place("functions/demo/mathematics.md"),
            "demo/claims/a.md": Place("functions/demo.md"),
            "demo/claims/b_c.md": Place("functions/demo/mathematics.md"),
        },
    )


def test_it_says_what_was_found(text: str) -> None:
    data = json.loads(text)
    assert data["$schema"] == "function.schema.json"
    definition = {"latex": "f_a(x) = a x", "sympy": "a*x", "stable": "a*x", "derivative": "a", "entries": None}
    assert data["definition"] == definition | {"within": None}
    (fact,) = data["facts"]
    assert (fact["check"], fact["checked"], len(fact["how"])) == ("mathematics/#fact-definition", True, 1)
    assert fact["how"][0]["points"] == 60
    assert [(claim["id"], claim["verdict"], claim["place"]) for claim in data["claims"]] == [
        ("a", "true", "#claim-a"),
        ("b_c", "half true", "mathematics/#claim-b-c"),
    ]
    first, second, third = data["accuracy"]
    order = first["orders"][0]
    assert order["max"] == {"ulp": 1.235, "x": 0.1, "got": 0.5, "exact": 0.25}
    assert order["parts"][0]["step"] == {"ulp": 1.235, "before": order["max"], "after": order["max"]}
    assert order["parts"][0]["alone"] == {"ulp": 1.235, "x": 0.1, "together": 0.5, "alone": 0.25}
    assert order["parts"][0]["nan"] is None
    assert order["ends"] == [{"kind": "zero", "near": 1.0, "far": 2.0, "onward": False}]
    assert order["declared"] == [{"point": "0.1", "x": 0.1, "results": [order["max"]]}]
    assert order["at"] == [{"x": "inf", "got": 1.0, "limit": "inf"}, {"x": "nan", "got": "nan", "limit": None}]
    assert [given["returns"] for given in first["integers"]] == ["float16", None]
    assert (first["lent"], second["lent"], second["no_derivative"], third["refused"]) == (None, "lender", "none", "no")
    assert (second["orders"][0]["max"]["ulp"], second["orders"][0]["mean_ulp"]) == ("inf", "nan")
    assert (third["returns"], third["orders"]) == (None, [])
    assert data["versions"] == {"A": "1.0", "B": "2.0", "NumPy": "2"}


def test_it_is_sorted_utf_8_and_valid(text: str, tmp_path: Path) -> None:
    assert "定义" in text
    assert text == json.dumps(json.loads(text), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    assert datasheet.faults(DEFINITION, text, Store(tmp_path)) == []


def test_a_fact_that_does_not_hold_is_not_checked(tmp_path: Path) -> None:
    file = tmp_path / "snippets/demo/facts.yml"
    file.parent.mkdir(parents=True)
    file.write_text(FACTS, encoding="utf-8")
    broken = [(fact, Report("", (Problem("a", "b"),))) for fact in load(tmp_path, DEFINITION)]
    data = json.loads(datasheet.datasheet(DEFINITION, broken, [], [], [], None, []))
    assert (data["facts"][0]["checked"], data["facts"][0]["how"]) == (False, [])


HARDSHRINK = replace(
    DEFINITION, expression="Piecewise((x, Abs(x) > a), (0, True))", parameters=(Parameter("a", "a", "positive", 0.5),)
)
ONE = "1.00000000000000000000000000000e+0"


def test_it_tells_every_kink_from_both_sides(tmp_path: Path) -> None:
    values = decimals.evaluate((HARDSHRINK.expression, HARDSHRINK.defaults, ""))
    found = [PublicName("a.b", "A", "1.0", {})]
    kinks = shape(HARDSHRINK.expression, HARDSHRINK.defaults).kinks
    text = datasheet.datasheet(HARDSHRINK, [], found, [], [], None, values, kinks=kinks)
    assert datasheet.faults(HARDSHRINK, text, Store(tmp_path)) == []
    data = json.loads(text)
    low, high = data["kinks"]
    half = "5.00000000000000000000000000000e-1"
    assert (low["place"], low["kind"], low["left"]["value"], low["value"]) == ("-0.5", "jump", f"-{half}", "0")
    assert high == {
        "place": "0.5", "x": 0.5, "kind": "jump", "order": 0, "value": "0",
        "left": {"value": "0", "first": "0", "second": "0"},
        "right": {"value": half, "first": ONE, "second": "0"},
    }  # fmt: skip
    (row,) = (row for row in data["values"]["rows"] if row["x"] == 0.5)
    assert (row["value"], row["first"]) == ("0", {"left": "0", "right": ONE})
    for spoil in ({"kind": "corner"}, {"order": -1}, {"place": "about 1"}, {"left": None}):
        data["kinks"][0] |= spoil
        (problem,) = datasheet.faults(HARDSHRINK, json.dumps(data), Store(tmp_path))
        assert f"not valid at $.kinks[0].{next(iter(spoil))}" in str(problem)
        data = json.loads(text)


Break = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("spoil", "where"),
    [
        (lambda data: data.pop("name"), "$"),
        (lambda data: data.update(more=1), "$"),
        (lambda data: data["claims"][0].update(verdict="maybe"), "$.claims[0].verdict"),
        (lambda data: data["values"]["rows"][0].update(value=1.5), "$.values.rows[0]"),
        (lambda data: data["values"]["rows"][0].update(value="0.5"), "$.values.rows[0]"),
        (lambda data: data["values"]["rows"][0].update(first={}), "$.values.rows[0]"),
        (lambda data: data["values"]["rows"][0].update(first={"left": "0"}), "$.values.rows[0]"),
        (lambda data: data["values"]["rows"][0].update(value={"left": "0", "right": "0"}), "$.values.rows[0]"),
        (lambda data: data["accuracy"][0].update(dtype="float8"), "$.accuracy[0]"),
        (lambda data: data["accuracy"][0]["orders"][0]["max"].update(ulp="big"), "$.accuracy[0]"),
        (lambda data: data["facts"][0]["how"][0].update(points=0), "$.facts[0].how[0].points"),
        (lambda data: data.update(apis={}), "$.apis"),
    ],
)
def test_what_the_schema_forbids_is_a_problem_every_time(text: str, tmp_path: Path, spoil: Break, where: str) -> None:
    data = json.loads(text)
    spoil(data)
    for _ in range(2):
        (problem,) = datasheet.faults(DEFINITION, json.dumps(data), Store(tmp_path / "store"))
        assert str(problem).startswith(f"snippets/demo/definition.yml: its datasheet is not valid at {where}: ")


def properties(schema: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every property and list item of a schema, with its path."""
    if isinstance(schema, dict):
        for name, part in schema.get("properties", {}).items():
            yield f"{path}/{name}", part
        for key in ("items", "properties", "$defs", "anyOf"):
            for name, part in enumerate_parts(schema.get(key)):
                yield from properties(part, f"{path}/{name}")


def enumerate_parts(value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, list):
        return [(str(i), part) for i, part in enumerate(value)]
    if isinstance(value, dict) and "type" in value and isinstance(value["type"], (str, list)):
        return [("items", value)]
    return list(value.items()) if isinstance(value, dict) else []


def test_the_schema_is_valid_and_describes_every_key() -> None:
    schema = json.loads(published.schema().content)
    jsonschema.Draft202012Validator.check_schema(schema)
    found = list(properties(schema))
    assert len(found) > 60
    assert [path for path, part in found if len(part.get("description", "")) < 5] == []


def test_the_licence_is_the_project_s() -> None:
    assert tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["license"] == datasheet.LICENCE
