"""Assertions over the data of a function: they hold of what was measured, and of nothing else."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.base.errors import SourceError
from engine.base.store import Store
from engine.render.assertions import Assertion, Data, Tables, contradicts, evaluate, fault, fragments, problems, read
from engine.sources.includes import Place

ROOT = Path(__file__).parents[2]

# The language of conditions -------------------------------------------------------------------------------------------


def spot(ulp: float | str, x: float = 1.0) -> dict[str, Any]:
    return {"ulp": ulp, "x": x, "got": 0.5, "exact": 0.25}


def row(library: str, dtype: str, ulp: float | str, zero: Any = None) -> dict[str, Any]:
    part = {"side": "left", "reach": "tail", "error": spot(ulp), "zero": zero}
    at = [{"x": "nan", "got": "nan", "limit": None}, {"x": "inf", "got": 1.0, "limit": 1.0}]
    ends = [{"kind": "inf", "near": 3.0, "onward": False}]
    order = {"order": "value", "points": 9, "parts": [part], "at": at, "ends": ends}
    return {"library": library, "dtype": dtype, "orders": [order]}


DATA: dict[str, Any] = {
    "accuracy": [row("A", "float32", 1.0), row("A", "float64", "inf"), row("B", "float32", 3.0, spot(9.0))],
    "apis": [{"name": "a.f", "defaults": {"beta": 1}}],
    "claims": [],
    "history": [],
    "versions": {"A": "1.2"},
}

HOLD = [
    'all(part.error.ulp <= 3 for part in parts(dtype="float32"))',
    'all(part.zero is None for part in parts(library="A"))',
    'any(ulp(part.zero) > 8 for part in parts(library=["A", "B"]))',
    'parts(library="A", dtype="float64")[0].error.ulp > 1e300',
    '{part.library for part in parts() if ulp(part.error) > 2} == {"A", "B"}',
    'all(at.got == at.limit for order in orders(order="value") for at in order.at if at.x == at.x)',
    "all(at.got != at.got for order in orders() for at in order.at if at.x != at.x)",
    'all(end.kind == "inf" for order in orders() for end in order.ends)',
    'apis(name="a.f")[0].defaults.beta == 1',
    'versions(library="A")[0].version == "1.2"',
    "len(accuracy()) == 3 and max(ulp(part.zero) for part in parts()) == 9",
]


@pytest.mark.parametrize("condition", HOLD)
def test_what_holds_has_no_fault(condition: str) -> None:
    assert fault(condition, Tables(DATA)) == ""
    assert fault(f"not ({condition})", Tables(DATA)) != ""


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("all(part.error.ulp < 3 for part in parts())", "A float64 value left tail error inf ulp; B float32 value"),
        ("len(parts()) == 3 and len(orders()) == 4", "len(orders()) is 3"),
        ('{part.library for part in parts()} == {"A"}', "is ['A', 'B']"),
        ('all(part.error.ulp < 9 for part in parts(library="C"))', "no parts chosen with library='C'"),
        (
            'all(part.error.ulp < 9 for part in parts(library=["A", "B"], dtype="float64"))',
            "no parts chosen with library='B'",
        ),
        ('all(part.error.ulp < 9 for part in parts(libary="A"))', "parts have no column 'libary'"),
        ("all(part.zero.ulp < 99 for part in parts())", "AttributeError"),
        ("all(part.eror is None for part in parts())", "AttributeError"),
        ("all(part.error.ulp < 9 for part in parts() if part.error.ulp > 1e9 and part.zero)", "`all` of nothing"),
        ("not any(part.zero for part in parts() if part.reach == 'middle')", "`any` of nothing"),
        ("len(claims()) == 0", "there are no claims"),
        ("True", "asks for nothing in the data"),
        ("parts()", "neither true nor false"),
        ("len(parts())", "is 3, neither true nor false"),
        ("all(part for part in part())", "NameError"),
        ("open('x') and len(parts()) == 3", "NameError"),
        ("len(parts( == 3", "SyntaxError"),
    ],
)
def test_what_does_not_hold_or_says_nothing_is_told(condition: str, said: str) -> None:
    assert said in fault(condition, Tables(DATA))


def says_nothing(condition: str) -> bool:
    said = Data(json.dumps(DATA)).fault(condition)
    assert said == "" or said.startswith("holds whatever was measured")
    return said != ""


@pytest.mark.parametrize(
    "condition",
    [
        "len(parts()) == 3",
        "all(ulp(part.error) >= 0 or ulp(part.error) < 0 for part in parts())",
        'all(part.error.ulp < 9 for part in parts(dtype="float32")) or True',
        '{row.library for row in accuracy()} == {"A", "B"}',
    ],
)
def test_what_no_data_would_contradict_says_nothing(condition: str) -> None:
    assert says_nothing(condition)


def test_each_kind_of_change_contradicts_something() -> None:
    told = [
        'all(part.error.ulp <= 3 for part in parts(dtype="float32"))',
        "all(part.error.ulp > 0 for part in parts())",
        "any(part.zero is not None for part in parts())",
        'all(part.zero is None for part in parts(library="A"))',
        "parts()[0].error.ulp - parts()[0].error.got == 0.5",
        'versions(library="A")[0].version == "1.2"',
        "not any(end.onward for order in orders() for end in order.ends)",
        'apis(name="a.f")[0].defaults.beta == 1',
    ]
    assert not any(map(says_nothing, told))
    assert not contradicts("all(part.eror for part in parts())", Tables(DATA)), "an error is no contradiction"


# The file, its sentences and its marks --------------------------------------------------------------------------------

PLACES = {"demo/holds/good.md": Place("functions/demo.md"), "demo/assertions.md": Place("functions/demo.md")}


@pytest.fixture
def asserted(tmp_path: Path) -> list[Assertion]:
    file = tmp_path / "snippets/demo/assertions.yml"
    file.parent.mkdir(parents=True)
    file.write_text(
        "# head\ngood: >-\n  max(ulp(part.error)\n  for part in parts()) > 9\nbad: len(parts()) == 4\n",
        encoding="utf-8",
    )
    return evaluate(read(tmp_path, "demo"), Data(json.dumps(DATA)), Store(tmp_path / "store"))


def test_what_holds_is_kept_for_the_same_data_and_nothing_else(asserted: list[Assertion], tmp_path: Path) -> None:
    data, asked = Data(json.dumps(DATA)), []
    data.fault = lambda condition: asked.append(condition) or ""  # type: ignore[method-assign]
    bad = [one for one in asserted if one.fault]
    assert 0 < len(bad) < len(asserted)
    evaluate(asserted, data, Store(tmp_path / "store"))
    assert asked == [one.condition for one in bad]
    asked.clear()
    data.known = data.known | {"versions": {"A": "another"}}
    evaluate(asserted, data, Store(tmp_path / "store"))
    assert asked == [one.condition for one in asserted]


def test_what_is_false_or_bound_to_no_sentence_is_a_problem_with_its_line(asserted: list[Assertion]) -> None:
    found = problems(asserted, "demo", {"en": PLACES, "zh": PLACES | {"demo/holds/bad.md": Place("functions/demo.md")}})
    false, unbound = found
    assert (false.path, false.line) == ("snippets/demo/assertions.yml", 5)
    assert false.reason == "bad does not hold"
    assert "len(parts()) is 3" in false.detail
    assert "docs/zh/functions/demo.md" in false.detail
    assert (unbound.line, "docs/en" in unbound.reason) == (5, True)
    assert '--8<-- "demo/holds/bad.md"' in unbound.reason
    assert problems(asserted[:1], "demo", {"en": PLACES}) == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_mark_leads_to_its_condition(asserted: list[Assertion], language: str) -> None:
    texts = dict(fragments(asserted, "demo", language, PLACES))
    assert set(texts) == {"holds/good.md", "assertions.md"}, "what is not bound has no mark"
    assert texts["holds/good.md"].startswith("[✓](#holds-good){ .check title=")
    assert "\n" not in texts["holds/good.md"], "it would end the paragraph of its sentence"
    assert "✓ `max(ulp(part.error) for part in parts()) > 9`\n{ #holds-good }" in texts["assertions.md"]
    assert "✗ `len(parts()) == 4`" in texts["assertions.md"]
    elsewhere = PLACES | {"demo/assertions.md": Place("functions/demo/more.md")}
    assert "(demo/more.md#holds-good)" in dict(fragments(asserted, "demo", language, elsewhere))["holds/good.md"]


def test_a_function_needs_no_assertions(tmp_path: Path) -> None:
    assert read(tmp_path, "demo") == []
    assert dict(fragments([], "demo", "en", {})) == {}


@pytest.mark.parametrize("text", ["", "Bad Name: true\n", "good: 3\n", "good: ''\n", "{}\n"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, text: str) -> None:
    file = tmp_path / "snippets/demo/assertions.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=r"snippets/demo/assertions\.yml"):
        read(tmp_path, "demo")


# What the Softplus page says ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def softplus(first_build: object) -> dict[str, Any]:
    """The data that the build of the site has published."""
    data: dict[str, Any] = json.loads((ROOT / ".cache/downloads/functions/softplus.json").read_text(encoding="utf-8"))
    return data


Change = Callable[[dict[str, Any]], None]


def parts(data: dict[str, Any], library: str, dtype: str, order: str, side: str, reach: str) -> list[dict[str, Any]]:
    """The parts of the line of one order; empty texts are for all."""
    found = [
        part
        for row in data["accuracy"]
        if library in ("", row["library"]) and dtype in ("", row["dtype"])
        for one in row["orders"]
        if order in ("", one["order"])
        for part in one["parts"]
        if side in ("", part["side"]) and reach in ("", part["reach"])
    ]
    assert found
    return found


def off(ulp: float, *where: str, kind: str = "error") -> Change:
    """Results that are off by so many units somewhere."""

    def change(data: dict[str, Any]) -> None:
        for part in parts(data, *where):
            part[kind] = (part[kind] or spot(0.0)) | {"ulp": ulp}

    return change


def without(kind: str, *where: str) -> Change:
    """No fault of a kind somewhere."""

    def change(data: dict[str, Any]) -> None:
        for part in parts(data, *where):
            part[kind] = None

    return change


def integers(library: str, index: int, **cells: Any) -> Change:
    """Something else from integers of one type."""

    def change(data: dict[str, Any]) -> None:
        for row in data["accuracy"]:
            if row["library"] == library:
                row["integers"][index].update(cells)

    return change


def nonfinite(x: str, got: float | str) -> Change:
    def change(data: dict[str, Any]) -> None:
        next(at for at in data["accuracy"][-1]["orders"][-1]["at"] if at["x"] == x)["got"] = got

    return change


def mean(library: str, ulp: float) -> Change:
    def change(data: dict[str, Any]) -> None:
        next(row for row in data["accuracy"] if row["library"] == library)["orders"][0]["mean_ulp"] = ulp

    return change


def worst(library: str, dtype: str, order: str, **cells: float) -> Change:
    def change(data: dict[str, Any]) -> None:
        for row in data["accuracy"]:
            for one in row["orders"]:
                if (row["library"], row["dtype"], one["order"]) == (library, dtype, order):
                    one["max"].update(cells)

    return change


def fewer(dtype: str) -> Change:
    """Not all numbers of a type."""

    def change(data: dict[str, Any]) -> None:
        next(row for row in data["accuracy"] if row["dtype"] == dtype)["orders"][0]["points"] -= 1

    return change


def ends(library: str, dtype: str, near: float) -> Change:
    """Zeros of the second derivative that begin elsewhere on the right."""

    def change(data: dict[str, Any]) -> None:
        (row,) = (row for row in data["accuracy"] if (row["library"], row["dtype"]) == (library, dtype))
        next(end for end in row["orders"][2]["ends"] if end["near"] > 0)["near"] = near

    return change


def endless(library: str, dtype: str, order: int) -> Change:
    """A value, or a derivative, that is rounded to zero nowhere."""

    def change(data: dict[str, Any]) -> None:
        (row,) = (row for row in data["accuracy"] if (row["library"], row["dtype"]) == (library, dtype))
        row["orders"][order]["ends"] = [end for end in row["orders"][order]["ends"] if end["near"] > 0]

    return change


def defaults(api: str, **given: Any) -> Change:
    """Other arguments of a name."""

    def change(data: dict[str, Any]) -> None:
        next(row for row in data["apis"] if row["name"] == api)["defaults"] = given

    return change


def verdict(experiment: str, said: str) -> Change:
    """Another verdict of a claim."""

    def change(data: dict[str, Any]) -> None:
        next(claim for claim in data["claims"] if claim["id"] == experiment)["verdict"] = said

    return change


def unmeasured(library: str) -> Change:
    def change(data: dict[str, Any]) -> None:
        next(row for row in data["accuracy"] if row["library"] == library)["orders"].pop()

    return change


TAIL = ("PyTorch", "float64", "value", "right", "tail")
SLOPE = ("PyTorch", "float64", "first", "right", "tail")
#: By assertion, changes of the data, each of which makes its sentence wrong.
BROKEN: dict[str, list[Change]] = {
    "stable": [
        off(9.0, "PyTorch", "float32", "value", "right", "tail", kind="infinite"),
        off(9.0, "JAX", "float64", "value", "left", "tail", kind="zero"),
        off(9.0, "NumPy", "float16", "value", "left", "middle", kind="nan"),
    ],
    "verdicts": [verdict("smooth", "true"), verdict("closed_form", "half true"), verdict("cost", "false")],
    "approximation": [verdict("approximation", "true")],
    "stepped-sum": [verdict("stepped_sum", "true")],
    "arguments": [defaults("jax.nn.softplus", threshold=20), defaults("tensorflow.nn.softplus", name="softplus")],
    "points": [fewer("float16"), fewer("bfloat16")],
    "value-zero": [endless("SciPy", "float64", 0), endless("JAX", "float16", 0)],
    "gradient-zero": [endless("JAX", "bfloat16", 1), endless("PyTorch", "float32", 1)],
    "values": [
        off(5.0, "JAX", "float32", "value", "left", "middle"),
        off(1.0, "TensorFlow", "float64", "value", "left", ""),
        off(9.0, "SciPy", "float16", "value", "right", "tail", kind="zero"),
    ],
    "values-pytorch": [
        lambda data: parts(data, *TAIL)[0]["error"].update(x=19.0),
        lambda data: parts(data, *TAIL)[0]["error"].update(got=20.0),
        off(5.0, "PyTorch", "float64", "value", "left", "tail"),
    ],
    "values-tensorflow": [
        off(5.0, "TensorFlow", "bfloat16", "value", "right", "middle"),
        worst("TensorFlow", "float32", "value", x=3.0),
        worst("TensorFlow", "float64", "value", x=-20.0),
    ],
    "first-pytorch": [
        lambda data: parts(data, *SLOPE)[0]["error"].update(got=0.9),
        lambda data: parts(data, *SLOPE)[0]["error"].update(x=36.0),
    ],
    "first-jax": [
        off(99.0, "JAX", "float64", "first", "left", "middle"),
        off(1.0, "JAX", "float32", "first", "right", "tail"),
    ],
    "first-others": [
        worst("TensorFlow", "float64", "first", ulp=9.0),
        worst("JAX", "float64", "first", ulp=2.0),
    ],
    "second-left": [
        off(99.0, "TensorFlow", "float64", "second", "left", "middle"),
        off(9.0, "JAX", "float32", "second", "left", "tail", kind="zero"),
    ],
    "second-right": [
        off(1.0, "PyTorch", "float32", "second", "right", "middle"),
        without("zero", "TensorFlow", "float16", "second", "right", "tail"),
    ],
    "second-ends": [ends("PyTorch", "float32", 20.0), ends("TensorFlow", "float64", 20.0)],
    "subnormal": [
        off(0.5, "TensorFlow", "float32", "value", "left", "tail", kind="subnormal"),
        off(99.0, "PyTorch", "float32", "value", "left", "tail", kind="flushed"),
        off(99.0, "JAX", "float16", "first", "left", "tail", kind="flushed"),
        without("flushed", "TensorFlow", "float64", "first", "left", "tail"),
    ],
    "alone": [off(3.0, "NumPy", "float32", "value", "left", "tail", kind="alone")],
    "integers": [
        integers("PyTorch", 0, refused=None, returns="float32"),
        integers("JAX", 3, refused="TypeError", returns=None),
    ],
    "integers-numpy": [integers("NumPy", 0, returns="float64")],
    "integers-jax": [integers("JAX", 3, returns="float64")],
    "keras": [
        unmeasured("Keras (JAX)"),
        mean("Keras (JAX)", 9.0),
        worst("Keras (PyTorch)", "float32", "value", ulp=9.0),
    ],
    "finite": [
        off(9.0, "SciPy", "float16", "value", "right", "tail", kind="nan"),
        off(9.0, "JAX", "float64", "second", "right", "tail", kind="infinite"),
    ],
    "nonfinite": [nonfinite("nan", 0.0), nonfinite("inf", 3.0), nonfinite("-inf", "nan")],
}


def test_the_page_is_right(softplus: dict[str, Any], tmp_path: Path) -> None:
    said = evaluate(read(ROOT, "softplus"), Data(json.dumps(softplus)), Store(tmp_path))
    assert {one.id: one.fault for one in said} == dict.fromkeys(BROKEN, "")


@pytest.mark.parametrize(("name", "change"), [(name, change) for name, some in BROKEN.items() for change in some])
def test_other_data_contradict_the_page(softplus: dict[str, Any], name: str, change: Change, tmp_path: Path) -> None:
    data = copy.deepcopy(softplus)
    change(data)
    assert data != softplus
    contradicted = [
        one for one in evaluate(read(ROOT, "softplus"), Data(json.dumps(data)), Store(tmp_path)) if one.fault
    ]
    assert name in [one.id for one in contradicted]
    assert all("Error" not in one.fault for one in contradicted), "not for another reason"
