"""The site does not hang on MkDocs: Zensical makes the same pages of the same configuration and the same fragments.

Except those of labs, whose notebooks a plugin of MkDocs renders. `python -m engine after` adds what stands beside them.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

import pytest
from built import Code, Page, Site
from shared import ADDRESS

from bench.engine import ROOT, copy
from engine.render import published

LABS = [f"labs/{lab.stem}/index.html" for lab in sorted((ROOT / "snippets").glob("*/labs/[!_]*.py"))]
ZENSICAL = Path(sys.executable).with_name("zensical")
AFTER = [sys.executable, "-m", "engine", "after"]


@pytest.fixture(scope="module")
def other(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The English site, built by Zensical after the engine has written its fragments."""
    assert site.pages  # the build of the other site has brought the fragments up to date
    project = copy(tmp_path_factory.mktemp("zensical") / "project")
    for name in ("fragments", "formulas", "downloads"):
        shutil.copytree(ROOT / ".cache" / name, project / ".cache" / name)
    own = {"SITE_URL": ADDRESS, "PYTHONPATH": str(project)}
    build = [str(ZENSICAL), "build", "--strict", "--config-file", "mkdocs.yml"]
    for command in (build, AFTER):
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


def scripts(page: Page) -> list[str]:
    return [str(one["src"]).removeprefix("./") for one in page.html.select("script[src*='assets/js/']")]


def twin(page: Page) -> list[str]:
    return [str(one["href"]) for one in page.html.select("head link[type='text/markdown']")]


@pytest.fixture(scope="module")
def names(site: Site) -> list[str]:
    """The English pages, but for those of labs."""
    names = [name for name, page in site.pages.items() if not name.startswith("zh/") and not page.is_error]
    names = [name for name in names if name not in LABS]
    assert len(names) > 5
    return names


@pytest.mark.parametrize("part", [headings, code, formulas, links, scripts, twin])
def test_pages_are_the_same(site: Site, other: Site, names: list[str], part: Callable[[Page], list[object]]) -> None:
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


def test_what_stands_beside_the_pages_is_the_same(site: Site, other: Site) -> None:
    scripts = {file.name for file in (site.folder / "assets/js").iterdir()}
    assert scripts == {file.name for file in (other.folder / "assets/js").iterdir()}
    files = ["llms.txt", *(f"assets/js/{name}" for name in scripts), *published.collect(ROOT)]
    assert {"assets/js/bundle.js", "functions/softplus.zip", "labs/depth.ipynb"} <= set(files)
    for file in files:
        assert (other.folder / file).read_bytes() == (site.folder / file).read_bytes(), file


def test_twins_say_the_same(site: Site, other: Site, names: list[str]) -> None:
    """The way to another page is not written alike: Zensical's begins with the name of the page's own folder."""

    def twin(made: Site, name: str) -> str:
        text = (made.folder / name.replace(".html", ".md")).read_text(encoding="utf-8")
        return re.sub(r"\]\(([^\s)]+)", lambda link: f"]({urljoin(ADDRESS + name, link[1])}", text)

    whole = (other.folder / "llms-full.txt").read_text(encoding="utf-8")
    for name in names:
        assert twin(other, name) == twin(site, name), name
        assert f"Source: {ADDRESS}{name.removesuffix('index.html')}\n" in whole


def test_a_second_pass_changes_nothing(other: Site) -> None:
    def all_files() -> dict[Path, bytes]:
        return {file: file.read_bytes() for file in other.folder.rglob("*") if file.is_file()}

    before = all_files()
    subprocess.run(AFTER, cwd=other.folder.parent, check=True)
    assert all_files() == before


def test_a_folder_without_a_site_is_named(tmp_path: Path) -> None:
    done = subprocess.run([*AFTER, str(tmp_path)], cwd=ROOT, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 1
    assert f"{tmp_path}: holds no site; build it first" in done.stderr
