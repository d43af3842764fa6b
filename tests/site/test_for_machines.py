"""What the built site offers to machines, read as a stranger would, and compared with what it shows to people."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import jsonschema
import mpmath
import pytest
import sympy
import yaml
from bs4 import NavigableString, Tag
from built import Page, Site, classes, code_text
from playwright.sync_api import Browser
from reading import visit
from shared import ADDRESS

from engine.accuracy import decimals

ROOT = Path(__file__).resolve().parents[2]
FUNCTIONS = sorted(file.parent.name for file in (ROOT / "snippets").glob("*/definition.yml"))

# Data of a function ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=FUNCTIONS)
def sheet(site: Site, request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """The data of a function, and their path within the site."""
    name = f"functions/{request.param}.json"
    return name, json.loads((site.folder / name).read_text(encoding="utf-8"))


def page_of(site: Site, sheet: tuple[str, dict[str, Any]]) -> Page:
    name, data = sheet
    file = site.file(urljoin(f"/{name}", data["page"]))
    assert file, data["page"]
    return site.pages[file]


def test_data_satisfy_the_schema_that_they_name(site: Site, sheet: tuple[str, dict[str, Any]]) -> None:
    name, data = sheet
    file = site.file(urljoin(f"/{name}", data["$schema"]))
    assert file
    schema = json.loads((site.folder / file).read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema).validate(data)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(schema).validate(data | {"licence": 1})


def element(site: Site, page: Page, address: str) -> Tag | None:
    """What an address relative to a page leads to."""
    name, _, place = urljoin(f"/{page.name}", address).lstrip("/").partition("#")
    return site.pages[name if name.endswith(".html") else f"{name}index.html"].html.find(id=place)


def test_facts_are_those_of_the_page(site: Site, sheet: tuple[str, dict[str, Any]]) -> None:
    page, (_, data) = page_of(site, sheet), sheet
    rows = page.html.select(".facts tbody tr")
    assert len(rows) == len(data["facts"]) > 3
    for row, fact in zip(rows, data["facts"], strict=True):
        name, value = row.select("td")
        (shown,) = value.select("annotation")
        assert fact["checked"]
        assert fact["how"]
        assert (fact["name"]["en"], fact["latex"].replace("|", r"\vert ").strip()) == (
            name.get_text(),
            shown.get_text(),
        )
        assert not fact["note"] or fact["note"]["en"] in value.get_text()
        assert element(site, page, fact["check"])
    definition = next(fact["latex"] for fact in data["facts"] if fact["id"] == "definition")
    assert data["definition"]["latex"] == definition


def test_claims_have_the_verdicts_of_the_page(site: Site, sheet: tuple[str, dict[str, Any]]) -> None:
    page, (_, data) = page_of(site, sheet), sheet
    folder = ROOT / "snippets" / page.name.split("/")[1] / "claims"
    assert {claim["experiment"] for claim in data["claims"]} == {
        file.relative_to(ROOT).as_posix() for file in folder.glob("[!_]*.py")
    }
    for claim in data["claims"]:
        place = element(site, page, claim["place"])
        assert place, claim["place"]
        pill = place.select_one("[class^=verdict-]")
        assert pill, claim["place"]
        assert pill.get_text() == claim["verdict"]


def test_names_are_those_of_the_page(site: Site, sheet: tuple[str, dict[str, Any]]) -> None:
    page, (_, data) = page_of(site, sheet), sheet
    shown = [[cell.get_text() for cell in row.select("td")] for row in page.html.select(".apis tbody tr")]
    assert [[api["library"], api["name"], api["version"]] for api in data["apis"]] == [
        [library, name, version] for library, name, _, version in shown
    ]
    for api, (_, _, defaults, _) in zip(data["apis"], shown, strict=True):
        told = sorted(f"{name}={value!r}" for name, value in api["defaults"].items())
        assert told == sorted(filter(None, defaults.strip("–").split(", ")))


def test_accuracy_is_what_is_recorded(sheet: tuple[str, dict[str, Any]]) -> None:
    name, data = sheet
    file = ROOT / "snippets" / Path(name).stem / "audit.yml"
    recorded = yaml.safe_load(file.read_text(encoding="utf-8"))["accuracy"]
    seen = 0
    for row in data["accuracy"]:
        own = row["api"].partition(".")[0]
        title = row["api"] if row["backend"] in (own, "numpy") else f"{row['api']} on {row['backend']}"
        for group in row.get("groups", []):  # of a function of a vector
            size = float(group["worst"]["ulp"]) if group["worst"] else 0.0
            error = recorded[title][row["dtype"]][group["order"]][group["name"]]
            assert max(error, size) <= 4 or error / 2 <= size <= error * 2
        seen += len({group["order"] for group in row.get("groups", [])})
        for order in row.get("orders", []):
            there = recorded[title][row["dtype"]][order["order"]]
            for part in order["parts"]:
                if part["error"]:
                    error = there[f"{part['side']} {part['reach']}"]["error"]
                    assert error / 2 <= float(part["error"]["ulp"]) <= error * 2
            assert there["mean"] / 2 <= float(order["mean_ulp"]) <= there["mean"] * 2
            seen += 1
    assert seen == sum(
        isinstance(orders, dict) and len(orders)
        for dtypes in recorded.values()
        for dtype, orders in dtypes.items()
        if dtype != "integers"
    )


def value_faults(data: dict[str, Any]) -> list[str]:
    """Values that are not the function's own, which SymPy reads from the data, rounded to the digits that they have."""
    x = sympy.Symbol("x", real=True)
    names = {"x": x} | {parameter["name"]: sympy.Symbol(parameter["name"]) for parameter in data["parameters"]}
    parameters = {name: sympy.Rational(str(value)) for name, value in data["values"]["parameters"].items()}
    form = sympy.sympify(data["definition"]["sympy"], locals=names, rational=True).subs(parameters)
    steps = {"Heaviside": lambda a, *_: mpmath.mpf(a > 0) if a else mpmath.nan}
    steps["DiracDelta"] = lambda a, *_: mpmath.mpf(0) if a else mpmath.nan
    functions = [sympy.lambdify(x, sympy.diff(form, x, n), [steps, "mpmath"]) for n in range(3)]
    digits, faults = data["values"]["digits"], []
    for row in data["values"]["rows"]:
        assert float.fromhex(row["hex"]) == row["x"]
        for name, function in zip(("value", "first", "second"), functions, strict=True):
            sides = {"left": -1, "right": 1} if isinstance(row[name], dict) and "left" in row[name] else {"": 0}
            for side, step in sides.items():
                said = row[name][side] if side else row[name]
                faults += [] if is_so(said, function, row["x"], step, digits) else [f"{name} at {row['x']}: {said}"]
    return faults


def is_so(said: Any, function: Callable[[Any], Any], x: float, step: int, digits: int) -> bool:
    """Whether a value is the function's with some precision: what cancels takes many digits, a 0 all of them.

    What is below 200000 digits is only checked to be so small.
    """
    for precision in (100, 700, 6000, 200_000) if said not in (None, "0") else (6000,):
        with mpmath.workdps(precision):
            exact = function(mpmath.mpf(x) + step * mpmath.mpf(10) ** -60)
            if is_value(said, exact, digits):
                return True
    size = int(said.partition("e")[2] or 0) if isinstance(said, str) else 0
    return size < -200_000 and bool(abs(exact) < mpmath.mpf(10) ** -199_000)


def is_value(said: Any, exact: mpmath.mpf, digits: int) -> bool:
    """Whether what is said of a value is so, and has all of its digits."""
    if isinstance(said, dict):
        return mpmath.mpf(said.get("abs_above", 0)) <= abs(exact) < mpmath.mpf(said.get("abs_below", "inf"))
    if said in (None, "0"):
        return mpmath.isnan(exact) if said is None else not exact
    mantissa, _, exponent = said.partition("e")
    unit = mpmath.mpf(10) ** (int(exponent) + 1 - digits)
    off = abs(mpmath.mpf(said) - exact)
    return len(mantissa.strip("-")) == digits + 1 and off <= unit / 2 * (1 + mpmath.mpf("1e-9"))


def test_values_are_the_function_s_own(sheet: tuple[str, dict[str, Any]]) -> None:
    _, data = sheet
    if data["definition"]["entries"]:
        assert vector_faults(data) == []
        data["values"]["rows"][0]["value"][0] = "0.123"
        data["values"]["rows"][1]["jacobian"][0][1] = "0.123"
        assert len(vector_faults(data)) == 2
        return
    assert len(data["values"]["rows"]) > 100
    assert value_faults(data) == []
    row = next(row for row in data["values"]["rows"] if row["x"] == 1.5)
    order = next(name for name in ("second", "first", "value") if "e" in row[name])
    last = row[order].index("e") - 1
    row[order] = row[order][:last] + str((int(row[order][last]) + 1) % 10) + row[order][last + 1 :]
    data["values"]["rows"] = [row]
    assert value_faults(data) == [f"{order} at 1.5: {row[order]}"]


def vector_faults(data: dict[str, Any]) -> list[str]:
    """Values and derivatives of a function of a vector that are not its own, as mpmath has them of its formulas."""
    faults = []
    names = {name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "tanh")}
    for row in data["values"]["rows"]:
        assert [float.fromhex(text) for text in row["hex"]] == row["x"]
        n, x = len(row["x"]), [None, *map(mpmath.mpf, row["x"])]

        def total(body: str, at: dict[str, Any], n: int = n) -> Any:
            return sum(eval(body, {**at, "k": k}) for k in range(1, n + 1))

        def value(text: str, i: int, j: int = 0, n: int = n, x: list[Any] = x) -> Any:
            at = {**names, "x": Entries(x), "n": n, "i": i, "j": j, "Piecewise": cases}
            text = re.sub(r"Sum\((.*?), \(k, 1, n\)\)", r"total('\1')", text)
            return eval(text, {**at, "total": lambda body: total(body, at)})

        with mpmath.workdps(500):  # 1 less what is nearly 1 cancels
            for i, said in enumerate(row["value"], 1):
                faults += [] if near(said, value(data["definition"]["sympy"], i)) else [f"{i} at {row['x']}: {said}"]
            for i, slopes in enumerate(row["jacobian"], 1):
                for j, said in enumerate(slopes, 1):
                    right = near(said, value(data["definition"]["derivative"], i, j))
                    faults += [] if right else [f"{i} by {j} at {row['x']}: {said}"]
    return faults


class Entries:
    """A vector whose entries count from 1; a fraction is an index if it is whole. Others are nothing that is used."""

    def __init__(self, entries: list[Any]) -> None:
        self.entries = entries

    def __getitem__(self, index: float) -> Any:
        return self.entries[int(index)] if int(index) < len(self.entries) else mpmath.nan


def cases(*branches: tuple[Any, bool]) -> Any:
    """The value of the first branch whose condition holds."""
    return next(value for value, condition in branches if condition)


def near(said: Any, exact: Any) -> bool:
    """Whether what is said is a value to nearly the digits that it has, or a bound that holds."""
    if isinstance(said, dict):
        ((kind, bound),) = said.items()
        return bool(abs(exact) < mpmath.mpf(bound)) if kind == "abs_below" else bool(abs(exact) > mpmath.mpf(bound))
    return bool(abs(mpmath.mpf(said) - exact) <= abs(exact) * mpmath.mpf("1e-28") + mpmath.mpf("1e-350"))


def test_what_is_told_from_both_sides_is_compared_on_each() -> None:
    expression = "Piecewise((x, x > 0), (exp(x)/4 - 1/4, True))"
    rows = [row for row in decimals.evaluate((expression, {}, "")) if row["x"] in (0, 0.5)]
    kink = {
        "definition": {"sympy": expression},
        "parameters": [],
        "values": {"parameters": {}, "digits": 30, "rows": rows},
    }
    assert value_faults(kink) == []
    rows[0]["second"] |= {"left": "0"}
    assert value_faults(kink) == ["second at 0.0: 0"]


# Markdown twins -------------------------------------------------------------------------------------------------------

_FENCE = re.compile(r'^( *)(`{3,})(\S+)(?: title="([^\n]*)")?\n(.*?)^\1\2$', re.MULTILINE | re.DOTALL)
_DISPLAYED = re.compile(r"^( *)((?:\d+\. |- )?)\$\$\n(.*?)\n *\$\$$", re.MULTILINE | re.DOTALL)
_FORMULA = re.compile(r"\$\$\n(.*?)\n\$\$|(?<!\\)\$([^$\n]+)\$", re.DOTALL)
_SPAN = re.compile(r"(?<!\\)(`+)(.+?)\1")
_TAG = re.compile(r"(?<!\\)</?[A-Za-z][^>\n]*>")


@dataclass
class Twin:
    """A Markdown text taken apart. code: language, title and text of the blocks; words: what is left."""

    code: list[tuple[str, str, str]]
    formulas: list[str]
    words: str

    @classmethod
    def read(cls, text: str) -> Twin:
        code = []

        def fence(match: re.Match[str]) -> str:
            body = re.sub(f"^{match[1]}", "", match[5], flags=re.MULTILINE)
            code.append((match[3], match[4] or "", body))
            return ""

        def displayed(match: re.Match[str]) -> str:
            indent = " " * len(match[1] + match[2])
            return "$$\n" + re.sub(f"^{indent}", "", match[3], flags=re.MULTILINE) + "\n$$"

        def span(match: re.Match[str]) -> str:
            return match[0].replace("$", "")

        text = _DISPLAYED.sub(displayed, _FENCE.sub(fence, text))
        text = _SPAN.sub(span, text)
        formulas = [(match[1] or match[2]).replace(r"\|", "|") for match in _FORMULA.finditer(text)]
        return cls(code, formulas, _FORMULA.sub(" ", text))


def twin_file(page: Page) -> str:
    (link,) = page.html.select('head link[type="text/markdown"]')
    return urljoin(f"/{page.name}", str(link["href"])).lstrip("/")


def article(page: Page) -> Tag:
    """What a page says."""
    found = page.html.select_one("article.md-content__inner")
    assert found
    return found


def expected_code(page: Page) -> list[tuple[str, str, str]]:
    blocks = []
    for block in article(page).select("div.highlight"):
        (language,) = (name.removeprefix("language-") for name in classes(block) if name.startswith("language-"))
        caption = block.select_one(".filename")
        title = caption.get_text() if caption else str(block.get("data-snippet") or "")
        blocks.append((language, title, code_text(block)))
    return blocks


def expected_formulas(page: Page) -> list[str]:
    return [
        formula.get_text() if formula.find_parent(class_="katex-display") else formula.get_text().replace("\n", " ")
        for formula in article(page).select("annotation")
    ]


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"[^\W_]+", text))


def visible(element: Tag) -> Iterator[str]:
    """The texts of an element in the order of the page, without code, formulas and numbers of notes."""
    for part in element.children:
        if isinstance(part, Tag):
            if part.name == "svg" and part.desc:
                word = {"en": "Figure", "zh": "图"}[str(part.find_parent("html")["lang"])]
                yield f"{word}: {part.desc.get_text()}"
            elif part.name not in {"script", "style", "template", "pre", "svg"} and not (
                {"katex", "filename", "footnote-ref"} & classes(part)
            ):
                yield from visible(part)
        elif type(part) is NavigableString:
            yield str(part)


def said(twin: Twin) -> Counter[str]:
    """The words of a twin, without addresses and names of notes."""
    return words(re.sub(r"\]\([^)\n]*\)|\[\^[\w-]+\]", "]", twin.words.replace("\\", "")))


@pytest.fixture(scope="module")
def pages(site: Site) -> list[Page]:
    return [page for page in site.pages.values() if not page.is_error]


def twin_faults(page: Page, text: str) -> list[str]:
    """What the page shows and its twin does not, or says otherwise."""
    twin, faults = Twin.read(text), []
    if twin.code != expected_code(page):
        faults.append("code")
    if twin.formulas != expected_formulas(page):
        faults.append("formulas")
    shown, found = words(" ".join(visible(article(page)))), said(twin)
    if shown != found:
        faults.append(f"words: missing {sorted(shown - found)[:9]}, added {sorted(found - shown)[:9]}")
    faults += [f"tag: {tag}" for tag in _TAG.findall(twin.words) if not tag.startswith("<http")]
    faults += [f"leftover: {mark}" for mark in ("¶", "↩", "katex", "wzxhzdk", "data-") if mark in twin.words]
    return faults


def test_every_page_has_its_twin_and_it_says_the_same(site: Site, pages: list[Page]) -> None:
    for page in pages:
        name = twin_file(page)
        assert name == page.name.replace(".html", ".md")
        assert twin_faults(page, (site.folder / name).read_text(encoding="utf-8")) == []


def test_there_is_something_to_compare(site: Site) -> None:
    page = site.pages["functions/softplus/index.html"]
    assert len(expected_code(page)) >= 30
    assert len(expected_formulas(page)) >= 30
    assert words(" ".join(visible(article(page)))).total() >= 1000
    alts = [svg.desc.get_text() for svg in article(page).select("svg[role=img]")]
    text = (site.folder / twin_file(page)).read_text(encoding="utf-8")
    assert alts
    assert all(f"\n\nFigure: {alt}\n\n" in text for alt in alts)
    for label in ("NumPy", "JAX"):
        assert text.count(f"\n\n**{label}**\n\n") == len(article(page).select(".tabbed-set"))
    notes = {str(note["id"]).removeprefix("fn:") for note in page.html.select(".footnote li")}
    assert notes == set(re.findall(r"^\[\^([\w-]+)\]: ", text, re.MULTILINE))
    assert notes == set(re.findall(r"\[\^([\w-]+)\](?!: )", text))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("import numpy as np\n", "import numpy\n", "code"),
        ("```text title=", "```text caption=", "code"),
        ("\\frac{1}{1 + e^{-x}}", "\\frac{1}{1 + e^{x}}", "formulas"),
        ("smooth version", "version", "words: missing ['smooth'], added []"),
        ("smooth version", "very smooth version", "words: missing [], added ['very']"),
        ("In short:", "In short: <b>so", "tag: <b>"),
        ("## Definition", "## Definition¶", "leftover: ¶"),
    ],
)
def test_each_fault_of_a_twin_is_found(site: Site, old: str, new: str, fault: str) -> None:
    page = site.pages["functions/softplus/index.html"]
    text = (site.folder / twin_file(page)).read_text(encoding="utf-8")
    assert old in text
    assert fault in twin_faults(page, text.replace(old, new, 1))


def test_links_of_the_twins_lead_somewhere(site: Site, pages: list[Page]) -> None:
    followed = 0
    for page in pages:
        name = twin_file(page)
        twin = Twin.read((site.folder / name).read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^\s)]+)", twin.words):
            parts = urlsplit(urljoin(f"/{name}", target))
            if parts.netloc:
                continue
            file = site.file(parts.path)
            assert file, f"{name}: {target}"
            assert not parts.fragment or parts.fragment in site.pages[file].ids, f"{name}: {target}"
            followed += 1
    assert followed > 20


def test_a_page_that_names_its_twin_asks_for_nothing_more(url: str, chromium: Browser) -> None:
    """The theme's script fetches the site map of whatever it takes for the same page in another language."""
    asked: list[tuple[str, int]] = []
    page = chromium.new_page()
    page.on("response", lambda response: asked.append((response.url.removeprefix(url), response.status)))
    visit(page, f"{url}functions/softplus/")
    assert page.locator('head link[type="text/markdown"]').count() == 1
    page.close()
    assert [(path, status) for path, status in asked if status != 200 or "softplus/" in path[1:]] == [
        ("functions/softplus/", 200)
    ]


# The index ------------------------------------------------------------------------------------------------------------


def test_llms_txt_lists_every_page_and_the_data(site: Site, pages: list[Page]) -> None:
    text = (site.folder / "llms.txt").read_text(encoding="utf-8")
    head, *sections = re.split(r"^## (.+)\n\n", text, flags=re.MULTILINE)
    title, summary = re.fullmatch(r"# (.+)\n\n> (.+)\n\n", head).groups()
    config = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert f"site_name: {title}\n" in config
    assert summary in " ".join(config.split())
    entries = {}
    for name, body in zip(sections[::2], sections[1::2], strict=True):
        for line in body.strip().split("\n"):
            label, target, about = re.fullmatch(r"- \[(.+?)\]\((\S+?)\)(?:: (.+))?", line).groups()
            path = target.removeprefix(ADDRESS)
            assert site.file(path) == path, line
            assert label
            entries[path] = name, about
    descriptions = {}
    for page in (page for page in pages if not page.name.startswith("zh/")):
        meta = page.html.select_one("head meta[name=description]")
        descriptions[twin_file(page)] = " ".join(str(meta["content"]).split())
    assert {target: about for target, (name, about) in entries.items() if name != "Optional"} == descriptions
    optional = {target for target, (name, _) in entries.items() if name == "Optional"}
    data = {f"functions/{name}.json" for name in (*FUNCTIONS, "function.schema")}
    assert optional == {"llms-full.txt", *data}
    assert sections[-2] == "Optional"
    assert entries["functions/softplus/index.md"][0] == "Functions"


def test_the_full_text_holds_every_twin(site: Site, pages: list[Page]) -> None:
    for page in pages:
        part = "zh/" if page.name.startswith("zh/") else ""
        text = (site.folder / part / "llms-full.txt").read_text(encoding="utf-8")
        assert (site.folder / twin_file(page)).read_text(encoding="utf-8") in text
        assert f"Source: {ADDRESS}{page.name.removesuffix('index.html')}\n" in text
