"""Formulas of a definition as JavaScript: operation by operation, refused where the page cannot compute them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from engine.base.languages import WORDS
from engine.mathematics.formula.python import FormulaError
from engine.render.explorer import explorer, formula, label, microscope
from engine.sources.definition import Definition, Parameter, read

ROOT = Path(__file__).parents[2]
BETA = Parameter("beta", r"\beta", "positive", 1.0)


@pytest.fixture
def definition() -> Definition:
    return replace(read(ROOT, "softplus"), name="Demo", path=Path("snippets/demo/definition.yml"))


@pytest.mark.parametrize(
    ("text", "javascript"),
    [
        ("x", "x"),
        ("2*x - 1", "m.sub(m.mul(m.n(2),x),m.n(1))"),
        ("-Abs(beta*x)", "m.neg(m.abs(m.mul(beta,x)))"),
        ("log1p(exp(x))/beta", "m.div(m.log1p(m.exp(x)),beta)"),
        ("Max(0, Min(x, 6))", "m.max(m.n(0),m.min(x,m.n(6)))"),
        ("Piecewise((x, x > 0), (0.25, True))", "(m.gt(x,m.n(0))?x:m.n(0.25))"),
        ("Piecewise((x, x >= 0))", "(m.ge(x,m.n(0))?x:m.n(NaN))"),
        ("x**2/pi", "m.div(m.pow(x,m.n(2)),m.pi())"),
        ("1.0507009873554805*x", "m.mul(m.n(1.0507009873554805),x)"),
        ("1.0507009873554804934193349852946*x", 'm.mul(m.n("1.0507009873554804934193349852946"),x)'),
        ("1e400*x", 'm.mul(m.n("1e400"),x)'),
        ("Piecewise((x, (x > 1) & ~(x > 6)), (0, True))", "((m.gt(x,m.n(1))&&!m.gt(x,m.n(6)))?x:m.n(0))"),
    ],
)
def test_a_formula_is_written_as_it_stands(text: str, javascript: str) -> None:
    assert formula(text, (BETA,))[0] == f"(m,x,beta)=>{javascript}"


@pytest.mark.parametrize("text", ["gamma(x)", "y + 1", "x.real", "x if x else 1", "factorial(x)", "sec(x)"])
def test_what_the_page_cannot_compute_is_refused(text: str) -> None:
    with pytest.raises(FormulaError, match=r"is not understood|arithmetic has no (!|sec)"):
        formula(text, ())


@pytest.mark.parametrize("language", WORDS)
def test_the_figure_stays_inside(definition: Definition, language: str) -> None:
    html, problems = explorer(definition, '<figure id="f">drawn</figure>', language)
    assert problems == []
    element = BeautifulSoup(html, "html.parser").select_one("function-explorer")
    assert element.select_one("figure#f").text == "drawn"
    words = json.loads(element["data-words"])
    assert set(words) == {"curves", "range", "positive", "x"}
    assert words["positive"] == WORDS[language]["explorer positive"]


def test_a_function_beyond_the_arithmetic_keeps_its_figure_and_is_a_problem(definition: Definition) -> None:
    beyond = replace(definition, stable="sec(x)")
    html, (problem,) = explorer(beyond, "<figure></figure>", "en")
    assert html == "<figure></figure>"
    assert str(problem).splitlines() == [
        "snippets/demo/definition.yml: cannot be explored: the page's arithmetic has no sec",
        "  write it with what theme/assets/js/arithmetic.js offers, or add that there",
    ]
    assert microscope(beyond, "en") == ""


def test_there_is_a_microscope_wherever_there_are_many_digits(definition: Definition) -> None:
    assert microscope(definition, "en")
    for text in ("tanh(x)", "x*erfc(-x/sqrt(2))/2", "Piecewise((x, (x > 0) | (x < -1)), (expm1(x), True))", "pi*x**2"):
        assert "<stability-microscope" in microscope(replace(definition, stable=text), "en")


@pytest.mark.parametrize("language", WORDS)
def test_without_many_digits_the_page_says_so(definition: Definition, language: str) -> None:
    told = microscope(replace(definition, stable="sin(x) + atan(x)"), language)
    assert "stability-microscope" not in told
    assert "`atan`, `sin`" in told


def test_a_name_cannot_end_the_script(definition: Definition) -> None:
    html, _ = explorer(replace(definition, compare={"</script><b>": "x"}), "", "en")
    assert not BeautifulSoup(html, "html.parser").select("b")


@pytest.mark.parametrize(("name", "shown"), [("beta", "β"), ("alpha", "α"), ("negative_slope", "negative_slope")])
def test_a_parameter_is_called_as_in_formulas(name: str, shown: str) -> None:
    assert label(Parameter(name, "b", "real", 0.0)) == shown
