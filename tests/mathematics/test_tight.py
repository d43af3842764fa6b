"""A statement says as much as it could, and is looked at wherever it may fail: at every border, and on every scale."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.errors import SourceError
from engine.mathematics import facts
from engine.mathematics.derivation.report import verify
from engine.sources import definition

ROOT = Path(__file__).parents[2]
SOFTPLUS = definition.read(ROOT, "softplus")
NAME = {"en": "name", "zh": "名称"}


@pytest.fixture
def faults(tmp_path):
    """What is wrong with a statement about f, which is softplus or another body."""

    def faults(tex, body=r"\ln(1 + e^x)", **entry):
        known = {"tex": "f(x)", "because": [{"expression": "f(x)"}]}
        held = {"tex": tex.partition(r"\in ")[2] or tex, "because": [{"tex": tex, **entry}]} | (
            {"when": entry["when"]} if "when" in entry else {}
        )
        data = {
            "variables": {"x": "real", "y": "positive", "n": "integer"},
            "where": [rf"f(x) = {body}"],
            "facts": {"known": {"name": NAME, **known}, "tried": {"name": NAME, **held}},
        }
        used = {"name": NAME, "tex": "f(x) + y + n = f(x) + n + y"}
        data["facts"]["used"] = used
        file = tmp_path / "snippets/demo/facts.yml"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(data, indent=1), encoding="utf-8")
        path = file.with_name("definition.yml").relative_to(tmp_path)
        loaded = facts.load(tmp_path, replace(SOFTPLUS, path=path, expression="x", compare={}, parameters=()))
        return " ".join(problem.reason for problem in verify(loaded[1].check, symbolic=False).problems)

    return faults


@pytest.mark.parametrize(
    ("right", "wrong", "sharp"),
    [
        (r"f(x) \le \ln 2 + \frac{x}{2} + \frac{x^2}{8}", r"f(x) \le \ln 2 + \frac{x}{2} + \frac{x^2}{7}", "x = 0"),
        (r"f(x) \ge \ln 2 + \frac{x}{2}", r"f(x) \ge \ln 2 + \frac{x}{2} - x^4", "x = 0"),
        ("f''(x) \\le \\frac14", "4f''(3x) \\le 1", "x = 0"),
        ("f''(x) > 0", "f''(x) > -1", None),
        ("f(x) > 0", "f(x) > -0.001", None),
        ("f(x) < e^x", "f(x) < e^x + x^4", r"x \to -\infty"),
        (r"\lim_{x \to 0} \frac{f(x) - \ln 2}{x} = \frac12", r"\lim_{x \to 0} (f(x) - 2x^2) = \ln 2", None),
    ],
)
def test_no_number_of_a_bound_or_of_a_limit_could_be_another(faults, right, wrong, sharp):
    entry = {"sharp": sharp} if sharp else {}
    assert not faults(right, **entry)
    assert "says nothing with its" in (found := faults(wrong, **entry)) or "is not sharp there" in found


@pytest.mark.parametrize(
    ("tex", "when", "narrower"),
    [
        (r"f(x) \le \ln 2", r"x \le 0", [r"x \le -1", "x < -0.001", r"-9 < x \le 0"]),
        ("|x| = x", r"x \ge 0", ["x > 2", r"0 \le x < y"]),
        (r"\frac{x}{|x|} + 1 = 2", "x > 0", ["0 < x < 1", "x > e"]),
        (r"\frac{x - 3}{x - 3} = 1", r"x \ne 3", [r"x \ne 4", "x > 3"]),
        ("(-1)^n = |(-1)^n|", None, []),
        (r"\max(n, 3) = n", r"n \ge 3", [r"n \ge 4", "n > 5"]),
        (r"\max(x, y) = y", "x < y", ["2x < y", "x < y - 1"]),
        (r"|x| > 1", "x^2 > 1", ["x > 1", "x^2 > 2"]),
    ],
)
def test_no_condition_is_narrower_than_it_has_to_be(faults, tex, when, narrower):
    if when:
        assert not faults(tex, when=when)
    else:
        assert "does not hold" in faults(tex)
    for other in narrower:
        assert "condition" in faults(tex, when=other)


@pytest.mark.parametrize(
    "body",
    [
        r"\frac{1}{(x - 0.3)^2}",
        r"\ln((x - 0.3)^2)",
        r"\ln|x - 7/3|",
        r"\frac{(x - 0.3)^2}{(x - 0.3)^2}",
        r"\frac{1}{\sqrt{|x - \pi|}}",
        r"\frac{1}{(x - 0.3)(x - 0.3000001)}",
        r"\frac{1}{x - 1000000}",
        r"\frac{1}{|x - 0.3|^{1.5}}",
    ],
)
def test_a_point_without_a_value_is_found_wherever_it_is(faults, body):
    assert "have no value beside" in (found := faults(r"f(x) \in \mathbb{R}", body)) or "has no value" in found
    assert not faults(r"f(x) \in \mathbb{R}", body.replace("x - ", "e^x + "))


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        (r"\max(x, 10^6) \ge 10^6", r"\max(x, 10^6) = 10^6"),
        (r"\max(x, 10^{40}) \ge 10^{40}", r"\max(x, 10^{40}) = 10^{40}"),
        (r"\max(x, -10^{40}) \ge -10^{40}", r"\max(x, -10^{40}) = x"),
        (r"\max(x^2, 10^{-12}) \ge 10^{-12}", r"\max(x^2, 10^{-12}) = x^2"),
        (r"\max(10^{-9} - |x - 3.3|, 0) \le 10^{-9}", r"\max(10^{-9} - |x - 3.3|, 0) = 0"),
        (r"\max(10^{-18} - (x - 3.3)^2, 0) \le 10^{-18}", r"\max(10^{-18} - (x - 3.3)^2, 0) = 0"),
        (r"\max(n, 1000000) \ge 1000000", r"\max(n, 1000000) = 1000000"),
        (r"\lim_{x \to 0} \frac{\ln(1 + x)}{x} = 1", r"\lim_{x \to 0} \frac{\ln(1 + x)}{x + 10^{-12}} = 1"),
        (r"\lim_{x \to 0} \frac{f(x + \ln x^2)}{x^2} = 1", r"\lim_{x \to 0} \frac{f(x + \ln x^2)}{x^2} < 1"),
        (r"\lim_{x \to \infty} \frac{x + 10^9}{x} = 1", r"\lim_{x \to \infty} \frac{x + 10^9}{x + 10^{12}} = 10^{-3}"),
    ],
)
def test_a_border_is_seen_on_every_scale(faults, right, wrong):
    assert "does not hold" not in faults(right)
    assert "does not hold" in (found := faults(wrong)) or "not decided" in found


def test_a_set_that_leaves_out_a_point_that_it_need_not_is_refused(faults):
    body = r"\ln(1 + e^x)"
    assert not faults(r"f \in C^{\infty}(\mathbb{R})", body)
    assert "smoother than that" in faults(r"f \in C^{\infty}(\mathbb{R} \setminus \{0.3\})", body)
    with pytest.raises(SourceError, match="the only sets are"):
        faults(r"f(x) \in \mathbb{R} \setminus \{0.3\}", body)
    assert "its condition leaves out nothing" in faults(r"f(x) \in \mathbb{R}", body, when=r"x \ne 0.3")
