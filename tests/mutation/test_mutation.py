"""What is broken is noticed, and what nothing notices is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.base.processes import Pool
from engine.base.store import Store
from engine.commands.outcome import FAILED, OK, USAGE
from engine.mathematics.derivation import file as derivations
from engine.mutation import formulas, judge
from engine.mutation.content import mutants, of_rule
from engine.sources.snippets import functions

ROOT = Path(__file__).parents[2]

DEFINITION = """\
name: Demo
expression: x**2 + 1
stable: x**2 + 1
derivative: 2*x
apis: [{name: numpy.positive}]
figure: {en: A line, zh: 一条线}
"""
FACTS = r"""
variables: {x: real}
where:
  - f(x) = x^2 + 1
facts:
  definition:
    name: {en: Definition, zh: 定义}
    tex: f(x) = x^2 + 1
    because:
      - expression: f(x)
  least:
    name: {en: Least value, zh: 最小值}
    tex: "1"
    because:
      - {tex: f(x) \ge 1, sharp: x = 0}
"""
DERIVATION = r"""
title: {en: Square, zh: 平方}
variables: {x: real}
start: (x+1)^2
steps:
  - {tex: "= x^2 + 2x + 1", rule: rearrange}
  - {tex: \ge 2x, rule: estimate}
"""


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A project with one small function."""
    folder = tmp_path / "snippets/demo"
    (folder / "derivations").mkdir(parents=True)
    (folder / "definition.yml").write_text(DEFINITION, encoding="utf-8")
    (folder / "facts.yml").write_text(FACTS, encoding="utf-8")
    (folder / "derivations/square.yml").write_text(DERIVATION, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("tex", "some"),
    [
        (
            r"\frac{1}{2}\ln(1+e^{x})",
            {r"\frac{2}{1}\ln(1+e^{x})", r"\frac{1}{2}\ln(1-e^{x})", r"\frac{1}{2}\exp(1+e^{x})"},
        ),
        (
            r"f'(x) \le 12",
            {r"f'(x) \ge 12", r"f''(x) \le 12", r"f'(x) \le 13", r"f'(x) \le 22", r"f'(x) \le 11", r"-f'(x) \le 12"},
        ),
        (r"\frac{1}{1}x", {r"\frac{2}{1}x", r"\frac{1}{2}x"}),
        (r"(0, \infty)", {r"[0, \infty)", r"(0, \infty]", "(0, 1)", r"(1, \infty)"}),
        (r"|x| < \max(x, 0)", {r"(x) < \max(x, 0)", r"|x| > \max(x, 0)", r"|x| < \min(x, 0)"}),
    ],
)
def test_a_formula_is_changed_in_one_place_at_a_time(tex: str, some: set[str]) -> None:
    changed = formulas.latex(tex)
    assert some <= set(changed)
    assert tex not in changed
    assert len(changed) == len(set(changed))


def test_names_come_from_the_file_and_not_from_the_engine() -> None:
    changed = set(formulas.latex(r"g_\alpha(x) = \frac{h(x)}{\alpha}", ["g_\\alpha", "h"], ["\\alpha"]))
    assert {
        r"2g_\alpha(x) = \frac{h(x)}{\alpha}",
        r"g_\alpha'(x) = \frac{h(x)}{\alpha}",
        r"g_\alpha(x) = \frac{g_\alpha(x)}{\alpha}",
        r"g_\alpha(x) = \frac{h(x)}{2\alpha}",
    } <= changed
    assert not [tex for tex in changed if "beta" in tex or "sigma" in tex]
    assert r"\frac{1}{2f}" not in formulas.latex(r"\frac{1}{f}", ["rac"]), "part of a word is no name"


def test_an_expression_is_changed_too_and_names_are_left_alone() -> None:
    changed = formulas.sympy("Max(x, 0) + log1p(exp(-Abs(beta*x)))/beta")
    assert {
        "Min(x, 0) + log1p(exp(-Abs(beta*x)))/beta",
        "Max(x, 1) + log1p(exp(-Abs(beta*x)))/beta",
        "Max(x, 0) - log1p(exp(-Abs(beta*x)))/beta",
        "Max(x, 0) + expm1(exp(-Abs(beta*x)))/beta",
        "Max(x, 0) + log1p(exp(-Abs(beta*x)))*beta",
        "Max(x, 0) + log1p(exp(-(beta*x)))/beta",
    } <= set(changed)
    assert not [text for text in changed if "log2p" in text]


def test_every_formula_is_changed_and_its_line_is_told(content: Path) -> None:
    changes = mutants(content, "demo")
    assert {(Path(one.file).name, one.keys) for one in changes} == {
        ("square.yml", ("start",)),
        ("square.yml", ("steps", 0, "tex")),
        ("square.yml", ("steps", 0, "rule")),
        ("square.yml", ("steps", 1, "tex")),
        ("facts.yml", ("where", 0)),
        ("facts.yml", ("facts", "definition", "tex")),
        ("facts.yml", ("facts", "definition", "because", 0, "expression")),
        ("facts.yml", ("facts", "least", "tex")),
        ("facts.yml", ("facts", "least", "because", 0, "tex")),
        ("facts.yml", ("facts", "least", "because", 0, "sharp")),
        ("definition.yml", ("expression",)),
        ("definition.yml", ("stable",)),
        ("definition.yml", ("derivative",)),
    }
    lines = (content / "snippets/demo/facts.yml").read_text(encoding="utf-8").split("\n")
    for one in (one for one in changes if one.file.endswith("facts.yml")):
        assert one.old in lines[one.line - 1]


@pytest.mark.parametrize(
    ("file", "new", "verdict"),
    [
        ("square.yml", "= x^2 - 2x + 1", judge.CAUGHT),
        ("square.yml", "= x^2 + 3x + 1", judge.CAUGHT),
        ("square.yml", r"\le 2x", judge.CAUGHT),
        ("square.yml", "(x+2)^2", judge.CAUGHT),
        ("square.yml", "-= x^2 + 2x + 1", judge.REFUSED),
        ("facts.yml", "f(x) = x^2 + 2", judge.REFUSED),
        ("facts.yml", "2", judge.REFUSED),
        ("facts.yml", r"f(x) \ge 2", judge.REFUSED),
        ("facts.yml", "x = 1", judge.CAUGHT),
        ("definition.yml", "3*x", judge.CAUGHT),
        ("definition.yml", "x**3 + 1", judge.CAUGHT),
    ],
)
def test_what_is_broken_is_noticed(
    content: Path, pool: Pool, tmp_path: Path, file: str, new: str, verdict: str
) -> None:
    broken = [one for one in mutants(content, "demo") if one.file.endswith(file) and one.new == new]
    verdicts = judge.judge(content, broken, Store(tmp_path / "store"), pool)
    assert verdict in verdicts
    assert judge.MISSED not in verdicts


@pytest.mark.parametrize(("new", "verdict"), [(r"\ge 2x - 1", judge.TRUE), (r"\ge 2x + 2", judge.CAUGHT)])
def test_what_is_true_as_well_is_counted_as_that_if_it_is_proved(
    content: Path, pool: Pool, tmp_path: Path, new: str, verdict: str
) -> None:
    file = content / "snippets/demo/derivations/square.yml"
    file.write_text(file.read_text(encoding="utf-8").replace(r"\ge 2x", r"\ge 2x + 1"), encoding="utf-8")
    (change,) = [one for one in mutants(content, "demo") if one.new == new]
    assert judge.judge(content, [change], Store(tmp_path / "store"), pool) == [verdict]


def test_what_a_check_cannot_decide_is_told_from_what_is_wrong(content: Path) -> None:
    file = content / "snippets/demo/derivations/square.yml"
    told = {}
    for start, end in (("x^4 + e^{-x^2}", "> x^4"), ("x^4", "> x^4 + 1"), ("x^4 + 1", "> x^4")):
        text = DERIVATION.replace("(x+1)^2", start).replace("= x^2 + 2x + 1", f"{end}").replace("rearrange", "estimate")
        file.write_text("\n".join(text.split("\n")[:-2]), encoding="utf-8")
        told[start] = judge._noticed(derivations.load(content, file), [0])
    assert told == {"x^4 + e^{-x^2}": judge.UNDECIDED, "x^4": judge.CAUGHT, "x^4 + 1": ""}


def test_a_rule_is_changed_and_each_change_is_noticed(pool: Pool, tmp_path: Path) -> None:
    """Of one derivation of this site; the rules are those of the list that can take the place of one of its own."""
    changes = [one for one in mutants(ROOT, "softplus") if one.file.endswith("/derivative.yml") and of_rule(one)]
    found = {one.new for one in changes}
    assert {
        r'[{"definition": "\\sigma"}]',
        '["quotient"]',
        '[{"multiply": "e^{x}"}]',
        '[{"divide": "-e^{x}"}]',
        '[{"derivative": "1-e^{x}"}]',
    } <= found
    assert set(judge.judge(ROOT, changes, Store(tmp_path / "store"), pool)) <= {judge.CAUGHT, judge.REFUSED}


def test_what_nothing_notices_is_told(
    content: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A weaker bound is true, too; a step that only has to be larger says little."""
    monkeypatch.chdir(content)
    (content / "snippets/demo/facts.yml").unlink()
    assert main(["mutate", "demo"]) == FAILED
    out = capsys.readouterr().out
    assert "snippets/demo/derivations/square.yml:7: steps.1.tex\n  - \\ge 2x\n  + \\ge 3x\n  nothing notices" in out
    assert re.search(r"^\d+ changes, [1-9]\d* missed$", out, re.MULTILINE)
    text = DERIVATION[: DERIVATION.index("  - {tex: \\ge")]
    (content / "snippets/demo/derivations/square.yml").write_text(text, encoding="utf-8")
    assert main(["mutate"]) == OK
    assert main(["mutate", "none"]) == USAGE


@pytest.mark.parametrize(
    ("file", "old", "new", "reason"),
    [
        ("definition.yml", "2*x", "3*x", "definition.yml:4: derivative: "),
        ("derivations/square.yml", "+ 2x", "- 2x", "square.yml:6: step 1: does not hold"),
        ("facts.yml", 'tex: "1"', 'tex: "2"', "facts.yml:13: least: the statements do not show this"),
        ("facts.yml", "variables: {x: real}", "variables: [", "facts.yml:"),
        ("derivations/square.yml", "start:", "begin:", "square.yml:"),
    ],
)
def test_content_that_does_not_hold_by_itself_is_told(
    content: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    reason: str,
) -> None:
    monkeypatch.chdir(content)
    path = content / "snippets/demo" / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert main(["mutate", "demo"]) == FAILED
    assert reason in capsys.readouterr().err


def test_a_change_is_judged_anew_only_if_something_else_has_changed(content: Path, pool: Pool, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    (first,) = [one for one in mutants(content, "demo") if one.new == "= x^2 - 2x + 1"]
    assert judge.judge(content, [first], store, pool) == [judge.CAUGHT]
    (file,) = store.folder.iterdir()
    store.put(file.name, "stored")
    assert judge.judge(content, [first], store, pool) == ["stored"]
    facts = content / "snippets/demo/facts.yml"
    facts.write_text(facts.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert judge.judge(content, [first], store, pool) == [judge.CAUGHT]


@pytest.mark.usefixtures("first_build")
def test_a_sample_of_all_changes_to_this_site_is_noticed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A workflow tries all of them each night: `python -m engine mutate`."""
    monkeypatch.chdir(ROOT)
    assert main(["mutate", "--sample", "8"]) == OK, capsys.readouterr().out
    told = re.search(r"(\d+) changes, 0 missed\n\Z", capsys.readouterr().out)
    assert told
    assert int(told[1]) == 8 + 8 * len(functions(ROOT))  # of what is written, and of what is recorded of each function
