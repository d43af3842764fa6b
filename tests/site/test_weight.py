"""What a page leaves out until it is needed: the search, and the layout of what is out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

SOFTPLUS = "functions/softplus/"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page of a reader who has never been here."""
    context = chromium.new_context(viewport={"width": 412, "height": 823})
    yield context.new_page()
    context.close()


def requests(page: Page) -> list[str]:
    """The names of all files that the page and its workers ask for from now on."""
    asked: list[str] = []
    page.context.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    page.on("worker", lambda worker: asked.append(worker.url.rpartition("/")[2]))
    return asked


def test_the_search_comes_when_it_is_wanted(page: Page, url: str) -> None:
    asked = requests(page)
    page.goto(url + SOFTPLUS, wait_until="networkidle")
    assert "search.js" in asked
    assert not [name for name in asked if "index.json" in name or name.startswith("search.a")], asked
    page.locator("label[for=__search]").first.click()
    page.keyboard.type("sigmoid", delay=20)
    expect(page.locator(".md-search-result__link").first).to_contain_text("Softplus")
    assert any(name.startswith("search_index") for name in asked), asked


def test_a_link_to_a_search_is_answered(page: Page, url: str) -> None:
    page.goto(url + "?q=sigmoid")
    expect(page.locator(".md-search-result__link").first).to_contain_text("Softplus")


def test_words_that_were_searched_for_are_marked(page: Page, url: str) -> None:
    page.goto(url + SOFTPLUS + "?h=sigmoid")
    expect(page.locator("mark[data-md-highlight]").first).to_be_attached()


def test_a_page_is_laid_out_before_anybody_looks(page: Page, url: str) -> None:
    page.goto(url + SOFTPLUS)
    expect(page.locator("html")).to_have_class(
        re.compile("laid-out"), timeout=30_000
    )  # a function to wait for would need eval
    height = page.evaluate("document.documentElement.scrollHeight")
    hidden = "[...document.querySelectorAll('.md-content__inner > *')].filter((block) => !block.checkVisibility())"
    assert page.evaluate(f"{hidden}.length") == 0
    page.add_style_tag(content=".md-content__inner > * { content-visibility: visible !important }")
    assert page.evaluate("document.documentElement.scrollHeight") == height


def test_a_link_into_a_page_leads_to_its_place(page: Page, url: str) -> None:
    page.goto(url + SOFTPLUS)
    last = page.evaluate("[...document.querySelectorAll('.md-content__inner > h2[id]')].at(-1).id")
    page.goto("about:blank")
    page.goto(f"{url}{SOFTPLUS}#{last}", wait_until="networkidle")
    page.wait_for_timeout(500)
    header = page.locator(".md-header").bounding_box()["height"]
    place = page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().top", last)
    bottom = page.evaluate("Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight - 1")
    assert bottom or header - 60 <= place <= header + 120, place
