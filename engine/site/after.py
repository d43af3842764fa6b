"""What stands beside the pages, made of the HTML that a build has left, whichever program built it.

The downloads, a Markdown twin of each page, `llms.txt`, and the site's own scripts in one file. A page says in its HTML
where it stands in the navigation, and a 404 page, which says nothing of itself, what the site is called. `llms.txt` has
the format of https://llmstxt.org: a title, a summary, and sections of links, of which one named `Optional` may be left
out by a reader with little room.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from lxml.html import HtmlElement, document_fromstring
from rjsmin import jsmin

from engine.base import libraries as frameworks
from engine.base.code import code_digest
from engine.base.errors import Problem, SourceError
from engine.base.files import sources_below, write
from engine.base.store import Store, digest
from engine.render import published
from engine.render.published import DATA, SCHEMA

#: Titles in `llms.txt` that the navigation does not give, by language. `Optional` is a word of the format.
WORDS = {
    "en": {
        "pages": "Pages",
        "data": "{name} as data",
        "schema": "Schema of the data",
        "full": "All pages in one file",
        "source": "each after its URL, which its links are relative to",
    },
    "zh": {
        "pages": "页面",
        "data": "{name} 的数据",
        "schema": "数据的 JSON Schema",
        "full": "全部页面合为一个文件",
        "source": "每页之前是该页的网址，页内链接均相对于此网址",
    },
}
ERROR = "404.html"
FULL = "llms-full.txt"
SCRIPTS = "assets/js/"
BUNDLE = "bundle.js"
#: Scripts of the site that a page loads one right after the other, below a path that they share.
_RUN = re.compile(rf'<script src="([^"]*{SCRIPTS})\w+\.js"></script>(?:\s*<script src="\1\w+\.js"></script>)+')
_ARTICLE = re.compile(
    '(?P<before>.*?<article class="md-content__inner[^>]*>)(?P<article>.*)(?P<behind></article>.*)', re.DOTALL
)
#: Where a page says what it is about, and which link and section of the navigation are its own.
_ABOUT = "//meta[@name='description']/@content"
_NAVIGATION = "//nav[contains(@class, 'md-nav--primary')]"
_LEAF = f"{_NAVIGATION}//a[contains(@class, 'md-nav__link--active')]"
_SECTION = f"{_NAVIGATION}/ul/li[contains(@class, 'md-nav__item--active') and contains(@class, 'md-nav__item--nested')]"


@dataclass(frozen=True)
class Page:
    """A page as its HTML tells. path, next: of its file and of the one that follows in the navigation, in the site."""

    path: str
    url: str
    title: str
    section: str
    about: str
    next: str
    twin: str

    @property
    def twin_path(self) -> str:
        """Where its twin lies: in place of the HTML."""
        return posixpath.splitext(self.path)[0] + ".md"


def after(project: Path, folder: Path) -> None:
    """Complete the site in a folder, in every language that is there: one with a 404 page is a part of its own.

    Raises SourceError for a folder without a site.
    """
    parts = sorted(file.parent for file in folder.rglob(ERROR))
    if not parts:
        raise SourceError([Problem(str(folder), "holds no site; build it first")])
    for part in parts:
        others = {other for other in parts if part in other.parents}
        files = [file for file in sources_below(part, ".html") if others.isdisjoint(file.parents)]
        for path in published.collect(project):
            write(part / path, (project / published.FOLDER / path).read_bytes())
        _machines(project, part, [file for file in files if file.name != ERROR])
        _join(part, files)


# Scripts --------------------------------------------------------------------------------------------------------------


def _join(site: Path, files: list[Path]) -> None:
    """Have the pages load one script in place of those that each of them loads, and make all scripts short.

    They are written apart, each of one idea. A site without this pass loads them apart and is the same.
    """
    joined: list[str] = []
    for file in files:
        text = file.read_bytes().decode()
        if run := _RUN.search(text):
            joined = re.findall(r'(\w+\.js)"', run[0])
            write(file, text.replace(run[0], f'<script src="{run[1]}{BUNDLE}"></script>'))
    if joined:
        scripts = {path.name: jsmin(path.read_text(encoding="utf-8")) for path in (site / SCRIPTS).glob("*.js")}
        scripts[BUNDLE] = "\n".join(scripts.pop(name) for name in joined)
        for name, text in scripts.items():
            write(site / SCRIPTS / name, text)
        for name in joined:
            (site / SCRIPTS / name).unlink()


# For machines ---------------------------------------------------------------------------------------------------------


def _machines(project: Path, site: Path, files: list[Path]) -> None:
    """Write the twin of each page, `llms.txt` and `llms-full.txt`."""
    store = Store(project / ".cache" / "twins")
    flat = any(file.name != "index.html" for file in files)
    read = {file.relative_to(site).as_posix(): _page(file, site, flat, store) for file in files}
    pages = _ordered({path: page for path, page in read.items() if page})
    for page in pages:
        write(site / page.twin_path, page.twin)
    write(site / FULL, "\n".join(f"Source: {page.url or './'}\n\n{page.twin}" for page in pages))
    error = document_fromstring((site / ERROR).read_bytes().decode())
    write(site / "llms.txt", _index(error, pages, published.collect(project)))


def _page(file: Path, site: Path, flat: bool, store: Store) -> Page | None:
    """What a file says, if it is a page. The twin of a page that says the same as before is kept.

    flat: whether pages have files of their own names, and not folders.
    """
    found = _ARTICLE.fullmatch(file.read_bytes().decode())
    if not found:
        return None
    root = document_fromstring(found["before"] + found["behind"])
    asked = (found["article"], file.name if flat else "./", root.get("lang", "en"))
    key = digest(_converter(), *asked)
    twin = store.get(key, str)
    if twin is None:
        from engine.site import twins  # slow to import

        twin = twins.convert(*asked)
        store.put(key, twin)
    path = file.relative_to(site).as_posix()
    following = unquote(_text(root, "//link[@rel='next']/@href"))
    place = posixpath.join(posixpath.dirname(path), following, "" if flat else "index.html")
    return Page(
        path=path,
        url=_text(root, "//link[@rel='canonical']/@href") or (path if flat else path.removesuffix("index.html")),
        title=_text(root, f"{_LEAF}//span[@class='md-ellipsis']") or _text(root, "//title"),
        section=_text(root, f"{_SECTION}//span[@class='md-ellipsis']"),
        about=_text(root, _ABOUT),
        next=posixpath.normpath(place) if following else "",
        twin=twin,
    )


@cache
def _converter() -> str:
    """What decides how a page is converted, beside the page."""
    versions = [frameworks.version(name) for name in ("markdownify", "lxml", "beautifulsoup4")]
    return digest(code_digest("engine.site.twins"), versions)


def _text(root: HtmlElement, path: str) -> str:
    """The text of the first thing at a path, or nothing."""
    return str(root.xpath(f"normalize-space({path})"))


def _ordered(pages: dict[str, Page]) -> list[Page]:
    """The pages of the navigation, each leading to the next, and then the others."""
    led = {page.next for page in pages.values()}
    path = next((path for path, page in pages.items() if path not in led and page.next in pages), "")
    first = {}
    while path in pages:
        first[path] = pages.pop(path)
        path = first[path].next
    return [*first.values(), *pages.values()]


def _index(error: HtmlElement, pages: list[Page], downloads: list[str]) -> str:
    """The text of `llms.txt`: sections as in the navigation, and at its end what is optional."""
    words, name, about = WORDS[error.get("lang", "en")], _text(error, "//title"), _text(error, _ABOUT)
    address = next((page.url.removesuffix("index.html") for page in pages if page.path == "index.html"), "")
    sections: dict[str, list[str]] = {}
    titles = {}
    for page in pages:
        title = page.title.removesuffix(f" - {name}")
        titles[page.twin_path.removesuffix("/index.md").removesuffix(".md")] = title
        own = page.about if page.about != about else ""
        sections.setdefault(page.section or words["pages"], []).append(_link(title, address + page.twin_path, own))
    optional = [_link(words["full"], address + FULL, words["source"])]
    for path in downloads:
        stem, ending = posixpath.splitext(path)
        if posixpath.dirname(path) == DATA and ending == ".json":
            named = words["data"].format(name=titles.get(stem, stem))
            title = words["schema"] if posixpath.basename(path) == SCHEMA.name else named
            optional.append(_link(title, address + path))
    parts = [f"# {name}", f"> {about}"]
    parts += ["\n".join([f"## {title}", "", *links]) for title, links in (sections | {"Optional": optional}).items()]
    return "\n\n".join(parts) + "\n"


def _link(title: str, url: str, about: str = "") -> str:
    return f"- [{title}]({url})" + (f": {about}" if about else "")
