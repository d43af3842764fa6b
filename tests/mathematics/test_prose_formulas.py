"""Every formula of the prose is read: what is false, or says nothing, stops the build with its page and line."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.errors import SourceError
from engine.base.store import Store
from engine.mathematics import prose
from engine.mathematics.derivation import report as derivations
from engine.mathematics.formula.tree import Scope
from engine.mathematics.prose import CONDITION, EXPERIMENT, NAME, NUMERAL, PART, QUOTED, SHOWN, STATEMENT
from engine.mathematics.tried import stands as tried_in
from engine.render.assertions import tried
from engine.render.prose import prose_fragment
from engine.sources import definition
from engine.sources import formulas as sources

ROOT = Path(__file__).parents[2]
SOFTPLUS = definition.read(ROOT, "softplus")
FACTS = {
    "variables": {"x": "real", "y": "positive"},
    "where": [r"f(x) = \ln(1+e^{x})", r"\sigma(x) = \frac{1}{1+e^{-x}}"],
    "facts": {
        "first": {
            "name": {"en": "name", "zh": "名称"},
            "tex": r"f(x) = \ln(1+e^{x})",
            "because": [{"expression": "f(x)"}, r"f'(x) = \sigma(x)", "f(f^{-1}(y)) = y"],
        }
    },
}


@pytest.fixture
def reads(tmp_path):
    """Write a page about a function with the expression of Softplus, and read its formulas."""

    def reads(page, entries=None, experiments=None, **declared):
        folder = tmp_path / "snippets" / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "facts.yml").write_text(json.dumps(FACTS), encoding="utf-8")
        (folder / "formulas.yml").unlink(missing_ok=True)
        if entries or declared:
            data = declared | {"formulas": {"demo": {"one": entries or {}}}}
            (folder / "formulas.yml").write_text(json.dumps(data, indent=1), encoding="utf-8")
        file = tmp_path / "docs/en/functions/demo.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"# Demo {{ #demo }}\n\n## One {{ #one }}\n\n{page}\n", encoding="utf-8")
        written = sources.of_function(tmp_path, "demo", Store(tmp_path / "store"))
        entry = replace(SOFTPLUS, root=tmp_path, path=Path("snippets/demo/definition.yml"))
        return prose.read(tmp_path, entry, written, experiments or {})

    return reads


def problems(readings):
    return [str(problem) for check in prose.checks(readings) for problem in derivations.verify(check).problems]


def kinds(readings):
    return [reading.kind for reading in readings]


FALSE = [
    r"$f(0.5) = 0.648721$",
    r"$f(0.5) < 0.9740$",
    r"$f(0.5) < 0.9742$",
    r"$f'(x) = \sigma(-x)$",
    r"$f(x) - f(-x) = 2x$",
    r"$f(x) < e^{2x}$",
    r"$f(0) \approx 0.694$",
    r"$f''(x) = \sigma(x)$",
    r"$f(x) < x$",
    r"$\lim_{x \to \infty} f(x) = 1$",
    r"$f(x) \ge 1$",
    "\n$$\nf(x) = \\max(x, 0) + \\ln(1 + e^{-x}).\n$$\n",
    "\n$$\n\\begin{aligned}\nf(x) &= \\ln(1 + e^x) \\\\\n"
    "f'(x) &= \\sigma(x) = \\frac{1}{1 + e^{x}}\n\\end{aligned}\n$$\n",
    "\n$$\n0 < f(x), \\qquad f(x) < \\max(x, 0)\n$$\n",
]


@pytest.mark.parametrize("formula", FALSE)
def test_a_false_formula_is_told_with_its_page_and_line(reads, formula):
    bounds = {
        r"f(x) < e^{2x}": "x = 0",
        "f(x) < x": r"x \to \infty",
        r"f(x) \ge 1": "x = 0",
        "0 < f(x)": r"x \to -\infty",
    }
    bounds[r"f(x) < \max(x, 0)"] = "x = 0"
    try:
        found = problems(
            reads(f"It is {formula}.", {tex: {"sharp": at} for tex, at in bounds.items() if tex in formula})
        )
    except SourceError as error:
        found = [str(problem) for problem in error.problems]
    assert found
    assert all(re.match(r"docs/en/functions/demo\.md:[567]: ", problem) for problem in found), found


@pytest.mark.parametrize(
    ("formula", "kind"),
    [
        (r"$f(0) = \ln 2$", STATEMENT),
        (r"$f(0.5) \approx 0.974077$", STATEMENT),
        ("$f$", NAME),
        (r"$\sigma$", NAME),
        ("$x$", NAME),
        (r"$\operatorname{log1p}$", NAME),
        ("$y > 0$", CONDITION),
        ("$0 < y$", CONDITION),
    ],
)
def test_what_can_be_read_needs_no_entry(reads, formula, kind):
    readings = reads(f"Here is {formula}.")
    assert kinds(readings) == [kind]
    assert not problems(readings)


@pytest.mark.parametrize(
    ("formula", "reason"),
    [
        (r"\ln 2", "a relation is missing"),
        ("1", "a relation is missing"),
        ("z > 0", "z is not declared"),
        (r"x \to \infty", r"\to is only understood in limits"),
        (r"(0, \infty)", "a relation is missing"),
        (r"f(x) = e^x - \cdots", r"\cdots is not expected here"),
    ],
)
def test_what_says_nothing_is_refused_with_page_line_and_reason(reads, formula, reason):
    with pytest.raises(SourceError, match="has to be read") as error:
        reads(f"Here is ${formula}$.")
    (problem,) = error.value.problems
    assert str(problem).startswith("docs/en/functions/demo.md:5: this formula has to be read")
    assert reason in problem.detail


@pytest.mark.parametrize("condition", ["$y > 1$", "$y \\ge 0$", "$y < 0$", "$y = 1$", "$x > 0$"])
def test_a_condition_is_the_whole_domain_and_no_more(reads, condition):
    with pytest.raises(SourceError, match=r"neither the domain of \w nor the condition of a statement"):
        reads(f"For {condition}.")


SHOWS = [
    (r"\ln 2", {"because": [r"f(0) = \ln 2"]}, {"because": [r"f(0) > 0.69"]}, "do not show"),
    (r"\ln 2", {"because": [r"f(0) = \ln 2"]}, {"because": [r"f(0) = \ln 3"]}, "do not show"),
    ("1", {"because": [{"tex": "f'(x) < 1", "sharp": r"x \to \infty"}]}, {"because": ["f'(0) < 1"]}, "do not show"),
    (
        r"(0, \infty)",
        {"because": [{"tex": "f(x) > 0", "sharp": r"x \to -\infty"}, r"\lim_{x \to \infty} f(x) = \infty"]},
        {"because": [r"\lim_{x \to -\infty} f(x) = 0", r"\lim_{x \to \infty} f'(x) = 1"]},
        "do not show",
    ),
    ("e^x", {"part": "f(x) < e^x"}, {"part": "f(x) < e^{2x}"}, "is no part of a formula"),
    ("e^x", {"experiment": "claims/a"}, {"experiment": "claims/b"}, "no snippet or assertion 'claims/b'"),
]


@pytest.mark.parametrize(("formula", "holds", "fails", "reason"), SHOWS)
def test_an_expression_follows_from_what_is_said_beside_it(reads, formula, holds, fails, reason):
    page = f"It is ${formula}$, as $f(x) < e^x$."
    bound = {"f(x) < e^x": {"sharp": r"x \to -\infty"}}
    readings = reads(page, {formula: holds} | bound, {"claims/a": "rate = 18.0 * exp(x)"})
    assert not problems(readings)
    assert readings[0].kind in (SHOWN, PART, EXPERIMENT)
    with pytest.raises(SourceError, match=reason):
        reads(page, {formula: fails} | bound, {"claims/a": "rate = 18.0 * exp(x)"})


def test_the_numbers_of_an_experiment_stand_in_words_of_its_code_and_output(reads):
    tried = {"claims/a": "for rate in (0.5, 20):\n    pass\n# 7 to 0.5", "holds/b": "order.max < 8"}

    def named(low="0.5", high="20", words="rate in (0.5, 20)"):
        entries = {tex: {"experiment": "claims/a", "as": words} for tex in (low, rf"\beta = {high}")}
        return reads(
            rf"From ${low}$ to $\beta = {high}$, below $8$.",
            entries | {"8": {"experiment": "holds/b", "as": "order.max < 8"}},
            tried,
        )

    assert kinds(named()) == [NUMERAL] * 3
    for wrong, reason in (
        ({"high": "21"}, "does not stand in these words of claims/a; correct what the page says"),
        ({"high": "7"}, "does not stand in these words"),  # but elsewhere
        ({"words": "rate in (0.5, 21)"}, "the words `rate in (0.5, 21)` do not stand there"),
        ({"words": "rate in (0.5, 2"}, "do not stand there"),
        ({"words": "20"}, "the words `20` are no words"),
        ({"words": []}, "not valid|say in which words"),
    ):
        with pytest.raises(SourceError, match=reason if "|" in reason else re.escape(reason)):
            named(**wrong)
    with pytest.raises(SourceError, match="say in which words, under `as`"):
        reads("Below $8$.", {"8": {"experiment": "holds/b"}}, tried)
    for tex, words in (("10^{-6}", "< 1e-6"), ("10^3", "order.max < 1000")):
        entry = {tex: {"experiment": "holds/c", "as": words}}
        text = {"holds/c": "order.min < 1e-6 and order.max < 1000"}
        assert kinds(reads(f"Below ${tex}$.", entry, text)) == [NUMERAL]
        other = tex.replace("6", "7").replace("3", "4")
        with pytest.raises(SourceError, match="does not stand in these words"):
            reads(f"Below ${other}$.", {other: entry[tex]}, text)
    text = {"claims/d": "print('x above 2y: true')\n# x > 2y  True\n# x > 3y False\nx > 2 * y\nx > 3 * y"}
    entry = {"experiment": "claims/d", "as": "x > 2y True"}
    assert kinds(reads("It is $x > 2y$.", {"x > 2y": entry}, text)) == [EXPERIMENT]
    with pytest.raises(SourceError, match="does not stand in these words"):
        reads("It is $x > 3y$.", {"x > 3y": entry}, text)


SCRIPT = """
z = torch.exp(beta * x)  # At \u00b1\u03c0 it is near t = ln \u03b5 + 2
agree(beta * x > high, z / (z + 1), mpf(2) ** -13, 2 * pi / sinh(2 * pi**2), rate=-4.0)
w + np.log(dtype(2))
np.exp(scale); x < low; error / scale; x + scale
scale.log() + 0.5 * (error / scale) ** 2
# \u22120.5 1e-10
"""


def test_the_power_of_ten_of_a_number_is_no_number():
    line = "4  40  2.1e+05  3e-07  1.5e12"
    assert all(tried_in(tex, line, Scope()) for tex in ("4", "40", "210000", "3e-7"))
    assert not any(tried_in(tex, line, Scope()) for tex in ("5", "7", "2.1", "12", "1.5", "3"))


@pytest.mark.parametrize(
    ("holds", "fails"),
    [
        (r"\beta x > t", r"\beta x < t"),
        (r"x < s", r"x > s"),
        (r"z/(z + 1)", r"z/(z - 1)"),
        (r"z/(z + 1)", r"z/(x + 1)"),
        (r"z = e^{\beta x}", r"z = e^{-\beta x}"),
        (r"z = e^{\beta x}", r"z < e^{\beta x}"),
        (r"2^{-13}", r"2^{-12}"),
        (r"2\pi/\sinh(2\pi^2)", r"2\pi/\cosh(2\pi^2)"),
        (r"x + \ln 2", r"x - \ln 2"),
        (r"\ln s + \tfrac12 (e/s)^2", r"\ln s + \tfrac12 (s/e)^2"),
        (r"t = \ln\varepsilon + 2", r"t = \ln\varepsilon + 3"),
        (r"x = \pm\pi", r"x = \pm 2\pi"),
        ("-4", "4"),
        ("[-4, 2]", "[-4, -4]"),
        ("-4", "1/00"),
        ("e^s", "e + s"),
    ],
)
def test_a_formula_stands_in_an_experiment_as_it_is(holds, fails):
    variables = frozenset(["x", "z", "t", "s", r"\beta", r"\varepsilon"])
    assert tried_in(holds, SCRIPT, Scope(variables))
    assert not tried_in(fails, SCRIPT, Scope(variables))


def test_a_false_statement_beside_a_formula_is_told(reads):
    found = problems(reads(r"It is $\ln 3$.", {r"\ln 3": {"because": [r"f(0) = \ln 3"]}}))
    assert len(found) == 1
    assert found[0].startswith("snippets/demo/formulas.yml:")
    assert "does not hold" in found[0]


def test_a_statement_has_its_condition(reads):
    page, tex = r"It is $f(x) < \ln 2$ for $x < 0$.", r"f(x) < \ln 2"
    held = {"when": "x < 0", "sharp": r"x \to 0"}
    readings = reads(page, {tex: held})
    assert kinds(readings) == [STATEMENT, CONDITION]
    assert not problems(readings)
    wrong = {tex: held | {"when": "x < 2"}}
    assert "does not hold" in problems(reads(page.replace("x < 0", "x < 2"), wrong))[0]
    with pytest.raises(SourceError, match="nor the condition of a statement"):
        reads("It is $f(x) = x$ for $x < 0$.")
    with pytest.raises(SourceError, match=r"formulas.yml:\d+: when of \$f\(x\) < \\ln 2\$: "):
        reads(page, {tex: held | {"when": "x <"}})


@pytest.mark.parametrize(
    ("formula", "sharp"),
    [
        ("f(x) > 0", None),
        ("f(x) < e^{x} + 1", None),
        ("f(x) - x > 0", r"x \to -\infty"),
        (r"f(x) \ge 0", "x = 0"),
        ("f(x) < 2e^x", r"x \to -\infty"),  # both sides vanish, and one is twice the other
        ("0 < f(x) < e^x", r"x \to -\infty"),  # and the other bound?
        ("-1 < f(x) < e^x", [r"x \to -\infty", r"x \to -\infty"]),
        (r"\ln 2 < 0.7 < 0.8", None),
        (r"f(0) > 0", None),
        (r"f(0) \le \ln 2", None),
        (r"0.5 < \lim_{x \to \infty} ((f(x) - x) e^{2x} e^{-x}) < 2", None),  # whose digits are lost to rounding
    ],
)
def test_a_bound_that_could_be_better_is_refused(reads, formula, sharp):
    try:
        (found, *_) = problems(reads(f"It is ${formula}$.", {formula: {"sharp": sharp}} if sharp else {}))
    except SourceError as error:
        found = str(error.problems[0])
    assert "not the best possible" in found or "is not sharp there" in found


@pytest.mark.parametrize(
    ("formula", "sharp"),
    [
        ("f(x) > 0", r"x \to -\infty"),
        ("f(x) < e^x", r"x \to -\infty"),
        ("x < f(x) < x + e^{-x}", [r"x \to \infty", r"x \to \infty"]),
        (r"0.69 < \ln 2 < 0.7", None),
        (r"0.9 < f'(3) < 0.96", None),
    ],
)
def test_the_best_bound_says_where_it_is_that(reads, formula, sharp):
    assert not problems(reads(f"It is ${formula}$.", {formula: {"sharp": sharp}} if sharp else {}))


GAP = r"f_\beta(x) = f(\beta x)/\beta"
WAYS = [
    ("f_1(x) = f(x)", "f_2(x) = f(x)", {}, {}),
    (r"f(x) - nx = f((1 - 2n)x)", r"f(x) - nx = f((1 - 3n)x)", {"instances": {"n": [0, 1]}}, {}),
    (r"f \circ \cdots \circ f\,(x) = \ln(n + e^x)", r"f \circ \cdots \circ f\,(x) = \ln(2n + e^x)", "n", {}),
    (r"f \circ \cdots \circ f\,(x) = \ln(n + e^x)", r"\sigma \circ \cdots \circ \sigma(x) = \ln(n + e^x)", "n", {}),
    (r"f^{(n)}(0) = 2^{-n}", r"f^{(n)}(0) = 2^{1-n}", "n", {}),
    (r"f_n(x) = \frac{1}{n}\ln(1+e^{nx})", r"f_{n+1}(x) = \frac{1}{n}\ln(1+e^{nx})", "n", {}),
    (r"f(x) \approx e^x", r"f(x) \approx 2e^x", {"near": r"x \to -\infty"}, {}),
    *(
        (r"f(x) \approx \ln 2 + \frac{x}{2} + \frac{x^2}{8}", wrong, {"near": r"x \to 0"}, {})
        for wrong in (
            r"f(x) \approx \ln 2 + \frac{x}{2} + \frac{x^2}{7}",
            r"f(x) \approx \frac{x^2}{7} + \frac{x}{2} + \ln 2",
            r"f(x) \approx \ln 2 + \frac{x}{3} + \frac{x^2}{8}",
        )
    ),
    (r"x^n f(x) = (-1)^n (-x)^n f(x)", r"x^n f(x) = (-x)^n f(x)", "n", {}),
    (r"x^n f(x) = (-1)^n (-x)^n f(x)", r"x^n f(x) = (-x)^n f(x)", "n", {"wrong": {"instances": {"n": [2, 4, 16]}}}),
    (r"f(x) \approx e^x", r"f(x) \approx e^x", {"near": r"x \to -\infty"}, {"wrong": {"near": r"x \to \infty"}}),
    *(
        (r"f(x) = e^x - \tfrac12 e^{2x} + \cdots", wrong, {"near": r"x \to -\infty", "when": "x < 0"}, {})
        for wrong in (
            r"f(x) = e^x - \tfrac12 e^{2x} - \cdots",
            r"f(x) = e^x - \tfrac13 e^{2x} + \cdots",
            r"f(x) = 2e^x - \tfrac12 e^{2x} + \cdots",
            r"f(x) = e^x + \tfrac12 e^{2x} + \cdots",
        )
    ),
    *(
        (r"f(x) = \ln 2 + \frac{x}{2} + \frac{x^2}{8} - \cdots", wrong, {"near": r"x \to 0"}, {})
        for wrong in (
            r"f(x) = \ln 2 + \frac{x}{2} + \frac{x^2}{8} + \cdots",
            r"f(x) = \ln 2 + \frac{x}{2} + \frac{x^2}{9} - \cdots",
            r"f(x) = \ln 2 + \frac{x}{3} + \frac{x^2}{8} - \cdots",
            r"f(x) = \ln 3 + \frac{x}{2} + \frac{x^2}{8} - \cdots",
            r"f(x) = \ln 2 + \frac{x}{2} + \frac{x^3}{8} - \cdots",
            r"f(x) = \frac{x^2}{7} + \frac{x}{2} + \ln 2 - \cdots",
            r"f(x) = \ln 2 + \frac{x^2}{8} + \frac{x}{2} - \cdots",
        )
    ),
    (
        r"e^x = \sum_{k \ge 0} \frac{x^k}{k!} = 1 + x + \frac{x^2}{2} + \cdots",
        r"e^x = \sum_{k \ge 1} \frac{x^k}{k!} = 1 + x + \frac{x^2}{2} + \cdots",
        {"near": r"x \to 0"},
        {},
    ),
    (r"f(x) = \max_y\,[yx - y]", r"f(x) = \max_y\,[yx + y]", {"sharp": "y = x"}, {"refused": True}),
    (r"e^x = \max_y\,[y(x + 1) - y\ln y]", r"e^x = \max_y\,[y(x + 2) - y\ln y]", {"sharp": "y = e^x"}, {}),
    (r"e^x = \max_y\,[y(x + 1) - y\ln y]", r"2e^x = \max_y\,[y(x + 1) - y\ln y]", {"sharp": "y = e^x"}, {}),
    (r"\mathbb{E}f = f(x) + 1", r"\mathbb{E}f = f(x) + 2", {}, {"notation": {r"\mathbb{E}f": r"\ln(1+e^x) + 1"}}),
    (r"2\mathbb{E}f = 2f(x) + 2", r"2\mathbb{E}f = 2f(x) + 1", {}, {"notation": {r"\mathbb{E}f": r"\ln(1+e^x) + 1"}}),
]


@pytest.mark.parametrize(("holds", "fails", "entry", "more"), WAYS)
def test_what_is_displayed_is_what_is_checked(reads, holds, fails, entry, more):
    """Dots, all n, a maximum and a notation say what they say, and a change of them says something else."""
    declared = {"variables": {"n": "natural", r"\beta": "positive"}}
    declared["where"] = [r"f_\beta(x) = \frac{1}{\beta}\ln(1+e^{\beta x})"]
    declared |= {key: more[key] for key in ("notation",) if key in more}
    entry = {"instances": {"n": [1, 2]}} if entry == "n" else entry
    used = f"${GAP}$, $f(0) = n \\ln 2 / n$"

    def faults(tex, entry):
        try:
            return problems(reads(f"It is ${tex}$, as {used}.", {tex: entry} if entry else {}, **declared))
        except SourceError as error:
            return [str(problem) for problem in error.problems]

    if not more.get("refused"):
        assert not faults(holds, entry)
    assert faults(fails, more.get("wrong", entry))


def test_a_notation_stands_for_nothing_that_is_read_without(reads):
    with pytest.raises(SourceError, match="no formula needs the notation"):
        reads(r"It is $f(0) = \ln 2$.", notation={"f(0)": r"\ln 2"})


ABOUT = [
    (r"b = 4", {"reads": [r"q_b(0) = 1"]}, {"reads": [r"q_4(0) = 1"]}),
    (r"b = 4", {"reads": [r"q_b(0) = 1"]}, {"reads": [r"q_b(0) > 0"]}),
    ("2", {"reads": [r"f(2) - f(-2) = 2"]}, {"reads": [r"f(3) - f(-3) = 2 + 1"]}),
    (
        "-5",
        {"reads": [{"tex": r"f(x) \le f(-5)", "when": r"x \le -5", "sharp": "x = -5"}]},
        {"reads": ["f(0) = f(5-5)"]},
    ),
    (r"\frac{x}{2}", {"reads": [r"f(x) - \frac{x}{2} = f(-x) + \frac{x}{2}"]}, {"reads": ["f(x) - f(-x) = x"]}),
    (
        "x < 0",
        {"reads": [{"tex": r"f(x) < \ln 2", "when": "x < 0", "sharp": r"x \to 0"}]},
        {"reads": [r"f(0) = \ln 2"]},
    ),
    (r"x \to -\infty", {"reads": [r"\lim_{x \to -\infty} f(x) = 0"]}, {"reads": [r"\lim_{x \to 0} f(x) = \ln 2"]}),
]


@pytest.mark.parametrize(("formula", "holds", "fails"), ABOUT)
def test_each_statement_is_about_the_formula_that_it_stands_beside(reads, formula, holds, fails):
    declared = {"variables": {"b": "positive"}, "where": [r"q_b(x) = \tfrac12(x + \sqrt{x^2 + b})"]}
    page = f"For ${formula}$, and $q_b(0) = \\sqrt{{b}}/2$."
    assert not problems(reads(page, {formula: holds}, **declared))
    with pytest.raises(SourceError, match=r"does not stand in its statement|not the best"):
        reads(page, {formula: fails}, **declared)


def test_a_limit_names_where_it_goes(reads):
    page = r"For $x \to \infty$ it goes to $\infty$."
    with pytest.raises(SourceError):
        reads(page, {r"\infty": {"because": [r"\lim_{x \to -\infty} f(x) = 0"]}})
    readings = reads(page, {r"\infty": {"because": [r"\lim_{x \to \infty} f(x) = \infty"]}})
    assert kinds(readings) == [CONDITION, SHOWN]
    assert not problems(readings)


def test_entries_and_formulas_are_one_to_one(reads):
    because = {"because": [r"f(0) = \ln 2"]}
    with pytest.raises(SourceError, match=r"formulas.yml:\d+: no formula \$\\ln 2\$ on the page demo, section one"):
        reads("Nothing.\n\n$f$", {r"\ln 2": because})
    twice = r"It is $\ln 2$ and $\ln 2$."
    with pytest.raises(SourceError, match="2 times a formula"):
        reads(twice, {r"\ln 2": because})
    assert not problems(reads(twice, {r"\ln 2": because | {"times": 2}}))
    with pytest.raises(SourceError, match="declared but not used"):
        reads("It is $f$.", variables={"z": "real"})
    with pytest.raises(SourceError, match="declared twice"):
        reads("It is $f$.", variables={"x": "real"})


def test_prose_about_a_function_without_facts_is_refused(reads, tmp_path):
    readings = reads("It is $f$.")
    assert kinds(readings) == [NAME]
    (tmp_path / "snippets/demo/facts.yml").unlink()
    entry = replace(SOFTPLUS, root=tmp_path, path=Path("snippets/demo/definition.yml"))
    with pytest.raises(SourceError, match="f is not declared"):
        prose.read(tmp_path, entry, [reading.formula for reading in readings], {})


def test_a_formula_in_a_lab_is_one_of_the_prose(tmp_path):
    lab = tmp_path / "snippets/demo/labs/one.py"
    lab.parent.mkdir(parents=True)
    lab.write_text("# %% [markdown]\n# # One\n#\n# As $f(0) = 1$.\n\n# %%\nprint('$no$')\n", encoding="utf-8")
    (formula,) = sources.of_function(tmp_path, "demo", Store(tmp_path / "store"))
    assert (formula.path, formula.line, formula.page, formula.tex) == (
        "snippets/demo/labs/one.py",
        4,
        "labs/one",
        "f(0) = 1",
    )


@pytest.mark.parametrize(
    ("tex", "parts"),
    [
        (r"f(x) = 1, \quad y > 0,", ["f(x) = 1", "y > 0"]),
        (r"\begin{aligned} a &= b \\ &= c \\ d &< e. \end{aligned}", ["a = b = c", "d < e"]),
        (r"a = b\,.", ["a = b"]),
        (r"\begin{cases} a & x \\ b \end{cases}", [r"\begin{cases} a & x \\ b \end{cases}"]),
    ],
)
def test_formulas_side_by_side_are_told_apart(tex, parts):
    assert [" ".join(part.split()) for part in sources.statements(tex)] == parts


def test_the_page_counts_the_formulas_and_lists_those_that_are_no_statements(reads):
    entries = {
        "f(x) < e^x": {"sharp": r"x \to -\infty"},
        "e^x": {"part": "f(x) < e^x"},
        "37": {"quoted": {"en": "from the source", "zh": "引自源代码"}},
        "18": {"experiment": "claims/a", "as": "rate = 18.0"},
    }
    readings = reads(
        "As $f(x) < e^x$, $e^x$ and $37$ and $18$ for $y > 0$.", entries, {"claims/a": "rate = 18.0 * exp(x)"}
    )
    assert Counter(kinds(readings)) == Counter([STATEMENT, PART, QUOTED, NUMERAL, CONDITION])
    reports = [derivations.verify(check) for check in prose.checks(readings)]
    text = prose_fragment(readings, reports, "en")
    assert "holds 5 formulas" in text
    counts = re.search(
        r"(\d+) are statements, with (\d+) relations: (\d+) .* SymPy, (\d+) .* and (\d+) are about", text
    )
    assert counts
    statements, relations, *kinds_of_evidence = map(int, counts.groups())
    assert (statements, relations) == (1, 1) == (1, sum(kinds_of_evidence))
    assert "3 in all" in text
    assert "- from the source: $37$" in text
    assert "- part of $f(x) < e^x$: $e^x$" in text
    assert "- numbers that stand in `claims/a`, of which no check knows more: $18$" in text
    assert "5 个公式" in prose_fragment(readings, reports, "zh")


def test_all_formulas_about_softplus_are_read():
    """That they hold is for the build to say; here, that none is left out."""
    written = sources.of_function(ROOT, "softplus", Store(ROOT / ".cache/prose"))
    readings = prose.read(ROOT, SOFTPLUS, written, tried(ROOT, "softplus"))
    assert [reading.formula for reading in readings] == written
    pages = (ROOT / "docs/en/functions/softplus.md").read_text(encoding="utf-8")
    alone = re.findall(r"(?<![\\$])\$([^$\n]+)\$(?!\$)", pages)
    assert {"".join(tex.split()) for tex in alone} <= {
        "".join(formula.tex.split()) + end for formula in written for end in ("", ".", ",")
    }


def test_a_formula_on_a_page_of_no_function_is_refused(tmp_path):
    page = tmp_path / "docs/en/about.md"
    page.parent.mkdir(parents=True)
    page.write_text("# About\n\nAs $1 + 1 = 3$.\n", encoding="utf-8")
    (problem,) = sources.strays(tmp_path, Store(tmp_path / "store"))
    assert str(problem).startswith("docs/en/about.md:3: this formula is on the page of no function")
