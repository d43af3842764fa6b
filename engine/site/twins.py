"""The plain-Markdown twin of a page, made from the HTML that its reader gets, so that it cannot say anything else.

markdownify writes the Markdown. What is particular to this site is made simple before: KaTeX's rendering becomes the
LaTeX that it carries along, highlighted code its text, a drawing its alternative text, tabs and folded parts plain
blocks under their titles. lxml does that; it also leaves little of a large page to markdownify, which is slow.
"""

from __future__ import annotations

import re

from bs4 import BeautifulSoup, NavigableString, PageElement, Tag
from lxml.html import HtmlElement, fragment_fromstring, tostring
from markdownify import ATX, MarkdownConverter

#: What stands before the alternative text of a figure, by language.
FIGURE = {"en": "Figure: ", "zh": "图："}


def _with_class(name: str, tag: str = "*") -> str:
    return f"//{tag}[contains(concat(' ', normalize-space(@class), ' '), ' {name} ')]"


#: What is no content: for the eye only, for the pointer, or for scripts.
_DROPPED = " | ".join(
    [
        *("//script", "//style", "//template", "//link", "//meta", "//comment()", "//svg", "//canvas", "//iframe"),
        *("//button", "//input", "//select", "//textarea", "//output", "//*[@hidden]", "//*[@aria-hidden='true']"),
        *map(_with_class, ("headerlink", "footnote-backref", "tabbed-labels", "filename")),
    ]
)


def convert(html: str, page: str = "./", language: str = "en") -> str:
    """The Markdown of a page's content.

    page: URL of the page relative to its twin: links to anchors of the page lead there. Formulas stand between `$` or
    `$$`; a code block has its language, and its title as `title="…"`, after the fence.
    """
    root = fragment_fromstring(html, create_parent="article")
    _formulas(root)
    _code(root)
    _pictures(root, FIGURE.get(language, FIGURE["en"]))
    _titles(root)
    _footnotes(root)
    for element in root.xpath(_DROPPED):
        element.drop_tree()
    for link in root.xpath("//a[starts-with(@href, '#')]"):
        link.set("href", page + link.get("href"))
    soup = BeautifulSoup(tostring(root, encoding="unicode"), "lxml")
    return _Converter().convert_soup(soup).strip("\n") + "\n"


# Making simple --------------------------------------------------------------------------------------------------------


def _replace(old: HtmlElement, tag: str, text: str, **attributes: str) -> None:
    new = old.makeelement(tag, attributes)
    new.text, new.tail = text, old.tail
    old.getparent().replace(old, new)


def _formulas(root: HtmlElement) -> None:
    for formula in root.xpath(_with_class("katex", "span")):
        tex = formula.xpath(".//annotation[@encoding='application/x-tex']")[0].text_content()
        outer = formula.getparent()
        if "katex-display" in (outer.get("class") or "").split():
            _replace(outer, "formula", tex, display="")
        else:
            _replace(formula, "formula", tex)


def _code(root: HtmlElement) -> None:
    for block in root.xpath("//pre"):
        around = block.xpath("ancestor::*[contains(concat(' ', @class, ' '), ' highlight ')][1]")
        box = around[0] if around else block
        names = " ".join(element.get("class") or "" for element in (box, block, *block))
        language = re.search(r"\blanguage-(\S+)", names)
        title = "".join(part.text_content() for part in box.xpath("." + _with_class("filename")))
        attributes = {"language": language[1] if language else "text", "title": title or box.get("data-snippet") or ""}
        text = "".join(block.itertext())
        _replace(block, "fence", text.removeprefix("\n") if block.text else text, **attributes)  # as HTML has it


def _pictures(root: HtmlElement, label: str) -> None:
    for drawing in root.xpath("//svg[@role='img'][desc]"):
        _replace(drawing, "p", label + drawing.find("desc").text)
    for image in root.xpath("//img[starts-with(@src, 'data:')]"):
        _replace(image, "p", label + (image.get("alt") or ""))


def _titles(root: HtmlElement) -> None:
    """Tabs, folded parts and notes get their titles as bold paragraphs."""
    for tabs in root.xpath(_with_class("tabbed-set")):
        labels = tabs.xpath("./*[contains(@class, 'tabbed-labels')]/label")
        blocks = tabs.xpath("./*[contains(@class, 'tabbed-content')]/*[contains(@class, 'tabbed-block')]")
        for label, block in zip(labels, blocks, strict=True):
            title = label.makeelement("p")
            title.text = label.text
            title.extend(list(label))
            block.insert(0, title)
            _embolden(title)
    for block in root.xpath("//details | //figure"):  # markdownify knows no block but its own
        block.tag = "div"
    for title in root.xpath("//summary | " + _with_class("admonition-title")):
        title.tag = "p"
        _embolden(title)


def _embolden(title: HtmlElement) -> None:
    for inner in title.xpath(".//strong | .//b"):
        inner.drop_tag()
    bold = title.makeelement("strong")
    bold.text, title.text = title.text, None
    bold.extend(list(title))
    title.append(bold)


def _footnotes(root: HtmlElement) -> None:
    for mark in root.xpath("//sup[starts-with(@id, 'fnref')]/a[starts-with(@href, '#fn:')]"):
        _replace(mark.getparent(), "mark-of-note", "", name=mark.get("href").removeprefix("#fn:"))
    for notes in root.xpath(_with_class("footnote", "div")):
        for rule in notes.xpath("./hr"):
            rule.drop_tree()
        for note in notes.xpath("./ol/li[starts-with(@id, 'fn:')]"):
            note.tag = "note"
            note.set("name", note.get("id").removeprefix("fn:"))
            note.tail = None
        for items in notes.xpath("./ol"):
            items.tag = "div"
            items.text = None


# Writing --------------------------------------------------------------------------------------------------------------

#: What Markdown would take for markup within a text. markdownify itself adds `*` and `_`.
_MARKUP = re.compile(r"[`$~]|\\(?=[!-/:-@\[-`{-~]|$)|<(?=[A-Za-z/!?])|&(?=#?\w+;)|\[(?=\^)|\](?=[(:\[])")
#: What it would take for a list, heading, quote, rule, table, term or task at the beginning of a line, up to the sign
#: that is to be escaped.
_START = re.compile(
    r"""\s*(?:
      (?=\#{1,6}(?:\s|$) | [-+:](?:\s|$) | > | =+\s*$ | [-:|][-:|\s]*$ | \[[ xX]\]\s)
      | [0-9]{1,9}(?=[.)](?:\s|$))
    )""",
    re.VERBOSE,
)
#: Elements within a line: those that put a mark of their own before their text, so that no line begins with it, those
#: that put none, and those that stand for something else than text. All others are blocks.
_MARKED = {"a", "b", "code", "del", "em", "i", "kbd", "q", "s", "samp", "strong", "sub", "sup"}
_UNMARKED = {"abbr", "cite", "data", "dfn", "ins", "label", "mark", "small", "span", "time", "u", "var", "wbr"}
_SIGNS = {"formula", "img", "mark-of-note"}


def _begins_line(text: NavigableString) -> bool:
    """Whether nothing stands before a text in its line."""
    node: PageElement = text
    while node.parent is not None and node.parent.name not in _MARKED:
        for before in node.previous_siblings:
            if isinstance(before, Tag) and before.name not in _MARKED | _UNMARKED | _SIGNS:
                return True  # a line break, or a block
            if before.get_text(strip=True) or (isinstance(before, Tag) and before.name in _SIGNS):
                return False
        if node.parent.name not in _UNMARKED:
            return True
        node = node.parent
    return node.parent is None


class _Converter(MarkdownConverter):
    class Options(MarkdownConverter.DefaultOptions):
        heading_style = ATX
        bullets = "-"
        wrap = True  # without a width: a paragraph is a line
        wrap_width = None

    def escape(self, text: str, parent_tags: set[str]) -> str:
        return super().escape(_MARKUP.sub(r"\\\g<0>", text), parent_tags)

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        text = super().process_text(el, parent_tags)
        within = parent_tags or set()
        if "_noformat" in within:
            return text
        following = el.next_sibling
        if text.endswith("!") and isinstance(following, Tag) and following.name in ("a", "mark-of-note"):
            text = text[:-1] + r"\!"  # or the link would be an image
        if "_inline" not in within and (start := _START.match(text)) and _begins_line(el):
            text = f"{start[0]}\\{text[start.end() :]}"
        return text

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:
        # Signs at the end of a heading would be taken for its other end.
        return super().convert_hN(n, el, re.sub(r"(?:^|(?<=\s))(#+\s*)$", r"\\\1", text), parent_tags)

    def convert_formula(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        tex = el.get_text()
        if el.has_attr("display") and "_inline" not in parent_tags:
            return f"\n\n$$\n{tex}\n$$\n\n"
        return f"${' '.join(tex.split(chr(10)))}$"

    def convert_fence(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        code = el.get_text()
        ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", code)), default=0))
        title = f' title="{el["title"]}"' if el["title"] else ""
        return f"\n\n{ticks}{el['language']}{title}\n{code.removesuffix(chr(10))}\n{ticks}\n\n"

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return super().convert_td(el, text.replace("|", r"\|"), parent_tags)

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return super().convert_th(el, text.replace("|", r"\|"), parent_tags)

    def convert_sup(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"^{_grouped(text)}"

    def convert_sub(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"_{_grouped(text)}"

    def convert_mark_of_note(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"[^{el['name']}]"

    def convert_note(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        lines = text.strip().split("\n")
        rest = "".join(f"\n    {line}" if line else "\n" for line in lines[1:])
        return f"\n\n[^{el['name']}]: {lines[0]}{rest}\n\n"


def _grouped(text: str) -> str:
    return f"({text})" if " " in text else text
