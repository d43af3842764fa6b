"""The site in a real Chromium: what it asks the network for, copying, tabs, folds, phones, and the dark page."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from built import FRAMEWORKS, Site
from playwright.sync_api import Browser, BrowserContext, Page, TimeoutError, expect
from reading import CONTRAST, SOFTPLUS, Log, Open, contrast, visit

ROOT = Path(__file__).resolve().parents[2]

TEXTS = "h1, h2, p, a, summary, summary span, .filename, pre code, pre code span, td, th, label"


def unfold(page: Page) -> None:
    page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")


def chosen(page: Page) -> list[str]:
    """The label of the open tab of each tab set."""
    return page.locator(".tabbed-set").evaluate_all(
        "sets => sets.map(tabs => tabs.querySelector(`label[for='${tabs.querySelector(':scope > input:checked').id}']`)"
        ".textContent)"
    )


def test_a_page_asks_its_own_host_only(
    addresses: list[str], context: Callable[..., tuple[BrowserContext, Log]], url: str
) -> None:
    profile, log = context()
    page = profile.new_page()
    for path in addresses:
        visit(page, url + path)
        unfold(page)
        page.mouse.wheel(0, 20_000)
        page.wait_for_load_state("networkidle")
    names = {urlsplit(address).path.rpartition("/")[2] for address in log.requests}
    assert "site.css" in names  # or the log would show nothing
    assert any(name.startswith("KaTeX_Main-Regular") for name in names)


def test_the_log_sees_faults(chromium: Browser, url: str) -> None:
    profile = chromium.new_context()
    log = Log(profile, "{0.scheme}://{0.netloc}/".format(urlsplit(url)))
    page = profile.new_page()
    page.goto(url)
    log.faults.clear()
    page.evaluate(
        """() => {
          console.error("told")
          setTimeout(() => { throw new Error("thrown") })
          document.body.append(Object.assign(new Image(), {src: "nowhere.png"}))
          document.body.append(Object.assign(new Image(), {src: "http://127.0.0.1:9/nowhere.png"}))
        }"""
    )
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)
    profile.close()
    for part in ("told", "thrown", "status 404", "another origin"):
        assert any(part in fault for fault in log.faults), log.faults


def test_search_finds_a_page(open_page: Open) -> None:
    page = open_page("")
    page.keyboard.press("/")
    page.keyboard.type("sigmoid", delay=20)
    result = page.locator(".md-search-result__link").first
    expect(result).to_contain_text("The logistic sigmoid")
    result.click()
    expect(page).to_have_url(re.compile("functions/sigmoid/"))


def test_formulas_have_their_fonts_and_nothing_moves(open_page: Open) -> None:
    page = open_page()
    loaded = page.evaluate("[...document.fonts].filter(font => font.status === 'loaded').map(font => font.family)")
    assert {"KaTeX_Main", "KaTeX_Math"} <= {name.strip('"') for name in loaded}
    shift = page.evaluate(
        """() => new Promise(done => new PerformanceObserver(list => done(
             list.getEntries().reduce((sum, entry) => sum + entry.value, 0)
           )).observe({type: "layout-shift", buffered: true}) || setTimeout(done, 500, 0))"""
    )
    assert shift < 0.02


def test_copy_button_copies_the_code_only(open_page: Open) -> None:
    page = open_page(f"{SOFTPLUS}experiments/", permissions=["clipboard-read", "clipboard-write"])
    unfold(page)
    copied = 0
    visible = [block for block in page.locator("[data-snippet]").all() if block.is_visible()]
    for block in visible[::6]:  # alike but for their text; each takes a second
        block.scroll_into_view_if_needed()
        button = block.locator("button[data-clipboard-target], button[data-md-type=copy], .md-clipboard").first
        button.click()
        expect(page.locator(".md-dialog")).to_contain_text("Copied")
        text = page.evaluate("navigator.clipboard.readText()")
        path = block.get_attribute("data-snippet")
        assert text.rstrip("\n") == (ROOT / str(path)).read_text(encoding="utf-8").rstrip("\n"), path
        copied += 1
    assert copied >= 5


def test_outputs_have_no_copy_button(open_page: Open) -> None:
    page = open_page()
    unfold(page)
    outputs = [block for block in page.locator(".highlight.output").all() if block.is_visible()]
    assert len(outputs) >= 10
    for block in outputs[::6]:
        block.scroll_into_view_if_needed()
    expect(page.locator("[data-snippet] button").first).to_be_attached()  # buttons come when a block is seen
    page.wait_for_timeout(300)
    assert page.locator(".highlight.output button").count() == 0


def test_a_chosen_tab_holds_everywhere(site: Site, addresses: list[str], open_page: Open) -> None:
    with_tabs = [path for path in addresses if site.pages[path + "index.html"].html.select(".tabbed-set")]
    assert with_tabs
    page = open_page(with_tabs[0])
    sets = len(chosen(page))
    assert FRAMEWORKS[0] in chosen(page)
    page.locator(".tabbed-set").first.get_by_text("PyTorch", exact=True).click()
    assert chosen(page) == ["PyTorch"] * sets
    page.reload()
    page.wait_for_load_state("networkidle")
    assert chosen(page) == ["PyTorch"] * sets
    page.get_by_role("link", name="How this site is checked").first.click()  # without loading a page anew
    expect(page.get_by_role("heading", level=1)).to_contain_text("How this site is checked")
    page.go_back()
    expect(page.locator(".tabbed-set").first).to_be_visible()
    assert chosen(page) == ["PyTorch"] * sets
    for path in with_tabs:
        other = page.context.new_page()
        visit(other, page.url.removesuffix(with_tabs[0]) + path)
        assert set(chosen(other)) == {"PyTorch"}
        other.close()


def test_tabs_answer_the_keyboard(open_page: Open) -> None:
    page = open_page()
    tabs = page.locator(".tabbed-set").first
    tabs.locator("input:checked").focus()
    page.keyboard.press("ArrowRight")
    assert set(chosen(page)) == {"PyTorch"}
    expect(tabs.locator("[data-snippet*='/pytorch/']")).to_be_visible()


def test_a_claim_leads_to_its_experiment_and_back(site: Site, open_page: Open) -> None:
    claims = [str(line["id"]) for line in site.pages[SOFTPLUS + "index.html"].html.select("p.claim")]
    assert len(claims) >= 8
    for claim in (claims[0], claims[-1]):
        page = open_page(f"{SOFTPLUS}#{claim}")
        page.locator(f"#{claim}").get_by_role("link").first.click()  # instant navigation: no page is loaded anew
        expect(page).to_have_url(re.compile(f"{SOFTPLUS}experiments/#{claim}$"))
        heading = page.locator(f"h3#{claim}")
        expect(heading).to_be_in_viewport()
        expect(page.locator(f"h3#{claim} ~ [data-snippet]").first).to_be_in_viewport()
        page.locator(f"h3#{claim} + p a").click()
        expect(page).to_have_url(re.compile(f"{SOFTPLUS}#{claim}$"))
        expect(page.locator(f"p#{claim}")).to_be_in_viewport()


def test_a_page_scrolls_one_way_only(addresses: list[str], open_page: Open) -> None:
    for path in addresses:
        page = open_page(path)
        unfold(page)
        labels = FRAMEWORKS if page.locator(".tabbed-set").count() else []
        for width, label in [(1280, ""), (768, ""), (360, ""), *((360, label) for label in labels)]:
            page.set_viewport_size({"width": width, "height": 740})
            if label:
                page.locator(".tabbed-set").first.get_by_text(label, exact=True).click()
            try:  # the side bars take a moment to find their places
                page.wait_for_function("document.documentElement.scrollWidth <= innerWidth", timeout=3000)
            except TimeoutError:
                pytest.fail(f"{path} {label}: wider than {width} px")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_figure_can_be_seen_and_is_described(open_page: Open, scheme: str) -> None:
    for path in ("", SOFTPLUS):
        page = open_page(path, color_scheme=scheme, viewport={"width": 390, "height": 844})
        expect(page.locator("function-explorer[active]")).to_be_attached()
        page.evaluate("document.querySelector('function-explorer').removeAttribute('active')")  # as without script
        drawing = page.locator("#softplus-figure").get_by_role("img", name=re.compile(r"derivative.*\d", re.DOTALL))
        expect(drawing).to_be_visible()
        box = drawing.bounding_box()
        assert box
        assert box["width"] > 300
        assert box["height"] > 150
        curves = drawing.locator("[style*='--figure-1'], [style*='--figure-2']")
        assert curves.count() >= 2
        for curve in curves.all():
            assert contrast(curve, "stroke") >= 3, f"{path} {curve.get_attribute('style')}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(addresses: list[str], open_page: Open, scheme: str) -> None:
    for path in addresses:
        page = open_page(path, color_scheme=scheme)
        assert (
            page.locator("body").get_attribute("data-md-color-scheme") == {"light": "default", "dark": "slate"}[scheme]
        )
        unfold(page)
        # Elements of the same kinds, all the way up to the page, have the same colours: a few of each are enough.
        faults = page.evaluate(f"""() => {{
          const seen = new Map();
          const kind = (node) =>
            node.matches(".md-content") ? "" : kind(node.parentElement) + node.tagName + node.className;
          const few = (element) => {{
            const count = (seen.get(kind(element)) ?? 0) + 1;
            seen.set(kind(element), count);
            return count <= 3;
          }};
          return [...document.querySelectorAll(".md-content :is({TEXTS})")].filter(few)
          .filter((element) => element.checkVisibility() && ({CONTRAST})(element, "color") < 4.5)
          .map((element) => `${{element.className}} ${{element.textContent}} ${{({CONTRAST})(element, "color")}}`)
        }}""")
        assert not faults, "\n".join(dict.fromkeys([path, *faults]))
