"""All functions side by side: each picture is the function, each line is one that the build called."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import numpy as np
import pytest
from shared import ROOT

from engine.base.errors import SourceError
from engine.base.libraries import TABS
from engine.render import overview
from engine.render.overview import GALLERY, PORTING, TABLE, Known
from engine.render.thumbnails import HIGH, LOW, REACH, thumbnail
from engine.sources import definition, topics
from engine.sources.definition import Api, Definition
from engine.sources.includes import Place

NAME = {"library": "A", "version": "1", "defaults": {}}
PLACES = {
    GALLERY: Place("index.md"),
    TABLE: Place("functions/index.md"),
    PORTING: Place("porting.md"),
    "relu/apis.md": Place("functions/relu.md"),
    "leaky_relu/apis.md": Place("functions/leaky_relu.md"),
}


def lines(picture: str, which: str) -> list[np.ndarray]:
    """The points of each line of a curve, in the function's own coordinates."""
    outline = re.search(rf'class="{which}" d="([^"]*)"', picture)
    assert outline
    parts = [[*map(float, re.split(r"[ L]", part))] for part in outline[1].split("M")[1:]]
    return [np.array(part).reshape(-1, 2) * (1, -1) for part in parts]


def entry(expression: str, derivative: str = "0") -> Definition:
    made = definition.read(ROOT, "relu")
    return dataclasses.replace(made, expression=expression, stable=expression, derivative=derivative)


@pytest.mark.parametrize(
    ("name", "function", "slope", "borders"),
    [
        ("relu", lambda x: np.maximum(x, 0), lambda x: x > 0, [0.0]),
        ("hardshrink", lambda x: x * (abs(x) > 0.5), lambda x: abs(x) > 0.5, [-0.5, 0.5]),
        ("tanh", np.tanh, lambda x: 1 - np.tanh(x) ** 2, []),
        ("silu", lambda x: x / (1 + np.exp(-x)), None, []),
    ],
)
def test_a_picture_is_the_function(name, function, slope, borders) -> None:
    picture = thumbnail(definition.read(ROOT, name), borders)
    for which, exact in (("curve", function), ("slope", slope)):
        covered = 0.0
        for line in lines(picture, which) if exact else []:
            x = np.linspace(line[0, 0], line[-1, 0], 500)[1:-1]
            x = x[np.abs(x[:, None] - np.array([*borders, 99.0])).min(axis=1) > 0.02]
            y = np.clip(exact(x), LOW - 1, HIGH + 1)
            assert np.abs(np.interp(x, *line.T) - y).max() < 0.03, (name, which)
            covered += line[-1, 0] - line[0, 0]
        assert not exact or covered == pytest.approx(2 * REACH, abs=0.01)


def test_no_line_joins_the_sides_of_a_jump_and_one_joins_those_of_a_kink() -> None:
    relu = thumbnail(definition.read(ROOT, "relu"), [0.0])
    assert [len(lines(relu, which)) for which in ("curve", "slope")] == [1, 2]
    assert np.abs(lines(relu, "curve")[0] - [(-4, 0), (0, 0), (4, 4)]).max() < 0.01
    assert [line[[0, -1]].tolist() for line in lines(relu, "slope")] == [[[-4, 0], [0, 0]], [[0, 1], [4, 1]]]


def test_a_limit_is_within_the_picture() -> None:
    """SELU's, the lowest of them: cut off, the curve would seem to fall for ever."""
    (curve,) = lines(thumbnail(definition.read(ROOT, "selu"), [0.0]), "curve")
    assert LOW < curve[:, 1].min() < -1.7


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("log(x)", "gives nan at x = -4.00"),
        ("nowhere(x)", "cannot be drawn: "),
        ("sin(200*x)", "no point for what the function does near x"),
        ("sign(x)", "no point for what the function does near x = -0.01"),
    ],
)
def test_what_cannot_be_drawn_is_told_with_its_line(expression: str, reason: str) -> None:
    with pytest.raises(SourceError) as caught:
        thumbnail(entry(expression), [])
    (problem,) = caught.value.problems
    assert problem.path == "snippets/relu/definition.yml"
    assert problem.line == 3
    assert reason in problem.reason
    with pytest.raises(SourceError, match=r"definition\.yml"):
        thumbnail(entry("x", expression), [])


def test_a_wrong_formula_is_another_picture() -> None:
    assert thumbnail(entry("Max(x, 0)"), [0.0]) != thumbnail(entry("Max(x, 0.1)"), [0.1])
    assert thumbnail(entry("Max(x, 0)", "1"), []) != thumbnail(entry("Max(x, 0)", "2"), [])
    assert len(thumbnail(definition.read(ROOT, "mish"), [])) < 1500


@pytest.fixture
def known() -> list[Known]:
    made = []
    for name in ("leaky_relu", "relu"):
        one = definition.read(ROOT, name)
        apis = [{"name": api.name, "call": api.call, "alone": name, **NAME} for api in one.apis]
        facts = [
            {"id": "definition", "latex": "f(x) = |x| = y"},
            {"id": "value-at-zero", "latex": "f(0) = 7"},
            {"id": "smoothness", "latex": r"C^{3}(\mathbb{R})"},
        ]
        made.append(Known(one, {"facts": facts, "apis": apis, "kinks": []}, "<svg/>", topics.lacking(ROOT, one)))
    return made


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_has_the_facts_and_a_dash_for_what_is_not_known(known: list[Known], language: str) -> None:
    texts = overview.overviews(known, language, PLACES)
    assert texts.keys() == {GALLERY, TABLE, PORTING}
    row = next(line for line in texts[TABLE].splitlines() if line.startswith("| [ReLU]"))
    cells = [cell.strip() for cell in row.strip("|").split(" | ")]
    assert cells[:5] == ["[ReLU](relu.md)", "$7$", "–", "–", r"$C^{3}(\mathbb{R})$"]
    assert cells[-1] == r"$f(x) = \vert x\vert  = y$"
    leaky = next(line for line in texts[TABLE].splitlines() if line.startswith("| [LeakyReLU]"))
    assert leaky.endswith({"en": r"$, usually $\alpha = 0.01$ |", "zh": r"$，常用 $\alpha = 0.01$ |"}[language])
    assert "- [<svg/>ReLU](functions/relu.md)" in texts[GALLERY]
    assert overview.overviews(known, language, {TABLE: PLACES[TABLE]}).keys() == {TABLE}


def test_what_to_write_is_what_the_build_calls(known: list[Known]) -> None:
    """A name where there is one, else what is called in its place; and what is something else without arguments."""
    text = overview.overviews(known, "en", PLACES)[PORTING]
    assert "`tensorflow.nn.leaky_relu(x, alpha=0.01)`" in text
    assert f"`{topics.lacking(ROOT, known[0].definition)['numpy']}` (written out)" in text
    assert "no other argument" not in text
    assert text.count('=== "') == len(TABS)
    differs = {"x": [2.0], "defined": 1.0, "computed": 3.0}
    apis = [{"name": "a.b", "call": "a.b(x, 1)", "alone": "", "differs": differs}]
    apis += [{"name": "c.d", "call": "c.d(x, 2)", "alone": "relu"}, {"name": "e.f", "call": "e.f(x)", "alone": None}]
    traps = dataclasses.replace(known[0], data={**known[0].data, "apis": [api | NAME for api in apis]})
    text = overview.overviews([traps, known[1]], "en", PLACES)[PORTING]
    about = "- [LeakyReLU](functions/leaky_relu.md): "
    assert (
        f"{about}`a.b` has other values: 3 at *x* = 2, where this function is 1; here it is called as `a.b(x, 1)`."
        in text
    )
    assert f"{about}`c.d` is [ReLU](functions/relu.md); here it is called as `c.d(x, 2)`." in text
    assert "e.f" not in text
    variant = dataclasses.replace(traps, definition=dataclasses.replace(traps.definition, variant="relu"))
    assert "c.d" not in overview.overviews([variant, known[1]], "en", PLACES)[PORTING]


def test_a_jump_is_told_in_place_of_a_class(known: list[Known]) -> None:
    jump = {**known[1].data, "kinks": [{"kind": "kink", "place": "0"}, {"kind": "jump", "place": "1/2"}]}
    text = overview.overviews([dataclasses.replace(known[1], data=jump)], "en", PLACES)[TABLE]
    assert "| jumps at $1/2$ |" in text
    assert r"\mathbb" not in text


@pytest.mark.parametrize(("name", "said"), [("rrelu", "(in evaluation)"), ("prelu", "(not learned)")])
def test_what_a_line_leaves_out_in_training_is_told(known: list[Known], name: str, said: str) -> None:
    one = definition.read(ROOT, name)
    made = dataclasses.replace(known[1], definition=one, lacking=topics.lacking(ROOT, one))
    assert f"(written out) {said} |" in overview.overviews([made], "en", PLACES)[PORTING]


def test_a_framework_without_a_line_has_a_dash(known: list[Known]) -> None:
    only = dataclasses.replace(known[1].definition, apis=(Api("torch.relu", "torch.relu(x)", {}, False),))
    text = overview.overviews([dataclasses.replace(known[1], definition=only, lacking={})], "en", PLACES)[PORTING]
    assert text.count("| – |") == len(TABS) - 1


def test_each_language_has_the_pages_that_show_all_functions() -> None:
    for language in ("en", "zh"):
        home, table, porting = (
            Path(ROOT, "docs", language, name).read_text(encoding="utf-8")
            for name in ("index.md", "functions/index.md", "porting.md")
        )
        assert GALLERY in home
        assert TABLE in table
        assert PORTING in porting
