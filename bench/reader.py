"""What a reader gets: weight, layout shift, and what Lighthouse, axe and vnu find, of the site as it is published."""

from __future__ import annotations

import json
import re
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from bench import tools, visits
from bench.report import Figure
from bench.server import PREFIX, Served, compressed, serve
from engine.site.whole import build_site, configurations
from tests.site.browser import ARGUMENTS, NoBrowser, find

ROOT = Path(__file__).parents[1]
#: The page that the figures are promised for, in each language.
PAGE = "functions/softplus/"
MATHEMATICS = re.compile(rb"katex|mathjax", re.IGNORECASE)
CHINESE = re.compile(r"[\u3400-\u9fff]")
CODE = re.compile(r"<(pre|code)\b.*?</\1>", re.DOTALL)


def measure(repeat: int) -> Iterator[Figure]:
    """Every figure; what varies from run to run is measured `repeat` times, and the median counts.

    Ends the program where something that is needed is missing: nothing is skipped.
    """
    try:
        modules = tools.install(ROOT / ".cache" / "node")
        chromium = find()
        with tempfile.TemporaryDirectory() as folder, serve(Path(folder)) as served:
            site = Path(folder)
            languages = build(site, served.url)
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                yield from weight(browser, site, served, languages)
                yield from movement(browser, site, served)
                yield accessibility(browser, site, served, modules)
                browser.close()
            yield from grades(modules, chromium, served, languages, repeat)
            yield markup(modules, site)
            yield search(site, languages)
    except (tools.Missing, NoBrowser) as missing:
        sys.exit(f"bench reader: {missing}")


def build(site: Path, url: str) -> dict[str, str]:
    """Build the site as it is published at an address. Returns the folder of each language within it, as in an URL."""
    if build_site(ROOT, site, url):
        raise tools.Missing("the site does not build")
    return {part.rstrip("/") or "en": part for part in configurations(ROOT)}


def pages(site: Path) -> list[str]:
    """The pages' addresses within the site, that of `not found` left out."""
    files = (file.relative_to(site).as_posix() for file in site.rglob("index.html"))
    return sorted(file.removesuffix("index.html") for file in files)


def weight(browser: Browser, site: Path, served: Served, languages: Mapping[str, str]) -> Iterator[Figure]:
    """What is transferred, for the heaviest of the languages."""
    first = {prefix + PAGE: visits.first(browser, served.url + prefix + PAGE, served) for prefix in languages.values()}
    page, visit = max(first.items(), key=lambda item: item[1].kilobytes)
    how = f"{len(visit.bytes)} requests to {page}; {visit.heaviest(6)}"
    yield Figure("first visit of the Softplus page, all requests", visit.kilobytes, 170, "KB gz", how)
    others = sorted({url for visit in first.values() for url in visit.others})
    yield Figure("requests to other origins", len(others), 0, "", ", ".join(others) or "none")
    scripts = {
        path.split("?")[0] for visit in first.values() for path in visit.bytes if urlsplit(path).path.endswith(".js")
    }
    files = [site / script.partition(PREFIX)[2] for script in sorted(scripts)]
    mathematics = {file.name: file.stat().st_size for file in files if MATHEMATICS.search(file.read_bytes())}
    how = ", ".join(mathematics) or f"none in {', '.join(file.name for file in files)}"
    yield Figure("JavaScript for mathematics", sum(mathematics.values()), 0, "bytes", how)
    own = own_scripts(site)
    how = ", ".join(f"{name} {size / 1000:.1f}" for name, size in own.items())
    yield Figure("our own JavaScript, loaded or not", sum(own.values()) / 1000, 8, "KB gz", how)

    second = {}
    for prefix in languages.values():
        start = prefix + PAGE
        for other in pages(site):
            if other != start and _language(other, languages) == prefix:
                second[other] = visits.second(browser, served.url + start, served.url + other, served)
    page, visit = max(second.items(), key=lambda item: item[1].kilobytes)
    how = f"{page or 'home'}, the heaviest of {len(second)}; {visit.heaviest()}"
    yield Figure("a second page, after the Softplus page", visit.kilobytes, 45, "KB gz", how)


def _language(page: str, languages: Mapping[str, str]) -> str:
    return next((prefix for prefix in languages.values() if prefix and page.startswith(prefix)), "")


def own_scripts(site: Path) -> dict[str, int]:
    """The scripts that are our own, with their compressed size in bytes. A language's copies count once."""
    own: dict[str, int] = {}
    for file in sorted(site.rglob("*.js")):
        path = file.relative_to(site).as_posix()
        if "assets/js/" in path:  # not the theme's, nor the shim that only an offline site loads
            own[file.name] = max(own.get(file.name, 0), len(compressed(file.read_bytes())))
    return own


def movement(browser: Browser, site: Path, served: Served) -> Iterator[Figure]:
    """The layout shift while a page loads, of the page where it is largest."""
    for device in visits.DEVICES:
        found = {page: visits.shift(browser, served.url + page, device) for page in pages(site)}
        page, (value, moved) = max(found.items(), key=lambda item: item[1][0])
        how = f"largest of {len(found)} pages: {page or 'home'}" + (f"; {moved}" if moved else "")
        yield Figure(f"layout shift, {device}", value, 0.01, "", how)


def accessibility(browser: Browser, site: Path, served: Served, modules: Path) -> Figure:
    """What axe finds on all pages, light and dark."""
    axe, found = modules / "axe-core/axe.min.js", []
    for page in [*pages(site), "404.html"]:
        for scheme in ("light", "dark"):
            found += [
                f"{page or 'home'} ({scheme}): {fault}"
                for fault in visits.violations(browser, served.url + page, axe, scheme)
            ]
    return Figure("axe, violations on all pages, light and dark", len(found), 0, "", _some(found))


def grades(modules: Path, chromium: str, served: Served, languages: Mapping[str, str], repeat: int) -> Iterator[Figure]:
    """Lighthouse's scores: the worst language counts, the median of several runs."""
    reports = {
        prefix: [tools.lighthouse(modules, chromium, ARGUMENTS, served.url + prefix + PAGE) for _ in range(repeat)]
        for prefix in languages.values()
    }
    for category in tools.CATEGORIES:
        of = {prefix: [tools.scores(report)[category] for report in runs] for prefix, runs in reports.items()}
        prefix = min(of, key=lambda prefix: statistics.median(of[prefix]))
        lost = sorted({audit for report in reports[prefix] for audit in tools.lost(report, category)})
        how = f"runs {', '.join(f'{value:.2f}' for value in of[prefix])}" + (f"; {', '.join(lost)}" if lost else "")
        limit = 0.95 if category == "performance" else 1.0
        yield Figure(f"Lighthouse, phone, {category}", statistics.median(of[prefix]), limit, "", how, least=True)


def markup(modules: Path, site: Path) -> Figure:
    """vnu's errors that are not known as the theme's."""
    files = sorted(site.rglob("*.html"))
    errors, unused = tools.errors_of_ours(tools.vnu(modules, files), tools.known())
    errors = [error.replace(f"{site}/", "") for error in errors]
    errors += [f"vnu_known.yml: no longer there, remove it: {entry.message}" for entry in unused]
    return Figure("vnu, errors of ours", len(errors), 0, "", f"{len(files)} pages; {_some(errors)}")


def search(site: Path, languages: Mapping[str, str]) -> Figure:
    """Entries of the search indexes with a backslash, or in the other language."""
    indexes = {
        language: json.loads((site / prefix / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
        for language, prefix in languages.items()
    }
    faults = search_faults(indexes)
    count = sum(len(docs) for docs in indexes.values())
    return Figure("search index, faults", len(faults), 0, "", f"{count} entries; {_some(faults)}")


def search_faults(indexes: Mapping[str, list[dict[str, Any]]]) -> list[str]:
    """Entries of search indexes, by language, that hold a backslash outside code, or text of the other language."""
    faults = []
    english = {_prose(doc["text"]) for doc in indexes.get("en", [])}
    for language, docs in indexes.items():
        for doc in docs:
            place, text = f"{language}: {doc['location']}", _prose(doc["text"])
            if "\\" in doc["title"] + doc["text"]:
                faults.append(f"{place}: a backslash")
            if language == "en" and CHINESE.search(doc["title"] + text):
                faults.append(f"{place}: Chinese")
            if doc["location"].endswith("#references"):
                continue  # works are cited in the language that they are written in
            if language != "en" and text in english and len(text.split()) > 8 and not CHINESE.search(text):
                faults.append(f"{place}: English")
    return faults


def _prose(text: str) -> str:
    """Text of a search index without code and tags."""
    return " ".join(re.sub(r"<[^>]*>", " ", CODE.sub(" ", text)).split())


def _some(found: list[str], count: int = 5) -> str:
    more = f", and {len(found) - count} more" if len(found) > count else ""
    return "; ".join(found[:count]) + more if found else "none"
