"""Kinks and jumps in the explorer and the microscope: both sides are told, and no curve joins what is apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from mpmath import mp, mpf
from playwright.sync_api import Browser, Page, expect

from engine.accuracy import decimals
from engine.base.languages import WORDS
from engine.mathematics.kinks import shape
from engine.render.explorer import explorer, microscope
from engine.sources.definition import Definition, Parameter, read

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("tools", "arithmetic", "explorer", "microscope")
SELU = "1.0507009873554804934193349852946*(Max(x, 0) + Min(0, 1.6732632423543772848170429916717*(exp(x) - 1)))"
GELU = "x/2*(1 + tanh(sqrt(2/pi)*(x + 0.044715*x**3)))"


def definition(text: str, stable: str = "", **parameters: float) -> Definition:
    given = tuple(Parameter(name, name, "positive", value) for name, value in parameters.items())
    return replace(
        read(ROOT, "softplus"), path=Path("snippets/demo/definition.yml"), compare={}, parameters=given,
        expression=text, stable=stable or text,
    )  # fmt: skip


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    page.close()
    assert faults == []


def show(page: Page, shown: Definition) -> Page:
    """A page with the explorer and the microscope of a function alone."""
    html, problems = explorer(shown, "<figure></figure>", "en")
    assert problems == []
    page.set_content(f"<html><body>{html}{microscope(shown, 'en')}</body></html>")
    for name in SCRIPTS:
        page.add_script_tag(content=(ROOT / f"theme/assets/js/{name}.js").read_text(encoding="utf-8"))
    expect(page.locator("function-explorer")).to_have_attribute("active", "")
    return page


def readings(page: Page, x: float) -> dict[str, str]:
    """What is read at x, by curve."""
    page.locator(".explorer-controls input[name=x]").fill(repr(x))
    expect(page.get_by_role("slider").first).to_have_attribute("aria-valuenow", repr(x).removesuffix(".0"))
    labels = [
        label.inner_text().replace("−", "-").partition("=") for label in page.locator(".explorer-curves label").all()
    ]
    return {name.strip(): value.strip() for name, _, value in labels}


RELU = ("Max(x, 0)", "Max(0, x)", "(x + Abs(x))/2", "-Min(-x, 0)", "Piecewise((x, x > 0), (0, True))",
        "Piecewise((x, x >= 0), (0, True))", "Piecewise((0, x <= 0), (x, True))", "x*Heaviside(x)")  # fmt: skip


@pytest.mark.parametrize("text", RELU)
def test_a_kink_reads_the_same_however_it_is_spelt(page: Page, text: str) -> None:
    show(page, definition(text))
    assert readings(page, 0) == {"f(x)": "0", "f′(x)": "0 | 1", "f″(x)": "0 | 0"}
    assert readings(page, 0.1) == {"f(x)": "0.1", "f′(x)": "1", "f″(x)": "0"}
    assert readings(page, -0.1) == {"f(x)": "0", "f′(x)": "0", "f″(x)": "0"}
    expect(page.locator("svg circle.curve-2")).to_be_visible()
    readings(page, 0)
    expect(page.locator("svg circle.curve-2")).to_be_hidden()  # it would be on one side by accident
    assert "f′(x) = 0 | 1" in str(page.get_by_role("slider").first.get_attribute("aria-valuetext"))


#: Expression, parameters, x, and what is read there.
READ = [
    ("Piecewise((x, x > 0), (a*x, True))", {"a": 0.01}, 0, "0", "0.01 | 1", "0 | 0"),  # LeakyReLU
    ("Max(x, 0) + a*Min(x, 0)", {"a": 0.01}, 0, "0", "0.01 | 1", "0 | 0"),
    ("Min(0, x) - log1p(exp(-Abs(x)))", {}, 0, "-0.693147", "0.5", "-0.25"),  # LogSigmoid
    ("Max(x, 0) + log1p(exp(-Abs(b*x)))/b", {"b": 1.0}, 0, "0.693147", "0.5", "0.25"),  # Softplus
    ("Piecewise((x, x > 0), (expm1(x), True))", {}, 0, "0", "1", "1 | 0"),  # ELU
    (SELU, {}, 0, "0", "1.758 | 1.051", "1.758 | 0"),
    ("x*Min(Max(x + 3, 0), 6)/6", {}, 3, "3", "1.5 | 1", "0.3333 | 0"),  # Hardswish
    ("x*Min(Max(x + 3, 0), 6)/6", {}, -3, "0", "0 | -0.5", "0 | 0.3333"),
    ("Piecewise((x, Abs(x) > a), (0, True))", {"a": 0.5}, 0.5, "0", "0 | 1", "0 | 0"),  # Hardshrink
    ("Piecewise((x, Abs(x) >= a), (0, True))", {"a": 0.5}, -0.5, "-0.5", "1 | 0", "0 | 0"),
    ("sign(x)", {}, 0, "0", "0 | 0", "0 | 0"),
    ("x*Abs(x)", {}, 0, "0", "0", "-2 | 2"),
    ("Abs(x)**3", {}, 0, "0", "0", "0"),
]


@pytest.mark.parametrize(("text", "parameters", "x", "f", "d", "e"), READ)
def test_what_is_read_is_what_the_kinks_are(
    page: Page, text: str, parameters: dict[str, float], x: float, f: str, d: str, e: str
) -> None:
    show(page, definition(text, **parameters))
    assert readings(page, x) == {"f(x)": f, "f′(x)": d, "f″(x)": e}
    told = [kink for kink in shape(text, parameters).kinks if kink.x == x]
    for order, read_out in enumerate((d, e), 1):
        sides = [float(part) for part in read_out.split(" | ")]
        assert len(sides) == (2 if told and told[0].order <= order else 1)
        for side, value in zip(sides, (told[0].left, told[0].right) if len(sides) > 1 else (), strict=False):
            assert side == pytest.approx(float(str(value[order])), rel=1e-3)


def parts(page: Page, curve: int) -> list[list[tuple[float, float]]]:
    """The strokes of a curve, as points of the plot."""
    path = str(page.locator(f".explorer path.curve-{curve}").get_attribute("d"))
    strokes = [re.findall(r"[ML](\S+) ([^ML]+)", f"M{stroke}") for stroke in path.split("M")[1:]]
    return [[(float(x), float(y)) for x, y in stroke] for stroke in strokes]


def is_slanted(strokes: list[list[tuple[float, float]]], height: float) -> bool:
    """Whether a line leads over more than a height within a step of the curve."""
    pairs = [pair for stroke in strokes for pair in pairwise(stroke)]
    assert len(pairs) > 100
    return any(abs(a[1] - b[1]) > height for a, b in pairs)


def test_curves_break_where_they_jump(page: Page) -> None:
    show(page, definition("Piecewise((x, Abs(x) > a), (0, True))", a=0.5))
    for curve in (1, 2):
        strokes = parts(page, curve)
        assert len(strokes) == 3
        assert [round(strokes[i][-1][0]) for i in (0, 1)] == [220, 260], "where x is -0.5 and 0.5"
        assert [strokes[i + 1][0][0] for i in (0, 1)] == [220, 260]
        assert not is_slanted(strokes, 5)


@pytest.mark.parametrize("text", [*RELU, "Piecewise((x, x > 0.0123), (0.0123, True))"])
def test_a_slope_breaks_at_a_kink_and_the_function_has_a_corner(page: Page, text: str) -> None:
    show(page, definition(text))
    (function,), slopes = parts(page, 1), parts(page, 2)
    assert len(slopes) == 2
    assert not is_slanted(slopes, 1)
    place = slopes[1][0][0]
    assert place == pytest.approx(240.49 if "0.0123" in text else 240, abs=0.01)
    assert any(x == place for x, _ in function)


@pytest.mark.parametrize("text", ["x*Abs(x)/6", "Max(x, 0) + log1p(exp(-Abs(x)))", "tanh(x)", "Max(x, x)"])
def test_what_is_continuous_is_one_stroke(page: Page, text: str) -> None:
    show(page, definition(text))
    assert (len(parts(page, 1)), len(parts(page, 2))) == (1, 1)


# The microscope -------------------------------------------------------------------------------------------------------

EXACT = {
    "tanh(x)": mp.tanh,
    "erf(x)": mp.erf,
    "erfc(x)": mp.erfc,
    "erfcx(x)": lambda x: mp.exp(x * x) * mp.erfc(x),
    "x*erfc(-x/sqrt(2))/2": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    GELU: lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3))),
    SELU: lambda x: (
        mpf("1.0507009873554804934193349852946")
        * (x if x > 0 else mpf("1.6732632423543772848170429916717") * mp.expm1(x))
    ),
    "sinh(x)/cosh(x) + x**3 - x**(-2)": lambda x: mp.tanh(x) + x**3 - x**-2,
    "(x + hypot(x, 2))/2 + Abs(x)**1.5": lambda x: (x + mp.hypot(x, 2)) / 2 + abs(x) ** mpf("1.5"),
    "Piecewise((x, (x > 0.5) | (x <= -2)), (sign(x)*E, ~(x >= 0)), (0, True))": lambda x: (
        x if x > 0.5 or x <= -2 else -mp.e if x < 0 else mpf(0)
    ),
}


@pytest.mark.parametrize("text", EXACT)
def test_the_microscope_has_the_digits_of_mpmath(page: Page, text: str) -> None:
    show(page, definition(text))
    xs = [
        sign * x
        for x in (1e-30, 1e-3, 0.3, 0.5, 0.7, 1.0, 1.9, 2.0, 2.1, 3.7, 5.0, 7.9, 8.1, 12.0, 25.0)
        for sign in (1, -1)
    ]
    told: list[Any] = page.locator("stability-microscope").evaluate("(e, xs) => xs.map((x) => e.look(x).exact)", xs)
    with mp.workdps(400):
        for x, said in zip(xs, told, strict=True):
            exact = EXACT[text](mpf(x))
            assert said is not None, x
            assert abs(mpf(said) - exact) <= abs(exact) * mpf("1e-19"), (x, said)


def test_the_microscope_shows_what_a_form_loses(page: Page) -> None:
    show(page, definition("x/2*(1 + erf(x/sqrt(2)))", "x*erfc(-x/sqrt(2))/2"))
    scope = page.locator("stability-microscope")
    scope.get_by_role("textbox").fill("-9")
    expect(scope.locator("tbody tr td:last-child").nth(0)).to_have_text(WORDS["en"]["microscope zero"])
    expect(scope.locator("output")).to_have_text(re.compile(r"^−1\.0157"))
    found = decimals.evaluate(("x*erfc(-x/sqrt(2))/2", {}, ""))
    assert isinstance(found, list)
    (row,) = (row for row in found if row["x"] == -9)
    assert row["value"].startswith("-1.0157")


# Conditions of parameters ---------------------------------------------------------------------------------------------

CLIPPED = replace(
    definition("Min(Max(x, low), high)", low=1.0, high=2.0), conditions=("low <= high", "high < 3*low + 20")
)


def values(page: Page) -> tuple[str, str]:
    low, high = (page.locator(f".explorer-controls input[name={name}]").input_value() for name in ("low", "high"))
    return low, high


def test_a_field_takes_nothing_that_breaks_a_condition(page: Page) -> None:
    show(page, CLIPPED)
    low, high = (page.locator(f".explorer-controls input[name={name}]") for name in ("low", "high"))
    curve = page.locator(".explorer path.curve-1")
    good = curve.get_attribute("d")
    for field, bad, message in (
        (low, "2.5", "low ≤ high"),
        (high, "0.5", "low ≤ high"),
        (high, "23", "high < 3·low + 20"),
        (low, "-1", "Enter a number above zero."),
    ):
        before = field.input_value()
        field.fill(bad)
        expect(field).to_have_js_property("validationMessage", message)
        page.wait_for_timeout(50)
        assert curve.get_attribute("d") == good
        field.fill(before)
        expect(field).to_have_js_property("validationMessage", "")
    high.fill("22")
    low.fill("20")
    expect(low).to_have_js_property("validationMessage", "")
    expect(curve).not_to_have_attribute("d", str(good))


def test_a_slider_stays_where_a_condition_ends(page: Page) -> None:
    show(page, CLIPPED)
    slider = page.locator(".explorer-controls input[type=range]").first
    slider.fill("0.3")  # 10**0.3 = 2.00 is above 2 no more than it is shown
    slider.fill("1")
    page.wait_for_timeout(50)
    assert values(page)[1] == "2"
    assert float(values(page)[0]) <= 2
    assert float(slider.input_value()) <= 0.31
