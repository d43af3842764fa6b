"""The text of a function's figure is made of the points that its script has printed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.render.curve_words import alternative, in_words
from engine.sources.definition import read

ROOT = Path(__file__).parents[2]
FIGURES = sorted(path.parent.name for path in ROOT.glob("snippets/*/figure.out"))
PRINTED = r"""legend: $f'(x)=\sigma(x)$
x, linear, from -6 to 6
  ticks: -6 as −6, 0 as 0
$f'(x)=\sigma(x)$, #d84315 -: 3 points
            -6   -0.00247262
             0           0.6
             6           nan
          7.25       1.23456
        1e+01              2
"""


def test_every_other_point_is_told_that_is_there() -> None:
    assert in_words(PRINTED, "en") == " f′(x)=σ(x), to two decimals: 0.00 at −6, 2.00 at 10."
    assert in_words(PRINTED, "zh") == "f′(x)=σ(x)（保留两位小数）：在 −6 处为 0.00，在 10 处为 2.00。"
    assert in_words(PRINTED.replace("-0.00247262", "-3.14"), "en").startswith(" f′(x)=σ(x), to two decimals: −3.14 at")


def test_nothing_is_told_of_what_did_not_run() -> None:
    assert in_words("", "en") == in_words("Traceback\n   1 2\n", "zh") == ""


@pytest.mark.parametrize("function", FIGURES)
def test_what_is_said_of_a_figure_has_the_numbers_of_its_record(function: str) -> None:
    printed = (ROOT / "snippets" / function / "figure.out").read_text(encoding="utf-8")
    definition = read(ROOT, function)
    there = set(re.findall(r"-?\d+", printed))
    for language, text in definition.figure.items():
        typed = {number.replace("−", "-") for number in re.findall(r"−?\d+", text)}
        assert typed <= there, f"{function}, {language}"
        assert alternative(definition, printed, language).count("。" if language == "zh" else ". ") >= 2
