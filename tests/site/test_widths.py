"""Widths of the parts of inline formulas. That a browser finds the same is tested with the site."""

import re

import pytest

from engine.site import formulas
from engine.site.widths import width_of, with_widths


def widths(text: str) -> list[float]:
    """The widths that the build gives the parts of a formula."""
    rendered = formulas.render(text, False)
    found = re.findall(r'katex-base" style="width:([\d.]+)em"', rendered)
    assert rendered.count('class="katex-base"') == len(found)
    return [float(width) for width in found]


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("1", [0.5]),
        ("10", [1.0]),
        ("f", [0.4896 + 0.1076]),  # a letter with its italic correction
        ("1 = 1", [0.5 + 0.2778 + 0.7778 + 0.2778, 0.5]),  # a line may break after the sign
        (r"\frac{1}{10}", [0.12 + 0.7 * 1.0 + 0.12]),  # as wide as the wider of the two
        ("1^{10}", [0.5 + 0.7 * 1.0 + 0.05]),
        (r"\ln 1", [0.2778 + 0.5556 + 0.1667 + 0.5]),
        (r"\mathbb{R}", [0.7222]),
    ],
)
def test_widths_are_sums_of_advances(text: str, width: list[float]):
    assert widths(text) == pytest.approx(width, abs=2e-3)


@pytest.mark.parametrize(
    "text", [r"\sqrt{2}", r"\text{当}", r"\hat x", r"\rule{1em}{1em}", r"\begin{matrix}1\end{matrix}"]
)
def test_what_is_not_understood_has_no_width(text: str):
    rendered = formulas.render(text, False)
    assert 'class="katex-base">' in rendered
    assert "width" not in re.findall(r'<span class="katex-base"[^>]*>', rendered)[0]


def test_displayed_formulas_need_none():
    assert 'class="katex-base" style' not in formulas.render("1", True)


def test_nothing_but_the_style_is_added():
    bare = re.sub(r'(class="katex-base") style="[^"]*"', r"\1", formulas.render(r"f(x) = \ln(1 + e^x)", False))
    assert re.sub(r'(class="katex-base") style="[^"]*"', r"\1", with_widths(bare)) == bare


def test_a_length_in_another_unit_is_not_understood():
    from lxml import html

    part = '<span class="katex-base"><span class="mord" style="margin-right:3px;">1</span></span>'
    assert width_of(html.fragment_fromstring(part)) is None
