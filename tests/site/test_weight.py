"""What a page leaves out until it is needed: the search, and the layout of what is out of sight."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from reading import visit

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
    visit(page, url + SOFTPLUS)
    assert "search.js" in asked
    assert not [name for name in asked if "index.json" in name or name.startswith("search.a")], asked
    page.locator("label[for=__search]").first.click()
    page.keyboard.type("sigmoid", delay=20)
    expect(page.locator(".md-search-result__link").first).to_contain_text("The logistic sigmoid")
    assert any(name.startswith("search_index") for name in asked), asked


def test_a_link_to_a_search_is_answered(page: Page, url: str) -> None:
    page.goto(url + "?q=sigmoid")
    expect(page.locator(".md-search-result__link").first).to_contain_text("The logistic sigmoid")


def test_words_that_were_searched_for_are_marked(page: Page, url: str) -> None:
    page.goto(url + SOFTPLUS + "?h=sigmoid")
    expect(page.locator("mark[data-md-highlight]").first).to_be_attached()


NO_STYLE = "data-md-color-media"  # the theme keeps a choice in it
OBSERVE = """{
  window.changed = [];
  const ours = ({ target }) => target === document.body;
  const note = (records) => changed.push(...records.filter(ours).map((record) => record.attributeName));
  new MutationObserver(note).observe(document, {attributes: true, subtree: true});
}"""


def test_a_page_is_not_styled_anew_for_the_colours_that_it_has(page: Page, url: str) -> None:
    page.add_init_script(OBSERVE)
    visit(page, url + SOFTPLUS)
    # The theme has put the colour of the header into the head.
    expect(page.locator("meta[name=theme-color]")).to_have_attribute("content", re.compile("^#[0-9a-f]{6}$"))
    assert {name for name in page.evaluate("changed") if name.startswith("data-md-color")} <= {NO_STYLE}
    page.locator("label[for^=__palette]:visible").click()
    page.locator("label[for^=__palette]:visible").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    assert {"data-md-color-switching", "data-md-color-scheme"} <= set(page.evaluate("changed"))


VISIBLE = "article > *, .tabbed-content { content-visibility: visible !important }"


def test_places_stay_once_a_reader_has_done_something(page: Page, url: str) -> None:
    page.goto(url + SOFTPLUS)
    assert page.evaluate("document.querySelectorAll('html.laid-out').length") == 0
    page.mouse.move(100, 100)
    # a function to wait for would need eval
    expect(page.locator("html")).to_have_class(re.compile("laid-out"), timeout=30_000)
    assert (
        page.evaluate("getComputedStyle(document.querySelector('article > p:last-of-type')).contentVisibility")
        == "auto"
    )
    height = page.evaluate("document.documentElement.scrollHeight")
    page.add_style_tag(content=VISIBLE)
    assert abs(page.evaluate("document.documentElement.scrollHeight") - height) <= 2


def settled(page: Page, place: str) -> float:
    """A position, once it has been the same for half a second."""
    before, now = None, page.evaluate(place)
    for _ in range(20):
        if now == before:
            break
        page.wait_for_timeout(500)
        before, now = now, page.evaluate(place)
    return now


@pytest.mark.parametrize("how", ["link", "address", "reload"])
def test_a_place_is_where_the_reader_is_led(page: Page, url: str, how: str) -> None:
    page.goto(url + SOFTPLUS + ("#uses" if how == "address" else ""))
    if how != "address":
        page.evaluate("document.querySelector('article li a[href$=\"#accuracy\"]').hash = '#uses'")
        page.locator("article li a[href$='#uses']").first.click()
    expect(page).to_have_url(re.compile("#uses$"))
    place = "document.querySelector('#uses').getBoundingClientRect().top"
    top = settled(page, place)
    if how == "reload":
        page.reload()
        top = settled(page, place)
    assert 0 <= top < 200
    page.add_style_tag(content=VISIBLE)
    assert abs(page.evaluate(place) - top) <= 2


@pytest.mark.parametrize("place", ["", "#claim-smooth"])
def test_a_reader_who_scrolls_while_a_page_comes_is_led_to_its_place_and_back(page: Page, url: str, place: str) -> None:
    visit(page, url + SOFTPLUS)
    link = page.locator("p.claim a").last
    link.evaluate("(link, place) => { link.hash = place }", place)
    page.mouse.move(200, 300)
    expect(page.locator("html")).to_have_class(re.compile("laid-out"), timeout=30_000)
    link.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    assert page.evaluate("scrollY") > 1000
    page.route("**/experiments/", lambda route: (page.wait_for_timeout(600), route.continue_()))  # a slow connection
    link.click()
    page.evaluate("scrollBy(0, 50)")
    expect(page.locator("h1")).to_contain_text("experiments")
    heading = page.locator(f"h3{place}" if place else "h1")
    expect(heading).to_be_in_viewport()
    below = page.evaluate("document.querySelector('.md-header').getBoundingClientRect().bottom")
    assert below <= heading.bounding_box()["y"] < below + 150
    page.wait_for_timeout(300)  # the theme notes where a reader is once that has not changed for a tenth of a second
    page.go_back()
    expect(page.locator("h1")).not_to_contain_text("experiments")
    expect(link).to_be_in_viewport()


def test_a_window_of_another_width_is_laid_out_anew(page: Page, url: str) -> None:
    page.goto(url + SOFTPLUS)
    page.set_viewport_size({"width": 700, "height": 823})
    expect(page.locator("html")).to_have_class(re.compile("whole"))


MATHEMATICS = "functions/softplus/mathematics/"
PARAGRAPHS = (
    "[...document.querySelectorAll('article p:not(.admonition-title)')].map((p) => [p.offsetHeight, p.textContent])"
)
#: Each part of an inline formula: its width in em, its width as the browser would lay it out, and its letters.
PARTS = """[...document.querySelectorAll(".arithmatex:not(div) .katex-base")].map((part) => {
  const em = parseFloat(getComputedStyle(part).fontSize), {width} = part.style
  const wide = () => part.getBoundingClientRect().width / em
  const said = width && wide()
  part.style.width = ""
  const natural = wide()
  part.style.width = width
  return [said, natural, part.textContent]
})"""


@pytest.mark.parametrize("path", [SOFTPLUS, MATHEMATICS, f"zh/{MATHEMATICS}"])
def test_parts_of_formulas_are_as_wide_as_the_build_says(page: Page, url: str, path: str) -> None:
    visit(page, url + path)
    page.add_style_tag(content=VISIBLE)
    page.evaluate("document.querySelectorAll('details').forEach((fold) => { fold.open = true })")
    page.evaluate("document.fonts.ready.then(() => 0)")
    parts = [part for part in page.evaluate(PARTS) if part[1]]
    assert len(parts) > 100
    assert [text for said, natural, text in parts if said and abs(said - natural) > 0.02] == []
    unknown = [text for said, _, text in parts if not said]
    assert len(unknown) <= len(parts) / 50, unknown


@pytest.mark.parametrize("width", [412, 1350])
def test_lines_break_where_they_will_before_the_fonts_are_there(page: Page, url: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 940})

    def paragraphs() -> list[tuple[int, str]]:
        page.goto(url + MATHEMATICS, wait_until="load")
        page.add_style_tag(content=VISIBLE)
        page.wait_for_timeout(300)
        return page.evaluate(PARAGRAPHS)

    after = paragraphs()
    page.route("**/*.woff2", lambda route: route.abort())
    before = paragraphs()
    assert len(after) == len(before) > 20
    # A line more is 20 pixels and above.
    assert [text for (one, text), (two, _) in zip(after, before, strict=True) if abs(one - two) > 10] == []
