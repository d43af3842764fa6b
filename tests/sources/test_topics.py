"""Shared topics: scripts with open words and what becomes of these, and the form that all pages share.

The files that are filled so: `test_filled.py`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from demo import DEFINITION
from shared import ROOT

from engine.base.languages import languages
from engine.mathematics.formula.float64 import compute
from engine.mathematics.formula.python import number
from engine.mathematics.formula.python import read as parse
from engine.mathematics.formula.tree import Variable
from engine.mathematics.kinks import shape
from engine.sources import topics
from engine.sources.definition import read
from engine.sources.includes import INCLUDE, check_includes, places, shown
from engine.sources.snippets import discover_each
from engine.sources.spelling import Unspelled, spell

SCRIPT = "import math\n\nimport torch\nimport torch.nn.functional as F\n\nx = torch.ones(2)\nprint(FUNCTION(x))\n"


def filled(root: Path) -> str:
    """The one script of the demo, filled."""
    (template,) = topics.templates(root)
    return topics.fill(template, read(root, "demo"))


OFFERED = DEFINITION.replace("[{name: numpy.positive}]", "[{name: torch.nn.functional.relu}]")


@pytest.mark.parametrize(
    ("apis", "written", "becomes"),
    [
        ("{name: torch.nn.functional.relu}", "FUNCTION(x)", "F.relu(x)"),
        ("{name: torch.nn.functional.relu}", "FUNCTION", "F.relu"),
        ("{name: torch.relu, call: 'torch.relu(2*x)/2'}", "FUNCTION(x + 1)", "torch.relu(2 * (x + 1)) / 2"),
        ("{name: torch.relu, call: 'torch.relu(2*x)/2'}", "FUNCTION", "lambda x: torch.relu(2 * x) / 2"),
        ("{name: torch.relu, call: 'torch.relu(2*x)/2'}", "FUNCTION(x).sum()", "(torch.relu(2 * x) / 2).sum()"),
        ("{name: torch.relu, call: 'torch.relu(2*x)/2'}", "1 - FUNCTION(x)", "1 - (torch.relu(2 * x) / 2)"),
        ("{name: torch.nn.functional.relu}", "FUNCTION(FUNCTION(x))", "F.relu(F.relu(x))"),
        ("{name: torch.nn.functional.relu}", "'…' + str(FUNCTION(x))", "'…' + str(F.relu(x))"),
        ("{name: torch.nn.ReLU, call: torch.nn.ReLU(True)(x)}", "LAYER", "torch.nn.ReLU(True)"),
        ("{name: numpy.maximum, call: 'numpy.maximum(x, 0)'}", "FUNCTION(x)", "demo(x)"),
        ("{name: torch.nn.functional.relu}", "DERIVATIVE(x)", "derivative(x)"),
    ],
)
def test_words(write, apis, written, becomes):
    root = write(
        {"topics/pytorch/a.py": SCRIPT.replace("FUNCTION(x)", written)},
        DEFINITION.replace("{name: numpy.positive}", apis),
    )
    assert f"print({becomes})\n" in filled(root)


def test_what_a_library_lacks_is_defined_in_its_operations(write):
    definition = DEFINITION.replace("stable: x\n", "stable: Piecewise((exp(a*x), x > 0), (Abs(x), True))\n")
    definition = definition.replace(
        "expression: x\n", "expression: x\nparameters: {a: {tex: a, domain: real, default: 2}}\n"
    )
    text = filled(write({"topics/pytorch/a.py": SCRIPT}, definition))
    assert text == (
        "import torch\n\n\ndef demo(x):\n    return torch.where(x > 0, torch.exp(2 * x), torch.abs(x))\n\n\n"
        "x = torch.ones(2)\nprint(demo(x))\n"
    )


def test_instead_goes_before_the_formula(write):
    root = write(
        {"topics/pytorch/a.py": SCRIPT}, DEFINITION + "instead: {pytorch: torch.nn.functional.relu(x) + 0*x}\n"
    )
    assert "def demo(x):\n    return F.relu(x) + 0 * x\n" in filled(root)


def test_unused_imports_are_left_out(write):
    text = filled(write({"topics/pytorch/a.py": SCRIPT}, OFFERED))
    assert text.startswith("import torch\nimport torch.nn.functional as F\n")


@pytest.mark.parametrize("key", ["own: [a]", "absent: {a: {pytorch: {en: none, zh: 无}}}"])
def test_whether_a_topic_is_shared_the_definition_says(write, key):
    files = {"topics/pytorch/a.py": SCRIPT, "snippets/demo/pytorch/a.py": "import torch\n"}
    (template,) = topics.templates(write(files))
    assert template.target("demo") == Path("snippets/demo/pytorch/a.py")
    assert template.shared_by(read(write({}), "demo"))
    root = write({}, f"{DEFINITION}{key}\n")
    assert not template.shared_by(read(root, "demo"))
    assert topics.lacking(root, read(root, "demo")) == {}


@pytest.mark.parametrize(
    ("files", "definition", "where", "reason"),
    [
        ({"topics/torch/a.py": SCRIPT}, OFFERED, "topics/torch/a.py", "torch is no framework"),
        ({"topics/pytorch/a.py": "x = (\n"}, OFFERED, "topics/pytorch/a.py:1", "does not parse"),
        (
            {"topics/pytorch/a.py": SCRIPT},
            DEFINITION.replace("stable: x", "stable: erfcx(x)"),
            "snippets/demo/definition.yml:3",
            "nothing in pytorch stands for erfcx; write it under instead.pytorch",
        ),
    ],
)
def test_refused(write, files, definition, where, reason):
    problems = discover_each(write(files, definition))[1]
    assert str(problems[0]).startswith(f"{where}: ")
    assert reason in str(problems[0])


def test_a_piecewise_without_a_last_case():
    with pytest.raises(Unspelled):
        spell("Piecewise((x, x > 0))", {}, "numpy")


def test_maxima_of_three():
    assert spell("Max(x, 0, -1)", {}, "numpy") == "numpy.maximum(numpy.maximum(x, 0), -1)"
    assert spell("Max(-1, 0, x)", {}, "pytorch") == "torch.clamp(torch.clamp(x, min=-1), min=0)"
    assert spell("Min(x**2, exp(x))", {}, "pytorch") == "torch.clamp(x ** 2, max=torch.exp(x))"


def test_the_form_of_pages_is_the_same_in_every_language():
    def form(language: str) -> list[str]:
        text = topics.page(ROOT, "demo", language)
        heads = re.findall(r"^(#+) (.*)$", text, re.MULTILINE)
        anchors = [
            (marks, re.sub(r"[^a-z]+", "-", (re.findall(r"#([\w-]+)", head) or [head])[0].lower()))
            for marks, head in heads
        ]
        return [*map(str, anchors), *(match[1] for line in text.split("\n") if (match := INCLUDE.match(line)))]

    forms = {language: form(language) for language in languages(ROOT)}
    assert forms["en"]
    assert len({tuple(one) for one in forms.values()}) == 1, forms


def test_a_shared_page_is_part_of_the_page(write):
    root = write(
        {
            "topics/page.en.md": '## Code { #code }\n--8<-- "{function}/a.md"\n## Gone\n--8<-- "{function}/b.md"\n',
            "docs/en/functions/demo.md": '# Demo\n\n--8<-- "demo/page.md"\n\n--8<-- "demo/c.md"\n',
        }
    )
    where = places(root, "en")
    assert {name: place.heading for name, place in where.items()} == {
        "demo/page.md": "Demo",
        "demo/a.md": "Code",
        "demo/b.md": "Gone",
        "demo/c.md": "Gone",
    }
    assert not check_includes(root, "en", {"demo/page.md", "demo/a.md", "demo/c.md"})
    (problem,) = check_includes(root, "en", {"demo/page.md", "demo/a.md", "demo/c.md", "demo/d.md"})
    assert "'demo/d.md'" in problem.reason


def test_only_what_there_is_is_shown():
    text = 'Text\n\n## A\n\n### B\n\n--8<-- "x/b.md"\n\n### C\n\nWords\n\n--8<-- "x/c.md"\n\n## D\n\n--8<-- "x/d.md"\n'
    assert shown(text, {"x/b.md", "x/c.md", "x/d.md"}) == text
    assert shown(text, {"x/c.md"}) == 'Text\n\n## A\n\n### C\n\nWords\n\n--8<-- "x/c.md"\n'
    assert shown(text, {"x/d.md"}) == 'Text\n\n## D\n\n--8<-- "x/d.md"\n', "nothing is left below A"


# The figure -----------------------------------------------------------------------------------------------------------


def broken() -> Callable[[Any], Any]:
    """The function of the shared figure that breaks a curve at jumps."""
    tree = ast.parse((ROOT / "topics/figure.py").read_text(encoding="utf-8"))
    (own,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    scope: dict[str, Any] = {"np": np}
    exec(compile(ast.Module([own], []), "figure.py", "exec"), scope)
    return scope[own.name]


GRID = np.linspace(-6, 6, 1201)


@pytest.mark.parametrize("function", sorted(path.parent.name for path in ROOT.glob("snippets/*/facts.yml")))
def test_curves_are_broken_where_the_function_or_its_derivative_jumps(function: str) -> None:
    entry = read(ROOT, function)
    if entry.entries:
        return
    names = {name: number(value) for name, value in entry.defaults.items()} | {"x": Variable("x")}
    kinks = [kink for kink in shape(entry.expression, entry.defaults).kinks if abs(kink.x) < 6]
    for text, order in ((entry.stable, 0), (entry.derivative, 1)):
        drawn = broken()(np.broadcast_to(compute(parse(text, names), {"x": GRID}), GRID.shape))
        places = [kink.x for kink in kinks if kink.order <= order]
        assert GRID[np.isnan(drawn)] == pytest.approx(places, abs=0.011), (text, order)


@pytest.mark.parametrize(
    "curve", [np.tanh(20 * GRID), np.sqrt(abs(GRID)), abs(GRID) * 50, np.exp(GRID), GRID * 0, np.sin(30 * GRID) * 100]
)
def test_curves_that_are_steep_are_not_broken(curve: Any) -> None:
    assert np.array_equal(broken()(curve), curve)
