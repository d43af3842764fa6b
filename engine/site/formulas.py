r"""Python-Markdown extension that turns formulas into HTML while a page is built: readers need no script for them.

`pymdownx.arithmatex` finds the formulas (`$…$`, `\(…\)`, `$$…$$`, `\[…\]`, `\begin{…}`); KaTeX, run by QuickJS inside
this process, renders them to HTML for the eye and MathML for assistive technology. A formula that KaTeX rejects
raises `FormulaError`.
"""

import functools
import hashlib
import html
import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from pathlib import Path
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown
from markdown.extensions.toc import remove_fnrefs, render_inner_html, strip_tags
from markdown.treeprocessors import Treeprocessor
from markdown.util import AtomicString
from pymdownx.arithmatex import ArithmatexExtension

from engine.base.code import code_digest
from engine.base.files import ENGINE, sources_below, write
from engine.mathematics.plain import plain
from engine.site import widths

try:  # MkDocs shows an error of its own kind without a traceback, which would only bury the message.
    from mkdocs.exceptions import BuildError
except ImportError:
    BuildError = ValueError

KATEX = ENGINE / "vendor/katex/katex.min.js"
SOURCES = ("docs", "snippets")
CACHE = ".cache/formulas"
#: Attributes of headings and of formulas in them, which no page gets: what the contents show, a formula's TeX and text.
LABEL, TEX, PLAIN = "data-toc-label", "data-tex", "data-plain"

# The answer is JSON because quickjs-ng cannot hand over a string that it holds in pieces, as KaTeX builds them.
RENDER = """
function render(text, displayMode) {
  const options = {displayMode, output: "htmlAndMathml", throwOnError: true, strict: "ignore"};
  try {
    return JSON.stringify([katex.renderToString(text, options), null, 0]);
  } catch (error) {
    return JSON.stringify([null, String(error.message), error.position || 0]);
  }
}
"""


class FormulaError(BuildError):
    """A formula that KaTeX rejects, with every place where it stands."""


class Rejected(Exception):
    """KaTeX's own message and the offset in the formula that it complains about."""


def katex_version() -> str:
    """The version of the vendored KaTeX, read without running it."""
    return re.search(r'version:"([\d.]+)"', _katex_source())[1]


@functools.cache
def _katex_source() -> str:
    return KATEX.read_text(encoding="utf-8")


@functools.cache
def _katex():
    """KaTeX, loaded on the first formula that no cache holds."""
    import quickjs

    # A `Function` runs all its calls in one thread of its own: QuickJS crashes when threads share it.
    return quickjs.Function("render", _katex_source() + RENDER)


@functools.cache
def _key_prefix() -> bytes:
    return code_digest(__name__).encode()


@functools.cache
def render(text: str, display: bool, cache: Path | None = None) -> str:
    """The formula as HTML, from the folder `cache` if it is there."""
    stored = None
    if cache:
        stored = cache / hashlib.sha256(_key_prefix() + f"{display:d}\0{text}".encode()).hexdigest()
        try:
            return stored.read_text(encoding="utf-8")
        except FileNotFoundError:
            pass
    rendered, message, position = json.loads(_katex()(text, display))
    if rendered is None:
        # KaTeX underlines with a character that few terminals place well.
        raise Rejected(message.replace("\u0332", ""), position)
    if not display:
        rendered = widths.with_widths(rendered)
    if stored:
        write(stored, rendered)
    return rendered


def find(text: str, sources: Sequence[str], position: int = 0) -> list[str]:
    """Every `file:line` under `sources` that holds the formula; the line is that of offset `position` in it."""
    # On the page a formula has lost the indentation, or marks of a quotation, that its lines have in the file.
    body = r"[\s>]+".join(map(re.escape, text.split()))
    # Without delimiters it may still be a step of a derivation, which a fragment has put into a formula.
    delimited = rf"(?:\$|\\\(|\\\[)\s*({body})\s*(?:\$|\\\)|\\\])"
    below = text.count("\n", 0, position)
    for pattern in (delimited, rf"({body})"):
        places = [f"{path}:{line + below}" for path, line in _search(re.compile(pattern), sources)]
        if places:
            return places
    return []


def _search(pattern: re.Pattern[str], sources: Sequence[str]) -> Iterator[tuple[Path, int]]:
    for source in sources:
        for path in sources_below(Path(source), ""):
            if path.is_file() and path.suffix in {".md", ".yml", ".yaml", ".py", ".html"}:
                content = path.read_text(encoding="utf-8", errors="replace")
                for match in pattern.finditer(content):
                    yield path, content.count("\n", 0, match.start(1)) + 1


class FormulaTreeprocessor(Treeprocessor):
    """Replaces the TeX that Arithmatex left in the tree by what readers see."""

    def __init__(self, md: Markdown, sources: Sequence[str], cache: Path | None) -> None:
        super().__init__(md)
        self.sources = sources
        self.cache = cache

    def run(self, root: Element) -> None:
        """Replace every formula."""
        for element in _formulas(root):
            self.replace(element)

    def render(self, text: str, display: bool) -> str:
        """The formula as HTML. Raises FormulaError with every place where it stands."""
        try:
            return render(text, display, self.cache)
        except Rejected as rejected:
            message, position = rejected.args
            places = find(text, self.sources, position)
            lines = [*(places or ["In a formula:"]), f"  {text}", f"  {message}"]
            raise FormulaError("\n".join(lines)) from None

    def replace(self, element: Element) -> None:
        """Replace one formula. Raises FormulaError, with file and line, for one that KaTeX rejects."""
        display = element.tag == "div"
        # Arithmatex escapes displayed formulas, and only those.
        text = (html.unescape(element.text) if display else element.attrib.pop(TEX, element.text)).strip()
        rendered = AtomicString(self.md.htmlStash.store(self.render(text, display)))
        # What is rendered stays out of the search, which would index it three times: MathML, TeX and the visible
        # letters. In a heading the search finds it as plain text.
        if element.get(PLAIN):
            hidden, seen = SubElement(element, "span", hidden=""), SubElement(element, "data")
            # No span: Material's search takes the end of the first one within for the end of what it leaves out.
            seen.set("value", element.get(PLAIN))
            hidden.text, element.text = AtomicString(element.attrib.pop(PLAIN)), None
        else:
            seen = element
        seen.text = rendered
        seen.set("data-search-exclude", "")
        if display:
            # A wide formula scrolls by itself, so it has to be within reach of the keyboard.
            element.set("tabindex", "0")
            element.set("role", "group")


class ContentsTreeprocessor(Treeprocessor):
    """Has the contents show formulas of headings as plain text, where they show markup of nothing else either."""

    def __init__(self, md: Markdown, formulas: FormulaTreeprocessor) -> None:
        super().__init__(md)
        self.formulas = formulas

    def run(self, root: Element) -> None:
        """Give each heading its label for the contents."""
        for heading in _headings(root):
            if LABEL not in heading.attrib:
                shown = remove_fnrefs(deepcopy(heading))
                for formula in _formulas(shown):
                    formula.text = AtomicString(plain(self.formulas.render(formula.text.strip(), False)))
                heading.set(LABEL, strip_tags(render_inner_html(shown, self.md)))


class TitleTreeprocessor(Treeprocessor):
    """Has the title of the page show formulas as plain text; where they are rendered, the TeX is found beside it.

    Only after the table of contents: ids of headings keep to TeX, which is of ASCII letters.
    """

    def __init__(self, md: Markdown, formulas: FormulaTreeprocessor) -> None:
        super().__init__(md)
        self.formulas = formulas

    def run(self, root: Element) -> None:
        """Write each formula of a heading as plain text."""
        for heading in _headings(root):
            for formula in _formulas(heading):
                tex = formula.text.strip()
                formula.text = AtomicString(plain(self.formulas.render(tex, False)))
                formula.set(TEX, tex)
                formula.set(PLAIN, formula.text)


def _formulas(root: Element) -> list[Element]:
    """What Arithmatex has found."""
    return [element for element in root.iter() if "arithmatex" in element.get("class", "").split()]


def _headings(root: Element) -> list[Element]:
    """The headings that hold formulas."""
    return [element for element in root.iter() if re.fullmatch("h[1-6]", str(element.tag)) and _formulas(element)]


class FormulaExtension(ArithmatexExtension):
    """Arithmatex with its output rendered; takes its options and two more, `sources` and `cache`."""

    def __init__(self, *, sources: Sequence[str] = SOURCES, cache: str = CACHE, **options) -> None:
        self.sources = sources
        self.cache = Path(cache) if cache else None
        # Alt texts and ids take plain TeX from the tree, so it stands there without delimiters.
        super().__init__(generic=True, tex_inline_wrap=["", ""], tex_block_wrap=["", ""], **options)

    def extendMarkdown(self, md: Markdown) -> None:
        """Add the processors, each before or after those whose work it needs."""
        super().extendMarkdown(md)
        # Before and after the table of contents (5), and after the page title (1): neither can hold a rendered formula.
        formulas = FormulaTreeprocessor(md, self.sources, self.cache)
        md.treeprocessors.register(ContentsTreeprocessor(md, formulas), "formulas_in_contents", 6)
        md.treeprocessors.register(TitleTreeprocessor(md, formulas), "formulas_in_title", 2)
        md.treeprocessors.register(formulas, "formulas", 0.5)


def makeExtension(**options) -> FormulaExtension:
    """Entry point for Python-Markdown."""
    return FormulaExtension(**options)
