"""The rules of derivations: each is known by its form, and a step that has another one is refused."""

import json
import re

import pytest

from engine.base.errors import SourceError
from engine.mathematics.derivation.file import load
from engine.mathematics.derivation.report import verify
from engine.mathematics.derivation.rules import KINDS
from engine.render.derivations import derivation_fragment

TITLE = {"en": "rules", "zh": "法则"}
WHERE = [r"f(x) = \ln(1+e^{x})", r"\sigma(x) = \frac{1}{1+e^{-x}}"]

#: By rule: how a derivation starts, a step by the rule, the rule, and rules of which the step is no case.
STEPS = {
    "definition": ("f(x)", r"= \ln(1+e^{x})", {"definition": "f"}, [{"definition": r"\sigma"}, "rearrange", "chain"]),
    "use": ("f(x) e^0", "= f(x)", {"use": "e^0 = 1"}, [{"use": "2^0 = 1"}, {"use": "e^0 = 2"}, {"definition": "f"}]),
    "rearrange": ("x(x+1)", "= x^2 + x", "rearrange", ["undo", "fraction", {"factor": "x"}, {"use": "x = x + 0"}]),
    "factor": ("x^2 + x", "= x(x+1)", {"factor": "x"}, [{"factor": "-x"}, {"factor": "x+1"}, {"divide": "x"}]),
    "divide": (
        r"\frac{e^{x}}{1+e^{x}}",
        r"= \frac{1}{e^{-x}+1}",
        {"divide": "e^{x}"},
        [{"divide": "e^{-x}"}, {"divide": "-e^{x}"}, {"multiply": "e^{x}"}, {"cancel": "e^{x}"}, {"divide": "2"}],
    ),
    "multiply": (r"\frac{1}{1+e^{-x}}", r"= \frac{e^{x}}{e^{x}+1}", {"multiply": "e^{x}"}, [{"multiply": "e^{-x}"}]),
    "cancel": (
        r"\frac{x(x^2+1)}{3(x^2+1)}",
        r"= \frac{x}{3}",
        {"cancel": "x^2+1"},
        [{"cancel": "x"}, {"cancel": "-(x^2+1)"}, {"factor": "x^2+1"}],
    ),
    "fraction": (r"\frac{1}{1+x^2} \cdot x", r"= \frac{x}{1+x^2}", "fraction", ["undo", {"divide": "x"}, "quotient"]),
    "log-product": (
        r"\ln(e^{x}(1+e^{-x}))",
        r"= x + \ln(1+e^{-x})",
        "log-product",
        ["log-quotient", "log-power", "undo"],
    ),
    "log-quotient": (
        r"\ln(1+e^{x}) - \ln(1+e^{-x})",
        r"= \ln\frac{1+e^{x}}{1+e^{-x}}",
        "log-quotient",
        ["log-product", "log-power", "undo", "rearrange", "fraction"],
    ),
    "log-power": (r"\ln((1+x^2)^3)", r"= 3\ln(1+x^2)", "log-power", ["log-product", "log-quotient", "undo"]),
    "undo": (r"x\ln(e^{x})", "= x x", "undo", ["log-power", "log-product", "rearrange"]),
    "derivative": (
        r"2\frac{d}{dx}(1+e^{x})",
        "= 2e^{x}",
        {"derivative": "1+e^{x}"},
        [{"derivative": "e^{x}"}, "chain", "product", {"factor": "1+e^{x}"}],
    ),
    "linear": (
        r"\frac{d}{dx}(x^2 + \sin x)",
        r"= \frac{d}{dx}x^2 + \frac{d}{dx}\sin x",
        "linear",
        ["chain", "product", "power", "quotient", "fundamental", "rearrange"],
    ),
    "product": (
        r"\frac{d}{dx}(x\sin x)",
        r"= \sin x + x\frac{d}{dx}\sin x",
        "product",
        ["chain", "linear", "power", "quotient", "fundamental"],
    ),
    "quotient": (
        r"\frac{d}{dx}\frac{x}{1+x^2}",
        r"= \frac{(1+x^2) - x \cdot 2x}{(1+x^2)^2}",
        "quotient",
        ["chain", "linear", "power", "product", "fraction"],
    ),
    "power": (r"\frac{d}{dx}x^3", "= 3x^2", "power", ["chain", "linear", "quotient", "product"]),
    "chain": (
        r"\frac{d}{dx}\ln(1+x^2)",
        r"= \frac{1}{1+x^2} \cdot \frac{d}{dx}(1+x^2)",
        "chain",
        ["power", "linear", "quotient", "product", "fundamental", "log-product"],
    ),
    "fundamental": (r"\frac{d}{dx}\int_{0}^{x} e^{t}\,dt", "= e^{x}", "fundamental", ["chain", "linear", "power"]),
    "substitute": (
        r"\int_{0}^{x} 2t e^{t^2}\,dt",
        r"= \int_{0}^{x^2} e^{u}\,du",
        {"substitute": "u = t^2"},
        [{"substitute": "u = -t^2"}, {"substitute": "u = 2t"}, {"substitute": "u = t^3"}, {"use": "x = x + 0"}],
    ),
}
#: The same for statements, which start from an equation.
EQUATIONS = {
    "exponential": (
        r"\iff y = \ln(1+e^{x})",
        r"\iff e^{y} = 1+e^{x}",
        "exponential",
        ["logarithm", {"solve": "e^{y}"}],
    ),
    "logarithm": (r"\iff e^{y} = 1+e^{x}", r"\iff y = \ln(1+e^{x})", "logarithm", ["exponential", "inverse"]),
    "solve": (
        r"\iff e^{y} = 1+e^{x}",
        r"\iff e^{x} = e^{y} - 1",
        {"solve": "e^{x}"},
        [{"solve": "e^{y}"}, {"solve": "-e^{x}"}, "logarithm", "exponential", "rearrange"],
    ),
    "inverse": (r"\iff x = \ln(e^{y}-1)", r"f^{-1}(y) = \ln(e^{y}-1)", "inverse", ["logarithm", "exponential"]),
}


@pytest.fixture
def derive(tmp_path):
    """Make a derivation from its start and its steps, each with its rule; `where` as far as something uses it."""

    def make(start, *steps, **variables):
        text = " ".join([start, *(step["tex"] for step in steps)])
        data = {
            "title": TITLE,
            "variables": variables or {"x": "real"},
            "where": [
                tex for tex, name in zip(WHERE, ("f", "sigma"), strict=True) if re.search(rf"\b{name}[(^]", text)
            ],
            "start": start,
            "steps": list(steps),
        }
        file = tmp_path / "derivation.yml"
        file.write_text(json.dumps(data, indent=1), encoding="utf-8")
        return load(tmp_path, file)

    return make


def found(derive, start, steps, **variables):
    """What is wrong with the last of the steps: nothing, that it is refused, or what its check says."""
    try:
        derivation = derive(start, *steps, **variables)
    except SourceError as error:
        return [str(error)]
    return [str(problem) for problem in verify(derivation, only=len(steps) - 1, symbolic=False).problems]


@pytest.mark.parametrize("id", STEPS)
def test_a_step_has_the_form_of_its_rule_and_of_no_other(derive, id):
    start, tex, rule, others = STEPS[id]
    assert found(derive, start, [{"tex": tex, "rule": rule}]) == []
    for other in others:
        (problem,) = found(derive, start, [{"tex": tex, "rule": other}]) or [f"{other} is not noticed"]
        assert "rule" in problem or "does not hold" in problem or "not declared" in problem, other


@pytest.mark.parametrize("id", EQUATIONS)
def test_the_same_for_equations(derive, id):
    before, tex, rule, others = EQUATIONS[id]
    first = {"tex": before, "rule": "rearrange"}
    variables = {"x": "real", "y": "positive"}
    assert found(derive, "y = f(x)", [first, {"tex": tex, "rule": rule}], **variables) == []
    for other in others:
        assert found(derive, "y = f(x)", [first, {"tex": tex, "rule": other}], **variables), other


CASES = [
    {"tex": "= x + 0", "when": r"x \ge 0", "rule": {"use": "|x| = x"}},
    {"tex": "= -x + 0", "when": "x < 0", "rule": {"use": "|x| = -x"}},
]


def test_cases_are_compared_one_by_one(derive):
    joined = {"tex": r"= \max(x, -x)", "rule": "cases"}
    assert found(derive, "|x| + 0", [*CASES, joined]) == []
    for other in ("rearrange", "undo", "fraction"):
        assert found(derive, "|x| + 0", [*CASES, {**joined, "rule": other}]), other
    assert found(derive, "|x| + 0", [CASES[0], {**CASES[1], "rule": {"use": "|x| = x"}}]), "it has to hold in its case"


def test_all_that_can_be_checked_is_tried_here():
    checked = {id for id, kind in KINDS.items() if kind.checked}
    assert checked == {*STEPS, *EQUATIONS, "cases"}


def test_what_a_rule_does_not_say_is_no_part_of_its_step(derive):
    """The definition does not join the logarithms; two rules say it."""
    start, tex = r"f(x) - \ln(1+e^{-x})", r"= \ln\frac{1+e^{x}}{1+e^{-x}}"
    (problem,) = found(derive, start, [{"tex": tex, "rule": {"definition": "f"}}])
    assert "derivation.yml:" in problem
    assert "step 1: is more than its rules say: Definition of $f$" in problem


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("Divide by x", "'Divide by x' is no rule; a remark is a `note`. The rules: {definition: function}, "),
        ({"en": "Expand", "zh": "展开"}, "'en' is no rule; a remark is a `note`"),
        ("divide", "written {divide: expression}"),
        ({"chain": "x"}, "written chain"),
        (["chain", "chain"], "chain is named twice"),
        ({"definition": "g"}, "g is not declared as a function; there are "),
        ({"divide": "y"}, "y is not declared"),
        ({"use": "x > 0"}, "use is about one equation"),
        ({"substitute": "-x = x"}, "a substitution gives the new variable by the old one"),
        ("estimate", "estimate explains an inequality"),
        (["chain", "estimate"], "estimate has no form, so no other rule beside it could be told"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_line(derive, rule, reason):
    problem = "\n".join(found(derive, "x", [{"tex": "= x + 0", "rule": rule}]))
    assert reason in problem
    assert "derivation.yml:" in problem


def test_a_rule_without_a_form_explains_an_inequality_only(derive):
    for rule in ("estimate", "increasing"):
        assert found(derive, "x", [{"tex": "< x + 1", "rule": rule}]) == []
    (problem,) = found(derive, "x", [{"tex": "< x + 1", "rule": "rearrange"}])
    assert "not an equation" in problem


def test_its_name_is_shown_in_each_language(derive):
    step = {"tex": "= x + 0", "rule": ["rearrange", {"use": "x = x"}], "note": {"en": "n", "zh": "注"}}
    derivation = derive("x", step)
    report = verify(derivation)
    assert "\nRearrange; use $x = x$: n\n{ .rule }" in derivation_fragment(derivation, report, "en")
    assert "\n整理；利用 $x = x$：注\n{ .rule }" in derivation_fragment(derivation, report, "zh")
