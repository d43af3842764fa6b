"""The Content-Security-Policy of every page: it forbids other origins, and nothing of the site's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from built import Site
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from reading import visit
from shared import ADDRESS

FOREIGN = "http://elsewhere.localhost/"

#: Each asks another origin for something, and comes to an end whether it gets it or not.
REQUESTS = {
    "image": "done => Object.assign(new Image(), {onload: done, onerror: done, src: URL})",
    "script": "done => document.head.append(Object.assign(document.createElement('script'),"
    " {onload: done, onerror: done, src: URL}))",
    "fetch": "done => fetch(URL, {mode: 'no-cors'}).then(done, done)",
    "style": "done => document.head.append(Object.assign(document.createElement('link'),"
    " {rel: 'stylesheet', onload: done, onerror: done, href: URL}))",
    "font": "done => new FontFace('other', `url(${URL})`).load().then(done, done)",
    "frame": "done => document.body.append(Object.assign(document.createElement('iframe'), {onload: done, src: URL}))",
}


@pytest.fixture
def watched(chromium: Browser) -> Iterator[tuple[BrowserContext, list[str]]]:
    """A profile, and what the policy has blocked in it."""
    context = chromium.new_context(permissions=["clipboard-read", "clipboard-write"])
    blocked: list[str] = []
    context.expose_function("blocked", lambda text: blocked.append(text))
    context.add_init_script(
        "addEventListener('securitypolicyviolation', e => blocked(`${e.violatedDirective} ${e.blockedURI}`))"
    )
    context.on("console", lambda message: blocked.append(message.text) if "Security" in message.text else None)
    yield context, blocked
    context.close()


def test_the_policy_stands_first_in_every_head(site: Site) -> None:
    for page in site.pages.values():
        first = page.html.head.find()
        assert first is not None
        assert str(first["http-equiv"]) == "Content-Security-Policy", page.name
        policy = dict(part.strip().partition(" ")[::2] for part in str(first["content"]).split(";"))
        assert policy["default-src"] == policy["base-uri"] == policy["form-action"] == "'self'"
        assert policy["object-src"] == "'none'"
        for sources in policy.values():  # no host, no scheme but data:, and no code made of text
            assert set(sources.split()) <= {"'self'", "'none'", "'unsafe-inline'", "data:"}, page.name


def test_nothing_of_the_site_is_blocked(watched: tuple[BrowserContext, list[str]], addresses: list[str]) -> None:
    context, blocked = watched
    page = context.new_page()
    for name in [*addresses, "nowhere/at/all"]:
        visit(page, ADDRESS + name)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        page.wait_for_load_state("networkidle")
        assert not blocked, name


def test_nothing_that_a_reader_does_is_blocked(watched: tuple[BrowserContext, list[str]]) -> None:
    context, blocked = watched
    page = context.new_page()
    visit(page, ADDRESS)
    page.keyboard.press("/")
    page.keyboard.type("sigmoid", delay=20)
    page.locator(".md-search-result__link").first.click()
    expect(page).to_have_url(re.compile("functions/sigmoid"))
    visit(page, ADDRESS + "functions/softplus/")
    page.locator("label[for^=__palette]:visible").click()
    page.locator(".tabbed-set").first.get_by_text("Keras", exact=True).click()
    page.locator("[data-snippet*='/keras/'] button:visible").first.click()
    expect(page.locator(".md-dialog")).to_contain_text("Copied")
    page.get_by_role("link", name="How this site is checked").first.click()
    page.wait_for_url("**/checked/")
    page.get_by_role("link", name="中文", exact=True).click()
    page.wait_for_url("**/zh/checked/")
    page.wait_for_load_state("networkidle")
    assert not blocked


def ask_elsewhere(page: Page) -> None:
    for code in REQUESTS.values():
        page.evaluate(f"() => {{ const URL = '{FOREIGN}x'; return new Promise({code}) }}")


def test_other_origins_are_blocked(watched: tuple[BrowserContext, list[str]], site: Site, addresses: list[str]) -> None:
    context, blocked = watched
    asked: list[str] = []

    def answer(route: Route) -> None:
        asked.append(route.request.resource_type)
        route.fulfill(status=200, body="", headers={"Access-Control-Allow-Origin": "*"})

    context.route(FOREIGN + "**", answer)
    page = context.new_page()
    for name in addresses:
        blocked.clear()
        page.goto(ADDRESS + name)
        ask_elsewhere(page)
        told = " ".join(blocked)
        for kind in ("img-src", "script-src-elem", "connect-src", "style-src-elem", "font-src", "frame-src"):
            assert f"{kind} {FOREIGN[:-1]}" in told, f"{name}: {kind}"
    assert asked == []

    # The same page without its policy asks for all of it, so it is the policy that stood in the way.
    bare = site.pages["index.html"].html
    text = str(bare).replace("Content-Security-Policy", "x-none")
    context.route(ADDRESS, lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
    page.goto(ADDRESS)
    ask_elsewhere(page)
    assert {"image", "script", "fetch", "stylesheet", "font", "document"} <= set(asked)
