"""No barriers: assistive technology, the keyboard, no script, text browsers, paper, readers whom motion makes ill."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from built import Site
from playwright.sync_api import Browser, Page, expect
from reading import visit
from shared import ADDRESS, LANGUAGES

SOFTPLUS = "functions/softplus/"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
Open = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Open]:
    """Open a page of the site in a profile with the given options."""
    contexts = []

    def open_page(path: str = SOFTPLUS, **options: object) -> Page:
        contexts.append(chromium.new_context(**options))
        page = contexts[-1].new_page()
        visit(page, ADDRESS + path)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def paths(addresses: list[str]) -> list[str]:
    """The pages that are visited, and in each language one that is not there."""
    return [*addresses, *(f"{part}no/such/page/" for part in LANGUAGES.values())]


def settle(page: Page) -> None:
    """Do something, as a reader would, and wait until the whole page has been laid out for it."""
    done = page.locator("html.laid-out")
    for _ in range(100):  # a key that comes while a page is still busy can be lost, to a reader too
        page.keyboard.press("Shift")
        if done.count():
            break
        page.wait_for_timeout(300)
    expect(done).to_have_count(1)
    # What scrolls is found when it is first shown, and when a frame shows that its size has changed.
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done))))")


def unfold(page: Page) -> None:
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
    page.evaluate("document.fonts.ready")
    settle(page)


def violations(page: Page) -> list[str]:
    """What axe-core finds, with the first element of each kind."""
    found = Axe().run(page).response["violations"]
    return [f"{page.url}: {one['id']} {len(one['nodes'])} times, {one['nodes'][0]['html'][:200]}" for one in found]


WINDOWS = [(DESKTOP, "light"), (PHONE, "dark"), (DESKTOP, "dark"), (PHONE, "light")]


@pytest.mark.parametrize("window", range(4), ids=["desktop-light", "phone-dark", "desktop-dark", "phone-light"])
def test_axe_finds_nothing(paths: list[str], open_page: Open, window: int, whole: bool) -> None:
    """Each page in one language and one window, in turn; or each in every language and every window."""
    size, scheme = WINDOWS[window]
    languages: dict[str, list[str]] = {}
    for path in paths:
        languages.setdefault(path.removeprefix("zh/"), []).append(path)
    some = [found[number // 4 % len(found)] for number, found in enumerate(languages.values())]
    for path in paths if whole else some[window::4]:
        page = open_page(path, viewport=size, color_scheme=scheme)
        unfold(page)
        faults = violations(page)
        page.close()
        assert not faults, "\n".join(faults)


def test_axe_finds_faults(open_page: Open) -> None:
    page = open_page("checked/")
    page.evaluate("document.querySelector('article').insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    assert any("image-alt" in fault for fault in violations(page))


#: Where the keyboard is: a name for the kind of control, and whether its place can be seen.
PLACE = """() => {
  const element = document.activeElement
  const ring = (one) => one && getComputedStyle(one).outlineStyle !== "none" && one.checkVisibility(
    {opacityProperty: true, visibilityProperty: true}) && one.getClientRects().length > 0
  const kinds = {skip: ".md-skip", palette: "[name=__palette]", language: ".site-languages a", menu: "[for=__drawer]",
    search: ".md-search__input", tab: ".tabbed-set > input", fold: "summary", copy: ".md-code__button, .md-clipboard",
    formula: "div.arithmatex", table: ".md-typeset__scrollwrap", reference: ".footnote-ref"}
  const kind = Object.keys(kinds).find((name) => element.matches(kinds[name])) ?? element.tagName
  const labels = [...(element.labels ?? [])]
  const underlined = labels.some((label) => label.closest(".tabbed-labels"))  // a tab is marked by its colour
  const seen = kind === "search" || underlined || ring(element) || ring(element.nextElementSibling)
  return [kind, seen, `${element.tagName}.${element.className} ${element.textContent.trim().slice(0, 40)}`]
}"""


def walk(page: Page, most: int) -> list[tuple[str, bool, str]]:
    """The stops of the Tab key from the top of the page, until it leaves the page again."""
    stops: list[tuple[str, bool, str]] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        page.wait_for_timeout(5)
        place = tuple(page.evaluate(PLACE))
        if place[0] == "BODY":
            return stops
        stops.append(place)
    return stops


@pytest.mark.parametrize(
    ("path", "size", "kinds"),
    [
        (SOFTPLUS, DESKTOP, {"skip", "palette", "language", "search", "tab", "fold", "copy"}),
        (SOFTPLUS, PHONE, {"skip", "menu", "palette", "language", "search", "tab", "fold", "table"}),
        (f"{SOFTPLUS}mathematics/", PHONE, {"skip", "menu", "palette", "language", "search", "formula"}),
    ],
    ids=["desktop", "phone", "mathematics"],
)
def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    open_page: Open, path: str, size: dict[str, int], kinds: set[str]
) -> None:
    page = open_page(path, viewport=size, reduced_motion="reduce")
    if "tab" in kinds:
        page.locator("[data-snippet]:visible").first.scroll_into_view_if_needed()  # its button comes when it is seen
    page.evaluate("scrollTo(0, 0)")
    settle(page)
    stops = walk(page, 400)
    assert kinds <= {kind for kind, _, _ in stops}
    unseen = [what for _, seen, what in stops if not seen]
    assert not unseen, "\n".join(unseen)


def test_the_skip_link_leads_to_the_text(open_page: Open) -> None:
    page = open_page()
    page.keyboard.press("Tab")
    expect(page.locator(".md-skip")).to_be_focused()
    expect(page.locator(".md-skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(".md-skip")).not_to_be_focused()  # the theme's script takes a moment
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('article') !== null")


def test_the_keyboard_works_the_controls(open_page: Open) -> None:
    page = open_page(viewport=PHONE, permissions=["clipboard-read", "clipboard-write"])
    page.locator("header label[for=__drawer]").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".md-sidebar--primary")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator(".md-sidebar--primary")).not_to_be_visible()

    page.locator("[name=__palette]").first.focus()
    for scheme in ("default", "slate"):  # from the system's to light to dark
        page.keyboard.press("ArrowRight")
        expect(page.locator("body")).to_have_attribute("data-md-color-scheme", scheme)

    fold = page.locator("article details").first
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("open", "")

    code = page.locator("[data-snippet]:visible").first
    code.scroll_into_view_if_needed()
    code.locator("button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".md-dialog")).to_contain_text("Copied")

    page.locator(".site-languages a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh/functions/softplus/")


def test_the_switch_is_large_enough_for_a_finger(open_page: Open) -> None:
    box = open_page(viewport=PHONE).locator(".site-languages a").bounding_box()
    assert box
    assert min(box["width"], box["height"]) >= 44


def test_all_can_be_read_without_a_script(paths: list[str], open_page: Open) -> None:
    for path in paths:
        page = open_page(path, java_script_enabled=False, viewport=PHONE)
        expect(page.locator("article h1")).to_be_visible()
        expect(page.locator(".md-search")).not_to_be_visible()  # there is nothing that could search
        for picture in page.locator("figure svg").all():
            if not picture.evaluate("svg => Boolean(svg.closest('details'))"):
                expect(picture).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        page.close()
    page = open_page(java_script_enabled=False)
    expect(page.locator(".katex-html").first).to_be_visible()
    assert page.evaluate("[...document.fonts].some(font => font.status === 'loaded' && /KaTeX_Main/.test(font.family))")
    tabs = page.locator(".tabbed-set").first
    tabs.locator(".tabbed-labels").get_by_text("JAX", exact=True).click()
    expect(tabs.locator("[data-snippet*='/jax/']")).to_be_visible()
    expect(tabs.locator("[data-snippet*='/numpy/']")).not_to_be_visible()
    fold = page.locator("article details").first
    fold.locator("summary").click()
    expect(fold.locator("pre").first).to_be_visible()


def test_a_text_browser_gets_formulas_and_figures(site: Site) -> None:
    figures = formulas = 0
    for page in site.pages.values():
        for figure in page.html.select("figure svg[role=img]"):
            words = figure.select_one("desc")
            assert words, f"{page.name}: a text browser shows no label"
            assert words["id"] == figure["aria-labelledby"]
            assert len(words.get_text()) > 40
            figures += 1
        for formula in page.html.select(".katex"):
            source = formula.select(".katex-mathml annotation[encoding='application/x-tex']")
            assert [bool(tex.get_text(strip=True)) for tex in source] == [True], page.name
            formulas += 1
    assert figures >= 2
    assert formulas >= 100


def test_paper_shows_what_is_folded_and_every_tab(site: Site, open_page: Open) -> None:
    for script in (True, False):
        page = open_page(java_script_enabled=script)
        page.emulate_media(media="print")
        hidden = page.evaluate(
            "[...document.querySelectorAll('article :is(p, pre, td, li, .tabbed-labels label)')]"
            ".filter(one => !one.checkVisibility({contentVisibilityAuto: true}))"
            ".map(one => `${one.tagName} ${one.textContent.trim().slice(0, 60)}`)"
        )
        assert not hidden, "\n".join(hidden[:20])
        for sort in (".md-header", ".md-sidebar", ".md-footer"):
            assert not page.locator(sort).first.is_visible(), sort
        # Each tab has its name right above it.
        for tabs in page.locator(".tabbed-set").all():
            tops = tabs.evaluate(
                "tabs => [...tabs.querySelectorAll('.tabbed-labels label')].flatMap((label, i) =>"
                " [label, tabs.querySelectorAll('.tabbed-block')[i]]).map(one => one.getBoundingClientRect().top)"
            )
            assert tops == sorted(tops)


def test_nothing_moves_for_those_who_do_not_want_it(open_page: Open) -> None:
    moving = """[...document.querySelectorAll('*')].filter((one) => {
      const style = getComputedStyle(one)
      return style.transitionDuration.split(",").some((time) => parseFloat(time) > 0) || style.animationName !== "none"
    }).map((one) => `${one.tagName}.${one.className}`)"""
    assert open_page(reduced_motion="no-preference").evaluate(moving)
    assert open_page(reduced_motion="reduce").evaluate(moving) == []


def test_each_text_says_its_language(site: Site) -> None:
    chinese = re.compile("[\u4e00-\u9fff]")
    found = 0
    for page in site.pages.values():
        for text in page.html.body.find_all(string=chinese):
            if text.parent.name in {"script", "style"} or text.find_parent("pre"):
                continue
            spoken = next(str(one["lang"]) for one in text.parents if one.get("lang"))
            found += 1
            assert spoken == "zh", f"{page.name}: {text!r} is said to be {spoken}"
    assert found
