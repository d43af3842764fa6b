"""The Chinese edition: what its search finds, what the indexes of both languages hold, and how its lines are set."""

from __future__ import annotations

import json
import logging
import re
from functools import cache
from pathlib import Path

import pytest
from built import Site
from playwright.sync_api import Page, expect
from reading import Open

ROOT = Path(__file__).resolve().parents[2]
HAN = re.compile(r"[\u3400-\u9fff]")

#: Words that every English sentence has one of, and no name, formula or identifier on these pages.
ENGLISH = re.compile(r"\b(?:the|of|is|are|and|to|that|with|from|not|this|its?|an|which)\b", re.IGNORECASE)

#: What a reader types, and where one of the first two sections that are found has to lead; None: nothing is found.
SEARCHES = {
    "激活函数": "functions/softplus/#as-a-layer-in-a-model",
    "反函数": "functions/softplus/#inverse",
    "凸性": "functions/softplus/mathematics/#bounds-convexity-lipschitz-constants",
    "凸共轭": "functions/softplus/mathematics/#bounds-convexity-lipschitz-constants",
    "阈值": "functions/softplus/#beta-and-threshold",
    "次正规数": "functions/softplus/#where-the-frameworks-part",
    "梯度": "functions/softplus/#gradient",
    "导数": "functions/softplus/#derivative",
    "高阶导数": "functions/softplus/mathematics/#higher-derivatives",
    "对称性": "functions/gelu/#fact-symmetry",
    "溢出": "functions/softplus/#definition",
    "学习率": "functions/softplus/#often-named-as-cons",
    "交叉熵": "functions/softplus/#uses",
    "参考文献": "checked/#references",
    "logaddexp": "functions/softplus/#how-each-library-computes-it",
    "Lipschitz": "functions/softplus/mathematics/#bounds-convexity-lipschitz-constants",
    "PyTorch 阈值": "functions/softplus/#beta-and-threshold",
    "softplus 反函数": "functions/softplus/#inverse",
    "梯度 消失": "functions/softplus/#often-named-as-pros",
    "二阶导数 精度": "checked/#accuracy",
    "考古学": None,
}


def sections(site: Site, part: str) -> dict[str, str]:
    """Title and text of each section in the search index of a language, by its location, as the index has them."""
    docs = json.loads(index(site, part))["docs"]
    return {doc["location"]: f"{doc['title']} {doc['text']}" for doc in docs}


def index(site: Site, part: str) -> str:
    return (site.folder / part / "search/search_index.json").read_text(encoding="utf-8")


def prose(text: str) -> str:
    """A section without code and tags, and without the marks between the words of jieba."""
    return re.sub(r"<(code|pre)>.*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL).replace("\u200b", "")


def english(found: dict[str, str]) -> list[str]:
    """The sections with English sentences; the works that a page cites have the titles that they have."""
    return [
        f"{place}: {match[0]!r} in {match.string[max(0, match.start() - 30) : match.end() + 30]!r}"
        for place, text in found.items()
        if not place.endswith("#references")
        for match in [ENGLISH.search(prose(text))]
        if match
    ]


@pytest.mark.parametrize("part", ["", "zh/"])
def test_no_backslash_is_in_an_index(site: Site, part: str) -> None:
    assert "\\\\" not in index(site, part)


def test_each_index_holds_its_own_language(site: Site) -> None:
    assert [place for place, text in sections(site, "").items() if HAN.search(text)] == []
    assert english(sections(site, "zh/")) == []


def test_the_other_language_would_be_found(site: Site) -> None:
    own, other = sections(site, "zh/"), sections(site, "")
    pages = [place for place in own if place.startswith("checked/")]
    assert len(pages) > 10
    assert {fault.partition(": ")[0] for fault in english({place: other[place] for place in pages})} >= {
        place for place in pages if place != "checked/#references"
    }
    assert all(HAN.search(own[place]) for place in pages)


@cache
def terms() -> list[str]:
    return (ROOT / "docs/terms.zh.txt").read_text(encoding="utf-8").split()


def test_each_term_of_the_dictionary_is_needed_and_used(site: Site) -> None:
    import jieba

    jieba.setLogLevel(logging.WARNING)
    plain = jieba.Tokenizer()
    words = {word for text in sections(site, "zh/").values() for word in re.split(r"[^\u3400-\u9fff]+", text)}
    assert terms() == sorted(set(terms()))
    assert [term for term in terms() if list(plain.cut(term)) == [term]] == [], "jieba knows them"
    assert [term for term in terms() if term not in words] == [], "no page has them"


def found(page: Page, query: str) -> list[str]:
    """Where the results for a query lead, in their order."""
    meta = page.locator(".md-search-result__meta")
    page.keyboard.press("Control+A")
    page.keyboard.press("Backspace")
    expect(meta).to_have_text("键入以开始搜索")
    page.keyboard.insert_text(query)
    page.keyboard.press("End")  # an input method releases no key that the search would hear
    expect(meta).to_have_text(re.compile("符合条件的结果"))
    return page.locator(".md-search-result__link").evaluate_all("links => links.map(link => link.href)")


def test_search(open_page: Open, url: str) -> None:
    page = open_page("zh/")
    page.keyboard.press("/")
    expect(page.locator(".md-search__input")).to_be_focused()
    faults = []
    for query, target in SEARCHES.items():
        # The page first, with a query of its own; then its sections. One other page may be about the same.
        places = [re.sub(r"\?[^#]*", "", place).removeprefix(f"{url}zh/") for place in found(page, query)]
        best = [place for place in places if "#" in place][:4]
        if (target not in best) if target else places:
            faults.append(f"{query}: {best}")
    assert not faults, "\n".join(faults)


def test_no_line_of_a_source_becomes_a_blank(site: Site) -> None:
    """Browsers show the end of a line as a blank, which Chinese does not have: a paragraph is one line."""
    side = r"[\u3400-\u9fff，。；：、？！（）“”]"
    broken = re.compile(rf"{side}[ \t]*\n\s*{side}")
    pages = [page for page in site.pages.values() if page.name.startswith("zh/")]
    assert pages
    faults = [
        f"{page.name}: {match[0]!r}"
        for page in pages
        for element in page.html.select("article :is(p, li, td, th, summary, h1, h2, h3)")
        for text in element.find_all(string=True, recursive=False)
        for match in broken.finditer(text)
    ]
    assert not faults, "\n".join(faults)


#: Not text for readers: code, displayed formulas, tags, attributes, targets of links, pointers to notes.
NOT_TEXT = re.compile(
    r"^(`{3,}).*?^\1|\$\$.*?\$\$|<[^>]*>|\{[^}]*\}|\]\([^)]*\)|\[\^[\w-]+\]|\*\*|[\[\]]", re.MULTILINE | re.DOTALL
)
#: Chinese runs into a letter, digit, code or formula; a blank beside a full-width mark; a half-width mark of Chinese.
UNEVEN = re.compile(
    r"[\u3400-\u9fff][A-Za-z0-9`$]|[A-Za-z0-9`$][\u3400-\u9fff]"
    r"|[，。、；：？！（）“”] (?=[^ |])|(?<=[^ |]) [，。、；：？！（）“”]"
    r"|[\u3400-\u9fff][,;:?!()]|[,;:?!()][\u3400-\u9fff]"
)


def uneven(text: str) -> list[str]:
    """Where letters, blanks and marks are not set as Chinese is."""
    text = NOT_TEXT.sub("", text)
    return [text[max(0, match.start() - 12) : match.end() + 12] for match in UNEVEN.finditer(text)]


def test_blanks_and_marks(site: Site) -> None:
    files = [*(ROOT / "docs/zh").rglob("*.md"), *(ROOT / ".cache/fragments/zh").rglob("*.md")]
    assert len(files) > 50
    faults = {file.name: faults for file in files if (faults := uneven(file.read_text(encoding="utf-8")))}
    assert not faults


@pytest.mark.parametrize(
    "text",
    [
        "用NumPy 算",
        "用 NumPy算",
        "取`x` 的值",
        "取 $x$的值",
        "好。 再来",
        "好 ，再来",
        "好,再来",
        "好(再来)",
        "**好。** 再来",
    ],
)
def test_each_slip_of_the_keyboard_is_found(text: str) -> None:
    assert len(uneven(text)) >= 1
    assert not uneven("**用 NumPy 算。**取 `x`[^a]（即 $x$）的[值](b.md)，好。")
