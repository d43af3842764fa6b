"""What a reader does first: copy the code of a page, run it, and look whether it prints what the page says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built import Code, Page, Site
from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path

from engine.base.libraries import TABS
from engine.compare.numbers import compare
from engine.run.isolation import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 120
#: What a reader copies: the tabs and the recipes, and of these the first of each framework, or all. A process for each
#: would take minutes; the code on the page is its file to the byte (test_html.py), and that file's output is compared
#: by its own test.
COPIED = (*TABS, "recipes")
LABS = sorted((ROOT / "snippets").glob("*/labs/[!_]*.py"))

#: A figure prints nothing; its page lists points of the curves instead.
CURVES = "\nfrom engine.run.curves import describe_open_figures\nprint(describe_open_figures(), end='')\n"


def shown(site: Site, snippet: str) -> Code:
    """A snippet as the pages show it, every time in the same way."""
    codes = [code for code in site.codes if code.snippet == snippet]
    assert codes, f"no page shows {snippet}"
    assert len({(code.text, code.output) for code in codes}) == 1, f"the pages differ in {snippet}"
    return codes[0]


def draws(code: Code) -> bool:
    """Whether a snippet is a figure: its code stands below the picture."""
    return "savefig(" in code.text and "/labs/" not in str(code.snippet)


def execute(source: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a text as `python file.py` in an empty folder, with the settings that the page's outputs were made with."""
    folder.mkdir(parents=True)
    file = folder / "copied.py"
    file.write_text(source, encoding="utf-8")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST", "COV"))}
    return subprocess.run(
        [sys.executable, file.name],
        cwd=folder,
        env=inherited | ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
    )


def copied(kind: str) -> list[str]:
    """The snippets of a framework, or the recipes, of all functions."""
    files = sorted((ROOT / "snippets").glob(f"*/{kind}/[!_]*.py"))
    return [file.relative_to(ROOT).as_posix() for file in files]


@pytest.mark.parametrize("kind", COPIED)
def test_code_of_the_page_prints_the_output_of_the_page(site: Site, tmp_path: Path, kind: str, whole: bool) -> None:
    snippets = copied(kind)
    assert snippets
    for snippet in snippets if whole else snippets[:1]:
        code = shown(site, snippet)
        done = execute(code.text + (CURVES if draws(code) else ""), tmp_path / snippet)
        assert done.returncode == 0, f"{snippet}\n{done.stderr}"
        differences = compare(code.output or "", done.stdout)
        assert not differences, "\n".join(
            [f"{snippet}: the page (-) and the process (+) differ", *map(str, differences)]
        )
        assert done.stdout, f"{snippet} prints nothing"


def test_a_wrong_output_on_a_page_is_found(site: Site, tmp_path: Path) -> None:
    code = shown(site, "snippets/softplus/numpy/forward.py")
    printed = execute(code.text, tmp_path / "right").stdout
    assert not compare(code.output or "", printed)
    wrong = execute(code.text.replace("2.0", "2.001"), tmp_path / "wrong").stdout
    assert compare(code.output or "", wrong)


def test_code_is_taken_without_what_surrounds_it() -> None:
    html = (
        '<div class="language-python highlight" data-snippet="a.py"><pre><span></span><nav><button>Copy</button></nav>'
        '<code><a id="__codelineno-0-1" href="#"></a><span>x</span> = 1 &lt; 2\n</code></pre></div>\n'
        '<div class="language-text output highlight"><span class="filename">NumPy 2</span><pre><code>True\n</code>'
        '</pre></div><div class="language-text output highlight"><pre><code>False\n</code></pre></div>'
    )
    (code,) = Page.read("a.html", html).blocks()
    assert (code.text, code.output, code.caption) == ("x = 1 < 2\n", "True\n", "NumPy 2")


def test_the_picture_is_what_the_code_draws(site: Site, tmp_path: Path) -> None:
    figures = sorted({code.snippet for code in site.codes if code.snippet and draws(code)})
    assert figures
    for snippet in figures:
        folder = tmp_path / snippet.replace("/", "-")
        done = execute(shown(site, snippet).text, folder)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        (drawn,) = folder.glob("*.svg")
        expected = _paths(drawn.read_text(encoding="utf-8"))
        assert expected
        for code in site.codes:
            if code.snippet == snippet:
                pictures = [_paths(str(svg)) for svg in site.pages[code.page].html.select("figure svg")]
                assert expected in pictures, f"{code.page}: the figure is not the one of {snippet}"


def test_a_downloaded_lab_prints_and_draws_what_its_page_shows(site: Site, tmp_path: Path, whole: bool) -> None:
    for lab in LABS if whole else LABS[:1]:
        lab_is_as_shown(site, tmp_path / lab.stem, lab)


def lab_is_as_shown(site: Site, folder: Path, lab: Path) -> None:
    page = site.pages[f"labs/{lab.stem}/index.html"]
    done = execute((site.folder / f"labs/{lab.stem}.py").read_text(encoding="utf-8"), folder)
    assert done.returncode == 0, done.stderr
    differences = compare("".join(code.output or "" for code in page.blocks()), done.stdout)
    assert not differences, "\n".join(["the page (-) and the process (+) differ", *map(str, differences)])
    drawn = sorted(_paths(file.read_text(encoding="utf-8")) for file in folder.glob("*.svg"))
    assert len(drawn) >= 2
    assert sorted(_paths(str(svg)) for svg in page.html.select("figure.plot svg")) == drawn


def test_another_picture_is_told_from_this_one() -> None:
    drawn = (
        '<svg><path d="M 0 0 L 5 5.04 L 9 5.04 L 9 7 z"/><path d="M 0 0 L 64 160" transform="scale(0.015625)"/></svg>'
    )
    shown = '<svg><path d="m0 0 5 5h4v2z"/><path d="m0 0 2 5" transform="scale(.5)"/></svg>'
    assert _paths(drawn) == _paths(shown)
    for change in (("5h4", "5.1h4"), ("h4", "h4.1"), ("z", ""), ("v2", ""), ("2 5", "2 6"), ("scale(.5)", "scale(.4)")):
        assert _paths(drawn) != _paths(shown.replace(*change)), change
    assert _paths("<svg><path d='M 0 0 L 1 1' style='fill: none'/></svg>") == []


Outline = list[tuple[str, list[tuple[int, int]]]]


def _paths(svg: str) -> list[Outline]:
    """The outlines of a drawing that leave a mark, with their points on the grid that a page has.

    That is a tenth of a point, and for glyphs, the only ones with a scale, a 200th of the font's size. Lines without
    length are left out, and those along an axis that go on in one direction are one.
    """
    outlines = []
    for path in BeautifulSoup(svg[svg.index("<svg") :], "html.parser").select("path"):
        style = str(path.get("style", ""))
        if ("fill: none" in style and "stroke:" not in style) or not path.get("d"):  # a blank's glyph has no outline
            continue
        scale = re.fullmatch(r"scale\(([\d.]+)\)", str(path.get("transform", "")))
        factor, unit = (float(scale[1]), 0.5) if scale else (1.0, 0.1)
        pen = RecordingPen()
        parse_path(str(path["d"]), pen)
        outline: Outline = []
        for step, points in pen.value:
            places = [(round(x * factor / unit), round(y * factor / unit)) for x, y in points]
            if step == "lineTo" and places == outline[-1][1][-1:]:
                continue
            if step == "lineTo" and len(outline) > 1 and outline[-1][0] == step:
                (x0, y0), (x1, y1), (x2, y2) = outline[-2][1][-1], outline[-1][1][-1], places[-1]
                if (x0 == x1 == x2 and (y1 - y0) * (y2 - y1) > 0) or (y0 == y1 == y2 and (x1 - x0) * (x2 - x1) > 0):
                    outline.pop()
            outline.append((step, places))
        outlines.append(outline)
    return outlines
