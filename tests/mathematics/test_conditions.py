"""Conditions of parameters: all hold for the usual values, and whatever is tried is tried where all of them hold."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.mathematics import facts, proofs
from engine.mathematics.conditions import Conditions
from engine.mathematics.derivation import report
from engine.mathematics.formula.python import FormulaError
from engine.render.explorer import explorer, script
from engine.render.facts import facts_fragments
from engine.sources.definition import Definition, read

#: The stable form is the expression where low is negative and not above high, and nowhere else.
DEFINITION = """\
name: Clipped
expression: Min(Max(x, low), high)*Abs(low)
stable: -Max(Min(x, high), low)*low
derivative: Piecewise((-low, (x > low) & (x < high)), (0, True))
parameters:
  low: {tex: a, domain: real, default: -1}
  high: {tex: b, domain: real, default: 1}
conditions: [low < 0, low <= high]
apis: []
"""
FACTS = r"""
variables: {x: real, a: real, b: real}
where:
  - f_{a,b}(x) = \min(\max(x, a), b)\left|a\right|
facts:
  definition:
    tex: f_{a,b}(x) = \min(\max(x, a), b)\left|a\right|
    because: [expression: 'f_{a,b}(x)']
  least:
    name: {en: Least value, zh: 最小值}
    tex: f_{a,b}(x) \ge -a^{2}
    because:
      - tex: f_{a,b}(x) \ge -a^{2}
        sharp: x = a
"""


def written(root: Path, text: str = DEFINITION, told: str = "") -> Definition:
    folder = root / "snippets" / "clipped"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "definition.yml").write_text(text, encoding="utf-8")
    (folder / "facts.yml").write_text(told or FACTS, encoding="utf-8")
    return read(root, "clipped")


def problems(root: Path, old: str = "", new: str = "") -> list[str]:
    assert old in DEFINITION
    return [str(problem) for problem in proofs.verify((root, written(root, DEFINITION.replace(old, new)))).problems]


def test_a_definition_holds_where_all_of_its_conditions_do(tmp_path: Path) -> None:
    assert problems(tmp_path) == []
    assert problems(tmp_path, "[low < 0, low <= high]", "[(low < 0) & (low <= high)]") == []
    assert problems(tmp_path, "[low < 0, low <= high]", "['low < Min(0, high)']") == []


@pytest.mark.parametrize("left_out", ["conditions: [low < 0, low <= high]\n", "low < 0, ", ", low <= high"])
def test_it_does_not_where_one_is_left_out(tmp_path: Path, left_out: str) -> None:
    found = problems(tmp_path, left_out)
    assert any("stable: is something else" in text for text in found)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            "default: 1",
            "default: -2",
            "8: conditions: low <= high does not hold for the usual values, low = -1, high = -2",
        ),
        ("default: -1", "default: 0", "low < 0 does not hold for the usual values"),
        ("domain: real, default: 1", "domain: positive, default: -1", "high > 0 does not hold for the usual values"),
        ("low <= high", "Abs(high - low - 2) < 1e-12", "no numbers were found for which low < 0, Abs(high"),
        ("low <= high", "low <= hihg", "conditions: hihg is not understood"),
        ("low <= high", "x > low", "conditions: x is not understood"),
        ("low <= high", "low + high", "conditions: low + high is not understood"),
        ("low <= high", "low <", "does not parse"),
    ],
)
def test_what_breaks_one_is_refused(tmp_path: Path, old: str, new: str, reason: str) -> None:
    (found,) = problems(tmp_path, old, new)
    assert reason in found


def test_a_chain_is_one_condition(tmp_path: Path) -> None:
    entry = written(tmp_path, DEFINITION.replace("[low < 0, low <= high]", "[-3 < low < high <= 2]"))
    conditions = Conditions(entry)
    chance = random.Random(0)
    for _ in range(50):
        values = conditions.draw(chance)
        assert -3 < values["low"] < values["high"] <= 2
        assert not conditions.broken(values)
    for low, high in ((-3, 0), (0, 0), (1, 0), (0, 2.5)):
        assert conditions.broken({"low": low, "high": high}) == "-3 < low < high <= 2"


def test_a_proof_hangs_on_them(tmp_path: Path) -> None:
    entry = written(tmp_path)
    assert proofs.key(entry) != proofs.key(replace(entry, conditions=("low < 0",)))


# Facts ----------------------------------------------------------------------------------------------------------------


def reported(entry: Definition) -> dict[str, Any]:
    return {fact.id: report.verify(fact.check) for fact in facts.load(entry.root, entry)}


def test_facts_hold_where_all_conditions_do(tmp_path: Path) -> None:
    entry = written(tmp_path)
    found = reported(entry)
    assert [one.problems for one in found.values()] == [(), ()]
    assert found["least"].evidence[0].points == 200
    for language, text in (("en", "With $x"), ("zh", "设 $x")):
        checks = facts_fragments(facts.load(tmp_path, entry), [*found.values()], language, "")["checks.md"]
        (given,) = [line for line in checks.splitlines() if line.startswith(text)]
        assert "$a < 0$" in given
        assert r"$a \le b$" in given


@pytest.mark.parametrize("left_out", ["conditions: [low < 0, low <= high]\n", ", low <= high"])
def test_a_fact_that_needs_a_condition_is_refused_without(tmp_path: Path, left_out: str) -> None:
    (problem,) = reported(written(tmp_path, DEFINITION.replace(left_out, "")))["least"].problems
    assert "does not hold at" in problem.reason


def test_a_fact_that_is_false_is_refused_with_them(tmp_path: Path) -> None:
    told = FACTS.replace("-a^{2}", "-a").replace("        sharp: x = a\n", "")
    (problem,) = reported(written(tmp_path, told=told))["least"].problems
    assert "does not hold at" in problem.reason


def test_a_condition_of_another_parameter_counts_where_it_bounds_this_one(tmp_path: Path) -> None:
    least = FACTS.index("  least:")
    told = FACTS[:least] + "  least:\n    name: {en: a, zh: a}\n    tex: a < e\n"
    entry = written(
        tmp_path, DEFINITION.replace("low < 0, low <= high", "low < high, high < 1").replace(" 1}", " 0}"), told
    )
    check = next(fact.check for fact in facts.load(tmp_path, entry) if fact.id == "least")
    assert report.verify(check).problems == ()
    (problem,) = report.verify(replace(check, conditions=check.conditions[:1])).problems
    assert "does not hold at a = " in problem.reason


def test_a_parameter_that_is_no_variable_of_the_facts_has_its_usual_value(tmp_path: Path) -> None:
    told = FACTS.replace(", b: real", "").replace(", b)", ", 1)").replace("{a,b}", "{a}")
    checks = [fact.check for fact in facts.load(tmp_path, written(tmp_path, told=told))]
    assert {len(check.conditions) for check in checks} == {2}
    assert [report.verify(check).problems for check in checks] == [(), ()]


def test_one_that_is_no_relation_is_refused_by_facts(tmp_path: Path) -> None:
    entry = written(tmp_path, DEFINITION.replace("low <= high]", "(low < 1) | (high > 1)]"))
    with pytest.raises(Exception, match="is no relation, nor some joined by &"):
        facts.load(tmp_path, entry)
    with pytest.raises(FormulaError):
        list(Conditions(entry).chains({}))


# The page -------------------------------------------------------------------------------------------------------------


def test_the_page_is_told_each_condition(tmp_path: Path) -> None:
    text = script(written(tmp_path))
    assert '{says:"low \\u003c 0",holds:(m,low,high)=>(m.lt(low,m.n(0))?m.n(1):m.n(0))}' in text
    assert '{says:"low ≤ high",holds:(m,low,high)=>(m.le(low,high)?m.n(1):m.n(0))}' in text
    entry = written(tmp_path, DEFINITION.replace("[low < 0", "['binomial(high, low) < 2'"))
    _, (problem,) = explorer(entry, "", "en")
    assert (problem.line, problem.reason) == (8, "cannot be explored: the page's arithmetic has no binom")
