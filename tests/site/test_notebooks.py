"""Pages of labs look like notebooks and weigh little; other pages carry nothing of that."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from built import Site, cells, code_text
from playwright.sync_api import BrowserContext, expect
from reading import CONTRAST, SOFTPLUS, Log, Open, visit

ROOT = Path(__file__).resolve().parents[2]
LABS = sorted((ROOT / "snippets").glob("*/labs/[!_]*.py"))
LIMIT = 250_000

#: What stands before each part of a cell, and the contrast of that with its ground.
PROMPTS = f"""[...document.querySelectorAll(".lab-cell > *")].map((part) => {{
  const style = getComputedStyle(part, "::before")
  const probe = part.appendChild(document.createElement("span"))
  probe.style.color = style.color
  const text = style.content.replaceAll('" "', "").slice(1, -1)
  return [part.matches(".output, figure"), text, ({CONTRAST})(probe, "color")]
}})"""


def packed(site: Site, path: str) -> int:
    return len(gzip.compress((site.folder / path).read_bytes(), mtime=0))


@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.stem)
def test_a_lab_weighs_little(
    site: Site, context: Callable[..., tuple[BrowserContext, Log]], url: str, lab: Path
) -> None:
    profile, log = context()
    page = profile.new_page()
    for path in ("", SOFTPLUS):
        visit(page, url + path)
    others = set(log.requests)
    visit(page, f"{url}labs/{lab.stem}/")
    own = {address.removeprefix(url) for address in log.requests if address not in others}
    assert f"labs/{lab.stem}/" in own
    assert sum(packed(site, site.file(path)) for path in own) <= LIMIT


def test_no_other_page_has_what_labs_need(site: Site) -> None:
    names = {f"labs/{lab.stem}/index.html" for lab in LABS}
    found = {name for name in site.pages if "lab-cell" in (site.folder / name).read_text(encoding="utf-8")}
    assert found == names
    assert not [file for file in site.folder.rglob("*.css") if "lab-cell" in file.read_text(encoding="utf-8")]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lab", LABS, ids=lambda lab: lab.stem)
def test_cells_have_their_numbers(open_page: Open, site: Site, lab: Path, scheme: str) -> None:
    page = open_page(f"labs/{lab.stem}/", color_scheme=scheme)
    expected = []
    for number, cell in enumerate(site.pages[f"labs/{lab.stem}/index.html"].html.select(".lab-cell"), 1):
        parts = cell.find_all(recursive=False)
        assert "data-snippet" in parts[0].attrs
        expected += [(bool(place), f"{'Out' if place else 'In'} [{number}]:") for place in range(len(parts))]
    shown = page.evaluate(PROMPTS)
    assert [(output, text) for output, text, _ in shown] == expected
    assert sum(not output for output, _ in expected) == sum(kind == "code" for kind, _ in cells(lab.read_text("utf-8")))
    assert min(ratio for _, _, ratio in shown) >= 4.5


def test_what_is_copied_is_the_code_without_its_number(open_page: Open, site: Site) -> None:
    page = open_page("labs/depth/", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".lab-cell .md-code__button[title*='Copy'], .lab-cell .md-clipboard").first.click()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.strip() == code_text(site.pages["labs/depth/index.html"].html.select_one(".lab-cell > div")).strip()


def test_the_search_and_the_other_language_know_labs(site: Site) -> None:
    index = json.loads((site.folder / "search/search_index.json").read_text(encoding="utf-8"))
    known = {entry["location"] for entry in index["docs"]}
    led = {str(link["href"]) for link in site.pages["zh/labs/index.html"].html.select("article a[href]")}
    for lab in LABS:
        assert f"labs/{lab.stem}/" in known
        assert f"../../labs/{lab.stem}/" in led


def test_cells_have_their_numbers_however_a_reader_comes_to_the_page(open_page: Open) -> None:
    page = open_page("labs/")
    page.evaluate("window.stayed = true")
    page.locator("article a", has_text="Fifty layers deep").click()
    expect(page.locator(".lab-cell").first).to_be_attached()
    assert page.evaluate("window.stayed"), "the page was loaded anew"
    assert page.evaluate(PROMPTS)[0][1] == "In [1]:"
