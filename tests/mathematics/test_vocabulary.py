"""CONTRIBUTING says what formulas may use, and shows a smallest page: neither more nor less than is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from engine.mathematics.formula.python import NAMES, FormulaError, read
from engine.mathematics.formula.tree import Variable
from engine.sources import definition
from engine.sources.spelling import WORDS, spell

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = TEXT.partition("### The vocabulary of formulas\n")[2].partition("\n#")[0]
LISTED, SPELT = SECTION.split("Every library has its own words for ")
#: What stands in the examples and is no name of formulas.
VARIABLES = {"x", "j", "n", "True"}


def named(text: str) -> set[str]:
    """The names in the code of a text."""
    return {name for code in re.findall(r"`([^`]+)`", text) for name in re.findall(r"[A-Za-z]\w*", code)}


def test_every_name_is_listed_and_no_other() -> None:
    assert named(LISTED) - VARIABLES == set(NAMES)


def test_what_every_library_can_write_is_listed() -> None:
    common = set.intersection(*map(set, WORDS.values())) - {"where"} | {"Piecewise"}
    assert named(SPELT.partition("\n(")[0]) == common


@pytest.mark.parametrize("tab", WORDS)
def test_every_library_can_write_it(tab: str) -> None:
    for name in named(SPELT.partition("\n(")[0]) - {"pi", "Piecewise", "Max", "Min"}:
        assert "(x)" in spell(f"{name}(x)", {}, tab)
    assert spell("Piecewise((Max(x, 0), x > pi), (Min(x, 0), True))", {}, tab).count("x") >= 3


@pytest.mark.parametrize("operator", re.findall(r"`(\+[^`]*)`", LISTED)[0].split())
def test_operators(operator: str) -> None:
    read(f"x {operator} 2", {"x": Variable("x")})


@pytest.mark.parametrize("relation", re.findall(r"conditions of `([^`]*)`", LISTED)[0].split())
def test_relations(relation: str) -> None:
    read(f"Piecewise((x, ~(x {relation} 2) & (x < 3) | (x > 4)), (0, True))", {"x": Variable("x")})


@pytest.mark.parametrize(
    ("text", "column"), [("x + foo(x)", 5), ("x**2 @ x", 1), ("é + x", 1), ("x +", 4), ("(x", 1), ("alpha*x", 1)]
)
def test_what_is_not_understood_is_shown(text: str, column: int) -> None:
    with pytest.raises(FormulaError) as caught:
        read(text, {"x": Variable("x")})
    assert caught.value.column == column


def test_the_smallest_definition_is_one(tmp_path: Path) -> None:
    text = TEXT.partition("The smallest definition")[2].partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "snippets/ramp").mkdir(parents=True)
    file = tmp_path / "snippets/ramp" / definition.FILE
    file.write_text(text, encoding="utf-8")
    entry = definition.read(tmp_path, "ramp")
    read(entry.expression, {"x": Variable("x")})
    for key in yaml.safe_load(text):
        file.write_text(yaml.safe_dump({name: part for name, part in yaml.safe_load(text).items() if name != key}))
        with pytest.raises(definition.SourceError):
            definition.read(tmp_path, "ramp")
