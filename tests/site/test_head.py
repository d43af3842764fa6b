"""What a page says about itself: address, languages, card; and the way to the other language."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urljoin

import pytest
from built import Page, Site
from PIL import Image, ImageChops
from playwright.sync_api import Browser, expect
from reading import visit
from shared import ADDRESS, LANGUAGES, ROOT

#: For each language the name that its switch has in the other.
OTHER = {"en": "中文", "zh": "English"}


def readable(site: Site) -> list[Page]:
    """The pages that a reader looks for."""
    return [page for page in site.pages.values() if not page.is_error]


def language(page: Page) -> str:
    return str(page.html.html["lang"])


def content(page: Page, name: str) -> str | None:
    """Content of one `<meta>` of a page, by its name or property."""
    found = page.html.select(f"head meta[name='{name}'], head meta[property='{name}']")
    assert len(found) <= 1, f"{page.name}: {name} {len(found)} times"
    return str(found[0]["content"]) if found else None


def alternates(page: Page) -> dict[str, str]:
    links = page.html.select("head link[rel~=alternate][hreflang]")
    return {str(link["hreflang"]): str(link["href"]) for link in links}


def translated(page: Page) -> bool:
    """Whether a page exists in every language, as its source says."""
    source = ROOT / "docs/en" / f"{page.name.removesuffix('/index.html')}.md"
    return not source.is_file() or "\ntranslate: false\n" not in source.read_text(encoding="utf-8")


def test_some_pages_are_in_english_only(site: Site) -> None:
    assert len([page for page in readable(site) if not translated(page)]) >= 3


def test_each_page_names_its_own_address(site: Site) -> None:
    for page in readable(site):
        (link,) = page.html.select("head link[rel=canonical]")
        assert link["href"] == content(page, "og:url") == ADDRESS + page.name.removesuffix("index.html")


def test_each_page_names_itself_in_every_language(site: Site) -> None:
    for page in readable(site):
        named = alternates(page)
        if not translated(page):
            assert not named
            continue
        assert set(named) == {*LANGUAGES, "x-default"}
        assert named["x-default"] == named["en"]
        assert named[language(page)] == content(page, "og:url")
        for name, address in named.items():
            other = site.pages[site.file(address.removeprefix(ADDRESS)) or address]
            assert alternates(other) == named, f"{page.name}: {address} does not lead back"
            assert name in {language(other), "x-default"}


def test_each_page_has_a_card(site: Site) -> None:
    for page in readable(site):
        assert content(page, "og:title")
        assert content(page, "og:description") == content(page, "description")
        assert content(page, "og:locale") == {"en": "en_US", "zh": "zh_CN"}[language(page)]
        assert content(page, "twitter:card") == "summary_large_image"
        part = LANGUAGES[language(page)]
        assert content(page, "og:image") == f"{ADDRESS}{part}assets/card.png"
        (data,) = page.html.select("head script[type='application/ld+json']")
        facts = json.loads(data.get_text())
        assert (facts["url"], facts["inLanguage"]) == (content(page, "og:url"), language(page))
        assert facts["description"] == content(page, "description")


def test_the_card_is_what_its_script_draws(site: Site, tmp_path: Path) -> None:
    subprocess.run([sys.executable, ROOT / "scripts/card.py", tmp_path / "card.png"], check=True)
    file = site.folder / "assets/card.png"
    with Image.open(file) as card, Image.open(tmp_path / "card.png") as drawn:
        assert card.size == (1200, 630)
        assert not ImageChops.difference(card.convert("RGB"), drawn.convert("RGB")).getbbox()
    assert file.stat().st_size < 60_000


def test_the_switch_leads_to_the_same_page(site: Site) -> None:
    for page in site.pages.values():
        (link,) = page.html.select("header .site-languages a")
        (other,) = set(LANGUAGES) - {language(page)}
        assert (link["hreflang"], link["lang"], link.get_text()) == (other, other, OTHER[language(page)])
        target = urljoin(ADDRESS + page.name, str(link["href"]))
        if page.is_error or not translated(page):  # whose own place says nothing
            assert target == ADDRESS + LANGUAGES[other]
        else:
            assert target == alternates(page)[other]


def foreign_links(site: Site) -> list[str]:
    """Links in the text of a page to one in another language that do not say so."""
    faults = []
    for page in site.pages.values():
        for link in page.html.select("article a[href]"):
            address = urljoin(site.address + page.name, str(link["href"]))
            target = site.pages.get(site.file(address.removeprefix(site.address).partition("#")[0]) or "")
            here = address.startswith(site.address)
            if here and target and language(target) not in {language(page), link.get("hreflang")}:
                faults.append(f"{page.name}: {link}")
    return faults


def test_links_to_another_language_say_so(site: Site, tmp_path: Path) -> None:
    assert not foreign_links(site), "\n".join(foreign_links(site))
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh/index.html").write_text('<html lang="zh"><article><a href=".">')
    page = '<html lang="en"><article><a href="zh/" hreflang="zh">, <a href=".">, <a href="zh/index.html">'
    (tmp_path / "index.html").write_text(page)
    assert len(foreign_links(Site(tmp_path, ADDRESS))) == 1


@pytest.mark.parametrize("script", [True, False])
def test_a_reader_changes_the_language_and_stays_on_the_page(chromium: Browser, script: bool) -> None:
    context = chromium.new_context(java_script_enabled=script)
    page = context.new_page()
    page.goto(ADDRESS)
    if script:
        page.evaluate("window.kept = true")
    page.get_by_role("link", name="How this site is checked").first.click()
    page.wait_for_url("**/reference/checked/")
    if script:
        assert page.evaluate("window.kept"), "instant navigation did not take place, and is not tested"
    page.get_by_role("link", name="中文", exact=True).click()
    page.wait_for_url("**/reference/zh/checked/")
    expect(page.locator("html")).to_have_attribute("lang", "zh")
    page.get_by_role("link", name="English", exact=True).click()
    page.wait_for_url("**/reference/checked/")
    context.close()


def test_colours_and_tabs_hold_in_every_language(chromium: Browser) -> None:
    context = chromium.new_context(color_scheme="light")
    page = context.new_page()
    visit(page, ADDRESS + "functions/softplus/")
    for _ in range(2):  # from the system's to light to dark
        page.locator("label[for^=__palette]:visible").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    page.locator(".tabbed-set").first.get_by_text("JAX", exact=True).click()
    page.get_by_role("link", name="中文", exact=True).click()
    page.wait_for_url("**/zh/functions/softplus/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    expect(page.locator(".tabbed-set").first.locator("[data-snippet*='/jax/']")).to_be_visible()
    context.close()
