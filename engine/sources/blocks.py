"""A page as the blocks that a reader sees, and what in each of them is the same in every language.

The pages are rendered by Python-Markdown, which keeps no line numbers. Here they are read by markdown-it, which does,
with the few constructs beyond CommonMark that the pages use: formulas, includes, `///` blocks, footnotes, tables.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from engine.base import yamlfile
from engine.base.errors import Problem, SourceError
from engine.base.files import read_source
from engine.sources.includes import INCLUDE

# What the front matter says in words; all else in it is settings.
WORDED = ("title", "description")
_ATTRIBUTES = re.compile(r"\{:?\s*((?:[.#]|[\w-]+=)[^{}\n]*)\}")
_NUMERAL = re.compile(r"[A-Za-z]*\d[A-Za-z\d]*(?:[.,]\d+)*", re.ASCII)  # names too: float16, log1p
_TEXT = re.compile(r"(\\text)\{[^{}]*\}")

Mark = tuple[str, str]  # what it is, and its text


@dataclass(frozen=True)
class Block:
    """A heading, paragraph, list item, table cell, formula, include, …

    kind: what it is, within what, outermost last; an item or row that it begins has a `+`.
    marks: sorted, all that has to be the same in every language. text: its source, however it was wrapped.
    prose: whether the rest of it is words, to be translated. formulas: in TeX, in their order.
    """

    kind: str
    line: int
    text: str
    marks: tuple[Mark, ...]
    prose: bool
    formulas: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What a person calls it."""
        name, _, within = self.kind.partition(" in ")
        return "list item" if name == "paragraph" and within.startswith("item+") else name

    @property
    def start(self) -> str:
        """Its first words."""
        return self.text if len(self.text) <= 60 else self.text[:60].rsplit(" ", 1)[0] + " …"


@dataclass(frozen=True)
class Page:
    """A page's path in the project, its blocks, and whether it is to be translated."""

    path: str
    blocks: tuple[Block, ...]
    translate: bool


def read(root: Path, file: Path) -> Page:
    """A page. Raises SourceError, with the line, where its front matter is no YAML mapping."""
    return parse(file.relative_to(root).as_posix(), read_source(root, file))


@lru_cache(maxsize=64)
def parse(path: str, text: str) -> Page:
    """The page that a text is; `path` is for messages."""
    tokens = _parser().parse(text)
    front = next((token for token in tokens if token.type == "front_matter"), None)
    settings: dict[str, Any] = {}
    blocks: list[Block] = []
    if front:
        settings, blocks = _front_matter(path, front)
    translate = settings.get("translate", True)
    if not isinstance(translate, bool):
        line = next(number for number, line in enumerate(text.split("\n"), 1) if line.startswith("translate"))
        raise SourceError([Problem(path, "`translate` is true or false", line)])
    return Page(path, (*blocks, *_Reader(tokens, text.split("\n")).blocks()), translate)


@cache
def _parser() -> MarkdownIt:
    from mdit_py_plugins.container import container_plugin
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.front_matter import front_matter_plugin

    # No indented code: in Python-Markdown what is indented mostly belongs to an admonition or a tab. Code is fenced.
    parser = MarkdownIt("commonmark").enable("table").disable("code")
    parser.use(front_matter_plugin)
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, double_inline=True)
    parser.use(footnote_plugin, inline=False, move_to_end=False, always_match_refs=True)
    parser.use(container_plugin, "block", marker="/", validate=lambda name, _: bool(name.strip()))
    parser.block.ruler.before("fence", "include", _include, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return parser


def _include(state: StateBlock, start: int, _: int, silent: bool) -> bool:
    """Block rule of markdown-it for a line that includes a fragment."""
    match = INCLUDE.match(state.src[state.bMarks[start] + state.tShift[start] : state.eMarks[start]])
    if match and not silent:
        token = state.push("include", "", 0)
        token.content, token.map = match[1], [start, start + 1]
        state.line = start + 1
    return bool(match)


def _front_matter(path: str, token: Token) -> tuple[dict[str, Any], list[Block]]:
    """The settings, and blocks for them and for each worded key."""
    node, data = yamlfile.parse(path, token.content, 2)
    if not isinstance(data, dict):
        raise SourceError([Problem(path, "front matter is no mapping of keys to values, as in `title: Softplus`", 1)])
    values = {key.value: value for key, value in node.value}
    lines = {key.value: key.start_mark.line + 2 for key, _ in node.value}
    for key in WORDED:
        if key in data and not isinstance(data[key], str):
            reason = yamlfile.misread(values[key]) or "has to be text"
            raise SourceError([Problem(path, f"{key}: {reason}", lines[key])])
    settings = {key: value for key, value in data.items() if key not in (*WORDED, "translate")}
    marks = [("setting", f"{key}: {json.dumps(value, default=str)}") for key, value in settings.items()]
    blocks = [Block("front matter", 1, "", tuple(sorted(marks)), False)]
    for key in WORDED:
        if key in data:
            text = _unwrapped(str(data[key]))
            blocks.append(Block(key, lines[key], text, _marks(_inline(text)), True))
    return data, blocks


def _inline(text: str) -> list[Token]:
    return _parser().parseInline(text)[0].children or []


class _Reader:
    """Reads the blocks after the front matter, in order, from the tokens of a page.

    within: what is open, outermost first; a `+` says that no block has been in it yet. line: of the last token, from 0;
    options: the line on which the options of a container may stand.
    """

    def __init__(self, tokens: Sequence[Token], lines: Sequence[str]) -> None:
        self.tokens = tokens
        self.lines = lines
        self.anchors = iter(_anchors(tokens))
        self.within: list[str] = []
        self.line = self.options = 0

    def blocks(self) -> Iterator[Block]:
        """All of them."""
        for token in self.tokens:
            self.line = token.map[0] if token.map else self.line
            if token.nesting > 0:
                yield from self._open(token)
            elif token.nesting < 0:
                self.within.pop()
            elif token.type == "inline":
                yield self._inline(token)
            elif token.type != "front_matter":
                yield from self._leaf(token)

    def _block(self, name: str, text: str, marks: Sequence[Mark], prose: bool, formulas: Sequence[str] = ()) -> Block:
        kind = " in ".join([name, *reversed(self.within)])
        self.within = [outer.rstrip("+") for outer in self.within]
        return Block(kind, self.line + 1, text, tuple(sorted(marks)), prose, tuple(formulas))

    def _open(self, token: Token) -> Iterator[Block]:
        match token.type.removesuffix("_open"):
            case "container_block":
                name, _, title = (part.strip() for part in token.info.partition("|"))
                self.within.append(name + "+")
                self.options = self.line + 1
                inline = _inline(title)
                yield self._block("title", _unwrapped(title), _marks(inline), bool(title), [*_formulas(inline)])
            case "heading":
                self.within.append(f"heading {token.tag[1]}")
            case "footnote_reference":
                self.within.append(f"footnote [^{token.meta['label']}]+")
            case name:
                self.within.append(_NAMES.get(name, name))

    def _inline(self, token: Token) -> Block:
        """The text of what is open, which gives the block its name."""
        name = self.within.pop()
        if name == "paragraph" and self.line == self.options and self.lines[self.line].startswith(" " * 4):
            made = self._block("options", token.content, [("options", _unwrapped(token.content))], False)
        else:
            heading = name.startswith("heading")
            marks = [
                *_marks(token.children or [], heading),
                *([("anchor", f"#{next(self.anchors)}")] if heading else []),
            ]
            made = self._block(name, _unwrapped(token.content), marks, True, [*_formulas(token.children or [])])
        self.within.append(name)
        return made

    def _leaf(self, token: Token) -> Iterator[Block]:
        """What has nothing in it."""
        text = _unwrapped(token.content)
        match token.type:
            case "math_block":
                yield self._block("formula", text, [("formula", _wordless(text))], "\\text" in text, [text])
            case "fence":
                code = _uncommented(token.content, token.info)
                worded = code.strip() != token.content.strip()
                yield self._block("code", token.content, [("code", f"{token.info}\n{code}")], worded)
            case "html_block":
                tags = _Tags(token.content)
                if tags.marks or tags.words:
                    yield self._block("HTML", text, tags.marks, bool(tags.words))
            case name:
                yield self._block(name, token.content, [(name, token.content)], False)


_NAMES = {
    "bullet_list": "list",
    "ordered_list": "numbered list",
    "list_item": "item+",
    "tr": "row+",
    "th": "head cell",
    "td": "cell",
}


def _anchors(tokens: Sequence[Token]) -> list[str]:
    """The id that each heading gets on the page, made by what makes it there (mkdocs.yml: attr_list, toc)."""
    headings = [text.content for token, text in pairwise(tokens) if token.type == "heading_open"]
    if not headings:
        return []
    import markdown
    from pymdownx.slugs import slugify

    formulas = {"generic": True, "tex_inline_wrap": ["", ""], "tex_block_wrap": ["", ""]}
    options = {"toc": {"slugify": slugify(case="lower")}, "pymdownx.arithmatex": formulas}
    converter: Any = markdown.Markdown(extensions=["attr_list", *options], extension_configs=options)
    converter.convert("".join(f"# {' '.join(heading.split())}\n\n" for heading in headings))

    def ids(headings: Sequence[dict[str, Any]]) -> Iterator[str]:
        for heading in headings:
            yield heading["id"]
            yield from ids(heading["children"])

    return list(ids(converter.toc_tokens))


def _marks(tokens: Sequence[Token], heading: bool = False) -> tuple[Mark, ...]:
    """What in a run of text has to be the same in every language.

    Bold is counted by its marks: CommonMark, unlike Python-Markdown, finds no end of bold between `。` and a letter.
    """
    return tuple(sorted(_inline_marks(tokens, heading)))


def _inline_marks(tokens: Sequence[Token], heading: bool) -> Iterator[Mark]:
    for token in tokens:
        match token.type:
            case "math_inline" | "math_inline_double":
                yield "formula", f"${_wordless(_unwrapped(token.content))}$"
            case "code_inline":
                yield "code", f"`{_unwrapped(token.content)}`"
            case "link_open":
                yield "link", str(token.attrs["href"])
            case "image":
                yield "image", str(token.attrs["src"])
                yield from _inline_marks(token.children or [], heading)
            case "footnote_ref":
                yield "footnote", f"[^{token.meta['label']}]"
            case "html_inline":
                yield from _Tags(token.content).marks
            case "strong_open" | "strong_close":
                yield "mark of bold", "**"
            case "hardbreak":
                yield "line break", ""
            case "text":
                text = unicodedata.normalize("NFKC", token.content)
                for attributes in _ATTRIBUTES.findall(text):
                    # An anchor is compared with its heading; the language of a link's target is not the page's own.
                    of_page = ("#",) if heading else ()
                    parts = (part for part in attributes.split() if not part.startswith((*of_page, "hreflang=")))
                    yield from (("attribute", part) for part in parts)
                text = _ATTRIBUTES.sub(" ", text)
                yield from (("mark of bold", "**") for _ in range(text.count("**")))
                yield from (("number", numeral) for numeral in _NUMERAL.findall(text))


def _formulas(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        if token.type.startswith("math_inline"):
            yield _unwrapped(token.content)
        yield from _formulas(token.children or [])


class _Tags(HTMLParser):
    """The tags of a piece of HTML, but for the attributes that hold words; comments are no part of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.marks: list[Mark] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        worded = ("alt", "title", "aria-label")
        self.words += "".join(value or "" for name, value in attrs if name in worded)
        rest = "".join(f' {name}="{value}"' for name, value in attrs if name not in worded)
        self.marks.append(("HTML", f"<{tag}{rest}>"))

    def handle_endtag(self, tag: str) -> None:
        self.marks.append(("HTML", f"</{tag}>"))

    def handle_data(self, data: str) -> None:
        self.words += data.strip()
        self.marks += [mark for mark in _marks(_inline(data)) if mark[0] == "number"] if data.strip() else []


def _unwrapped(text: str) -> str:
    """The text on one line. Chinese has no blanks, so one beside a wide character comes from wrapping only."""
    text = " ".join(text.split())
    return (
        text
        if text.isascii()
        else "".join(
            character
            for index, character in enumerate(text)
            if character != " " or not (_wide(text[index - 1]) or _wide(text[index + 1]))
        )
    )


def _wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in "WF"


def _wordless(formula: str) -> str:
    """A formula without the words in it."""
    return _TEXT.sub(r"\1{}", formula)


def _uncommented(code: str, language: str) -> str:
    """Code without its comments, where the language is known."""
    from pygments.lexers import get_lexer_by_name
    from pygments.token import Comment
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language.split()[0] if language.split() else "text", stripnl=False)
    except ClassNotFound:
        return code
    code = "".join(
        "\n" * text.count("\n") if kind in Comment and kind not in Comment.Preproc else text
        for kind, text in lexer.get_tokens(code)
    )
    return "\n".join(line.rstrip() for line in code.splitlines())
