"""Read the built site as a reader gets it: its pages, code blocks, outputs and links. Nothing here knows the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

FRAMEWORKS = ["NumPy", "PyTorch", "TensorFlow", "Keras", "JAX"]
PYTHON = {f"language-{name}" for name in ("python", "py", "python3", "py3", "pycon", "python-console", "ipython")}

#: What Markdown, its extensions and TeX leave in the text of a page when they do not understand their input.
LEFTOVERS = re.compile(
    r"\$\$|\$\S[^$\n]*\$|\\[()\[\]]|\\[a-zA-Z]{2,}|--8<--"
    r"|===[+!]? \"|///|!!!|\?\?\?|`|~~~|\*\*|\]\(|\[\^|\{ ?[.:#]|wzxhzdk"
)


def cells(script: str) -> list[tuple[str, str]]:
    """The cells of a lab's script, in the percent format: `code` or `markdown`, and the text below that line."""
    parts = re.split(r"^# %%( \[markdown\])?\n", script, flags=re.MULTILINE)
    assert not parts[0], "a lab starts with a cell"
    return [("markdown" if kind else "code", text) for kind, text in zip(parts[1::2], parts[2::2], strict=True)]


def classes(element: Tag) -> set[str]:
    """The classes of an element."""
    return set(element.get("class") or [])


@dataclass(frozen=True)
class Code:
    """A block of code on a page. snippet: the file that it names; output, caption: of the block that belongs to it."""

    page: str
    element: Tag
    text: str
    snippet: str | None
    output: str | None
    caption: str | None


@dataclass(frozen=True)
class Page:
    """One HTML file. name: its path within the site."""

    name: str
    html: BeautifulSoup

    @classmethod
    def read(cls, name: str, text: str) -> Page:
        return cls(name, BeautifulSoup(text, "html.parser"))

    @property
    def is_error(self) -> bool:
        """Whether it stands for an address that is not there, whatever that address is."""
        return self.name.rpartition("/")[2] == "404.html"

    @cached_property
    def ids(self) -> list[str]:
        return [str(element["id"]) for element in self.html.select("[id]")]

    def blocks(self) -> Iterator[Code]:
        """The blocks of code that are not themselves an output."""
        for element in self.html.select("div.highlight"):
            if "output" not in classes(element):
                below = element.find_next_sibling()
                below = below if below and {"highlight", "output"} <= classes(below) else None
                caption = below and below.select_one(".filename")
                yield Code(
                    page=self.name,
                    element=element,
                    text=code_text(element),
                    snippet=str(element["data-snippet"]) if element.has_attr("data-snippet") else None,
                    output=code_text(below) if below else None,
                    caption=caption.get_text() if caption else None,
                )


class Site:
    """The folder of a built site. address: where it is published, with a slash at its end, if it knows."""

    def __init__(self, folder: Path, address: str = "") -> None:
        self.folder = folder
        self.address = address

    @cached_property
    def pages(self) -> dict[str, Page]:
        """Every page by its path within the site."""
        files = sorted(self.folder.rglob("*.html"))
        names = [file.relative_to(self.folder).as_posix() for file in files]
        return {
            name: Page.read(name, file.read_text(encoding="utf-8")) for name, file in zip(names, files, strict=True)
        }

    @cached_property
    def codes(self) -> list[Code]:
        """Every block of code of every page."""
        return [code for page in self.pages.values() for code in page.blocks()]

    def file(self, path: str) -> str | None:
        """Name of the file that a server answers with for a path within the site, None for `not found`."""
        name = unquote(path).lstrip("/")
        name += "index.html" if not name or name.endswith("/") else ""
        return name if (self.folder / name).is_file() else None


def code_text(block: Tag) -> str:
    """The text of a block's code, as copied."""
    code = block.select_one("pre > code")
    assert code is not None, f"a block without code: {block}"
    return code.get_text()


def visible_text(page: Page) -> str:
    """The text that a reader sees, code, figures and the sources of formulas left out."""
    body = BeautifulSoup(str(page.html.body), "html.parser")
    for element in body.select("script, style, template, pre, code, svg, .katex-mathml, .texttt"):
        element.decompose()
    return body.get_text("\n")


def leftovers(page: Page) -> list[str]:
    """Markup that reached the reader as text."""
    text = visible_text(page)
    return [
        f"{page.name}: {match[0]!r} in {line!r}" for line in text.splitlines() for match in LEFTOVERS.finditer(line)
    ]


def formula_faults(page: Page) -> list[str]:
    """Formulas that were not rendered, or with an error."""
    faults = [f"{page.name}: {element}" for element in page.html.select(".katex-error, .mjx-merror")]
    for formula in page.html.select(".arithmatex"):
        if not formula.select_one(".katex .katex-html") or not formula.select_one(".katex math"):
            faults.append(f"{page.name}: not rendered: {formula.get_text()!r}")
    return faults


def head_faults(page: Page) -> list[str]:
    """What search engines and assistive technology need of a page."""
    html, faults = page.html, []
    description = html.select_one("head meta[name=description]")
    if not html.html or not html.html.get("lang"):
        faults.append("no lang")
    if len(html.select("h1")) != 1:
        faults.append(f"{len(html.select('h1'))} h1")
    if not description or len(str(description.get("content", "")).strip()) < 20:
        faults.append("no description")
    if not html.title or not html.title.get_text(strip=True):
        faults.append("no title")
    faults += [
        f"id {name!r} {page.ids.count(name)} times" for name in dict.fromkeys(page.ids) if page.ids.count(name) > 1
    ]
    return [f"{page.name}: {fault}" for fault in faults]


def tab_faults(page: Page) -> list[str]:
    """Tab sets without the five frameworks in order, tabs that show neither code, nor why there is none, nor what to
    write for each function."""
    faults = []
    for tabs in page.html.select(".tabbed-set"):
        labels = [label.get_text() for label in tabs.select_one(".tabbed-labels").select("label")]
        if labels != FRAMEWORKS:
            faults.append(f"{page.name}: tabs {labels}")
        for label, block in zip(labels, tabs.select(".tabbed-content > .tabbed-block"), strict=True):
            reason = block.select_one("p.absent")
            if not block.select_one("[data-snippet], .porting code") and not (reason and reason.get_text(strip=True)):
                faults.append(f"{page.name}: nothing in tab {label}: {block.get_text()!r}")
    return faults


def output_faults(page: Page) -> list[str]:
    """Outputs that belong to no snippet, or do not say what printed them."""
    owned = [code for code in page.blocks() if code.snippet and code.output is not None]
    faults = [f"{page.name}: no versions under the output of {code.snippet}" for code in owned if not code.caption]
    count = len(page.html.select(".highlight.output"))
    if count != len(owned):
        faults.append(f"{page.name}: {count} outputs, {len(owned)} of them right below a snippet")
    return faults


def python_faults(page: Page, root: Path) -> list[str]:
    """Python that is neither an executed snippet nor says visibly (class `not-run`, a title) why it is not run."""
    faults = []
    for code in page.blocks():
        start = code.text.strip()[:60]
        if code.snippet is not None:
            if not (root / code.snippet).is_file():
                faults.append(f"{page.name}: no file {code.snippet}")
        elif PYTHON & classes(code.element) or re.search(
            r"^(>>> |import \w|from \S+ import )", code.text, re.MULTILINE
        ):
            title = code.element.select_one(".filename")
            if "not-run" not in classes(code.element) or not title or not title.get_text(strip=True):
                faults.append(f"{page.name}: not executed, without a reason: {start!r}")
    for inline in page.html.select("pre > code"):  # code that no highlighter has wrapped
        if not inline.find_parent("div", class_="highlight"):
            faults.append(f"{page.name}: a block of code in no language: {inline.get_text()[:60]!r}")
    return faults


def link_faults(site: Site) -> list[str]:
    """Links, anchors and assets that lead nowhere, assets of other hosts, links that depend on where the site is."""
    faults = []
    root = site.address or "https://site.invalid/"
    for page in site.pages.values():
        for element, attribute, target in _targets(page):
            if target == "javascript:void(0)":  # the theme's buttons
                continue
            address = urljoin(root + page.name, target)
            if not address.startswith(root):
                if element.name != "a" or urlsplit(address).scheme not in {"https", "mailto"}:
                    faults.append(f"{page.name}: <{element.name} {attribute}={target!r}> leaves the site")
                continue
            names_it = element.name in {"link", "meta"} and target.startswith(root)  # as canonical links have to
            if target.startswith(("/", root)) and not names_it and not page.is_error:  # that one is served at any depth
                faults.append(f"{page.name}: {target!r} is absolute")
            file = site.file(urlsplit(address.removeprefix(root)).path)
            fragment = unquote(urlsplit(address).fragment)
            if file is None:
                faults.append(f"{page.name}: {target!r} leads nowhere")
            elif fragment and file in site.pages and fragment not in site.pages[file].ids:
                faults.append(f"{page.name}: {target!r} has no anchor in {file}")
    for sheet in sorted(site.folder.rglob("*.css")):
        name = sheet.relative_to(site.folder).as_posix()
        for target in re.findall(r"url\(\s*[\"']?([^\"')]+)", sheet.read_text(encoding="utf-8")):
            if not target.startswith(("data:", "#")) and not site.file(urlsplit(urljoin(f"/{name}", target)).path):
                faults.append(f"{name}: url({target}) leads nowhere")
    return faults


def _targets(page: Page) -> Iterator[tuple[Tag, str, str]]:
    """Everything in a page that names another resource, or a place in the page."""
    for attribute in ("href", "src", "poster", "data", "srcset", "for", "aria-labelledby", "aria-describedby"):
        for element in page.html.select(f"[{attribute}]"):
            value = str(element[attribute]).strip()
            if attribute == "srcset":
                values = [part.split()[0] for part in value.split(",")]
            elif attribute == "for" or attribute.startswith("aria-"):
                values = [f"#{name}" for name in value.split()]
            else:
                values = [value]
            for target in values:
                if not target.startswith("data:"):
                    yield element, attribute, target
    for element in page.html.select("meta[property='og:url'], meta[property='og:image']"):
        yield element, "content", str(element["content"])
    for element in page.html.select("[style]"):
        for target in re.findall(r"url\(\s*[\"']?([^\"')]+)", str(element["style"])):
            if not target.startswith("data:"):
                yield element, "style", target
