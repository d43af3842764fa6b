"""Derivations are checked: every step of every file holds, and no step could be changed without being caught."""

import json
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from engine.base.errors import SourceError
from engine.base.store import Store
from engine.mathematics.derivation import report as reporting
from engine.mathematics.derivation.duties import duties
from engine.mathematics.derivation.evidence import NotDecided, Report
from engine.mathematics.derivation.file import discover, load
from engine.mathematics.derivation.report import check, reports, verify
from engine.mathematics.derivation.symbolic import prove

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "snippets").glob("*/derivations/*.yml"))
TEXT = {"en": "rule", "zh": "规则"}


@pytest.fixture
def derive(tmp_path):
    """Make a derivation from its start and its steps."""

    def make(start, *steps, where=(), **variables):
        steps = [{"tex": step} if isinstance(step, str) else step for step in steps]
        return write(
            tmp_path,
            {
                "title": TEXT,
                "variables": variables or {"x": "real"},
                "where": list(where),
                "start": start,
                "steps": [{"rule": "rearrange", **step} for step in steps],
            },
        )

    return make


def write(folder, data):
    file = folder / "derivation.yml"
    file.write_text(json.dumps(data, indent=1), encoding="utf-8")  # which is YAML too, and quick
    derivation = load(folder, file)
    return replace(derivation, steps=tuple(replace(step, rules=()) for step in derivation.steps))  # see test_rules.py


def problems(derivation):
    return [str(problem) for problem in verify(derivation, symbolic=False).problems]


def test_what_is_not_decided_stops_unless_it_is_proved(derive):
    """At x = 1e4 no precision that is tried tells e^(-1e8) from 0, as SymPy does."""
    derivation = derive(r"x^4 + e^{-x^2}", "> x^4")
    (problem,) = verify(derivation, symbolic=False).problems
    assert isinstance(problem, NotDecided)
    assert "derivation.yml:" in str(problem)
    assert "step 1: not decided: at x = " in problem.reason
    assert verify(derivation).problems == ()
    assert verify(derivation).evidence[0].symbolic


# What the site shows --------------------------------------------------------------------------------------------------


def test_all_files_hold(first_build, pool):
    loaded = [load(ROOT, file) for file in FILES]
    found = reports(loaded, Store(ROOT / ".cache/derivations"), pool)
    assert [problem for report in found for problem in report.problems] == []
    for derivation, report in zip(loaded, found, strict=True):
        assert report.name == derivation.name
        assert len(report.evidence) == len(derivation.steps)
        assert all(evidence.points >= 5 and evidence.digits >= 20 for evidence in report.evidence)
        assert any(evidence.symbolic for evidence in report.evidence)


def test_discover():
    assert [file.stem for file in discover(ROOT, "softplus")] == [
        "antiderivative",
        "derivative",
        "inverse",
        "relu_gap",
        "second_derivative",
        "stable_form",
        "symmetry",
    ]


# What is found --------------------------------------------------------------------------------------------------------

WRONG = {
    "a sign": (r"e^{x}e^{-x}", "= -1"),
    "an error beyond double precision": ("x", "= x + 10^{-40}"),
    "right for large x only": (r"\ln(1+e^{x})", "= x"),
    "right for positive x only": (r"\sqrt{x^2}", "= x"),
    "a sum that ends at minus infinity": (r"x\sum_{k=1}^{-\infty} 2^{-k}", "= x"),
    "right at whole numbers only": (r"\sin(\pi x)", "= 0"),
    "not strict": (r"e^{-|x|}", "< 1"),
    "strict but far out, the wrong way": (r"\ln(1+e^{x})", r"\le x"),
    "an inequality": ("x^2", r"\ge x"),
    "wrong within a thousandth of a kink": (r"\max(0, 1 - 1000|x - \frac{22}{7}|)", "= 0"),
    "wrong at the border of cases": (
        r"\begin{cases} x & x > 3 \\ 3 & x = 3 \\ 3 & x < 3 \end{cases}",
        r"\ne 3 + \frac{x-|x|}{2}",
    ),
    "wrong in a tenth only": (r"\max(0, \min(x - 5, 5.1 - x))", r"\le 0"),
    "unequal": ("x", r"\ne 1"),
    "rounding": (r"\frac{x}{x} \cdot \ln 2", r"\approx 0.694"),
    "a derivative": (r"\frac{d}{dx} e^{2x}", "= e^{2x}"),
    "an integral": (r"\int_{0}^{x} t \, dt", "= x^2"),
    "a limit": (r"x \cdot \lim_{t\to\infty} \tanh(t)", "= -x"),
    "a series": (r"x \cdot \sum_{k=1}^{\infty} \frac{1}{k^2}", r"= x \cdot \frac{\pi^2}{7}"),
    "defined on half of the domain": (r"2\ln|x|", r"= 2\ln x"),
    "a chain, at its end": ("x", r"= x + 0 = x + 1"),
    "a finite limit that is said to be infinite": (r"\lim_{t\to 1} e^{t+0x}", r"= \infty"),
    "the other infinity": (r"\lim_{t\to\infty} (0x-t)", r"= \infty"),
    "no number is infinite": (r"\lim_{t\to 0} (0x-e^{t})", r"= -\infty"),
    "no number is as large": (r"\lim_{t\to 1} e^{t+0x}", r"\ge \infty"),
}
RIGHT = {
    "cancellation": (r"\ln(1+e^{x}) - x", r"= \ln(1+e^{-x})"),
    "strict far out": (r"\ln(1+e^{x})", "> x"),
    "a singular point": (r"\frac{x^2}{x}", "= x"),
    "a kink": (r"\frac{d}{dx}|x|", r"= \frac{x}{|x|}"),
    "rounding": (r"\frac{x}{x} \cdot \ln 2", r"\approx 0.693"),
    "a negative number": (r"\frac{x}{x} \cdot \ln\frac{1}{2}", r"\approx -0.693"),
    "an integral": (r"\int_{0}^{x} t \, dt", r"= \frac{x^2}{2}"),
    "a limit": (r"x \cdot \lim_{t\to\infty} \tanh(t)", "= x"),
    "a series": (r"x \cdot \sum_{k=1}^{\infty} \frac{1}{k^2}", r"= x \cdot \frac{\pi^2}{6}"),
    "an infinite limit": (r"\lim_{t\to\infty} e^{t+0x}", r"= \infty"),
    "a number beside infinity": (r"\lim_{t\to 1} e^{t+0x}", r"< \infty"),
    "a chain": ("x", "= x + 0 < x + 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(derive, name):
    assert len(problems(derive(*WRONG[name]))) == 1


@pytest.mark.parametrize("name", RIGHT)
def test_right(derive, name):
    assert problems(derive(*RIGHT[name])) == []


def test_a_problem_says_where_and_how_the_sides_differ(derive):
    derivation = derive("x + x", "= 2x", "= 3x")
    (problem,) = verify(derivation).problems
    assert problem.path == "derivation.yml"
    assert problem.line == derivation.steps[1].line
    assert '"= 3x"' in (derivation.root / derivation.path).read_text(encoding="utf-8").splitlines()[problem.line - 1]
    assert re.match(r"step 2: does not hold at x = -?\d", problem.reason)
    point = float(problem.reason.rpartition("= ")[2])
    left, right = re.findall(r"(?:left|right): +(\S+)", problem.detail)
    assert float(left) == pytest.approx(2 * point)
    assert float(right) == pytest.approx(3 * point)


@pytest.mark.parametrize(
    ("domain", "step"),
    [
        ("positive", "> 0"),
        ("negative", "< 0"),
        ("[0, 1)", r"\ge x^2"),
        (r"(-\frac{\pi}{2}, \frac{\pi}{2})", r"= \arctan(\tan(x))"),
        (r"[1, \infty)", r"\ge 1"),
        ("natural", r"= x \cdot \cos(2\pi x)"),
        ("integer", r"\le x^2"),
    ],
)
def test_domain(derive, domain, step):
    assert problems(derive("x", step, x=domain)) == []
    assert problems(derive("x", step, x="real"))


def test_branches(derive):
    right = [
        {"tex": "= x", "when": r"x \ge 0"},
        {"tex": "= -x", "when": "x < 0"},
        r"= \max(x, -x)",
    ]
    assert problems(derive("|x|", *right)) == []
    (problem,) = problems(derive("|x|", right[0], right[2]))
    assert "step 2: the branches leave out x = -" in problem
    (problem,) = problems(derive("|x|", right[0]))
    assert "step 1: the branches leave out x = -" in problem
    (problem,) = problems(derive("|x|", right[0], {"tex": "= x", "when": "x < 0"}))
    assert "step 2: does not hold at x = -" in problem


def test_no_two_branches_hold_but_at_borders(derive):
    left, right = {"tex": "= -x", "when": "x < 0"}, {"tex": "= x", "when": r"x \ge 0"}
    assert problems(derive("|x|", right, left)) == []
    assert problems(derive("|x|", right, {**left, "when": r"x \le 0"})) == [], "at a border both may"
    (problem,) = problems(derive("|x|", {**right, "when": r"x \ge 1"}, {**right, "tex": "= x + 0"}, left))
    assert "2 branches hold at x = " in problem


def test_sharp(derive):
    assert problems(derive("e^{-|x|}", {"tex": r"\le 1", "sharp": "x = 0"})) == []
    assert problems(derive("e^{-|x|}", {"tex": "> 0", "sharp": r"x \to \infty"})) == []
    (problem,) = problems(derive("e^{-|x|}", {"tex": r"\le e^{-|x|} + \ln(1 + x^2)", "sharp": r"x = \ln(-1)"}))
    assert "has no value where it is said to be sharp" in problem
    (problem,) = problems(derive("e^{-|x|}", {"tex": r"\le 2", "sharp": "x = 0"}))
    assert "is not sharp" in problem
    (problem,) = problems(derive("e^{-|x|}", {"tex": "> -1", "sharp": r"x \to \infty"}))
    assert "is not sharp" in problem


def test_equivalence(derive):
    def solve(*steps):
        return problems(derive("y = e^x", *steps, x="real", y="positive"))

    assert solve(r"\iff \ln y = x", r"\iff x = \ln y") == []
    assert solve(r"\implies y^2 = e^{2x}") == []
    assert solve(r"\iff x = \ln y", "= 2\\ln\\sqrt{y}") == []
    (problem,) = solve(r"\iff x = 2\ln y")
    assert "is not equivalent at x = " in problem
    (problem,) = solve(r"\iff y > 0")  # true on the curve, but beside it too
    assert "is not equivalent at x = " in problem
    (problem,) = solve(r"\implies y = 1")
    assert "does not follow at x = " in problem
    for y, found in (("positive", None), ("real", "adds the solution y = -")):
        text = "".join(problems(derive(r"y = \sqrt{x}", r"\iff y^2 = x", x="positive", y=y)))
        assert found in text if found else not text
    (problem,) = problems(derive("y = x^2", r"\iff x = \sqrt{y}", x="real", y="positive"))
    assert "not equivalent" in problem or "loses the solution x = -" in problem
    assert problems(derive("y = x^2", r"\implies y^2 = x^4", x="real", y="real")) == []  # adds one, as it may
    assert problems(derive("x > 1", r"\iff 2x > 2")) == []
    assert problems(derive("x > 1", r"\iff 2x > 3"))


REFUSED = {
    "twice the same": (["x", "= x + 0", "= x  +  0"], "step 2: is the same as what is before it"),
    "the same as the start": (["x + 0", "= x+0"], "step 1: is the same as what is before it"),
    "the same statement": (["x > 1", r"\iff x > 1"], "step 1: is the same as what is before it"),
    "no relation": (["x", "x"], "step 1: a relation is missing"),
    "no statement before": (["x", r"\iff x = 1"], "step 1: there is no statement before it"),
    "nothing to continue": (["y = x", "= x"], "step 1: there is no expression before it"),
    "not understood": (["x", r"= \ln 2x"], "step 1: it is unclear how far"),
    "not declared": (["x", "= g(x)"], "step 1: g is not declared"),
    "no condition": (["x", {"tex": "= x + 0", "when": "x"}], "when of step 1: not a condition"),
    "no place": (["x", {"tex": "< x + 1", "sharp": "x > 0"}], "sharp of step 1: neither"),
    "sharp equation": (["x", {"tex": "= x + 0", "sharp": "x = 0"}], "step 1: sharp belongs to an inequality"),
    "start": (["= x", "= x + 0"], "start: a derivation starts from"),
    "start not solved": (["x = x + 0", r"\iff x = x"], "start: an equation to start from"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(derive, name):
    parts, reason = REFUSED[name]
    variables = {"x": "real", "y": "real"} if "y" in str(parts[0]) else {}
    with pytest.raises(SourceError) as caught:
        derive(*parts, **variables)
    assert reason in str(caught.value)
    assert all(problem.line for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"where": ["f(x) = x"]}, "f is declared but not used"),
        ({"x": "real", "z": "real"}, "z is declared but not used"),
        ({"x": "imaginary"}, "domain of x: not one of"),
        ({"x": "[1, 0]"}, "domain of x: the interval is empty"),
        ({"x": "real", "2": "real"}, "variable 2: the name"),
        ({"where": ["f(x) = z"]}, "where: z is not declared"),
    ],
)
def test_refused_declarations(derive, more, reason):
    with pytest.raises(SourceError, match=re.escape(reason)):
        derive("x", "= x + 0", **more)


def test_schema(tmp_path):
    data = {
        "title": TEXT,
        "variables": {"x": "real"},
        "start": "x",
        "steps": [{"tex": "= x + 0", "rule": "rearrange", "note": {"en": "zero"}}],
    }
    with pytest.raises(SourceError, match="'zh' is a required property"):
        write(tmp_path, data)


# How it is checked ----------------------------------------------------------------------------------------------------


def test_evidence(derive):
    evidence = verify(derive(r"\int_{0}^{x} e^t \, dt", r"= e^{x} - 1", r"= \operatorname{expm1}(x)")).evidence
    assert [(item.symbolic, item.digits) for item in evidence] == [(False, 20), (True, 50)]
    assert [item.points for item in evidence] == [20, 200]


def test_no_proof_of_what_is_wrong(derive):
    derivation = derive(r"\sqrt{x^2}", "= x")
    assert not any(prove(claim, derivation.domains) for claim in duties(derivation)[0].claims)


def test_result_depends_on_the_text_alone(derive, pool):
    derivation = derive("x + x", "= 2x", "= 3x")
    assert verify(derivation) == verify(derivation)
    assert check([derivation], pool) == [verify(derivation)]


def test_a_report_comes_back_as_it_was(derive):
    for steps in (["= 2x"], ["= 3x"]):
        report = verify(derive("x + x", *steps))
        assert msgspec.msgpack.decode(msgspec.msgpack.encode(report), type=Report) == report


def test_what_never_ends_is_stopped(derive, tmp_path, pool):
    term = r"\sum_{k=1}^{9999} \sum_{j=1}^{9999} \frac{x}{jk}"
    (tmp_path / "endless").mkdir()
    endless = write(
        tmp_path / "endless",
        {
            "title": TEXT,
            "variables": {"x": "real"},
            "start": "x",
            "steps": [{"tex": tex, "rule": "rearrange"} for tex in ("= x + 0", rf"= {term}", "= 0 + x")],
        },
    )
    stopped, other = check([endless, derive("x + x", "= 2x")], pool, seconds=1)
    assert {type(problem) for problem in stopped.problems} == {NotDecided}, "neither is called wrong"
    lines = (tmp_path / "endless/derivation.yml").read_text(encoding="utf-8").split("\n")
    assert [problem.reason.partition(":")[0] for problem in stopped.problems] == ["step 2", "step 3"]
    assert all("not decided: the check crashed, or was stopped after 1 s" in str(one) for one in stopped.problems)
    assert term.replace("\\", "\\\\") in lines[stopped.problems[0].line - 1]
    assert other.problems == ()


def test_time_limit_of_a_step(derive, monkeypatch):
    monkeypatch.setattr(reporting, "SECONDS_NUMERIC", 0.2)
    derivation = derive(r"\sum_{k=1}^{9999} \sum_{j=1}^{9999} \frac{x}{jk}", "= x", "= x + 0")
    (problem,) = problems(derivation)
    assert "step 1: not decided: not within 0.2 s; make smaller steps of it" in problem
