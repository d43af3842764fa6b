"""The facts card is checked: no cell, and no statement behind one, can be changed without being caught."""

import functools
import json
import re
from dataclasses import replace
from pathlib import Path

import flint
import pytest
import yaml
from bs4 import BeautifulSoup

from engine.base.errors import SourceError
from engine.base.store import Store
from engine.mathematics import facts, latex
from engine.mathematics.derivation import report as derivations
from engine.mathematics.derivation.evidence import Evidence, Report
from engine.mathematics.derivation.steps import Domain
from engine.mathematics.fact_names import NAMES
from engine.mathematics.formula.tree import Scope
from engine.mathematics.properties import in_a_word
from engine.render.facts import facts_fragments
from engine.sources import definition

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "snippets").glob("*/facts.yml"))
SOFTPLUS = definition.read(ROOT, "softplus")
MANDATORY = {
    *("domain", "range", "value-at-zero", "slope-at-zero", "limit-left", "limit-right", "monotone", "convex"),
    *("smoothness", "lipschitz", "lipschitz-derivative", "inverse", "second-derivative", "antiderivative"),
    *("symmetry", "relu-gap"),
}
#: Of a function in the shared form, with kinks or without.
COMMON = {"definition", "domain", "value-at-zero", "smoothness"}


@functools.cache
def read(file):
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def entries(**changed):
    """A small file: one fact that names the function, and the changed ones."""
    text = {"en": "name", "zh": "名称"}
    first = {"tex": "f(x) = e^{-x}", "because": [{"expression": "f(x)"}]}
    named = {"first": first, **changed}
    return {
        "variables": {"x": "real"},
        "where": ["f(x) = e^{-x}"],
        "facts": {i: {"name": text, **e} for i, e in named.items()},
    }


@pytest.fixture
def make(tmp_path):
    """Write facts and load them, as those of a function with that expression."""

    def make(data, expression=SOFTPLUS.expression, **compare):
        file = tmp_path / "snippets" / "demo" / "facts.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data, indent=1), encoding="utf-8")  # which is YAML too, and quick
        path = file.with_name("definition.yml").relative_to(tmp_path)
        return facts.load(tmp_path, replace(SOFTPLUS, path=path, expression=expression, compare=compare))

    return make


@pytest.fixture
def tried(make):
    """The problems of one more fact about exp(-x)."""

    def tried(tex, *because, **more):
        loaded = make(entries(tried={"tex": tex, "because": list(because), **more}), "exp(-x)")
        return [str(problem) for fact in loaded for problem in derivations.verify(fact.check, symbolic=False).problems]

    return tried


# What the site shows --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
def test_all_facts_hold(file, first_build, pool):
    entry = definition.read(ROOT, file.parent.name)
    loaded = facts.load(ROOT, entry)
    common = {"definition", "derivative"} if entry.entries else COMMON
    if len(entry.parameters) > 1:  # a set is of one variable; the class of smoothness says where the function is
        common = common - {"domain"}
    assert {fact.id for fact in loaded} >= (MANDATORY if file.parent.name == "softplus" else common)
    reports = derivations.reports([fact.check for fact in loaded], Store(ROOT / ".cache/derivations"), pool)
    assert [problem for report in reports for problem in report.problems] == []
    for language in ("en", "zh"):
        texts = facts_fragments(loaded, reports, language, "demo/mathematics.md")
        for fact in loaded:
            assert f"](demo/mathematics.md#fact-{fact.id})" in texts["facts.md"]
            assert f"{{ #fact-{fact.id} }}" in texts["checks.md"]
    by_id = {fact.id: report for fact, report in zip(loaded, reports, strict=True)}
    if entry.entries:
        return
    smooth = next(fact for fact in loaded if fact.id == "smoothness").tex == "C^{\\infty}(\\mathbb{R})"
    assert by_id["smoothness"].evidence[0].symbolic or not smooth
    assert "domain" not in by_id or by_id["domain"].evidence[0].points == 200


def test_fragment_renders(tmp_path):
    import markdown

    loaded = facts.load(ROOT, SOFTPLUS)[:6]  # the build of the site renders all
    evidence = Evidence(True, 60, 50)
    reports = [Report(f.check.name, (), (evidence,) * len(f.check.steps)) for f in loaded]
    texts = facts_fragments(loaded, reports, "en", "")
    extensions = ["tables", "attr_list", "md_in_html", "pymdownx.blocks.details", "pymdownx.superfences"]
    extensions.append("engine.site.formulas")
    page, checks = (
        BeautifulSoup(markdown.markdown(texts[name], extensions=extensions), "html.parser")
        for name in ("facts.md", "checks.md")
    )
    rows = page.select("div.facts table tbody tr")
    assert len(rows) == len(loaded)
    assert all(len(row.select("td")) == 2 and row.select_one("a.check") for row in rows)
    assert all(checks.find("h3", id=row.select_one("a.check")["href"].partition("#")[2]) for row in rows)
    assert "$" not in page.select_one("div.facts").get_text()


def test_fragment_shows_what_fails(make, pool):
    loaded = make(entries(wrong={"tex": "f(0) = 2", "because": ["f(0) = 2"]}), "exp(-x)")
    texts = facts_fragments(loaded, derivations.check([fact.check for fact in loaded], pool), "en", "")
    assert "[✗](#fact-wrong)" in texts["facts.md"]
    assert "facts.yml" in texts["checks.md"]


# What a cell may show -------------------------------------------------------------------------------------------------

TIED = {
    "a statement": ("f'(x) < 0", ["f'(x) < 0"]),
    "a statement, turned round": ("0 > f'(x)", ["f'(x) < 0"]),
    "a chain": ("-x < f(x) - x \\le f(x) + |x|", ["f(x) - x > -x", "f(x) - x \\le f(x) + |x|"]),
    "a side": ("1", ["f(0) = 1"]),
    "a sharp bound": ("0", [{"tex": "f(x) > 0", "sharp": "x \\to \\infty"}]),
    "an interval": (
        "(0, \\infty)",
        [{"tex": "f(x) > 0", "sharp": "x \\to \\infty"}, "\\lim_{x \\to -\\infty} f(x) = \\infty"],
    ),
    "a half-open interval": (
        "(-1, 0]",
        [
            {"tex": "-1 < -\\tanh(|\\ln f(x)|)", "sharp": "x \\to \\infty"},
            {"tex": "-\\tanh(|\\ln f(x)|) \\le 0", "sharp": "x = 0"},
        ],
    ),
    "a domain": ("\\mathbb{R}", ["f(x) \\in \\mathbb{R}"]),
    "a class": ("C^{\\infty}(\\mathbb{R})", ["f \\in C^{\\infty}(\\mathbb{R})"]),
}
LOOSE = {
    "another number": ("2", ["f(0) = 1"]),
    "a bound that could be better": ("0", ["f(x) > 0"]),
    "another relation": ("f(x) < 1", ["f(x) > 0"]),
    "a relation that is weaker": ("f(x) \\ge 0", ["f(x) > 0"]),
    "the other way": ("f(x) < 0", ["f(x) > 0"]),
    "part of a chain": ("-1 < f(x) < 2", ["f(x) > -1"]),
    "a closed end": ("[0, \\infty)", TIED["an interval"][1]),
    "another end": ("(1, \\infty)", TIED["an interval"][1]),
    "an end at the wrong infinity": ("(0, -\\infty)", TIED["an interval"][1]),
    "ends of two expressions": (
        "(0, \\infty)",
        [{"tex": "f(x) > 0", "sharp": "x \\to \\infty"}, "\\lim_{x \\to \\infty} x = \\infty"],
    ),
    "a side under a condition": ("0", [{"tex": "f(x) - f(x) = 0", "when": "x > 0"}]),
    "another domain": ("(0, \\infty)", ["f(x) \\in \\mathbb{R}"]),
    "a class that is not stated": ("C^{\\infty}(\\mathbb{R})", ["f(x) > 0"]),
    "a lead": ("= 1", ["f(0) = 1"]),
    "a closed end that is not reached": (
        "[0, \\infty)",
        [{"tex": "f(x) \\ge 0", "sharp": "x \\to \\infty"}, "\\lim_{x \\to -\\infty} f(x) = \\infty"],
    ),
    "an interval of another function": (
        "(-\\infty, \\infty)",
        ["\\lim_{x \\to -\\infty} x^3 = -\\infty", "\\lim_{x \\to \\infty} x^3 = \\infty"],
    ),
    "a bound of another function": ("0", [{"tex": "e^{x} > 0", "sharp": "x \\to -\\infty"}]),
    "a domain of another function": ("\\mathbb{R}", ["e^{x} \\in \\mathbb{R}"]),
}


@pytest.mark.parametrize("name", TIED)
def test_tied(tried, name):
    tex, because = TIED[name]
    assert tried(tex, *because) == []


@pytest.mark.parametrize("name", LOOSE)
def test_loose(tried, name):
    tex, because = LOOSE[name]
    with pytest.raises(SourceError, match=r"facts\.yml:\d+: tried: ") as caught:
        tried(tex, *because)
    assert len(caught.value.problems) == 1


# Sets, and what else is refused ---------------------------------------------------------------------------------------

CASES = "\\begin{{cases}} {} & \\text{{if }} x > 0 \\\\ {} & \\text{{otherwise}} \\end{{cases}}"
NOT_IN = {
    "undefined at a special point": ("f(x) \\in \\mathbb{R}", "\\frac{1}{x}", "has no value at x = 0"),
    "undefined on one side": ("f(x) \\in \\mathbb{R}", "\\ln x", "has no value at x = "),
    "a kink": ("f \\in C^{\\infty}(\\mathbb{R})", "|x|", "not composed of functions known to be analytic: abs"),
    "cases": ("f \\in C^{\\infty}(\\mathbb{R})", "\\max(x, 0)", "not composed of functions known to be analytic: max"),
    "a root": ("f \\in C^{\\infty}(\\mathbb{R})", "\\sqrt{x^2}", "not decided: it may have no value beside x = 0"),
    "a pole": ("f \\in C^{\\infty}(\\mathbb{R})", "\\frac{1}{x}", "at x = 0"),
    "a logarithm": ("f \\in C^{\\infty}(\\mathbb{R})", "\\ln(x + 20)", "at x = -"),
    "a power": ("f \\in C^{\\infty}(\\mathbb{R})", "(x^2)^{1.5}", "does not hold at x = 0"),
    "a kink in the first derivative": ("f \\in C^{2}(\\mathbb{R})", "x|x|", "not the same from both sides"),
    "a kink of another class": ("f \\in C^{1}(\\mathbb{R})", "\\max(x, 0)", "not the same from both sides"),
    "a kink between two floats": (
        "f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{0\\})",
        "|x - 0.3|",
        "a jump at x = 0.30000000000000004",
    ),
    "a kink that is not left out": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{1\\})", "|x|", "no value at x = 0"),
    "a smooth point that is": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{0\\})", "e^{x}", "smoother than that"),
    "one smooth point of two": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{0, 1\\})", "|x|", "smoother than that"),
    "a smoother one": ("f \\in C^{0}(\\mathbb{R})", "x|x|", "smoother than that"),
    "a smooth one": ("f \\in C^{3}(\\mathbb{R})", "e^{x}", "smoother than that"),
    "a jump": ("f \\in C^{0}(\\mathbb{R})", CASES.format("1", "0"), "there is a jump"),
    "inside another": ("f \\in C^{\\infty}(\\mathbb{R})", "h(\\ln(1 + e^{x} - e^{2x}))", "at x = "),
}


IN = {
    "a kink": ("f \\in C^{0}(\\mathbb{R})", "\\max(x, 0)"),
    "a kink between two floats": ("f \\in C^{0}(\\mathbb{R})", "|x - 0.3|"),
    "a kink left out": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{0\\})", "\\max(x, 0)"),
    "two of them": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{-1/2, 1/2\\})", "|x - 1/2| + |x + 1/2|"),
    "cases that meet smoothly": ("f \\in C^{1}(\\mathbb{R})", CASES.format("x", "e^{x} - 1")),
    "a jump left out": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{0\\})", CASES.format("1", "0")),
    "a pole left out": ("f \\in C^{\\infty}(\\mathbb{R} \\setminus \\{0\\})", "\\frac{1}{x}"),
}


@pytest.mark.parametrize("name", IN)
def test_in(make, name):
    tex, body = IN[name]
    data = of_another(body, tried={"tex": tex.partition("\\in ")[2], "because": [tex]})
    assert not derivations.verify(make(data, "exp(-x)")[-1].check, symbolic=False).problems


def of_another(body, **facts):
    """Entries for an f that is something else, and the h that f is otherwise."""
    data = entries(**facts)
    data["where"] = ["h(x) = e^{-x}", f"f(x) = {body}"] if "h(" in body else [f"f(x) = {body}"]
    data["facts"]["first"]["tex"] = f"f(x) = {body}"
    return data


@pytest.mark.parametrize("bits", [53, 1000])
def test_a_border_does_not_depend_on_the_precision_that_is_set(make, bits):
    with flint.ctx.workprec(bits):
        test_not_in(make, "a kink between two floats")


@pytest.mark.parametrize("name", NOT_IN)
def test_not_in(make, name):
    tex, body, reason = NOT_IN[name]
    data = of_another(body, tried={"tex": tex.partition("\\in ")[2], "because": [tex]})
    try:
        found = derivations.verify(make(data, "exp(-x)")[-1].check, symbolic=False).problems
    except SourceError as error:
        found = error.problems
    assert reason in "".join(map(str, found))


def test_what_is_compared_is_what_the_facts_declare(make):
    data = entries()
    data["where"].append("\\operatorname{Ramp}(x) = \\max(x, 0)")
    (fact,) = make(data, "exp(-x)", Ramp="(x + Abs(x))/2")
    assert not derivations.verify(fact.check).problems
    (fact,) = make(data, "exp(-x)", Ramp="Max(x, 1)")
    (problem,) = derivations.verify(fact.check).problems
    assert "does not hold" in str(problem)
    with pytest.raises(SourceError, match=r"facts\.yml:\d+: declares no \\operatorname\{Step\}\(x\)"):
        make(data, "exp(-x)", Step="Heaviside(x)")


def test_refused(make, tried):
    for because, reason in (
        ("= f(x)", "has to stand on its own"),
        ("f(x)", "a relation is missing"),
        ("f(x) \\in \\mathbb{Q}", "the only sets are"),
        ("h \\in C^{\\infty}(\\mathbb{R})", "h is not declared as a function"),
    ):
        with pytest.raises(SourceError, match=re.escape(f"tried, statement 1: {reason}")):
            tried("1", because)
    with pytest.raises(SourceError, match="note"):
        tried("1", "f(0) = 1", note={"en": "increasing", "zh": "递增"})
    with pytest.raises(SourceError, match=r"no fact says which is the function of definition\.yml; one needs `- expr"):
        make(
            {
                **entries(),
                "facts": {"one": {"name": {"en": "a", "zh": "b"}, "tex": "f(0) = 1", "because": ["f(0) = 1"]}},
            }
        )
    (fact,) = make(entries())
    assert "beta = 1" in fact.check.steps[0].tex, "a parameter that is not named has its default, and the page says so"


def test_a_jump_has_no_interval_and_no_lipschitz_constant(make):
    """As of Hardshrink, which takes no value between 0 and a half."""
    jump, limit = (
        "\\begin{cases} x & |x| > \\frac12 \\\\ 0 & \\text{otherwise} \\end{cases}",
        "\\lim_{x \\to %s} f(x) = %s",
    )
    data = of_another(
        jump,
        range={
            "tex": "(-\\infty, \\infty)",
            "because": [limit % ("-\\infty", "-\\infty"), limit % ("\\infty", "\\infty")],
        },
        lipschitz={"tex": "1", "because": [{"tex": "f'(x) \\le 1", "sharp": "x = 2"}]},
    )
    _, *facts_ = make(data, "Piecewise((x, Abs(x) > 1/2), (0, True))")
    for fact in facts_:
        (problem,) = derivations.verify(fact.check).problems
        assert "there is a jump at x = -0.5" in str(problem)


def test_what_has_no_value_somewhere_has_no_interval(make):
    because = ["\\lim_{x \\to -\\infty} f(x) = -\\infty", "\\lim_{x \\to \\infty} f(x) = \\infty"]
    data = of_another("x + \\ln(x^2)", range={"tex": "(-\\infty, \\infty)", "because": because})
    (problem,) = derivations.verify(make(data, "x")[-1].check).problems
    assert "has no value at x = 0" in str(problem)


OF_ANOTHER = {
    "an interval": (
        "(0, \\infty)",
        [{"tex": "g(x) > 0", "sharp": "x \\to -\\infty"}, "\\lim_{x \\to \\infty} g(x) = \\infty"],
    ),
    "a bound": ("0", [{"tex": "g(x) > 0", "sharp": "x \\to -\\infty"}]),
    "a value": ("1", ["g(0) = 1"]),
    "a domain": ("\\mathbb{R}", ["g(x) \\in \\mathbb{R}"]),
    "a class": ("C^{\\infty}(\\mathbb{R})", ["g \\in C^{\\infty}(\\mathbb{R})"]),
}


@pytest.mark.parametrize("name", OF_ANOTHER)
def test_a_cell_without_a_name_is_about_the_function_of_the_definition(make, name):
    """Of another function, declared beside it, the same is refused; and accepted once that is the definition's."""
    tex, because = OF_ANOTHER[name]
    data = entries(tried={"tex": tex, "because": because})
    data["where"].append("g(x) = e^{x}")
    with pytest.raises(SourceError, match="tried: the statements do not show this of the function"):
        make(data, "exp(-x)")
    named = {"tex": "g(x) = e^{x}", "because": [{"expression": "g(x)"}]}
    data["facts"]["first"] |= named
    data["where"] = ["g(x) = e^{x}"]
    assert make(data, "exp(x)")


@pytest.mark.parametrize("pole", ["0", "3", "\\pi", "\\frac{1}{3}"])
def test_a_pole_has_no_interval(make, pole):
    """x + 1/x tends to both infinities, and takes no value between −2 and 2."""
    body, limit = f"x + \\frac{{1}}{{x - {pole}}}", "\\lim_{x \\to %s} f(x) = %s"
    because = [limit % ("-\\infty", "-\\infty"), limit % ("\\infty", "\\infty")]
    data = of_another(body, range={"tex": "(-\\infty, \\infty)", "because": because})
    (problem,) = derivations.verify(make(data, "x")[-1].check).problems
    assert "there is a jump at x = " in str(problem)


WORDS = {
    "f'(x) < 0": "strictly decreasing",
    "f'(x) \\ge 0": "increasing",
    "0 \\le f''(x)": "convex",
    "f''(x) > 0": "strictly convex",
    "f(-x) = f(x)": "even",
    "-f(x) = f(-x)": "odd",
    "f'(x) < 1": None,
    "f(x) > 0": None,
    "f'(y) > 0": None,  # for positive y only
    "0 < f'(x) < 1": None,
    "f^{(3)}(x) < 0": None,
}


@pytest.mark.parametrize("tex", WORDS)
def test_what_a_cell_says_in_a_word_is_derived(tex):
    domains = {"x": Domain(""), "y": Domain("", lower=0)}
    function = latex.definition("f(x) = e^{-x}", Scope(frozenset(domains)))
    found = in_a_word(latex.parse(tex, Scope(frozenset(domains), {"f": function})), domains)
    assert (found and found["en"]) == WORDS[tex]


def test_a_strict_inequality_is_sharp_nowhere(tried):
    with pytest.raises(SourceError, match="a strict inequality can be sharp towards a value only"):
        tried("0", {"tex": "f(x) > 0", "sharp": "x = 0"})


def test_another_function_than_the_definition(make):
    (fact,) = make(entries(), "exp(-2*x)")
    (problem,) = derivations.verify(fact.check).problems
    assert "first, statement 1: does not hold at x = " in str(problem)


def test_a_report_is_not_kept_for_another_function(make, tmp_path, pool):
    store = Store(tmp_path / "kept")
    for expression, problems in (("exp(-x)", 0), ("exp(-2*x)", 1)):
        (fact,) = make(entries(), expression)
        (report,) = derivations.reports([fact.check], store, pool)
        assert len(report.problems) == problems


def test_a_condition_of_a_fact_is_shown(make):
    data = entries(
        tried={
            "tex": "|f(x)| < 1",
            "when": "x > 0",
            "because": [{"tex": "|f(x)| < 1", "when": "x > 0", "sharp": "x \\to 0"}],
        }
    )
    assert make(data, "exp(-x)")[1].shown == "|f(x)| < 1\\quad (x > 0)"
    for when in ("x > 1", ""):
        data["facts"]["tried"]["when"] = when or "x \\ge 0"
        with pytest.raises(SourceError, match="do not show this"):
            make(data, "exp(-x)")


def test_a_fact_of_many_functions_needs_no_name_and_no_statement_but_itself(make):
    data = entries()
    data["facts"]["value-at-zero"] = {"tex": "f(0) = 1"}
    (_, fact) = make(data, "exp(-x)")
    assert (fact.name, [step.tex for step in fact.check.steps]) == (NAMES["value-at-zero"], ["f(0) = 1"])
    assert not derivations.verify(fact.check).problems
    data["facts"]["value-at-zero"] = {"tex": "f(0) = 2"}
    assert derivations.verify(make(data, "exp(-x)")[1].check).problems
    data["facts"]["value-at-nought"] = {"tex": "f(0) = 1"}
    with pytest.raises(SourceError, match="value-at-nought needs a name"):
        make(data, "exp(-x)")


def test_functions_of_a_fact_are_given_with_it(make):
    data = entries(derivative={"tex": "f'(x) = -g(x)", "because": ["f'(x) = -g(x)"]})
    data["where"] = ["h(x) = -x", "g(x) = e^{h(x)}", "k(x) = x", "f(x) = e^{-x}"]
    data["facts"]["other"] = {"name": {"en": "a", "zh": "a"}, "tex": "k(x) = x", "because": ["k(x) = x"]}
    first, derivative, _ = make(data, "exp(-x)")
    assert (first.given, derivative.given) == ((), ("h(x) = -x", "g(x) = e^{h(x)}"))
