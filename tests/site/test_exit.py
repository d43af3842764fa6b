"""The site does not hang on MkDocs: Zensical makes the same pages of the same configuration and the same fragments.

Except those of labs, whose notebooks a plugin of MkDocs renders.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from built import Code, Page, Site

from bench.engine import ROOT, copy
from conftest import ADDRESS

LABS = [f"labs/{lab.stem}/index.html" for lab in sorted((ROOT / "snippets").glob("*/labs/[!_]*.py"))]
ZENSICAL = Path(sys.executable).with_name("zensical")


@pytest.fixture(scope="module")
def other(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The English site, built by Zensical after the engine has written its fragments."""
    assert site.pages  # the build of the other site has brought the fragments up to date
    project = copy(tmp_path_factory.mktemp("zensical") / "project")
    for name in ("fragments", "formulas"):
        shutil.copytree(ROOT / ".cache" / name, project / ".cache" / name)
    own = {"SITE_URL": ADDRESS, "PYTHONPATH": str(project)}
    command = [str(ZENSICAL), "build", "--strict", "--config-file", "mkdocs.yml"]
    done = subprocess.run(command, cwd=project, env=os.environ | own, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    return Site(project / "site", ADDRESS)


def headings(page: Page) -> list[tuple[str, object, str]]:
    return [(one.name, one.get("id"), one.get_text()) for one in page.html.select("article :is(h1, h2, h3, h4)")]


def code(page: Page) -> list[tuple[str, str | None, str | None, str | None]]:
    def shown(block: Code) -> tuple[str, str | None, str | None, str | None]:
        return block.text, block.snippet, block.output, block.caption

    return [shown(block) for block in page.blocks()]


def formulas(page: Page) -> list[str]:
    return [str(one) for one in page.html.select("article .katex")]


def links(page: Page) -> list[str]:
    here = ADDRESS + page.name.removesuffix("index.html")
    return [urljoin(here, str(one["href"])) for one in page.html.select("article a[href]:not(.headerlink)")]


@pytest.mark.parametrize("part", [headings, code, formulas, links])
def test_pages_are_the_same(site: Site, other: Site, part: Callable[[Page], list[object]]) -> None:
    names = [name for name, page in site.pages.items() if not name.startswith("zh/") and not page.is_error]
    names = [name for name in names if name not in LABS]
    assert len(names) > 5
    assert any(part(site.pages[name]) for name in names)
    for name in names:
        assert part(other.pages[name]) == part(site.pages[name]), name


@pytest.mark.parametrize("name", LABS)
def test_of_a_lab_there_is_what_stands_below_its_first_cell(site: Site, other: Site, name: str) -> None:
    """Zensical does not know mkdocs-jupyter, and leaves out the cells of a lab: the one difference between pages."""
    page = other.pages[name]
    assert len(page.html.select("h1")) == 1
    assert page.html.select_one(".downloads").get_text() == site.pages[name].html.select_one(".downloads").get_text()
    assert not page.html.select("[data-snippet]")
    assert site.pages[name].html.select("[data-snippet]")
