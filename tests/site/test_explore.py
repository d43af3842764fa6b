"""The explorer and the microscope in a real browser: right to the last digits, by pointer, keyboard and field."""

from __future__ import annotations

import math
import random
import re
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from built import Site
from mpmath import mp, mpf
from playwright.sync_api import Browser, Locator, Page, expect
from reading import SOFTPLUS, Open, contrast

from engine.accuracy.formats import FORMATS
from engine.accuracy.oracle import ORDERS, Formula, Oracle
from engine.render.explorer import formula
from engine.sources.definition import read

ROOT = Path(__file__).resolve().parents[2]
SMALLEST = 5e-324


def numbers(count: int = 1000) -> list[float]:
    """Numbers of every magnitude, both signs, and those where something happens; always the same."""
    chance = random.Random(0)
    ends = [0.0, SMALLEST, 2.0**-1022, 2.0**-53, 1e-8, 0.5, 1.0, math.pi, 20.0, 36.7, 37.0, 88.7, 103.9, 104.0, 708.3]
    ends += [709.7, 709.8, 710.0, 744.4, 745.1, 745.2, 746.0, 800.0, 1e5, 1e300, 1.7976931348623157e308]
    found = [sign * x for x in ends for sign in (1, -1)]
    found += [chance.uniform(-6, 6) for _ in range(count // 4)]
    found += [chance.uniform(-760, 760) for _ in range(count // 4)]
    while len(found) < count:
        found.append(math.copysign(2.0 ** chance.uniform(-1074, 1023), chance.uniform(-1, 1)))
    return found


def wrong(computed: float, exact: float, steps: float = 1) -> bool:
    """Whether a value is off: relatively by 1e-12, or, where floats are sparser than that, by over `steps` of them."""
    if not math.isfinite(computed) or not math.isfinite(exact) or exact == 0:
        return computed != exact
    return abs(computed - exact) > max(1e-12 * abs(exact), steps * SMALLEST)


@pytest.fixture(scope="module")
def exact() -> Callable[[list[float], dict[str, float]], np.ndarray]:
    """Value, first and second derivative of Softplus at points, rounded to float64: a row a point."""
    text = read(ROOT, "softplus").expression
    known: dict[str, np.ndarray] = {}

    def exact(xs: list[float], parameters: dict[str, float]) -> np.ndarray:
        key = repr((xs, parameters))
        if key not in known:
            oracle = Oracle(Formula(text, parameters))
            values = [oracle.values(order, np.array(xs)).rounded(FORMATS["float64"]) for order in ORDERS]
            known[key] = np.array(values).T
        return known[key]

    return exact


def computed(page: Page, xs: list[float], parameters: dict[str, float]) -> list[list[float]]:
    """The same as the explorer computes it. As bits, since JSON has neither inf nor nan."""
    bits = page.locator("function-explorer").evaluate(
        """(element, [xs, parameters]) => xs.map((x) =>
             [...new BigUint64Array(new Float64Array(element.values(x, parameters)).buffer)].map(String))""",
        [xs, parameters],
    )
    return [[struct.unpack("<d", struct.pack("<Q", int(part)))[0] for part in row] for row in bits]


def faults(page: Page, exact: Any, beta: float) -> list[str]:
    """Where the explorer's numbers are wrong."""
    xs = numbers()
    assert len(xs) == 1000
    rows = zip(xs, computed(page, xs, {"beta": beta}), exact(xs, {"beta": beta}), strict=True)
    return [
        f"x = {x!r}, derivative {order}: {got!r} for {right!r}"
        for x, row, rights in rows
        for order, (got, right) in enumerate(zip(row, rights, strict=True))
        # Away from the usual β a result below the normal numbers has been through a coarser one, u/β or u·β.
        if wrong(got, float(right), 1 if beta == 1 else max(beta, 1 / beta) ** (1 + order))
    ]


#: One formula for each thing that a formula may use, and where it has two derivatives.
FORMULAS = {
    **dict.fromkeys(["sin(x)", "cos(x)", "tan(x/4)", "atan(x)", "sinh(x)", "cosh(x)", "tanh(x)", "asinh(x)"], (-5, 5)),
    **dict.fromkeys(["asin(x)", "acos(x)", "atanh(x)"], (-0.9, 0.9)),
    **dict.fromkeys(["erf(x)", "erfc(x)", "erfcx(x)", "expm1(x)", "exp(x)", "Abs(x)", "sign(x)"], (-6, 6)),
    **dict.fromkeys(["log(x)", "sqrt(x)", "log1p(x)", "x**1.5"], (0.01, 9)),
    **{"acosh(x)": (1.1, 9), "hypot(x, 2)": (-9, 9), "Heaviside(x, 0)": (-9, 9), "Max(x, 1) - Min(x, 2)": (-9, 9)},
    "Piecewise((x, (x > 1) | (x < -1)), (x**2, ~(x >= 0)), (x**3, 0 <= x < 1), (pi, True))": (-3, 3),
    "Sum(x**k/k, (k, 1, 5)) + Product(x - k, (k, 1, 3))": (-3, 3),
}


@pytest.mark.parametrize("text", FORMULAS)
def test_what_a_formula_may_use_is_the_same_in_javascript(chromium: Browser, text: str) -> None:
    low, high = FORMULAS[text]
    xs = [low + (high - low) * (k + 0.37) / 40 for k in range(40)]
    page = chromium.new_page()
    page.add_script_tag(content=(ROOT / "theme/assets/js/arithmetic.js").read_text(encoding="utf-8"))
    found = page.evaluate(
        f"""(xs) => {{
        const formula = {formula(text, ())[0]}, {{ f64, f32, right }} = arithmetic;
        return xs.map((x) => [...formula(right, [x, 1, 0]), formula(f64, x), formula(f32, Math.fround(x))]);
    }}""",
        xs,
    )
    page.close()
    oracle = Oracle(Formula(text, {}))
    exact = [oracle.values(order, np.array(xs)).rounded(FORMATS["float64"]) for order in ORDERS]
    single = oracle.values(0, np.float32(xs).astype(float)).rounded(FORMATS["float64"])
    for order, column in enumerate(zip(*found, strict=True)):
        right = [*exact, exact[0], single][order]
        scale = np.max(np.abs(right)) * 1e-3 + 1e-300
        off = np.abs(np.array(column) - right) / np.maximum(np.abs(right), scale)
        assert off.max() < (1e-5 if order == 4 else 1e-12), (text, order, xs[int(off.argmax())], off.max())


def test_the_explorer_is_right_everywhere(open_page: Open, exact: Any) -> None:
    page = open_page()
    for beta in (1.0, 0.25, 100.0):
        found = faults(page, exact, beta)
        assert not found, f"beta {beta}: {len(found)} wrong\n" + "\n".join(found[:20])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1/(1+v),-1/", "1/(1+v),1/"),  # the second derivative of log1p
        ("second*d*d+first*e", "second*d*d-first*e"),  # the chain rule
        ("order(a,b)<0?b:a", "order(a,b)<0?a:b"),  # the maximum
        ("neg:(a)=>a.map((part)=>-part)", "neg:(a)=>a"),
    ],
)
def test_a_changed_sign_in_its_arithmetic_is_found(
    site: Site, chromium: Browser, url: str, exact: Any, old: str, new: str
) -> None:
    script = (site.folder / "assets/js/bundle.js").read_text(encoding="utf-8")
    assert old in script
    context = chromium.new_context()
    context.route(
        "**/bundle.js", lambda route: route.fulfill(body=script.replace(old, new, 1), content_type="text/javascript")
    )
    page = context.new_page()
    page.goto(url + SOFTPLUS)
    assert len(faults(page, exact, 1.0)) > 100
    context.close()


def test_what_is_wrong_is_told_from_what_is_right() -> None:
    assert not wrong(1.0, 1.0 + 1e-13)
    assert wrong(1.0, 1.0 + 1e-11)
    assert wrong(0.0, 1e-300)
    assert wrong(1e-300, 0.0)
    assert wrong(math.nan, 0.0)
    assert wrong(math.inf, 1e308)
    assert not wrong(SMALLEST, 2 * SMALLEST)


def plot(page: Page) -> Locator:
    return page.locator("function-explorer").get_by_role("slider").first


def reading(page: Page) -> dict[str, float]:
    """What stands below the plot: x, and the value of each curve there."""
    found = {"x": float(page.get_by_label("x", exact=True).and_(page.locator("input")).input_value())}
    for label in page.locator(".explorer-curves label").all():
        name, _, value = label.inner_text().replace("−", "-").partition("=")
        found[name.strip()] = float(value)
    return found


def test_pointer_keyboard_and_field_read_out(open_page: Open) -> None:
    page = open_page()
    box = plot(page).bounding_box()
    assert box
    plot(page).hover(position={"x": box["width"] * 0.75, "y": 50})  # which waits until nothing moves any more
    expect(plot(page)).to_have_attribute("aria-valuenow", re.compile(r"^(2\.99|3|3\.01)$"))
    plot(page).focus()
    for key, x in (("Home", -6), ("ArrowRight", -5.9), ("PageUp", -4.9), ("ArrowDown", -5), ("End", 6), ("ArrowUp", 6)):
        page.keyboard.press(key)
        expect(plot(page)).to_have_attribute("aria-valuenow", str(x))
    field = page.locator(".explorer-controls input[name=x]")
    field.fill("1.5")
    expect(plot(page)).to_have_attribute("aria-valuenow", "1.5")
    with mp.workdps(30):
        e = mp.exp(mpf("1.5"))
        rights = {"f(x)": mp.log(1 + e), "f′(x)": e / (1 + e), "f″(x)": e / (1 + e) ** 2, "ReLU(x)": mpf("1.5")}
    shown = reading(page)
    assert {name: shown[name] for name in rights} == pytest.approx({n: float(v) for n, v in rights.items()}, rel=1e-5)
    assert "f(x) = 1.70141, f′(x) = 0.817574" in str(plot(page).get_attribute("aria-valuetext"))


def test_a_field_says_what_it_takes_and_keeps_the_last_good_curve(open_page: Open) -> None:
    page = open_page()
    curve = page.locator(".explorer path.curve-1")
    field = page.locator(".explorer-controls input[name=beta]")
    field.fill("4")
    expect(page.locator(".explorer-controls input[type=range]")).to_have_js_property("value", "0.6")
    good = curve.get_attribute("d")
    for bad in ("0", "-1", ""):
        field.fill(bad)
        expect(field).to_have_js_property("validationMessage", "Enter a number above zero.")
        page.wait_for_timeout(50)
        assert curve.get_attribute("d") == good
    page.locator(".explorer-controls input[type=range]").fill("0")
    expect(field).to_have_value("1")
    expect(field).to_have_js_property("validationMessage", "")


def test_the_address_holds_the_state(open_page: Open) -> None:
    page = open_page()
    field = page.locator(".explorer-controls input[name=beta]")
    field.fill("2.5")
    page.get_by_text("f″(x)", exact=True).click()
    page.locator(".explorer-controls input[name=x]").fill("-1")
    page.wait_for_url("**/?explore=beta:2.5,x:-1,show:f+d+e")
    page.reload()
    expect(field).to_have_value("2.5")
    expect(plot(page)).to_have_attribute("aria-valuenow", "-1")
    expect(page.locator(".explorer path.curve-3")).to_be_visible()
    expect(page.locator(".explorer path.curve-4")).to_be_hidden()
    page.locator(".explorer-controls input[name=x]").fill("0")
    page.get_by_text("f″(x)", exact=True).click()
    field.fill("1")
    page.wait_for_url(re.compile(f"{SOFTPLUS}$"))  # nothing is left of it
    broken = open_page(f"{SOFTPLUS}?explore=beta:-3,x:nowhere,show:zz,%00:1,,::")
    expect(broken.locator(".explorer-controls input[name=beta]")).to_have_value("1")


def test_it_survives_instant_navigation(open_page: Open) -> None:
    page = open_page()
    page.get_by_role("link", name="How this site is checked").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("How this site is checked")  # later than the address
    page.go_back()
    expect(plot(page)).to_be_visible()
    expect(page.locator(".explorer")).to_have_count(1)


def test_nothing_moves_when_the_controls_come(open_page: Open) -> None:
    page = open_page()
    expect(plot(page)).to_be_visible()
    for width in (320, 360, 412, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        heights = page.locator("function-explorer").evaluate(
            "e => [getComputedStyle(e, '::after').height, getComputedStyle(e.querySelector('.explorer')).height]"
        )
        kept, taken = (float(height.removesuffix("px")) for height in heights)
        assert taken == pytest.approx(kept, abs=1), width


def test_a_number_is_not_cut_short_by_what_stands_beside_it(open_page: Open) -> None:
    page = open_page()
    labels = page.locator(".explorer-curves label")
    expect(labels).to_have_count(4)
    for width in (320, 360, 390, 700, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for x in ("0", "-3.3", "-5.98765"):
            page.locator(".explorer-controls input[name=x]").fill(x)
            expect(plot(page)).to_have_attribute("aria-valuenow", x)
            cut = "labels => labels.filter((l) => l.scrollWidth > l.clientWidth).map((l) => l.innerText)"
            assert labels.evaluate_all(cut) == [], f"{x} in a window of {width}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_curves_can_be_told_from_the_ground(open_page: Open, scheme: str) -> None:
    page = open_page(f"{SOFTPLUS}?explore=show:f+d+e+ReLU", color_scheme=scheme)
    curves = page.locator(".explorer path.curve")
    expect(curves).to_have_count(4)
    for curve in curves.all():
        assert contrast(curve, "stroke") >= 3


def test_targets_are_large_enough(open_page: Open) -> None:
    page = open_page(viewport={"width": 360, "height": 740})
    for target in page.locator(
        ".explorer-curves label, .explorer-controls > div, .explorer-controls input[type=range]"
    ).all():
        box = target.bounding_box()
        assert box
        assert box["height"] >= 44


def test_without_script_and_on_paper_the_figure_stays(open_page: Open) -> None:
    page = open_page()
    figure = page.locator("function-explorer > figure.plot")
    expect(figure).to_be_hidden()
    page.emulate_media(media="print")
    expect(figure).to_be_visible()
    expect(page.locator(".explorer")).to_be_hidden()
    plain = open_page(java_script_enabled=False)
    expect(plain.locator("function-explorer > figure.plot")).to_be_visible()
    assert not plain.locator("stability-microscope").inner_text()


# The microscope -----------------------------------------------------------------------------------------------------


def units(result: float, exact: mpf, bits: int, lowest: int) -> mpf:
    """The error in units in the last place of a type at the exact value, by mpmath alone."""
    unit = max(mp.frexp(exact)[1] - bits, lowest) if exact else lowest
    return abs(mpf(result) - exact) / mpf(2) ** unit


def test_the_microscope_tells_the_error(open_page: Open) -> None:
    page = open_page()
    xs = [x for x in numbers() if abs(x) < 700] + [-745.5, 710.0, 1e5]
    looks = page.locator("stability-microscope").evaluate(
        """(element, xs) => xs.map((x) => element.look(x)).map(({exact, rows}) =>
             [exact, rows.map((row) => ["form", "type", "result", "error", "mark"].map((key) => String(row[key])))])""",
        xs,
    )
    marks = set()
    for x, (told, rows) in zip(xs, looks, strict=True):
        with mp.workdps(400):
            exact = mp.log1p(mp.exp(x))
            assert mp.almosteq(mpf(told), exact, mpf("1e-19")), x
            for form, type_, result, error, mark in rows:
                bits, lowest = (53, -1074) if type_ == "float64" else (24, -149)
                taken = x if type_ == "float64" else float(np.float32(x))
                right = mp.log1p(mp.exp(taken))
                where = f"{form} {type_} at {x!r}: {result}, {error}, {mark}"
                marks.add((form, mark))
                if result == "Infinity":  # math.exp's range ends between the largest float and twice that
                    assert mark == "inf", where
                    assert right < mpf(2) ** (1024 if type_ == "float64" else 128), where
                    assert mp.exp(taken) > mpf(2) ** (1023 if type_ == "float64" else 127), where
                    continue
                off = units(float(result), right, bits, lowest)
                assert float(error) == pytest.approx(float(off), rel=1e-6, abs=1e-9), where
                expected = (
                    "right" if off < 1 else "zero" if not float(result) else "lost" if off >= 2 ** (bits - 2) else "off"
                )
                assert mark == expected, where
                if form == "stable":
                    assert off < 4, where
    assert {("naive", mark) for mark in ("right", "off", "lost", "zero", "inf")} <= marks
    assert {mark for form, mark in marks if form == "stable"} <= {"right", "off"}


def test_the_microscope_shows_what_happens(open_page: Open) -> None:
    page = open_page()
    scope = page.locator("stability-microscope")
    field = scope.get_by_role("textbox")
    for x, said in (
        ("-40", ["underflows to 0", "underflows to 0", "right", "right"]),
        ("710", ["overflows", "overflows", "right", "right"]),
        ("0.5", ["right", "right", "right", "right"]),
        ("−90", ["underflows to 0", "underflows to 0", "right", "right"]),
    ):
        field.fill(x)
        expect(scope.locator("tbody tr td:last-child")).to_have_text(said)
    field.fill("x")
    expect(field).to_have_js_property("validationMessage", "Enter a number.")
    field.fill("-40")
    expect(scope.locator("output")).to_have_text(re.compile(r"^4\.24835425529158898.*e−18$"))
