"""The offline site, opened from a folder: search, formulas, explorer, both languages, and nothing asked of any host."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from built import Site, link_faults
from playwright.sync_api import Browser, Page, Request, expect
from shared import ROOT


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, first_build: tuple[Path, str]) -> Path:
    """The site as `make offline` packs it, unpacked elsewhere. The first build has filled the caches."""
    base = tmp_path_factory.mktemp("offline")
    environment = {**os.environ, "OFFLINE": "true", "NO_MKDOCS_2_WARNING": "1"}
    environment.pop("SITE_URL", None)
    command = [sys.executable, "-m", "engine", "site", str(base / "site"), "--draft"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert bool(done.returncode) == bool(first_build[1]), done.stderr
    subprocess.run([sys.executable, "-m", "zipfile", "-c", "site.zip", "site"], cwd=base, check=True)
    with zipfile.ZipFile(base / "site.zip") as archive:
        archive.extractall(base / "unpacked")
    return base / "unpacked" / "site"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page that may ask for files only, and must find them."""
    context = chromium.new_context()
    faults: list[str] = []

    def failed(request: Request) -> None:
        # What is aborted was dropped on the way to the next page; a file that is missing is ERR_FILE_NOT_FOUND.
        if request.failure != "net::ERR_ABORTED":
            faults.append(f"{request.failure}: {request.url}")

    context.on("requestfailed", failed)
    context.on(
        "request", lambda request: request.url.startswith(("file:", "data:", "blob:")) or faults.append(request.url)
    )
    context.on("weberror", lambda error: faults.append(str(error.error)))
    context.on("console", lambda message: message.type == "error" and faults.append(message.text))
    yield context.new_page()
    context.close()
    assert not faults, "\n".join(faults)


def test_every_link_leads_to_a_file(folder: Path) -> None:
    site = Site(folder)
    assert {"index.html", "functions/softplus.html", "zh/functions/softplus.html"} <= set(site.pages)
    faults = [fault for fault in link_faults(site) if not fault.startswith(("404.html", "zh/404.html"))]
    assert not faults, "\n".join(faults)


def test_without_an_address_nothing_claims_one(folder: Path) -> None:
    for page in Site(folder).pages.values():
        assert not page.html.select("link[rel=canonical], link[hreflang]"), page.name
        assert not page.html.select("meta[property='og:url'], meta[property='og:image'], script[type*=ld]"), page.name
        assert page.html.select("meta[property='og:title']"), page.name
    for name in ("sitemap.xml", "zh/sitemap.xml", "robots.txt"):
        text = (folder / name).read_text(encoding="utf-8")
        assert "loc" not in text
        assert "Sitemap" not in text


def test_a_page_in_one_language_leads_to_the_other_home(folder: Path) -> None:
    lab = BeautifulSoup((folder / "labs/depth.html").read_text(encoding="utf-8"), "html.parser")
    assert [link["href"] for link in lab.select(".site-languages a")] == ["../zh/index.html"]


@pytest.mark.parametrize(("part", "query"), [("", "sigmoid"), ("zh/", "激活函数")])
def test_search_answers(folder: Path, page: Page, part: str, query: str) -> None:
    page.goto((folder / part / "index.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type(query, delay=20)
    page.keyboard.press("Shift")  # text of an input method sends no keyup
    expect(page.locator(".md-search-result__link").first).to_be_attached()


@pytest.mark.parametrize("part", ["", "zh/"])
def test_formulas_explorer_and_the_other_language(folder: Path, page: Page, part: str) -> None:
    page.goto((folder / part / "functions/softplus.html").as_uri())
    loaded = page.evaluate(
        "document.fonts.ready.then((fonts) => [...fonts].filter((f) => f.status === 'loaded').map((f) => f.family))"
    )
    assert {"KaTeX_Main", "KaTeX_Math"} <= {name.strip('"') for name in loaded}
    page.locator(".explorer-controls input[name=beta]").fill("2")
    expect(page.locator(".explorer-curves output").first).to_have_text("= 0.346574")
    page.locator(".site-languages a").click()
    expect(page.locator("h1")).to_contain_text("Softplus")
    assert ("/zh/" in page.url) is not bool(part)
