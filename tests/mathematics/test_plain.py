"""Formulas where no markup can stand: as plain text, in the contents, titles and the search."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from engine.mathematics.plain import plain
from engine.site.formulas import LABEL, PLAIN, TEX, render
from engine.site.twins import convert

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"\beta_1", "β₁"),
        (r"\beta = -1", "β = −1"),
        (r"x<0", "x < 0"),
        (r"f''(x)", "f′′(x)"),
        (r"\log(1+e^{-x}) \le 0", "log(1 + e^(−x)) ≤ 0"),
        (r"2\log x", "2 log x"),
        (r"\frac{1}{\beta} \log \sqrt{x+1}", "1/β log √(x + 1)"),
        (r"\frac{x^2+1}{2\pi}", "(x² + 1)/(2π)"),
        (r"\operatorname{softplus}_\beta(x)", "softplusᵦ(x)"),
        (r"\max(0, x)", "max(0, x)"),
        (r"\lim_{x\to\infty} f", "lim_(x → ∞) f"),
        (r"x \in \mathbb{R}^n", "x ∈ ℝⁿ"),
        (r"x_{i,j}^2", "x_(i, j)²"),
        (r"\int_0^1 f\,dx", "∫₀¹ f dx"),
        (r"\sum_{i=1}^n x_i", "∑_(i = 1)ⁿ xᵢ"),
        (r"\hat x + \bar y", "x̂ + ȳ"),
        (r"\frac{x_1}{e^{x^2}}", "x₁/(e^(x²))"),
        (r"\sqrt[3]{x}", "x^(1/3)"),
        (r"\binom{n}{k}", "(n; k)"),
        (r"a \text{ 若 } |b|", "a 若 |b|"),
        (r"f\colon \mathbb R \to \mathbb R", "f: ℝ → ℝ"),
        (r"10^{-15}", "10⁻¹⁵"),
    ],
)
def test_plain_text(tex: str, text: str) -> None:
    assert plain(render(tex, False)) == text


PAGE = r"""# On $x < 0$ & `a`[^1]

## Role of $\beta_1$

Text.

### Given $\gamma$ { #given data-toc-label="A label" }

=== "$\beta = 1$"

    In a tab.

[^1]: A note.
"""
CONFIG = """\
site_name: Demo
use_directory_urls: false
theme: {name: material, font: false}
plugins: [search]
markdown_extensions: [attr_list, footnotes, pymdownx.superfences, {toc: {permalink: true}}, engine.site.formulas,
  {pymdownx.tabbed: {alternate_style: true}}]
nav: [index.md, formulas.md]
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of two pages with formulas in headings."""
    root = tmp_path_factory.mktemp("site")
    (root / "docs").mkdir()
    (root / "docs/formulas.md").write_text(PAGE)
    (root / "docs/index.md").write_text("# Other\n\n[there](formulas.md#role-of-beta_1)\n")
    (root / "mkdocs.yml").write_text(CONFIG)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "NO_MKDOCS_2_WARNING": "1"}
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return root / "site"


def read(file: Path) -> BeautifulSoup:
    return BeautifulSoup(file.read_text(encoding="utf-8"), "lxml")


def test_contents_titles_and_navigation_hold_formulas_as_plain_text(site: Path) -> None:
    page, other = read(site / "formulas.html"), read(site / "index.html")
    assert page.title.get_text() == "On x < 0 & a - Demo"
    contents = page.select_one(".md-nav--secondary")
    assert [link.get_text(strip=True) for link in contents.select("a")] == ["Role of β₁", "A label"]
    assert "On x < 0 & a" in [link.get_text(strip=True) for link in other.select(".md-nav--primary a")]
    assert "\\beta" not in "".join(link.get_text() for link in page.select("nav a"))


def test_headings_and_tabs_show_the_formula_and_keep_their_ids(site: Path) -> None:
    page = read(site / "formulas.html")
    for where, tex in (("#on-x-0-a", "x < 0"), ("#role-of-beta_1", r"\beta_1"), ("#given", r"\gamma")):
        heading = page.select_one(where)
        assert [node.text for node in heading.select(".arithmatex annotation")] == [tex]
        names = {name for tag in heading.find_all(True) for name in tag.attrs}
        assert not names & {LABEL, TEX, PLAIN}
    assert page.select_one(".tabbed-labels label annotation").text == r"\beta = 1"


def test_the_search_finds_headings_by_their_formulas(site: Path) -> None:
    index = json.loads((site / "search/search_index.json").read_text(encoding="utf-8"))
    titles = {entry["location"]: entry["title"].replace("\u200b", "") for entry in index["docs"]}
    assert titles["formulas.html#role-of-beta_1"] == "Role of β₁"
    assert titles["formulas.html"].startswith("On x &lt; 0 &amp; ")


def test_the_twin_holds_the_tex_once(site: Path) -> None:
    article = read(site / "formulas.html").select_one("article")
    lines = convert(article.decode_contents()).split("\n")
    assert r"## Role of $\beta_1$" in lines
    assert r"**$\beta = 1$**" in lines
