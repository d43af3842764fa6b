"""What is written in the figures of a lab is recorded, and a tick that lies elsewhere than it says is seen."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.base.errors import SourceError
from engine.compare import figures
from engine.compare.verdict import Verdict, mismatch, record
from engine.run.runner import Result
from engine.sources.snippets import Snippet, discover, read

ROOT = Path(__file__).parents[2]
LEGEND = '<g id="legend_1"><g id="text_9"><!-- one --></g><g id="text_10"><!-- two --></g></g>'


def svg(*ticks: tuple[float, str], label: str = "x", more: str = LEGEND, alt: str = "A line.") -> str:
    """A figure as matplotlib writes it, with an axis and a legend."""
    marks = "".join(
        f'<g id="xtick_{i}"><g><use x="{place}" y="9"/></g><g id="text_{i}"><!-- {text} --></g></g>'
        for i, (place, text) in enumerate(ticks, 1)
    )
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>'
        f'<dc:description>{alt}</dc:description></metadata><g id="figure_1"><g id="axes_1">'
        f'<g id="matplotlib.axis_1">{marks}<g id="text_8"><!-- {label} --></g></g>{more}</g></g></svg>'
    )


EVEN = ((10.0, "\N{MINUS SIGN}1.0"), (20.0, "0.0"), (40.0, "2.0"))
POWERS = tuple((10.0 * k, rf"$\mathdefault{{10^{{{k}}}}}$") for k in (-2, 0, 3))


@pytest.mark.parametrize(
    ("ticks", "told"),
    [
        (EVEN, "numbers on a linear scale"),
        (tuple((place + 7, text) for place, text in EVEN), "numbers on a linear scale"),
        ((*EVEN, (60.0, "4.0")), "numbers on a linear scale"),
        (POWERS, "numbers on a logarithmic scale"),
        (((0.0, "1"), (10.0, "10"), (20.0, "100")), "numbers on a logarithmic scale"),
        (((0.0, "1"), (10.0, "10"), (20.0, "200")), "1, 10, 200, on neither scale"),
        (((10.0, "\N{MINUS SIGN}1.0"), (20.0, "0.0"), (40.0, "3.0")), "\N{MINUS SIGN}1.0, 0.0, 3.0, on neither scale"),
        (((10.0, "1"), (20.0, "ReLU")), "1, ReLU"),
        ((), "none"),
    ],
)
def test_a_tick_lies_where_it_says(ticks: tuple[tuple[float, str], ...], told: str) -> None:
    assert f"axis: x; ticks: {told}\n" in figures.described({"a.svg": svg(*ticks)})


def test_words_are_listed_and_figures_by_their_names() -> None:
    text = figures.described({"b.svg": svg(*EVEN, label="error"), "a.svg": svg(alt="Another."), "c.txt": "no figure"})
    assert text.split("\n")[0] == "a.svg: Another."
    assert "b.svg: A line.\n  axis: error; ticks: numbers on a linear scale\n  legend: one | two\n" in text
    assert "c.txt" not in text


@pytest.fixture
def lab(tmp_path: Path) -> Snippet:
    file = tmp_path / "snippets/demo/labs/tried.py"
    file.parent.mkdir(parents=True)
    file.write_text("# %%\nprint(1)\n", encoding="utf-8")
    return read(tmp_path, file.relative_to(tmp_path))


def result(**drawn: str) -> Result:
    return Result("1\n", {f"{name}.svg": text for name, text in drawn.items()}, {}, "some machine", None, 0.0, [])


@pytest.mark.parametrize(
    "other",
    [
        svg(*EVEN, alt="A curve."),
        svg(*EVEN, label="y"),
        svg(*EVEN, more=LEGEND.replace("two", "three")),
        svg(*EVEN[:2], (41.0, "2.0")),
    ],
)
def test_a_figure_that_says_something_else_is_refused(lab: Snippet, other: str) -> None:
    first = result(a=svg(*EVEN))
    assert record(Verdict(lab, first, mismatch(lab, first)))
    assert mismatch(lab, first) is None
    changed = result(a=other)
    problem = mismatch(lab, changed)
    assert problem
    assert problem.path == "snippets/demo/labs/tried.figures"
    assert "\n  +" in f"\n{problem.detail}"
    assert record(Verdict(lab, changed, problem))
    assert mismatch(lab, changed) is None
    assert not record(Verdict(lab, changed, None))


def test_a_record_without_figures_is_removed_and_one_without_its_lab_refused(lab: Snippet, tmp_path: Path) -> None:
    first, bare = result(a=svg(*EVEN)), result()
    record(Verdict(lab, first, mismatch(lab, first)))
    assert mismatch(lab, bare)
    record(Verdict(lab, bare, mismatch(lab, bare)))
    assert not lab.figures.exists()
    assert mismatch(lab, bare) is None
    lab.figures.with_name("other.figures").write_text("a.svg: A line.\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"labs/other\.figures: recorded output without its snippet"):
        discover(tmp_path, tmp_path / "snippets")
    assert mismatch(replace(lab, source="print(2)"), bare) is None


def test_the_labs_of_this_site_have_their_figures_recorded() -> None:
    for snippet in discover(ROOT, ROOT / "snippets/softplus"):
        assert snippet.figures.is_file() == (snippet.lab and "savefig" in snippet.source)
